"""Accounts and roles."""

from __future__ import annotations

from typing import Any

from simulator.archive.api.desk import Desk, Row
from simulator.web import Call


class Accounts(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        return [
            ("GET", "/api/users", "user.read", self.users, "list accounts"),
            ("POST", "/api/users", "user.edit", self.add_user, "open an account"),
            ("GET", "/api/users/{name}", "user.read", self.user, "show an account"),
            ("PATCH", "/api/users/{name}", "user.edit", self.change_user, "change an account"),
            ("DELETE", "/api/users/{name}", "user.edit", self.remove_user, "delete an account"),
            ("GET", "/api/roles", "user.read", self.roles, "list roles and their rights"),
        ]

    def users(self, call: Call) -> Any:
        """List accounts."""
        return self.archive.users.all()

    def user(self, call: Call) -> Any:
        """Show one account."""
        return self.archive.users.get(call.path["name"])

    def add_user(self, call: Call) -> Any:
        """Open an account."""
        call.need("name")
        return self.archive.users.add(call.body, str(call.body.get("password", "")), call.who.name)

    def change_user(self, call: Call) -> Any:
        """Change an account."""
        return self.archive.users.change(call.path["name"], call.body, call.who.name)

    def remove_user(self, call: Call) -> Any:
        """Delete an account."""
        self.archive.users.remove(call.path["name"], call.who.name)
        return {"ok": True}

    def roles(self, call: Call) -> Any:
        """List roles."""
        return self.archive.users.roles()
