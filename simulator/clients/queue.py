"""What the archive still owes to other nodes, as a client sees it."""

from __future__ import annotations

from typing import Any, Protocol

from simulator.results import Rows

_COLUMNS = ("number", "kind", "ae", "subject", "attempts", "next_in_seconds", "trying", "note")


class Calls(Protocol):
    """Who calls the admin API."""

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call the archive's admin API."""


class QueueClient:
    """Storage commitments and availability notices that were not delivered yet."""

    def __init__(self, archive: Calls) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def list(self, ae: str = "") -> Rows:
        """Return what is owed, to one node or to all, the oldest first."""
        rows = self._archive.call("GET", "/queues")
        return Rows([row for row in rows if ae in ("", row["ae"])], _COLUMNS)

    def retry(self, number: int) -> None:
        """Have a report tried again at once."""
        self._archive.call("POST", f"/queues/{number}/retry", {})

    def cancel(self, number: int) -> None:
        """Give a report up: its node will never hear of it."""
        self._archive.call("DELETE", f"/queues/{number}")
