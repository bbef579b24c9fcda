"""Accounts, roles and log-ins: who may do what to the archive.

Passwords are kept as argon2 hashes, tokens as SHA-256. Every failed log-in says plainly why to
the log, and to the caller no more than is safe: a wrong name and a wrong password look alike.
"""

from __future__ import annotations

import hashlib
import secrets
from functools import lru_cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, insert, select, update

from simulator.archive import tables as t
from simulator.archive.roles import RIGHTS, ROLES
from simulator.archive.settings import Settings
from simulator.clock import Clock, real_seconds
from simulator.database import Database
from simulator.errors import RefusedError, UsageError
from simulator.journal import Journal
from simulator.web import NOBODY, Principal

__all__ = ["RIGHTS", "ROLES", "Users"]
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)  # OWASP's second choice

STATUSES = ("active", "locked", "disabled")
_EDITABLE = ("full_name", "department", "role", "status", "note", "must_change")


class Users:
    """The accounts of the archive."""

    def __init__(self, database: Database, settings: Settings, clock: Clock, journal: Journal):
        """Work on `database`; what happens is told to `journal`."""
        self.database, self.settings = database, settings
        self.clock, self.journal = clock, journal

    # --- looking ------------------------------------------------------------------------------

    def all(self) -> list[dict[str, Any]]:
        """Return every account, without its password hash."""
        with self.database.read() as db:
            return [_facts(row) for row in db.execute(select(t.users).order_by(t.users.c.name))]

    def get(self, name: str) -> dict[str, Any]:
        """Return one account; raises RefusedError if there is none."""
        return _facts(self._row(name))

    def roles(self) -> list[dict[str, Any]]:
        """Return every role with its rights."""
        with self.database.read() as db:
            return [dict(row._mapping) for row in db.execute(select(t.roles))]

    # --- changing -----------------------------------------------------------------------------

    def prepare(self) -> None:
        """Enter the roles every archive begins with."""
        with self.database.write() as db:
            for name, (description, rights) in ROLES.items():
                db.execute(
                    insert(t.roles).values(name=name, description=description, rights=list(rights))
                )

    def add(self, facts: dict[str, Any], password: str, actor: str) -> dict[str, Any]:
        """Open an account; an empty password means that nobody can log in with it yet."""
        name = str(facts.get("name", "")).strip()
        if not (0 < len(name) <= 64 and name.isascii() and name.replace(".", "").isalnum()):
            raise UsageError(f"'{name}' is not a user name.", "Use letters, digits and dots.")
        if self._find(name):
            raise RefusedError(f"There is a user '{name}' already.", "Choose another name.", 409)
        values = self._checked({"role": "viewer", **_without(facts, "name", "password")})
        with self.database.write() as db:
            db.execute(
                insert(t.users).values(
                    {
                        "name": name,
                        "full_name": "",
                        "department": "",
                        "status": "active",
                        "note": "",
                        "must_change": False,
                        "failures": 0,
                        "last_login": "",
                        "created": self._now(),
                        **values,
                        "password": self._hash(password) if password else "",
                    }
                )
            )
        self._tell(
            "user.added", f"{actor} opened the account {name} ({values['role']})", name, actor
        )
        return self.get(name)

    def change(self, name: str, changes: dict[str, Any], actor: str) -> dict[str, Any]:
        """Change an account's facts or status."""
        old = self.get(name)
        values = self._checked(changes)
        self._keep_one_admin(name, old, values)
        if values.get("status") == "active":
            values["failures"] = 0
        with self.database.write() as db:
            db.execute(update(t.users).where(t.users.c.name == name).values(**values))
            if values.get("status", "active") != "active":
                db.execute(delete(t.sessions).where(t.sessions.c.user == name))
        for key in changes:
            self._tell(
                "user.changed",
                f"{actor} changed {key} of {name} from '{old[key]}' to '{changes[key]}'",
                name,
                actor,
            )
        return self.get(name)

    def set_password(self, name: str, password: str, actor: str) -> None:
        """Give an account a new password; its sessions end."""
        self._row(name)
        hashed = self._hash(password)
        with self.database.write() as db:
            db.execute(
                update(t.users)
                .where(t.users.c.name == name)
                .values(password=hashed, must_change=False, failures=0)
            )
            db.execute(delete(t.sessions).where(t.sessions.c.user == name))
        self._tell("user.password", f"{actor} set the password of {name}", name, actor)

    def remove(self, name: str, actor: str) -> None:
        """Delete an account: its history in the journal stays, its owner becomes hard to find."""
        self._keep_one_admin(name, self.get(name), {"status": "disabled"})
        with self.database.write() as db:
            db.execute(delete(t.sessions).where(t.sessions.c.user == name))
            db.execute(delete(t.users).where(t.users.c.name == name))
        self._tell("user.deleted", f"{actor} deleted the account {name}", name, actor)

    # --- logging in ---------------------------------------------------------------------------

    def login(self, name: str, password: str, host: str = "") -> str:
        """Return a token; raises RefusedError in words that suit the case."""
        row = self._find(name)
        hashed = row.password if row is not None else ""
        if not self._verified(hashed or _nobodys_hash(), password) or not hashed:
            self._failed(name, row, host)
        assert row is not None
        if row.status != "active":
            text = f"{name} is {row.status} and may not log in"
            self._tell("login.refused", text, name, name, host=host)
            raise RefusedError(
                f"The account {name} is {row.status}.", "A PACS administrator can change that.", 403
            )
        token = secrets.token_urlsafe(32)
        expires = int(real_seconds()) + 60 * int(self.settings["login.session_minutes"])
        with self.database.write() as db:
            db.execute(insert(t.sessions).values(digest=_digest(token), user=name, expires=expires))
            db.execute(
                update(t.users)
                .where(t.users.c.name == name)
                .values(failures=0, last_login=self._now())
            )
        self._tell("login", f"{name} logged in", name, name, host=host)
        return token

    def logout(self, token: str) -> None:
        """End a session."""
        with self.database.write() as db:
            db.execute(delete(t.sessions).where(t.sessions.c.digest == _digest(token)))

    def principal(self, token: str) -> Principal:
        """Return whose token this is and what the owner may do now."""
        statement = (
            select(t.users.c.name, t.users.c.status, t.roles.c.rights, t.sessions.c.expires)
            .select_from(t.sessions.join(t.users).join(t.roles))
            .where(t.sessions.c.digest == _digest(token))
        )
        with self.database.read() as db:
            row = db.execute(statement).first()
        if row is None or row.status != "active" or row.expires < real_seconds():
            return NOBODY
        return Principal(name=row.name, rights=frozenset(row.rights), token=token)

    # --- inner parts --------------------------------------------------------------------------

    def _failed(self, name: str, row: Any, host: str) -> None:
        """Count a wrong password, lock the account if the policy says so, and refuse."""
        why = "unknown user" if row is None else "wrong password"
        shown = name[:64] if name.isprintable() else "?"
        self._tell("login.failed", f"log-in as {shown} failed: {why}", shown, shown, host=host)
        if row is not None:
            failures = row.failures + 1
            limit = int(self.settings["login.max_failures"])
            locks = self.settings["login.lockout"] and failures >= limit and row.status == "active"
            with self.database.write() as db:
                db.execute(
                    update(t.users)
                    .where(t.users.c.name == name)
                    .values(failures=failures, **({"status": "locked"} if locks else {}))
                )
            if locks:
                text = f"{name} was locked after {failures} wrong passwords"
                self._tell("user.locked", text, name, shown, host=host)
        raise RefusedError("User name or password is wrong.", "Check both and try again.", 401)

    def _verified(self, hashed: str, password: str) -> bool:
        try:
            return _HASHER.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    def _hash(self, password: str) -> str:
        least = int(self.settings["login.min_password"])
        if len(password) < least:
            raise UsageError("The password is too short.", f"Use at least {least} characters.")
        return _HASHER.hash(password)

    def _checked(self, values: dict[str, Any]) -> dict[str, Any]:
        for key in values:
            if key not in _EDITABLE:
                raise UsageError(f"'{key}' cannot be set.", f"Set: {', '.join(_EDITABLE)}.")
            kind = bool if key == "must_change" else str
            if not isinstance(values[key], kind):
                raise UsageError(
                    f"{values[key]!r} is no value for {key}.", f"Give a {kind.__name__}."
                )
        if values.get("status", "active") not in STATUSES:
            raise UsageError(
                f"'{values['status']}' is not a status.", f"Use one of {', '.join(STATUSES)}."
            )
        known = {role["name"] for role in self.roles()}
        if "role" in values and values["role"] not in known:
            raise UsageError(
                f"There is no role '{values['role']}'.", f"There are: {', '.join(sorted(known))}."
            )
        return dict(values)

    def _keep_one_admin(self, name: str, old: dict[str, Any], values: dict[str, Any]) -> None:
        loses = values.get("role", old["role"]) != "pacs_admin" or (
            values.get("status", old["status"]) != "active"
        )
        if old["role"] != "pacs_admin" or old["status"] != "active" or not loses:
            return
        others = select(func.count()).where(
            t.users.c.role == "pacs_admin",
            t.users.c.status == "active",
            t.users.c.password != "",
            t.users.c.name != name,
        )
        with self.database.read() as db:
            if not db.execute(others).scalar_one():
                raise RefusedError(
                    f"{name} is the last active PACS administrator who can log in.",
                    "Appoint another one first.",
                    409,
                )

    def _find(self, name: str) -> Any:
        with self.database.read() as db:
            return db.execute(select(t.users).where(t.users.c.name == name)).first()

    def _row(self, name: str) -> Any:
        row = self._find(name)
        if row is None:
            raise RefusedError(
                f"There is no user '{name}'.", "List the users to see the names.", 404
            )
        return row

    def _now(self) -> str:
        return self.clock.now().isoformat(timespec="seconds")

    def _tell(self, kind: str, text: str, user: str, by: str, **facts: str) -> None:
        self.journal.write(kind, text, user=user, by=by, **facts)


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    """Return what the password of an unknown user is compared with, to take the same time."""
    return _HASHER.hash(secrets.token_hex())


def _facts(row: Any) -> dict[str, Any]:
    facts = dict(row._mapping)
    facts["has_password"] = bool(facts.pop("password"))
    return facts


def _without(values: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in keys}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
