"""Faults of the directory (catalogue group H): who is in it, and what its groups mean here."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from simulator.client import Client
from simulator.errors import RefusedError
from simulator.people import directory_people


@dataclass(frozen=True, kw_only=True)
class DirectoryRuns:
    """The directory is started, with the hospital's staff and nobody else, and is asked."""

    by: str

    def apply(self, seat: Client) -> None:
        """Start it; put back who is in it, for a reset of the archive does not."""
        directory = seat.as_staff(self.by).directory
        directory.start()
        staff = directory_people(seat.seat.config.seed)
        for person in directory.people():
            if person["user"] not in staff:
                directory.remove(person["user"])
        for user, facts in staff.items():
            directory.add(user, **{"claims": [], "enabled": True, **facts})

    def lift(self, seat: Client) -> None:
        """Let the archive ask no directory."""
        seat.as_staff(self.by).archive.set("directory.url", "none")


@dataclass(frozen=True, kw_only=True)
class DirectoryPerson:
    """Somebody is entered in the directory, or gets other groups and claims there (H7, H8)."""

    user: str
    by: str
    facts: dict[str, Any] = field(default_factory=dict)

    def apply(self, seat: Client) -> None:
        """Enter what is known of the person."""
        seat.as_staff(self.by).directory.add(self.user, **self.facts)

    def lift(self, seat: Client) -> None:
        """Take the person out again."""
        with suppress(RefusedError):
            seat.as_staff(self.by).directory.remove(self.user)


@dataclass(frozen=True, kw_only=True)
class DirectoryPeople:
    """Several people with the same groups and claims; the password is `password` and the name."""

    users: tuple[str, ...]
    names: tuple[str, ...]
    department: str
    password: str
    by: str
    groups: tuple[str, ...] = field(default_factory=tuple)
    claims: tuple[str, ...] = field(default_factory=tuple)

    def apply(self, seat: Client) -> None:
        """Enter them, and let the archive open their accounts."""
        directory = seat.as_staff(self.by).directory
        shared = {"groups": list(self.groups), "claims": list(self.claims)}
        for user, name in zip(self.users, self.names, strict=True):
            facts = {"full_name": name, "department": self.department, **shared}
            directory.add(user, password=f"{self.password}{user}", **facts)
        directory.sync()

    def lift(self, seat: Client) -> None:
        """Take them out again."""
        directory = seat.as_staff(self.by).directory
        for user in self.users:
            with suppress(RefusedError):
                directory.remove(user)


@dataclass(frozen=True, kw_only=True)
class LostClaims:
    """Some people of the directory have lost a claim, and the archive follows (H7)."""

    users: tuple[str, ...]
    claim: str
    by: str

    def apply(self, seat: Client) -> None:
        """Take the claim from each, then let the archive's accounts follow."""
        self._set(seat, held=False)

    def lift(self, seat: Client) -> None:
        """Give it back to each."""
        self._set(seat, held=True)

    def _set(self, seat: Client, *, held: bool) -> None:
        directory = seat.as_staff(self.by).directory
        for person in directory.people():
            if person["user"] in self.users:
                kept = [claim for claim in person["claims"] if claim != self.claim]
                directory.change(person["user"], claims=kept + [self.claim] * held)
        directory.sync()


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """A group of the directory means a role at the archive, or a claim a right (H8)."""

    name: str
    value: str
    by: str
    of: str = "group"  # group | claim

    def apply(self, seat: Client) -> None:
        """Enter it in the map."""
        directory = seat.as_staff(self.by).directory
        (directory.map_group if self.of == "group" else directory.map_claim)(self.name, self.value)

    def lift(self, seat: Client) -> None:
        """Take it out of the map."""
        directory = seat.as_staff(self.by).directory
        with suppress(RefusedError):
            (directory.unmap_group if self.of == "group" else directory.unmap_claim)(self.name)
