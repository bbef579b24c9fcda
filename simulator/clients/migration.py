"""Migrations from and to another archive."""

from __future__ import annotations

import time
from typing import Any

from simulator.clients.archive import ArchiveClient
from simulator.progress import Progress, unseen
from simulator.results import Rows

_COLUMNS = ("number", "direction", "ae", "host", "port", "state", "note", "studies", "started")


class MigrationsClient:
    """Migrations of the archive."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def begin(self, direction: str, peer: str, **wishes: Any) -> dict[str, Any]:
        """Begin a migration 'from' or 'to' AET@HOST:PORT; wishes: since, until, by, dates_only."""
        body = {"direction": direction, "peer": peer, **wishes}
        answer: dict[str, Any] = self._archive.call("POST", "/migrations", body)
        return answer

    def from_(self, peer: str, **wishes: Any) -> dict[str, Any]:
        """Begin to fetch every study of AET@HOST:PORT; `wishes` as for `begin`."""
        return self.begin("from", peer, **wishes)

    def to(self, peer: str, **wishes: Any) -> dict[str, Any]:
        """Begin to send every study to AET@HOST:PORT; `wishes` as for `begin`."""
        return self.begin("to", peer, **wishes)

    def report(self, number: int) -> dict[str, Any]:
        """Return a migration and every study of it, compared by UID."""
        answer: dict[str, Any] = self._archive.call("GET", f"/migrations/{number}")
        return answer

    def resume(self, number: int) -> dict[str, Any]:
        """Go on with a migration: what is equal is left alone."""
        answer: dict[str, Any] = self._archive.call("POST", f"/migrations/{number}/resume", {})
        return answer

    def stop(self, number: int) -> dict[str, Any]:
        """Stop a migration after the study that is just moved."""
        answer: dict[str, Any] = self._archive.call("POST", f"/migrations/{number}/stop", {})
        return answer

    def reconcile(self, number: int) -> dict[str, Any]:
        """Compare every study of a migration again, and return the report."""
        answer: dict[str, Any] = self._archive.call("POST", f"/migrations/{number}/reconcile", {})
        return answer

    def wait(self, number: int, progress: Progress = unseen) -> dict[str, Any]:
        """Wait until a migration is over; `progress` gets studies done and studies known."""
        while True:
            row = self.list().one(number=number)
            total = sum(row["studies"].values())
            progress(total - row["studies"].get("waiting", 0), total)
            if row["state"] != "running":
                return self.report(number)
            time.sleep(0.2)

    def list(self) -> Rows:
        """List migrations with their counts, the oldest first."""
        return Rows(self._archive.call("GET", "/migrations"), _COLUMNS)
