"""Accounts: opening, changing and closing them, one by one or from a list."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from simulator.archive import access_review, account_import, personnel
from simulator.archive.api.desk import Desk, Row
from simulator.errors import RefusedError, UsageError
from simulator.web import ANYONE, NOBODY, Call


class Accounts(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        one = "/api/users/{name}"
        return [
            ("GET", "/api/users", "user.read", self.users, "list accounts"),
            ("POST", "/api/users", "user.edit", self.add_user, "open an account"),
            ("GET", one, "user.read", self.user, "show an account"),
            ("PATCH", one, "user.edit", self.change_user, "change an account"),
            ("DELETE", one, "user.edit", self.remove_user, "delete an account"),
            ("POST", f"{one}/password", ANYONE, self.password, "set a password"),
            ("POST", "/api/accounts/import", "user.edit", self.load, "open accounts from a list"),
            ("POST", "/api/personnel/compare", "user.read", self.compare, "compare with a list"),
            ("POST", "/api/personnel/apply", "user.edit", self.apply, "do as the list says"),
            ("GET", "/api/access/review", "user.read", self.review, "who may do what, and why"),
            ("GET", "/api/access/weak", "user.read", self.weak, "weak and default passwords"),
            ("GET", "/api/access/shared", "user.read", self.shared, "accounts of several people"),
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

    def password(self, call: Call) -> Any:
        """Set a password: one's own with the old one, another's with the right to."""
        name, users = call.path["name"], self.archive.users
        (new,) = call.need("password")
        if call.who.name == name and not call.who.may("user.edit"):
            users.login(name, str(call.body.get("old", "")), call.host)
        elif not call.who.may("user.edit"):
            status = 401 if call.who is NOBODY else 403
            raise RefusedError(
                f"{call.who.name} may not set the password of {name}.", "Log in first.", status
            )
        forced = call.yes("must_change") and call.who.name != name
        users.set_password(name, str(new), call.who.name, must_change=forced)
        return {"ok": True}

    def load(self, call: Call) -> Any:
        """Open accounts from a list, all or none."""
        dry_run = call.yes("dry_run")
        return account_import.import_accounts(
            self.archive.users, _csv(call), call.who.name, dry_run=dry_run
        )

    def compare(self, call: Call) -> Any:
        """Compare the accounts with the personnel office's list."""
        return personnel.compare(self.archive.users, _csv(call))

    def apply(self, call: Call) -> Any:
        """Let joiners, movers and leavers have what the list says."""
        return personnel.apply(self.archive.users, _csv(call), call.who.name)

    def review(self, call: Call) -> Any:
        """Review access; `format=csv` for a file."""
        rows = access_review.review(self.archive.users)
        if call.query.get("format") == "csv":
            return Response(access_review.as_csv(rows), media_type="text/csv")
        return rows

    def weak(self, call: Call) -> Any:
        """Look for passwords that everybody knows."""
        found = access_review.weak_passwords(self.archive.users)
        names = ", ".join(row["name"] for row in found) or "none"
        self.tell("access.scanned", f"{call.who.name} looked for weak passwords: {names}", call, "")
        return found

    def shared(self, call: Call) -> Any:
        """Look for accounts that several people use."""
        return access_review.shared(
            self.archive.users, self.journal.entries(kind="login", source="archive")
        )


def _csv(call: Call) -> str:
    (text,) = call.need("csv")
    if not isinstance(text, str):
        raise UsageError("The list is no text.", "Send the CSV file's text as 'csv'.")
    return text
