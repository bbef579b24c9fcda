"""What could not be filed, and whether files and index agree."""

from __future__ import annotations

from typing import Any

from simulator.clients.archive import ArchiveClient
from simulator.results import Rows


class QuarantineClient:
    """Objects the archive received and could not file."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def list(self) -> Rows:
        """List them with the reason, the oldest first."""
        columns = ("number", "received", "source", "status", "reason", "patient", "form", "size")
        rows = self._archive.call("GET", "/quarantine")
        for row in rows:
            row["patient"] = row["shown"].get("PatientID", "")
        return Rows(rows, columns)

    def show(self, number: str) -> dict[str, Any]:
        """Return one object's facts."""
        answer: dict[str, Any] = self._archive.call("GET", f"/quarantine/{number}")
        return answer

    def file(self, number: str) -> bytes:
        """Return an object as it was received: a Part 10 file, or a bare data set."""
        answer: bytes = self._archive.call("GET", f"/quarantine/{number}/file")
        return answer

    def release(self, number: str) -> dict[str, Any]:
        """Try to file an object again; raises RefusedError saying why it cannot be filed."""
        answer: dict[str, Any] = self._archive.call("POST", f"/quarantine/{number}/release", {})
        return answer

    def delete(self, number: str) -> None:
        """Delete an object."""
        self._archive.call("DELETE", f"/quarantine/{number}")


class IntegrityClient:
    """Whether the archive's files and index agree."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def at_start(self) -> dict[str, Any]:
        """Return what the check at the last start found and repaired."""
        answer: dict[str, Any] = self._archive.call("GET", "/integrity")
        return answer

    def check(self, *, deep: bool = False) -> dict[str, Any]:
        """Compare files and index now; `deep` reads every file and compares its content."""
        answer: dict[str, Any] = self._archive.call("POST", "/integrity", {"deep": deep})
        return answer
