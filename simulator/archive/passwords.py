"""Passwords: how they are kept, what a new one must be, and when one is too old.

Nothing here knows a password: argon2 hashes are compared, those that were used before too.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, insert, select

from simulator.archive.settings import Settings
from simulator.archive.user_tables import password_history
from simulator.errors import UsageError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)  # OWASP's second choice
_KEPT = 24  # hashes of an account
# What devices and archives are delivered with, and what people choose when nobody stops them.
COMMON = (
    "admin", "password", "pacs", "changeme", "dicom", "orthanc", "service", "welcome1",
    "password1", "12345678", "1234567890", "password123", "administrator", "changeme123",
)  # fmt: skip


def verified(hashed: str, password: str) -> bool:
    """Return whether a password belongs to a hash."""
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def nobodys_hash() -> str:
    """Return what the password of an unknown user is compared with, to take the same time."""
    return _HASHER.hash(secrets.token_hex())


class Passwords:
    """The policy of an archive, by its settings."""

    def __init__(self, settings: Settings) -> None:
        """Read the policy from `settings`."""
        self.settings = settings
        self._scanned: dict[str, str] = {}  # hash → the weak password behind it, if any

    def hashed(self, password: str, name: str) -> str:
        """Return the hash of a new password; raises UsageError saying what it lacks."""
        least, classes = self.settings["login.min_password"], self.settings["password.classes"]
        if len(password) < least:
            raise UsageError("The password is too short.", f"Use at least {least} characters.")
        if len(password) > 1024:
            raise UsageError("The password is too long.", "Use at most 1024 characters.")
        if _classes(password) < classes:
            raise UsageError(
                f"The password has fewer than {classes} kinds of characters.",
                "Mix small and capital letters, digits and others.",
            )
        if self.settings["password.refuse_common"] and _is_common(password, name):
            raise UsageError(
                "The password is a common one, or the user's name.", "Choose another one."
            )
        return _HASHER.hash(password)

    def refuse_used(self, db: Connection, name: str, password: str) -> None:
        """Refuse a password its owner had before; raises UsageError."""
        count = int(self.settings["password.history"])
        c = password_history.c
        rows = db.execute(
            select(c.password).where(c.user == name).order_by(c.number.desc()).limit(count)
        ).scalars()
        if count and any(verified(hashed, password) for hashed in rows):
            raise UsageError(
                f"The password is one of the last {count}.", "Choose one you did not have before."
            )

    def remember(self, db: Connection, name: str, hashed: str, at: str) -> None:
        """Keep a hash in the history, and no more of them than are ever compared."""
        c = password_history.c
        db.execute(insert(password_history).values(user=name, at=at, password=hashed))
        kept = select(c.number).where(c.user == name).order_by(c.number.desc()).limit(_KEPT)
        db.execute(delete(password_history).where(c.user == name, c.number.not_in(kept)))

    def is_old(self, row: Any, now: datetime) -> bool:
        """Return whether an account's password is older than the rule of its kind allows."""
        key = "password.service_max_age_days" if row.kind == "service" else "password.max_age_days"
        days, since = int(self.settings[key]), row.password_at
        return bool(days and since) and datetime.fromisoformat(since) + timedelta(days=days) <= now

    def weakness(self, name: str, hashed: str) -> str:
        """Return why an account's password is weak; empty if none of the known ones opens it."""
        if not hashed:
            return ""
        if hashed not in self._scanned:
            tried = (name, *COMMON[:8])  # each costs 20 ms: those devices are delivered with
            self._scanned[hashed] = next((word for word in tried if verified(hashed, word)), "")
        word = self._scanned[hashed]
        if not word:
            return ""
        return "its own user name" if word.startswith(name) else "a default or common password"


def _classes(password: str) -> int:
    kinds = (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())
    return sum(any(kind(character) for character in password) for kind in kinds)


def _is_common(password: str, name: str) -> bool:
    plain = password.lower()
    return plain in COMMON or plain in (name.lower(), name.lower() + "1", name.lower() + "123")
