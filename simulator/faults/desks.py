"""Faults of reading workstations: what they ask for, take, and do by themselves (group D)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta

from simulator.client import Client
from simulator.errors import CannotError

_LOOK, _LOOKS = 0.1, 100  # seconds between two looks at the journal, and how many


@dataclass(frozen=True, kw_only=True)
class DroppedEntry:
    """One entry of a workstation's list is gone: a column (D15), or a SOP class it takes (D5).

    The list of `like`, another workstation, is what lifting it brings back.
    """

    workstation: str
    like: str
    key: str
    entry: str
    by: str

    def apply(self, seat: Client) -> None:
        """Take the entry out."""
        desk = seat.as_staff(self.by).workstation(self.workstation)
        desk.set(self.key, [one for one in desk.settings[self.key] if one != self.entry])

    def lift(self, seat: Client) -> None:
        """Set the list as the other workstation has it."""
        staff = seat.as_staff(self.by)
        usual = staff.workstation(self.like).settings[self.key]
        staff.workstation(self.workstation).set(self.key, usual)


@dataclass(frozen=True, kw_only=True)
class Polling:
    """A workstation searches by itself, again and again, and asks for all there is (D13).

    Some rounds go by at once, so that the journal shows how regular they are.
    """

    workstation: str
    every: int  # seconds of hospital time
    by: str
    date: str = "any"
    rounds: int = 3

    def apply(self, seat: Client) -> None:
        """Switch it on, and let hospital time pass."""
        desk = seat.as_staff(self.by).workstation(self.workstation)
        done = len(seat.journal.entries(kind="device.poll"))
        desk.set("poll.date", self.date)
        desk.set("poll.every", self.every)
        for number in range(1, self.rounds + 1):
            self._wait(seat, done + number)
            if number < self.rounds:
                to = seat.clock.now() + timedelta(seconds=self.every)
                seat.as_staff("instructor").clock.do("jump", to=to.isoformat())

    def lift(self, seat: Client) -> None:
        """Switch it off."""
        desk = seat.as_staff(self.by).workstation(self.workstation)
        desk.set("poll.every", 0)
        desk.set("poll.date", "today")

    def _wait(self, seat: Client, count: int) -> None:
        for _ in range(_LOOKS):
            if len(seat.journal.entries(kind="device.poll")) >= count:
                return
            time.sleep(_LOOK)
        raise CannotError(f"{self.workstation} does not search by itself.", "See its log.")
