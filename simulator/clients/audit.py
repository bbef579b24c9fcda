"""The audit trail, as a client sees it."""

from __future__ import annotations

from typing import Any

from simulator.clients.archive import ArchiveClient
from simulator.results import Rows

_COLUMNS = ("number", "hospital", "event", "type", "outcome", "user", "patient_id", "text")


class AuditClient:
    """Who did what, in messages; whoever changes one is found out."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def list(self, text: str = "", **filters: str) -> Rows:
        """Search what happened at the archive, its journal; filters: kind, since, node, limit."""
        return self._archive.audit(text, **filters)

    def search(self, **filters: str) -> Rows:
        """Search by user, event, patient_id, since, until, outcome (success or failure), text …"""
        return Rows(self._archive.call("GET", "/audit/messages", query=filters), _COLUMNS)

    def export(self, **filters: str) -> str:
        """Search, and return CSV."""
        query = {**filters, "format": "csv"}
        data: bytes = self._archive.call("GET", "/audit/messages", query=query)
        return data.decode()

    def show(self, number: int) -> dict[str, Any]:
        """Return one message with its XML."""
        answer: dict[str, Any] = self._archive.call("GET", f"/audit/messages/{number}")
        return answer

    def verify(self) -> dict[str, Any]:
        """Return whether anybody edited, deleted or reordered records, and where."""
        answer: dict[str, Any] = self._archive.call("GET", "/audit/verify")
        return answer

    def gaps(self) -> Rows:
        """List what was not recorded, and why."""
        columns = ("why", "first", "last", "since", "until", "count")
        return Rows(self._archive.call("GET", "/audit/gaps"), columns)

    def access(self, patient_id: str = "", *, colleagues: bool = False) -> Rows:
        """Return who saw a patient's record, or those of colleagues, and what speaks for it."""
        query = {"colleagues": "true"} if colleagues else {"patient_id": patient_id}
        columns = ("hospital", "event", "user", "person", "department", "patient_id", "relation")
        return Rows(self._archive.call("GET", "/audit/access", query=query), columns)

    def state(self) -> dict[str, Any]:
        """Return how the trail stands: records, gaps, what waits to be sent."""
        answer: dict[str, Any] = self._archive.call("GET", "/audit/state")
        return answer
