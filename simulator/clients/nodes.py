"""The archive's node table and its open associations, as a client sees them."""

from __future__ import annotations

import json
from typing import Any

from simulator.clients.archive import ArchiveClient
from simulator.results import Outcome, Rows

_NODE = ("ae", "host", "port", "rights", "description")
_OPEN = ("number", "calling", "called", "host", "user", "tls", "seconds", "contexts")


class NodesClient:
    """The nodes the archive knows: one by one, as a file, and what may be wrong with them."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def list(self) -> Rows:
        """List the nodes."""
        return Rows(self._archive.call("GET", "/nodes"), _NODE)

    def show(self, ae: str) -> dict[str, Any]:
        """Return one node."""
        answer: dict[str, Any] = self._archive.call("GET", f"/nodes/{ae}")
        return answer

    def add(self, ae: str, host: str, port: int, **facts: Any) -> dict[str, Any]:
        """Register a node; further facts: description, rights, accepts_classes …"""
        return self._archive.add_node(ae, host, port, **facts)

    def change(self, ae: str, /, **changes: Any) -> dict[str, Any]:
        """Change a node while the archive runs."""
        return self._archive.change_node(ae, **changes)

    def remove(self, ae: str) -> None:
        """Take a node out of the table."""
        self._archive.remove_node(ae)

    def echo(self, ae: str) -> Outcome:
        """C-ECHO from the archive to a node."""
        return self._archive.echo_node(ae)

    def export(self, format: str = "csv") -> str:
        """Return the whole table as CSV, TOML or JSON."""
        data: bytes = self._archive.call("GET", "/node-table", query={"format": format})
        return data.decode() if isinstance(data, bytes) else json.dumps(data, indent=2) + "\n"

    def load(self, text: str, *, dry_run: bool = False) -> dict[str, Any]:
        """Enter the nodes of a list (CSV, TOML or JSON): all, or none if a line is bad."""
        body = {"text": text, "dry_run": dry_run}
        answer: dict[str, Any] = self._archive.call("POST", "/node-table", body)
        return answer

    def check(self, *, echo: bool = False) -> Rows:
        """Return what may be wrong with the table; with `echo` every node is asked, too."""
        query = {"echo": "yes"} if echo else {}
        rows = self._archive.call("GET", "/node-table/check", query=query)
        return Rows(rows, ("problem", "nodes", "what", "remedy"))


class AssociationsClient:
    """Who is connected to the archive at this moment."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def list(self) -> Rows:
        """List open associations."""
        return Rows(self._archive.call("GET", "/associations"), _OPEN)

    def abort(self, number: int) -> None:
        """End one: its peer gets an A-ABORT."""
        self._archive.call("DELETE", f"/associations/{number}")
