"""The queue to other nodes, as a client sees it: jobs, destinations, and counts that reconcile."""

from __future__ import annotations

from typing import Any, Protocol
from urllib.parse import quote

from simulator.results import Rows

_COLUMNS = (
    "number", "kind", "ae", "subject", "rule", "state", "attempts", "next_in_seconds", "window",
    "note",
)  # fmt: skip
_BOARD = (
    "ae", "waiting", "working", "failed", "dead", "oldest_minutes", "sent", "refused", "paused",
    "note",
)  # fmt: skip
_RECONCILED = (
    "rule", "ae", "matched", "sent", "waiting", "dead", "refused", "gone", "cancelled", "lost",
    "present", "reconciled", "refusals",
)  # fmt: skip


class Calls(Protocol):
    """Who calls the admin API."""

    def call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        query: dict[str, str] | None = None,
    ) -> Any:
        """Call the archive's admin API."""


class QueueClient:
    """What goes to other nodes by itself: rules' jobs, commitments, availability notices."""

    def __init__(self, archive: Calls) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def list(self, ae: str = "") -> Rows:
        """Return what is owed, to one node or to all, the oldest first."""
        rows = self._archive.call("GET", "/queues")
        return Rows([row for row in rows if ae in ("", row["ae"])], _COLUMNS)

    def destinations(self) -> Rows:
        """Return how it stands with each destination."""
        return Rows(self._archive.call("GET", "/queues/destinations"), _BOARD)

    def pause(self, ae: str, reason: str = "") -> None:
        """Send a node nothing for the time being; what is owed to it waits."""
        self._archive.call("POST", _place(ae, "pause"), {"reason": reason})

    def resume(self, ae: str) -> None:
        """Send to a node again."""
        self._archive.call("POST", _place(ae, "resume"), {})

    def retry_all(self, ae: str) -> int:
        """Have everything of a node tried at once, dead letters, too; returns how many."""
        return int(self._archive.call("POST", _place(ae, "retry"), {})["count"])

    def retry(self, number: int) -> None:
        """Have a report tried again at once."""
        self._archive.call("POST", f"/queues/{number}/retry", {})

    def reschedule(self, number: int, *, seconds: float | None = None, at: str = "") -> float:
        """Have a report tried in so many seconds, or at a moment of hospital time; returns them."""
        body = {"at": at} if at else {"seconds": seconds}
        answer = self._archive.call("POST", f"/queues/{number}/reschedule", body)
        return float(answer["next_in_seconds"])

    def cancel(self, number: int) -> None:
        """Give a report up: its node will never hear of it."""
        self._archive.call("DELETE", f"/queues/{number}")

    def reconcile(self, *, ask: bool = False) -> Rows:
        """Return what became of what each rule matched; `ask` queries the nodes, too."""
        query = {"ask": "true"} if ask else {}
        return Rows(self._archive.call("GET", "/queues/reconcile", query=query), _RECONCILED)


def _place(ae: str, what: str) -> str:
    return f"/queues/destinations/{quote(ae, safe='')}/{what}"
