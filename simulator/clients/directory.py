"""The directory, from both sides: its people, and what its groups mean at the archive."""

from __future__ import annotations

import sys
import time
from typing import Any

from simulator import system
from simulator.clients.archive import ArchiveClient
from simulator.errors import CannotError, RefusedError
from simulator.files import read_json
from simulator.http import request
from simulator.results import Rows

_START_SECONDS = 20.0


class DirectoryClient:
    """The identity provider of the seat."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session, and as the directory's administrator."""
        self._archive, self._seat = archive, archive.seat
        self._folder = archive.seat.folder / "directory"

    # --- the process --------------------------------------------------------------------------

    def start(self) -> dict[str, Any]:
        """Start the directory and let the archive ask it; returns where it is."""
        lock = self._seat.lock("directory")
        if not lock.is_held():
            (self._folder / "directory.json").unlink(missing_ok=True)
            command = [sys.executable, "-m", "simulator.directory", str(self._seat.folder)]
            system.spawn(command, self._seat.folder / "logs" / "directory.out")
        deadline = time.monotonic() + _START_SECONDS
        while not (self._folder / "directory.json").exists():
            if time.monotonic() > deadline:
                raise CannotError("The directory did not start.", "See logs/directory.out.")
            time.sleep(0.05)
        self._archive.set("directory.url", self.url)
        return self.status()

    def stop(self) -> None:
        """Stop the directory: nobody it knows can log in any more."""
        if not self._seat.lock("directory").is_held():
            raise RefusedError("The directory does not run.", "Nothing was done.")
        system.stop(int(self._facts()["pid"]))

    def status(self) -> dict[str, Any]:
        """Return whether the directory runs, where it is, and whether the archive asks it."""
        running = self._seat.lock("directory").is_held()
        asked = str(self._archive.setting("directory.url"))
        url = self.url if running else ""
        return {"running": running, "url": url, "archive_asks": asked,
                "people": len(self.people()) if running else 0}  # fmt: skip

    @property
    def url(self) -> str:
        """Where the directory is."""
        return str(self._facts()["url"])

    # --- its people ---------------------------------------------------------------------------

    def people(self) -> Rows:
        """List the directory's people with their groups and claims."""
        rows = self._call("GET", "/people")
        return Rows(rows, ("user", "full_name", "department", "groups", "claims", "enabled"))

    def add(self, user: str, **facts: Any) -> dict[str, Any]:
        """Enter a person: full_name, department, groups, claims, password, enabled."""
        answer: dict[str, Any] = self._call("PUT", f"/people/{user}", facts)
        return answer

    def change(self, user: str, **facts: Any) -> dict[str, Any]:
        """Change a person."""
        answer: dict[str, Any] = self._call("PATCH", f"/people/{user}", facts)
        return answer

    def remove(self, user: str) -> None:
        """Delete a person."""
        self._call("DELETE", f"/people/{user}")

    # --- what it means at the archive ---------------------------------------------------------

    def show(self) -> dict[str, Any]:
        """Return where the archive looks for its directory, and what groups mean."""
        answer: dict[str, Any] = self._archive.call("GET", "/directory")
        return answer

    def map_group(self, group: str, role: str) -> dict[str, Any]:
        """Let a group mean a role at the archive."""
        answer: dict[str, Any] = self._archive.call(
            "PUT", f"/directory/groups/{group}", {"role": role}
        )
        return answer

    def unmap_group(self, group: str) -> None:
        """Forget what a group means."""
        self._archive.call("DELETE", f"/directory/groups/{group}")

    def map_claim(self, claim: str, right: str) -> dict[str, Any]:
        """Let a claim mean a right beside the role's."""
        answer: dict[str, Any] = self._archive.call(
            "PUT", f"/directory/claims/{claim}", {"right": right}
        )
        return answer

    def unmap_claim(self, claim: str) -> None:
        """Forget what a claim means."""
        self._archive.call("DELETE", f"/directory/claims/{claim}")

    def sync(self, *, dry_run: bool = False) -> Rows:
        """Let the archive's accounts follow the directory; returns the report."""
        answer = self._archive.call("POST", "/directory/sync", {"dry_run": dry_run})
        return Rows(answer["lines"], ("user", "role", "why", "changed", "problem"))

    # --- inner parts --------------------------------------------------------------------------

    def _facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = read_json(self._folder / "directory.json", "directory")
        return facts

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        if not self._seat.lock("directory").is_held():
            raise CannotError("The directory does not run.", "Say 'pacslab directory start'.")
        token = str(self._facts()["token"])
        return request(method, self.url + path, body, token=token, service="directory")
