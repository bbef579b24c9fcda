"""Time goes by: what was true when something was set up is no longer true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from simulator.client import Client


@dataclass(frozen=True, kw_only=True)
class Days:
    """So many days of hospital time pass at once."""

    days: int
    by: str

    def apply(self, seat: Client) -> None:
        """Let them pass."""
        to = seat.clock.now() + timedelta(days=self.days)
        seat.as_staff(self.by).clock.do("jump", to=to.isoformat())

    def lift(self, seat: Client) -> None:
        """Time does not run backwards; a reset begins the day again."""
