"""The node table, and who is connected."""

from __future__ import annotations

from typing import Any

from simulator.archive import nodes as node_table
from simulator.archive.api.desk import Desk, Row
from simulator.errors import NetworkError, UsageError
from simulator.network import scu
from simulator.web import Call


class Nodes(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        return [
            ("GET", "/api/nodes", "node.read", self.nodes, "list known nodes"),
            ("POST", "/api/nodes", "node.edit", self.add_node, "register a node"),
            ("GET", "/api/nodes/{ae}", "node.read", self.node, "show a node"),
            ("PATCH", "/api/nodes/{ae}", "node.edit", self.change_node, "change a node"),
            ("DELETE", "/api/nodes/{ae}", "node.edit", self.remove_node, "remove a node"),
            ("POST", "/api/nodes/{ae}/echo", "node.read", self.echo, "C-ECHO a node"),
            ("GET", "/api/associations", "node.read", self.associations, "open associations"),
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
        self.tell("node.added", f"{call.who.name} registered {node.peer}", call, node.ae)
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
                self.tell("node.changed", text, call, old.ae)
        return new.facts()

    def remove_node(self, call: Call) -> Any:
        """Remove a node."""
        node = self.archive.nodes.remove(call.path["ae"])
        self.tell("node.removed", f"{call.who.name} removed node {node.peer}", call, node.ae)
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

    def associations(self, call: Call) -> Any:
        """List open associations."""
        return [
            {
                "number": number,
                "calling": association.calling,
                "called": association.called,
                "host": association.peer_address[0],
                "user": association.user,
                "tls": association.wire.tls is not None,
            }
            for number, association in sorted(self.archive.server.live.items())
        ]
