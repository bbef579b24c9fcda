"""The node table: one by one, as a whole file, and what may be wrong with it."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from simulator.archive import node_check, node_lists
from simulator.archive import nodes as node_table
from simulator.archive.api.desk import Desk, Row, yes_in
from simulator.archive.nodes import Node
from simulator.errors import NetworkError, UsageError
from simulator.network import scu
from simulator.web import Call


class Nodes(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        one, table = "/api/nodes/{ae}", "/api/node-table"
        return [
            ("GET", "/api/nodes", "node.read", self.nodes, "list known nodes"),
            ("POST", "/api/nodes", "node.edit", self.add_node, "register a node"),
            ("GET", one, "node.read", self.node, "show a node"),
            ("PATCH", one, "node.edit", self.change_node, "change a node"),
            ("DELETE", one, "node.edit", self.remove_node, "remove a node"),
            ("POST", f"{one}/echo", "node.read", self.echo, "C-ECHO a node"),
            ("GET", table, "node.read", self.export, "the whole table: format csv, toml or json"),
            ("POST", table, "node.edit", self.load, "enter a list of nodes, all or none"),
            ("GET", f"{table}/check", "node.read", self.check, "what may be wrong; echo=yes asks"),
        ]

    def nodes(self, call: Call) -> Any:
        """List nodes."""
        return [node.facts() for node in self.archive.nodes.all()]

    def node(self, call: Call) -> Any:
        """Show a node."""
        return self.archive.nodes.get(call.path["ae"]).facts()

    def add_node(self, call: Call) -> Any:
        """Register a node."""
        call.need("ae", "host", "port")
        node = node_table.make(call.body)
        self.archive.nodes.add(node)
        self._tell_change(None, node, call)
        return node.facts()

    def change_node(self, call: Call) -> Any:
        """Change a node."""
        old, new = self.archive.nodes.change(call.path["ae"], call.body)
        self._tell_change(old, new, call)
        return new.facts()

    def remove_node(self, call: Call) -> Any:
        """Remove a node."""
        node = self.archive.nodes.remove(call.path["ae"])
        self._tell("node.removed", f"{call.who.name} removed node {node.peer}", node, call)
        return {"ok": True}

    def echo(self, call: Call) -> Any:
        """Send a C-ECHO from the archive to a node."""
        node = self.archive.nodes.get(call.path["ae"])
        if not node.port:
            raise UsageError(f"Node {node.ae} has no port to call.", "Give it one first.")
        try:
            scu.echo(node.peer, self.archive.calling.caller(node))
        except NetworkError as error:
            return {
                "ok": False,
                "kind": error.kind,
                "error": error.sentence,
                "remedy": error.remedy,
            }
        return {"ok": True}

    # --- the table as a whole -------------------------------------------------------------------

    def export(self, call: Call) -> Any:
        """Write the table as a file."""
        form = call.query.get("format", "csv")
        text = node_lists.written(self.archive.nodes.all(), form)
        return Response(text, media_type=node_lists.FORMATS[form])

    def load(self, call: Call) -> Any:
        """Enter a list of nodes; `dry_run` only says what would become of each line."""
        (text,) = call.need("text")
        if not isinstance(text, str):
            raise UsageError("The list is no text.", "Send the file's text as 'text'.")
        report = node_lists.load(self.archive.nodes, text, dry_run=call.yes("dry_run"))
        for old, new in report.pop("changes"):
            self._tell_change(old, new, call)
        return report

    def check(self, call: Call) -> Any:
        """Look for entries that clash, look alike, or disagree with their peers."""
        nodes = self.archive.nodes.all()
        entries = self.journal.entries(kind="association", source="archive")
        found = node_check.check(nodes, entries)
        if yes_in(call.query, "echo"):
            found += node_check.ask(nodes, self.archive.calling)
        return found

    def _tell(self, kind: str, text: str, node: Node, call: Call) -> None:
        facts = {"by": call.who.name, "what": node.ae, "address": node.host}
        self.archive.journal.write(kind, text, **facts, host=call.host)

    def _tell_change(self, old: Node | None, new: Node, call: Call) -> None:
        who = call.who.name
        if old is None:
            self._tell("node.added", f"{who} registered {new.peer}", new, call)
            return
        before = old.facts()
        for key, value in new.facts().items():
            if value != before[key]:
                text = f"{who} changed {key} of node {old.ae} from {before[key]!r} to {value!r}"
                self.tell("node.changed", text, call, old.ae)
