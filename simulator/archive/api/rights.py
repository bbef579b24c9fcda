"""Roles, their rights, and the policy they are compared with."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from simulator.archive import role_matrix
from simulator.archive.api.desk import Desk, Row
from simulator.archive.roles import RIGHTS
from simulator.errors import UsageError
from simulator.web import Call


class Rights(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        return [
            ("GET", "/api/roles", "user.read", self.roles, "list roles and their rights"),
            ("PUT", "/api/roles/{name}", "role.edit", self.put, "make or change a role"),
            ("DELETE", "/api/roles/{name}", "role.edit", self.remove, "delete a role"),
            ("GET", "/api/rights", "user.read", self.rights, "list the rights there are"),
            ("GET", "/api/matrix", "user.read", self.matrix, "roles and rights, CSV or TOML"),
            ("POST", "/api/matrix/compare", "user.read", self.compare, "compare with a policy"),
        ]

    def roles(self, call: Call) -> Any:
        """List roles."""
        return self.archive.users.roles()

    def put(self, call: Call) -> Any:
        """Make a role or change one."""
        return self.archive.users.role_table.put(call.path["name"], call.body, call.who.name)

    def remove(self, call: Call) -> Any:
        """Delete a role nobody has."""
        self.archive.users.role_table.remove(call.path["name"], call.who.name)
        return {"ok": True}

    def rights(self, call: Call) -> Any:
        """List the rights there are."""
        return [{"right": right, "what": what} for right, what in RIGHTS.items()]

    def matrix(self, call: Call) -> Any:
        """Export the matrix; `format` is csv or toml."""
        matrix = role_matrix.matrix_of(self.archive.users.roles())
        form = call.query.get("format", "csv")
        if form not in ("csv", "toml"):
            raise UsageError(f"There is no format '{form[:20]}'.", "Use csv or toml.")
        text = role_matrix.as_csv(matrix) if form == "csv" else role_matrix.as_toml(matrix)
        return Response(text, media_type="text/csv" if form == "csv" else "application/toml")

    def compare(self, call: Call) -> Any:
        """Say where the matrix and a written policy differ."""
        (text,) = call.need("policy")
        policy = role_matrix.read_policy(text if isinstance(text, str) else "")
        return role_matrix.differences(role_matrix.matrix_of(self.archive.users.roles()), policy)
