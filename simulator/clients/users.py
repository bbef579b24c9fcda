"""Accounts and roles of the archive, as a client sees them."""

from __future__ import annotations

from typing import Any

from simulator.clients.archive import ArchiveClient
from simulator.results import Rows

_ACCOUNT = ("name", "full_name", "department", "role", "state", "last_login", "note")
_REVIEW = ("name", "full_name", "department", "role", "state", "last_used", "reason", "questions")


class UsersClient:
    """Accounts, their sessions and tokens, and who should have them."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    # --- one by one ---------------------------------------------------------------------------

    def list(self, **filters: str) -> Rows:
        """List accounts; filter by status, state, role, department …"""
        rows = [
            row
            for row in self._archive.call("GET", "/users")
            if all(row.get(key) == value for key, value in filters.items())
        ]
        return Rows(rows, _ACCOUNT)

    def show(self, name: str) -> dict[str, Any]:
        """Return one account."""
        answer: dict[str, Any] = self._archive.call("GET", f"/users/{name}")
        return answer

    get = show

    def add(
        self, name: str, *, role: str = "viewer", password: str = "", **facts: Any
    ) -> dict[str, Any]:
        """Open an account."""
        body = {"name": name, "role": role, "password": password, **facts}
        answer: dict[str, Any] = self._archive.call("POST", "/users", body)
        return answer

    def change(self, name: str, **changes: Any) -> dict[str, Any]:
        """Change role, status (active, locked, disabled), department, expires, labels, note …"""
        answer: dict[str, Any] = self._archive.call("PATCH", f"/users/{name}", changes)
        return answer

    def disable(self, name: str, note: str = "") -> dict[str, Any]:
        """Disable an account: nobody can use it, its history stays."""
        return self.change(name, status="disabled", **({"note": note} if note else {}))

    def unlock(self, name: str) -> dict[str, Any]:
        """Make a locked or disabled account active again."""
        return self.change(name, status="active")

    enable = unlock

    def password(self, name: str, password: str, *, must_change: bool = False) -> None:
        """Give an account a new password, to be changed at the first log-in if you say so."""
        body = {"password": password, "must_change": must_change}
        self._archive.call("POST", f"/users/{name}/password", body)

    set_password = password

    def remove(self, name: str) -> None:
        """Delete an account; disabling it is nearly always better."""
        self._archive.call("DELETE", f"/users/{name}")

    def login(self, name: str, password: str) -> ArchiveClient:
        """Log in as somebody; raises RefusedError saying why not."""
        client = ArchiveClient(self._archive.seat, name, password)
        client._token = client._login()
        return client

    # --- sessions and tokens ------------------------------------------------------------------

    def sessions(self, user: str = "") -> Rows:
        """List open sessions and API tokens, of one user or of all."""
        rows = self._archive.call("GET", "/sessions", query={"user": user})
        return Rows(rows, ("number", "user", "kind", "purpose", "host", "created", "minutes_left"))

    def end_session(self, number: str) -> None:
        """End one session or token."""
        self._archive.call("DELETE", f"/sessions/{number}")

    def end_sessions(self, name: str) -> int:
        """End every session and token of a user; returns how many."""
        return int(self._archive.call("DELETE", f"/users/{name}/sessions")["ended"])

    def token(self, name: str, purpose: str) -> str:
        """Issue an API token of an account; it is shown this once."""
        answer = self._archive.call("POST", f"/users/{name}/tokens", {"purpose": purpose})
        return str(answer["token"])

    # --- many at once -------------------------------------------------------------------------

    def load(self, csv: str, *, dry_run: bool = False) -> dict[str, Any]:
        """Open the accounts of a list (CSV text): all, or none if a line is bad."""
        body = {"csv": csv, "dry_run": dry_run}
        answer: dict[str, Any] = self._archive.call("POST", "/accounts/import", body)
        return answer

    def compare_personnel(self, csv: str) -> dict[str, Any]:
        """Compare the accounts with the personnel office's list (CSV text)."""
        answer: dict[str, Any] = self._archive.call("POST", "/personnel/compare", {"csv": csv})
        return answer

    def apply_personnel(self, csv: str) -> dict[str, Any]:
        """Open, change and disable accounts as the personnel office's list says."""
        answer: dict[str, Any] = self._archive.call("POST", "/personnel/apply", {"csv": csv})
        return answer

    # --- looking for trouble ------------------------------------------------------------------

    def review(self) -> Rows:
        """Return who may do what, when it was last used, why, and what to ask about it."""
        return Rows(self._archive.call("GET", "/access/review"), _REVIEW)

    def weak(self) -> Rows:
        """Return the accounts that a delivered or common password opens."""
        return Rows(self._archive.call("GET", "/access/weak"), ("name", "role", "state", "why"))

    def shared(self) -> Rows:
        """Return the accounts that look as if several people used them."""
        return Rows(self._archive.call("GET", "/access/shared"), ("name", "why"))

    def roles(self) -> Rows:
        """List roles and their rights."""
        return RolesClient(self._archive).list()


class RolesClient:
    """Roles: named sets of rights."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def list(self) -> Rows:
        """List roles and their rights."""
        return Rows(self._archive.call("GET", "/roles"), ("name", "description", "rights"))

    def put(self, name: str, rights: Any = None, description: str | None = None) -> dict[str, Any]:
        """Make a role, or give one other rights."""
        body = {"rights": rights, "description": description}
        answer: dict[str, Any] = self._archive.call(
            "PUT",
            f"/roles/{name}",
            {key: value for key, value in body.items() if value is not None},
        )
        return answer

    def remove(self, name: str) -> None:
        """Delete a role that nobody has."""
        self._archive.call("DELETE", f"/roles/{name}")

    def rights(self) -> Rows:
        """List the rights there are."""
        return Rows(self._archive.call("GET", "/rights"), ("right", "what"))

    def matrix(self, format: str = "csv") -> str:
        """Return roles and rights as CSV or TOML."""
        data: bytes = self._archive.call("GET", "/matrix", query={"format": format})
        return data.decode()

    def compare(self, policy: str) -> Rows:
        """Return where the roles differ from a written policy (CSV or TOML text)."""
        rows = self._archive.call("POST", "/matrix/compare", {"policy": policy})
        return Rows(rows, ("role", "right", "difference"))
