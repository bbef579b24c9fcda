"""The directory: what its groups and claims mean here, and keeping in step with it."""

from __future__ import annotations

from typing import Any

from simulator.archive.api.desk import Desk, Row
from simulator.web import Call


class DirectoryDesk(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        group, claim = "/api/directory/groups/{name}", "/api/directory/claims/{name}"
        return [
            ("GET", "/api/directory", "user.read", self.show, "where it is, and the map"),
            ("PUT", group, "role.edit", self.map_group, "let a group mean a role"),
            ("DELETE", group, "role.edit", self.unmap_group, "forget what a group means"),
            ("PUT", claim, "role.edit", self.map_claim, "let a claim mean a right"),
            ("DELETE", claim, "role.edit", self.unmap_claim, "forget what a claim means"),
            ("POST", "/api/directory/sync", "user.edit", self.sync, "let accounts follow it"),
        ]

    def show(self, call: Call) -> Any:
        """Show address, default role and map."""
        settings = self.archive.settings
        return {
            "url": settings["directory.url"],
            "default_role": settings["directory.default_role"],
            "map": self.archive.directory.map(),
        }

    def map_group(self, call: Call) -> Any:
        """Let a group mean a role."""
        return self._map(call, "group", "role")

    def map_claim(self, call: Call) -> Any:
        """Let a claim mean a right."""
        return self._map(call, "claim", "right")

    def unmap_group(self, call: Call) -> Any:
        """Forget what a group means."""
        return self._forget(call, "group")

    def unmap_claim(self, call: Call) -> Any:
        """Forget what a claim means."""
        return self._forget(call, "claim")

    def sync(self, call: Call) -> Any:
        """Let accounts follow the directory."""
        return self.archive.directory.sync(call.who.name, dry_run=call.yes("dry_run"))

    def _map(self, call: Call, kind: str, key: str) -> Any:
        (value,) = call.need(key)
        return self.archive.directory.assign(kind, call.path["name"], str(value), call.who.name)

    def _forget(self, call: Call, kind: str) -> Any:
        self.archive.directory.forget(kind, call.path["name"], call.who.name)
        return {"ok": True}
