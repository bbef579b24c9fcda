"""Faults of accounts (catalogue group H): who still has one, and who uses it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from simulator.client import Client


@dataclass(frozen=True, kw_only=True)
class Account:
    """Somebody gets an account, or gets another status and note in the one there is."""

    name: str
    by: str
    full_name: str = ""
    department: str = "Radiology"
    role: str = "viewer"
    status: str = "active"
    note: str = ""
    sort: str = "person"  # person | service | shared
    password: str = ""
    expires: str = ""

    def apply(self, seat: Client) -> None:
        """Open it, or change it."""
        users = seat.as_staff(self.by).users
        if any(user["name"] == self.name for user in users.list()):
            users.change(self.name, status=self.status, note=self.note)
            return
        facts = {"full_name": self.full_name, "department": self.department, "kind": self.sort}
        facts |= {"status": self.status, "note": self.note, "password": self.password}
        facts |= {"expires": self.expires}
        users.add(self.name, role=self.role, **facts)

    def lift(self, seat: Client) -> None:
        """Disable it: what it did must stay traceable."""
        seat.as_staff(self.by).users.disable(self.name)


@dataclass(frozen=True, kw_only=True)
class Until:
    """An account is given so many days, counted from now (H13)."""

    name: str
    days: int
    by: str

    def apply(self, seat: Client) -> None:
        """Write its last day down."""
        last = seat.clock.now() + timedelta(days=self.days)
        seat.as_staff(self.by).users.change(self.name, expires=f"{last:%Y-%m-%d}")

    def lift(self, seat: Client) -> None:
        """Let it last."""
        seat.as_staff(self.by).users.change(self.name, expires="")


@dataclass(frozen=True, kw_only=True)
class Password:
    """An account gets a password: by its owner, or by who helps out."""

    name: str
    password: str
    by: str

    def apply(self, seat: Client) -> None:
        """Set it; what was open ends."""
        seat.as_staff(self.by).users.set_password(self.name, self.password)

    def lift(self, seat: Client) -> None:
        """End what was opened with it; the old password is nobody's to know."""
        seat.as_staff(self.by).users.end_sessions(self.name)


@dataclass(frozen=True, kw_only=True)
class LogIn:
    """Somebody asks the help desk for a new password and logs in with it (H2)."""

    name: str
    by: str

    def apply(self, seat: Client) -> None:
        """Set the password, then use it."""
        password = hashlib.sha256(f"{seat.seat.config.seed}{self.name}".encode()).hexdigest()[:16]
        users = seat.as_staff(self.by).users
        users.set_password(self.name, password)
        users.login(self.name, password)

    def lift(self, seat: Client) -> None:
        """Disable the account; its sessions end with it."""
        seat.as_staff(self.by).users.disable(self.name)
