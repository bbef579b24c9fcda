"""Backups of the archive, restores, and the index made anew."""

from __future__ import annotations

from typing import Any

from simulator.clients.archive import ArchiveClient
from simulator.results import Rows

_COLUMNS = ("name", "taken", "by", "revision", "files", "bytes", "copied", "lacking")


class BackupsClient:
    """Backups in the seat's own vault; `pacslab archive backup … --out` carries them elsewhere."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def list(self) -> Rows:
        """List backups, the oldest first."""
        return Rows(self._archive.call("GET", "/backups"), _COLUMNS)

    def create(self, name: str = "", *, keys: bool = False) -> dict[str, Any]:
        """Back up index, files and configuration while the archive goes on; returns its manifest.

        `keys` saves the private keys of TLS, too.
        """
        body = {"name": name, "keys": keys}
        answer: dict[str, Any] = self._archive.call("POST", "/backups", body)
        return answer

    def show(self, name: str) -> dict[str, Any]:
        """Return the manifest of a backup."""
        answer: dict[str, Any] = self._archive.call("GET", f"/backups/{name}")
        return answer

    def verify(self, name: str) -> dict[str, Any]:
        """Read everything in a backup and open its index on trial; returns what is wrong."""
        answer: dict[str, Any] = self._archive.call("POST", f"/backups/{name}/verify", {})
        return answer

    def remove(self, name: str) -> int:
        """Delete a backup; returns how many files no other backup needed."""
        return int(self._archive.call("DELETE", f"/backups/{name}")["files"])

    def restore(
        self, name: str, *, study: str = "", keep_nodes: bool = False, config: bool = False
    ) -> dict[str, Any]:
        """Put a backup back, or one study of it; what is there now is kept aside.

        `config` brings config.toml and certificates, too; they count from the next start.
        """
        body = {"study": study, "keep_nodes": keep_nodes, "config": config}
        answer: dict[str, Any] = self._archive.call("POST", f"/backups/{name}/restore", body)
        return answer

    def undo_restore(self) -> dict[str, Any]:
        """Take the last restore back."""
        answer: dict[str, Any] = self._archive.call("POST", "/restores/undo", {"sure": True})
        return answer

    def rebuild(self) -> dict[str, Any]:
        """Make the index anew from the files; returns what was lost with it."""
        answer: dict[str, Any] = self._archive.call("POST", "/rebuild", {"sure": True})
        return answer


class SchemaClient:
    """The history of the index's tables; it is moved while the archive stands still."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def show(self) -> dict[str, Any]:
        """Return which revision the index's tables have, and which there are."""
        answer: dict[str, Any] = self._archive.call("GET", "/schema")
        return answer
