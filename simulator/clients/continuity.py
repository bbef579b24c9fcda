"""Backups of the archive, restores, and the index made anew."""

from __future__ import annotations

import time
from typing import Any

from simulator.clients.archive import ArchiveClient
from simulator.progress import Progress, unseen
from simulator.results import Rows

_JOBS = ("number", "what", "name", "by", "started", "state", "done", "of", "note")
_SOON, _LATER = 0.05, 0.5  # seconds between two looks at a job
_COLUMNS = ("name", "taken", "by", "revision", "files", "bytes", "copied", "lacking")


class BackupsClient:
    """Backups in the seat's own vault; `pacslab archive backup … --out` carries them elsewhere.

    Long work is a job at the archive: each call waits for its end, however long that takes.
    """

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def list(self) -> Rows:
        """List backups, the oldest first."""
        return Rows(self._archive.call("GET", "/backups"), _COLUMNS)

    def create(
        self, name: str = "", *, keys: bool = False, progress: Progress = unseen
    ) -> dict[str, Any]:
        """Back up index, files and configuration while the archive goes on; returns its manifest.

        `keys` saves the private keys of TLS, too.
        """
        return self._worked("/backups", {"name": name, "keys": keys}, progress)

    def show(self, name: str) -> dict[str, Any]:
        """Return the manifest of a backup."""
        answer: dict[str, Any] = self._archive.call("GET", f"/backups/{name}")
        return answer

    def verify(self, name: str, *, progress: Progress = unseen) -> dict[str, Any]:
        """Read everything in a backup and open its index on trial; returns what is wrong."""
        return self._worked(f"/backups/{name}/verify", {}, progress)

    def remove(self, name: str) -> int:
        """Delete a backup; returns how many files no other backup needed."""
        return int(self._archive.call("DELETE", f"/backups/{name}")["files"])

    def restore(
        self, name: str, *, study: str = "", keep_nodes: bool = False, config: bool = False,
        progress: Progress = unseen,
    ) -> dict[str, Any]:  # fmt: skip
        """Put a backup back, or one study of it; what is there now is kept aside.

        `config` brings config.toml and certificates, too; they count from the next start.
        """
        body = {"study": study, "keep_nodes": keep_nodes, "config": config}
        return self._worked(f"/backups/{name}/restore", body, progress)

    def undo_restore(self) -> dict[str, Any]:
        """Take the last restore back."""
        return self._worked("/restores/undo", {"sure": True}, unseen)

    def rebuild(self, *, progress: Progress = unseen) -> dict[str, Any]:
        """Make the index anew from the files; returns what was lost with it."""
        return self._worked("/rebuild", {"sure": True}, progress)

    def jobs(self) -> Rows:
        """List the long work since the archive was started, the oldest first."""
        return Rows(self._archive.call("GET", "/backup-jobs"), _JOBS)

    def job(self, number: int) -> dict[str, Any]:
        """Return how far a job is, with its result once it is done; raises what it failed with."""
        answer: dict[str, Any] = self._archive.call("GET", f"/backup-jobs/{number}")
        return answer

    def _worked(self, path: str, body: dict[str, Any], progress: Progress) -> dict[str, Any]:
        """Begin a job, wait for its end and return its result."""
        number, pause = self._archive.call("POST", path, {**body, "begin": True})["number"], _SOON
        while (job := self.job(number))["state"] == "running":
            progress(job["done"], job["of"])
            time.sleep(pause)
            pause = min(_LATER, 2 * pause)
        progress(job["done"], job["of"])
        result: dict[str, Any] = job["result"]
        return result


class SchemaClient:
    """The history of the index's tables; it is moved while the archive stands still."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def show(self) -> dict[str, Any]:
        """Return which revision the index's tables have, and which there are."""
        answer: dict[str, Any] = self._archive.call("GET", "/schema")
        return answer
