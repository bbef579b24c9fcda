"""Faults of the disks: what else than images takes room there (catalogue groups B and G)."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.client import Client


@dataclass(frozen=True, kw_only=True)
class VolumeFull:
    """Something else than images fills a volume to the last byte (B4)."""

    by: str  # who gave the volume its size
    volume: str = "ONLINE1"
    what: str = "logs"  # logs | cache | temp
    room: int = 400_000_000  # bytes beside the images

    def apply(self, seat: Client) -> None:
        """Give the volume a size, and fill it."""
        (row,) = (row for row in seat.storage.list() if row["name"] == self.volume)
        storage = seat.as_staff(self.by).storage
        storage.change(self.volume, capacity=row["used"] + self.room)
        seat.as_staff("instructor").storage.fill(self.volume, self.what, self.room)

    def lift(self, seat: Client) -> None:
        """Clear it away; the volume keeps its size."""
        seat.as_staff(self.by).storage.clear(self.volume, self.what)
