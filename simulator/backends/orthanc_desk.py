"""The admin API in front of an Orthanc: its node table, deleting, and an exact reset, too."""

from __future__ import annotations

from typing import Any

from simulator.backends.baseline import Baseline
from simulator.backends.desk import Desk, Row
from simulator.backends.known import RIGHTS, Known
from simulator.backends.node_table import NodeTable
from simulator.backends.orthanc_rest import Rest
from simulator.errors import RefusedError, UsageError
from simulator.web import Call

_STAYS = "Orthanc's log and its list of jobs go on; studies and nodes are as they were."


class OrthancDesk(Desk):
    """Handlers that ask Orthanc's REST API."""

    def __init__(self, *parts: Any, rest: Rest, nodes: NodeTable, baseline: Baseline) -> None:
        """Speak for the Orthanc behind `rest`; `parts` are those of Desk."""
        super().__init__(*parts)
        self.rest, self.table, self.baseline = rest, nodes, baseline

    def rows(self) -> list[Row]:
        """Return what there is."""
        return [
            *super().rows(),
            ("DELETE", "/api/studies/{uid}", "study.delete", self.delete, "delete a study"),
            ("GET", "/api/nodes", "node.read", self.nodes, "list known nodes"),
            ("POST", "/api/nodes", "node.edit", self.add_node, "register a node"),
            ("GET", "/api/nodes/{ae}", "node.read", self.node, "show a node"),
            ("PATCH", "/api/nodes/{ae}", "node.edit", self.change_node, "change a node"),
            ("DELETE", "/api/nodes/{ae}", "node.edit", self.remove_node, "remove a node"),
            ("POST", "/api/nodes/{ae}/echo", "node.read", self.echo, "C-ECHO a node"),
        ]

    # --- studies ------------------------------------------------------------------------------

    def counts(self) -> dict[str, int]:
        """Return Orthanc's own statistics."""
        return self.rest.counts()

    def read(self, sop_uid: str) -> bytes:
        """Return an instance as Orthanc stored it."""
        found = self.rest.lookup("Instance", sop_uid)
        if not found:
            raise RefusedError("There is no such instance.", "", 404)
        return self.rest.file(found)

    def delete(self, call: Call) -> Any:
        """Delete a study."""
        row = self.catalogue.study(call.path["uid"])
        self.rest.remove("studies", self.rest.lookup("Study", row["study_uid"]))
        who = f"{row['patient_name']} ({row['patient_id']})"
        text = f"{call.who.name} deleted a study of {who}, {row['instances']} instances"
        self._tell("study.deleted", text, call, row["study_uid"])
        return {"ok": True, "instances": row["instances"]}

    # --- nodes --------------------------------------------------------------------------------

    def nodes(self, call: Call) -> Any:
        """List nodes."""
        return [node.facts() for node in self.table.all()]

    def node(self, call: Call) -> Any:
        """Show a node."""
        return self.table.get(call.path["ae"]).facts()

    def add_node(self, call: Call) -> Any:
        """Register a node."""
        call.need("ae", "host", "port")
        node = _made({**call.body, "rights": call.body.get("rights", list(RIGHTS))})
        if any(known.ae == node.ae for known in self.table.all()):
            raise RefusedError(f"There is a node '{node.ae}' already.", "Change that one.", 409)
        self.table.put(node)
        place = f"{node.ae}@{node.host}:{node.port}"
        self._tell("node.added", f"{call.who.name} registered {place}", call, node.ae)
        return node.facts()

    def change_node(self, call: Call) -> Any:
        """Change a node."""
        old = self.table.get(call.path["ae"])
        new = _made({**old.facts(), **call.body})
        if new.ae != old.ae:
            self.table.remove(old.ae)
        self.table.put(new)
        for key, value in new.facts().items():
            before = old.facts()[key]
            if value != before:
                text = (
                    f"{call.who.name} changed {key} of node {old.ae} from {before!r} to {value!r}"
                )
                self._tell("node.changed", text, call, old.ae)
        return new.facts()

    def remove_node(self, call: Call) -> Any:
        """Remove a node."""
        node = self.table.get(call.path["ae"])
        self.table.remove(node.ae)
        self._tell("node.removed", f"{call.who.name} removed node {node.ae}", call, node.ae)
        return {"ok": True}

    def echo(self, call: Call) -> Any:
        """Let Orthanc send a C-ECHO to a node; it does not tell why one fails."""
        node = self.table.get(call.path["ae"])
        if not node.port:
            raise UsageError(f"Node {node.ae} has no port to call.", "Give it one first.")
        wrong = self.table.echo(node.ae)
        if not wrong:
            return {"ok": True}
        remedy = "Its log says whether that node refused or did not answer."
        return {"ok": False, "kind": "not told by Orthanc", "error": wrong, "remedy": remedy}

    def _tell(self, kind: str, text: str, call: Call, what: str) -> None:
        self.journal.write(kind, text, by=call.who.name, what=what, host=call.host)

    # --- the baseline -------------------------------------------------------------------------

    def has_baseline(self) -> bool:
        """Return whether one was saved."""
        return self.baseline.exists()

    def save_baseline(self) -> None:
        """Keep a copy of every file, and the node table."""
        self.baseline.save()

    def restore_baseline(self) -> list[str]:
        """Put studies and nodes back."""
        self.baseline.restore()
        return [_STAYS]


def _made(facts: dict[str, Any]) -> Known:
    """Make a node of JSON; raises UsageError for what Orthanc has not, or cannot take."""
    known = ("ae", "host", "port", "description", "rights")
    strange = set(facts) - set(known)
    if strange:
        raise UsageError(
            f"A node of Orthanc has no '{min(strange)}'.", f"It has: {', '.join(known)}."
        )
    port = facts.get("port", 0)
    if isinstance(port, str) and port.isdigit():
        port = int(port)
    if type(port) is not int or not 0 <= port < 65535:
        raise UsageError(f"{port!r} is not a port.", "Use 2 to 65534, or 0 for none.")
    rights = facts["rights"]
    rights = [x for x in rights.split(",") if x] if isinstance(rights, str) else rights
    unknown = [right for right in rights if right not in RIGHTS]
    if unknown:
        raise UsageError(
            f"Orthanc knows no right '{unknown[0]}'.", f"There are: {', '.join(RIGHTS)}."
        )
    texts = {key: str(facts.get(key, "")) for key in ("ae", "host", "description")}
    return Known(**texts, port=port, rights=tuple(right for right in RIGHTS if right in rights))
