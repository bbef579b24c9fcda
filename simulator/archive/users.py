"""Log-ins: who comes in, with which rights, and until when.

Passwords are kept as argon2 hashes, tokens as SHA-256. Every failed log-in says plainly why to
the log, and to the caller no more than is safe: a wrong name and a wrong password look alike.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from simulator.archive import account_facts as a
from simulator.archive import passwords
from simulator.archive import tables as t
from simulator.archive.accounts import Accounts
from simulator.archive.roles import RIGHTS, ROLES, rights_of
from simulator.archive.sessions import digest, end_all
from simulator.clock import real_seconds
from simulator.errors import RefusedError
from simulator.web import NOBODY, Principal

__all__ = ["RIGHTS", "ROLES", "Users"]


class Users(Accounts):
    """The accounts of the archive, and the door they open."""

    def login(self, name: str, password: str, host: str = "") -> str:
        """Return a token; raises RefusedError in words that suit the case."""
        row = self.find(name)
        asked = (row is None or row.origin == "directory") and self.settings["directory.url"]
        if asked and asked != "none" and a.is_name(name) and self.ask_directory(name, password):
            row = self.row(name)  # as the directory just said
        elif not self._verified((row and row.password) or passwords.nobodys_hash(), password) or (
            row is None or not row.password
        ):
            self._failed(name, row, host)
        assert row is not None
        self._refuse_closed(row, host)
        with self.database.write() as db:
            minutes = int(self.settings["login.session_minutes"])
            token = self.sessions.open(db, name, minutes, host)
            facts = {"failures": 0, "last_login": self.now(), "last_used": self.now()}
            db.execute(update(t.users).where(t.users.c.name == name).values(**facts))
        self.tell("login", f"{name} logged in", name, name, host=host)
        return token

    def logout(self, token: str) -> None:
        """End a session."""
        self.sessions.close(token)

    def issue_token(self, name: str, purpose: str, actor: str) -> str:
        """Return an API token with the rights of an account; it ends with the account."""
        row = self.row(name)
        if a.state(row, self.clock.now()) != "active":
            raise RefusedError(f"The account {name} is not active.", "Enable it first.", 409)
        minutes = 24 * 60 * int(self.settings["login.token_days"])
        with self.database.write() as db:
            token = self.sessions.open(db, name, minutes, "", kind="token", purpose=purpose)
        text = f"{actor} issued an API token of {name} for: {purpose}"
        self.tell("token.issued", text, name, actor, purpose=purpose)
        return token

    def end_sessions(self, name: str) -> int:
        """End every session and token of an account; returns how many."""
        self.row(name)
        with self.database.write() as db:
            return end_all(db, name)

    def principal(self, token: str) -> Principal:
        """Return whose token this is and what the owner may do now."""
        statement = (
            select(t.users, t.roles.c.rights, t.sessions.c.expires.label("until"))
            .select_from(t.sessions.join(t.users).join(t.roles))
            .where(t.sessions.c.digest == digest(token))
        )
        with self.database.read() as db:
            row = db.execute(statement).first()
        if row is None or row.until < real_seconds():
            return NOBODY
        if a.state(row, self.clock.now()) != "active" and self.revokes():
            return NOBODY
        self.sessions.touch(token, row.name)
        rights = rights_of(row.role, row.rights) | set(row.grants or ())
        if self.must_change(row):
            rights = frozenset()  # but to change the password
        return Principal(name=row.name, rights=rights, token=token)

    def must_change(self, row: Any) -> bool:
        """Return whether the owner of an account must choose a new password first."""
        aged = row.kind != "service" and self.passwords.is_old(row, self.clock.now())
        return bool(row.must_change or aged) and row.origin != "directory"

    # --- inner parts --------------------------------------------------------------------------

    def _refuse_closed(self, row: Any, host: str) -> None:
        """Refuse who knows the password, but may not come in."""
        why = a.state(row, self.clock.now())
        remedy = "A PACS administrator can change that."
        if row.kind == "service" and self.passwords.is_old(row, self.clock.now()):
            why, remedy = "locked out: its password has expired", "Rotate it, here and at its user."
        if why == "active":
            return
        text = f"{row.name} is {why} and may not log in"
        self.tell("login.refused", text, row.name, row.name, host=host)
        raise RefusedError(f"The account {row.name} is {why}.", remedy, 403)

    def _failed(self, name: str, row: Any, host: str) -> None:
        """Count a wrong password, lock the account if the policy says so, and refuse."""
        why = "unknown user" if row is None else "wrong password"
        shown = name[:64] if name.isprintable() else "?"
        self.tell("login.failed", f"log-in as {shown} failed: {why}", shown, shown, host=host)
        if row is not None:
            failures = row.failures + 1
            limit = int(self.settings["login.max_failures"])
            locks = self.settings["login.lockout"] and failures >= limit and row.status == "active"
            with self.database.write() as db:
                self.write(db, name, {"status": "locked"} if locks else {"failures": failures})
                db.execute(update(t.users).where(t.users.c.name == name).values(failures=failures))
            if locks:
                text = f"{name} was locked after {failures} wrong passwords"
                self.tell("user.locked", text, name, shown, host=host)
        raise RefusedError("User name or password is wrong.", "Check both and try again.", 401)

    def _verified(self, hashed: str, password: str) -> bool:
        return passwords.verified(hashed, password)
