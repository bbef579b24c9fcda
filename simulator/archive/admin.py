"""The archive's admin API: every handle an administrator pulls, with the right it needs."""

from __future__ import annotations

import hmac
from typing import Any

from starlette.responses import Response

from simulator.archive import nodes as node_table
from simulator.archive import reconcile
from simulator.archive import tables as t
from simulator.archive.archive import Archive
from simulator.errors import NetworkError, RefusedError, UsageError
from simulator.journal import JournalReader
from simulator.network import scu
from simulator.network.associate import Caller
from simulator.web import ANYONE, NOBODY, Call, Principal, Route

INSTRUCTOR = "instructor"


class Admin:
    """Handlers of the admin API."""

    def __init__(self, archive: Archive, journal: JournalReader, instructor_token: str) -> None:
        """Administer `archive`; the instructor's token opens every door, for the lab's own use."""
        self.archive, self.journal, self._instructor = archive, journal, instructor_token

    def authenticate(self, headers: dict[str, str]) -> Principal:
        """Return who calls, by bearer token."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return NOBODY
        if hmac.compare_digest(token.encode(), self._instructor.encode()):
            actor = headers.get("x-pacslab-actor", INSTRUCTOR)  # staff, in exercises
            return Principal(name=actor[:64], rights=frozenset({"*"}))
        return self.archive.users.principal(token)

    def routes(self) -> list[Route]:
        """Return the table of routes."""
        rows = [
            ("GET", "/health/live", ANYONE, self.live, "whether the process runs"),
            ("GET", "/health/ready", ANYONE, self.live, "whether requests are answered"),
            ("POST", "/api/login", ANYONE, self.login, "exchange user and password for a token"),
            ("POST", "/api/logout", ANYONE, self.logout, "end this session"),
            ("GET", "/api/me", ANYONE, self.me, "who I am and what I may do"),
            ("GET", "/api/users", "user.read", self.users, "list accounts"),
            ("POST", "/api/users", "user.edit", self.add_user, "open an account"),
            ("GET", "/api/users/{name}", "user.read", self.user, "show an account"),
            ("PATCH", "/api/users/{name}", "user.edit", self.change_user, "change an account"),
            ("DELETE", "/api/users/{name}", "user.edit", self.remove_user, "delete an account"),
            ("POST", "/api/users/{name}/password", ANYONE, self.password, "set a password"),
            ("GET", "/api/roles", "user.read", self.roles, "list roles and their rights"),
            ("GET", "/api/nodes", "node.read", self.nodes, "list known nodes"),
            ("POST", "/api/nodes", "node.edit", self.add_node, "register a node"),
            ("GET", "/api/nodes/{ae}", "node.read", self.node, "show a node"),
            ("PATCH", "/api/nodes/{ae}", "node.edit", self.change_node, "change a node"),
            ("DELETE", "/api/nodes/{ae}", "node.edit", self.remove_node, "remove a node"),
            ("POST", "/api/nodes/{ae}/echo", "node.read", self.echo, "C-ECHO a node"),
            ("GET", "/api/settings", "setting.read", self.settings, "list settings"),
            ("PUT", "/api/settings/{key}", "setting.edit", self.set, "change a setting"),
            ("GET", "/api/studies", "study.read", self.studies, "list studies"),
            ("GET", "/api/studies/{uid}", "study.read", self.study, "show a study's tree"),
            ("DELETE", "/api/studies/{uid}", "study.delete", self.delete, "delete a study"),
            ("POST", "/api/studies/{uid}/link", "study.edit", self.link, "link to an order"),
            ("GET", "/api/instances/{uid}/file", "study.read", self.file, "an instance, Part 10"),
            ("GET", "/api/orders", "study.read", self.orders, "orders the archive knows"),
            ("GET", "/api/associations", "node.read", self.associations, "open associations"),
            ("GET", "/api/audit", "audit.read", self.audit, "search the archive's journal"),
            ("GET", "/api/status", ANYONE, self.status, "counts and state"),
            ("POST", "/api/baseline", INSTRUCTOR, self.save, "make this state the baseline"),
            ("POST", "/api/reset", INSTRUCTOR, self.reset, "go back to the baseline"),
        ]
        return [
            Route(method=method, path=path, right=right, handler=handler, summary=summary)
            for method, path, right, handler, summary in rows
        ]

    # --- anyone -------------------------------------------------------------------------------

    def live(self, call: Call) -> Any:
        """Say that the archive answers."""
        return {"ok": True}

    def status(self, call: Call) -> Any:
        """Return counts; nothing about any patient."""
        return {
            "ae": self.archive.settings["dicom.ae_title"],
            "associations": len(self.archive.server.live),
            "baseline": self.archive.baseline.exists(),
            **self.archive.index.counts(),
        }

    def login(self, call: Call) -> Any:
        """Log in."""
        user, password = call.need("user", "password")
        token = self.archive.users.login(str(user), str(password), call.host)
        facts = self.archive.users.get(str(user))
        return {
            "token": token,
            "user": user,
            "role": facts["role"],
            "must_change": facts["must_change"],
        }

    def logout(self, call: Call) -> Any:
        """Log out."""
        self.archive.users.logout(call.who.token)
        return {"ok": True}

    def me(self, call: Call) -> Any:
        """Say who calls."""
        return {"user": call.who.name, "rights": sorted(call.who.rights)}

    # --- users --------------------------------------------------------------------------------

    def users(self, call: Call) -> Any:
        """List accounts."""
        return self.archive.users.all()

    def user(self, call: Call) -> Any:
        """Show one account."""
        return self.archive.users.get(call.path["name"])

    def add_user(self, call: Call) -> Any:
        """Open an account."""
        call.need("name")
        return self.archive.users.add(call.body, str(call.body.get("password", "")), call.who.name)

    def change_user(self, call: Call) -> Any:
        """Change an account."""
        return self.archive.users.change(call.path["name"], call.body, call.who.name)

    def remove_user(self, call: Call) -> Any:
        """Delete an account."""
        self.archive.users.remove(call.path["name"], call.who.name)
        return {"ok": True}

    def password(self, call: Call) -> Any:
        """Set a password: one's own with the old one, another's with the right to."""
        name = call.path["name"]
        (new,) = call.need("password")
        if call.who.name == name and not call.who.may("user.edit"):
            self.archive.users.login(name, str(call.body.get("old", "")), call.host)
        elif not call.who.may("user.edit"):
            status = 401 if call.who is NOBODY else 403
            raise RefusedError(
                f"{call.who.name} may not set the password of {name}.", "Log in first.", status
            )
        self.archive.users.set_password(name, str(new), call.who.name)
        return {"ok": True}

    def roles(self, call: Call) -> Any:
        """List roles."""
        return self.archive.users.roles()

    # --- nodes --------------------------------------------------------------------------------

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
        self._tell("node.added", f"{call.who.name} registered {node.peer}", call, node.ae)
        return node.facts()

    def change_node(self, call: Call) -> Any:
        """Change a node."""
        old, new = self.archive.nodes.change(call.path["ae"], call.body)
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
        node = self.archive.nodes.remove(call.path["ae"])
        self._tell("node.removed", f"{call.who.name} removed node {node.peer}", call, node.ae)
        return {"ok": True}

    def echo(self, call: Call) -> Any:
        """Send a C-ECHO from the archive to a node."""
        node = self.archive.nodes.get(call.path["ae"])
        if not node.port:
            raise UsageError(f"Node {node.ae} has no port to call.", "Give it one first.")
        services = self.archive.services
        caller = Caller(ae=self.archive.settings["dicom.ae_title"], host=services.host)
        try:
            scu.echo(node.peer, caller)
        except NetworkError as error:
            return {
                "ok": False,
                "kind": error.kind,
                "error": error.sentence,
                "remedy": error.remedy,
            }
        return {"ok": True}

    # --- settings -----------------------------------------------------------------------------

    def settings(self, call: Call) -> Any:
        """List settings."""
        return self.archive.settings.all()

    def set(self, call: Call) -> Any:
        """Change a setting."""
        key = call.path["key"]
        (value,) = call.need("value")
        old, new = self.archive.settings.set(key, value)
        self._tell(
            "setting.changed", f"{call.who.name} changed {key} from {old!r} to {new!r}", call, key
        )
        return {"key": key, "value": new}

    # --- studies ------------------------------------------------------------------------------

    def studies(self, call: Call) -> Any:
        """List studies, newest first, filtered by exact values."""
        columns = {
            "study_uid": t.studies.c.study_uid,
            "accession": t.studies.c.accession,
            "patient_id": t.patients.c.patient_id,
            "order_state": t.studies.c.order_state,
            "date": t.studies.c.study_date,
        }
        limit = _limit(call, 0)
        unknown = set(call.query) - set(columns) - {"limit"}
        if unknown:
            raise UsageError(
                f"Studies cannot be filtered by '{min(unknown)}'.", f"Use {', '.join(columns)}."
            )
        wanted = [columns[key] == value for key, value in call.query.items() if key in columns]
        return self.archive.index.studies(wanted, limit)

    def study(self, call: Call) -> Any:
        """Show a study with its series and instances."""
        return {**self._study(call), "tree": self.archive.index.tree(call.path["uid"])}

    def delete(self, call: Call) -> Any:
        """Delete a study."""
        study = self._study(call)
        count = self.archive.index.delete_study(study["study_uid"])
        who = f"{study['patient_name']} ({study['patient_id']})"
        text = f"{call.who.name} deleted a study of {who}, {count} instances"
        self._tell("study.deleted", text, call, study["study_uid"])
        return {"ok": True, "instances": count}

    def link(self, call: Call) -> Any:
        """Link a study to an order."""
        study = self._study(call)
        (accession,) = call.need("accession")
        order = self.archive.orders.find(str(accession))
        if order is None:
            raise RefusedError(
                f"The RIS knows no order '{accession}'.", "Look in the worklist.", 404
            )
        now = self.archive.clock.now()
        count = reconcile.link(
            self.archive.index, self.archive.store, study["study_uid"], order, now, call.who.name
        )
        self._tell(
            "study.linked",
            f"{call.who.name} linked a study of {study['patient_name']} ({study['patient_id']}) to "
            f"order {accession} of {order['patient_name']} ({order['patient_id']})",
            call,
            study["study_uid"],
        )
        return {"ok": True, "instances": count}

    def file(self, call: Call) -> Any:
        """Return an instance as a Part 10 file."""
        location = self.archive.index.find_instance(call.path["uid"])
        if location is None:
            raise RefusedError("There is no such instance.", "", 404)
        return Response(self.archive.store.read(location.digest), media_type="application/dicom")

    def orders(self, call: Call) -> Any:
        """List the orders the archive knows."""
        return self.archive.orders.all()

    # --- watching -----------------------------------------------------------------------------

    def associations(self, call: Call) -> Any:
        """List open associations."""
        return [
            {
                "number": number,
                "calling": association.calling,
                "called": association.called,
                "host": association.peer_address[0],
            }
            for number, association in sorted(self.archive.server.live.items())
        ]

    def audit(self, call: Call) -> Any:
        """Search the archive's journal by kind, text and time."""
        words, limit = call.query.get("text", "").lower(), _limit(call, 500)
        found = self.journal.entries(
            kind=call.query.get("kind", ""),
            source="archive",
            since=call.query.get("since", ""),
            node=call.query.get("node", ""),
        )
        return [vars(entry) for entry in found if words in entry.text.lower()][-limit:]

    # --- the lab's own ------------------------------------------------------------------------

    def save(self, call: Call) -> Any:
        """Save the baseline."""
        self.archive.save_baseline()
        return {"ok": True}

    def reset(self, call: Call) -> Any:
        """Reset to the baseline."""
        self.archive.reset()
        return {"ok": True}

    def _study(self, call: Call) -> dict[str, Any]:
        study = self.archive.index.study(call.path["uid"])
        if study is None:
            raise RefusedError("There is no such study in the archive.", "List the studies.", 404)
        return study

    def _tell(self, kind: str, text: str, call: Call, what: str) -> None:
        self.archive.journal.write(kind, text, by=call.who.name, what=what, host=call.host)


def _limit(call: Call, default: int) -> int:
    """Return how many rows are wanted; 0 means the default."""
    text = call.query.get("limit", "0")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UsageError(f"'{text}' is not a limit.", "Give a whole number.")
    return int(text) or default
