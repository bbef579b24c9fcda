"""Slips of those who look after access (catalogue group H): a map, a limit, tries in vain."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from simulator.client import Client
from simulator.errors import RefusedError


@dataclass(frozen=True, kw_only=True)
class MeaningLost:
    """A group of the directory means nothing at the archive any more (H8)."""

    group: str
    role: str
    by: str

    def apply(self, seat: Client) -> None:
        """Take it out of the map, and let the accounts follow."""
        directory = seat.as_staff(self.by).directory
        with suppress(RefusedError):
            directory.unmap_group(self.group)
        directory.sync()

    def lift(self, seat: Client) -> None:
        """Map it again."""
        directory = seat.as_staff(self.by).directory
        directory.map_group(self.group, self.role)
        directory.sync()


@dataclass(frozen=True, kw_only=True)
class Limited:
    """An account is limited to the studies of some patients."""

    name: str
    label: str
    patients: tuple[str, ...]
    by: str

    def apply(self, seat: Client) -> None:
        """Make the label, and limit the account to it."""
        staff = seat.as_staff(self.by)
        rules = [f"patient_id={patient}" for patient in self.patients]
        staff.labels.put(self.label, description="Studies of one project", rules=rules)
        staff.users.change(self.name, labels=[self.label])

    def lift(self, seat: Client) -> None:
        """Let the account see what its role may see; the label may stay."""
        seat.as_staff(self.by).users.change(self.name, labels=[])


@dataclass(frozen=True, kw_only=True)
class LogInTry:
    """Somebody logs in, perhaps in vain, and asks for studies, perhaps in vain."""

    name: str
    password: str
    studies: tuple[str, ...] = field(default_factory=tuple)

    def apply(self, seat: Client) -> None:
        """Try; what the archive says stands in its journal."""
        with suppress(RefusedError):
            own = seat.users.login(self.name, self.password)
            for uid in self.studies:
                own.call("GET", f"/studies/{uid}")

    def lift(self, seat: Client) -> None:
        """End what is open."""
        with suppress(RefusedError):
            seat.users.end_sessions(self.name)
