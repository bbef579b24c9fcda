"""Sessions and API tokens: what was handed out after a log-in, to whom, and until when.

Only SHA-256 of a token is kept. Both kinds end with the account.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from simulator.archive import tables as t
from simulator.clock import real_seconds
from simulator.database import Database
from simulator.errors import RefusedError

_TOUCH_SECONDS = 60.0  # a use is written down at most once in this time
_SHOWN = 12  # characters of a digest that name a session to people


class Sessions:
    """The sessions of an archive."""

    def __init__(self, database: Database, now: Callable[[], str]) -> None:
        """Work on `database`; `now` is hospital time."""
        self.database, self.now = database, now
        self._touched: dict[str, float] = {}
        self._lock = threading.Lock()

    def open(self, db: Connection, user: str, minutes: float, host: str, **facts: str) -> str:
        """Hand out a token that lasts so many minutes of real time."""
        token = secrets.token_urlsafe(32)
        db.execute(delete(t.sessions).where(t.sessions.c.expires < int(real_seconds())))
        db.execute(
            insert(t.sessions).values(
                digest=digest(token),
                user=user,
                expires=int(real_seconds() + 60 * minutes),
                created=self.now(),
                last_used=self.now(),
                host=host,
                **facts,
            )
        )
        return token

    def close(self, token: str) -> None:
        """End one session by its token."""
        with self.database.write() as db:
            db.execute(delete(t.sessions).where(t.sessions.c.digest == digest(token)))

    def all(self, user: str = "") -> list[dict[str, Any]]:
        """Return what is open, without anything that would let somebody in."""
        statement = select(t.sessions).where(t.sessions.c.expires >= int(real_seconds()))
        if user:
            statement = statement.where(t.sessions.c.user == user)
        with self.database.read() as db:
            return [_facts(row) for row in db.execute(statement.order_by(t.sessions.c.created))]

    def end(self, number: str) -> dict[str, Any]:
        """End the session of this number; raises RefusedError if there is none."""
        found = next((row for row in self.all() if row["number"] == number), None)
        if found is None:
            raise RefusedError("There is no such session.", "List the sessions.", 404)
        with self.database.write() as db:
            db.execute(delete(t.sessions).where(t.sessions.c.digest.startswith(number)))
        return found

    def touch(self, token: str, user: str) -> None:
        """Write down that a token was used, not more often than is of interest."""
        key, now = digest(token), real_seconds()
        with self._lock:
            if now - self._touched.get(key, 0) < _TOUCH_SECONDS:
                return
            self._touched = {k: at for k, at in self._touched.items() if now - at < _TOUCH_SECONDS}
            self._touched[key] = now
        with self.database.write() as db:
            db.execute(
                update(t.sessions).where(t.sessions.c.digest == key).values(last_used=self.now())
            )
            db.execute(update(t.users).where(t.users.c.name == user).values(last_used=self.now()))


def end_all(db: Connection, user: str) -> int:
    """End every session and token of a user; returns how many."""
    return db.execute(delete(t.sessions).where(t.sessions.c.user == user)).rowcount


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _facts(row: Any) -> dict[str, Any]:
    left = max(0, round((row.expires - real_seconds()) / 60))
    return {
        "number": row.digest[:_SHOWN],
        "user": row.user,
        "kind": row.kind,
        "purpose": row.purpose,
        "host": row.host,
        "created": row.created,
        "last_used": row.last_used,
        "minutes_left": left,
    }
