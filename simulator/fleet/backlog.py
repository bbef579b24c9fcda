"""What devices could not send: tried again later and later, until it has gone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from simulator.errors import PacsLabError

if TYPE_CHECKING:
    from simulator.fleet.modality import Modality

_FIRST, _LONGEST = timedelta(minutes=5), timedelta(minutes=60)


class Backlog:
    """When each device that owes something tries again; its owner holds the lock."""

    def __init__(self) -> None:
        """Nobody owes anything yet."""
        self._next: dict[str, tuple[datetime, timedelta]] = {}

    def note(self, device: Modality, now: datetime) -> None:
        """Look whether a device owes something: then it tries again, each time later."""
        if not any(not device.disk.is_kept(job) for job in device.disk.jobs()):
            self._next.pop(device.name, None)
            return
        known = self._next.get(device.name)
        wait = min(2 * known[1], _LONGEST) if known else _FIRST
        self._next[device.name] = now + wait, wait

    def dues(self) -> list[datetime]:
        """Return when somebody tries again."""
        return [due for due, _ in self._next.values()]

    def take(self, now: datetime) -> str | None:
        """Return a device that is to try now; `note` says afterwards how it went."""
        for name, (due, wait) in self._next.items():
            if due <= now:
                self._next[name] = now + wait, wait  # until it is known how it went
                return name
        return None

    def clear(self) -> None:
        """Forget everything: a reset."""
        self._next.clear()


def try_again(device: Modality) -> None:
    """Send what a device owes; what fails is journalled by the device and stays."""
    try:
        device.send_queue()
    except (PacsLabError, OSError):
        return
