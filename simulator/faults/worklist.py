"""Faults of the worklist (catalogue group E)."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.client import Client


@dataclass(frozen=True, kw_only=True)
class StationKey:
    """A device asks the worklist for another station's entries (E1)."""

    device: str
    station: str
    by: str

    def apply(self, seat: Client) -> None:
        """Change the station in the device's worklist query."""
        device = seat.as_staff(self.by).fleet.device(self.device)
        device.set("worklist.station_ae", self.station)

    def lift(self, seat: Client) -> None:
        """Let the device ask for its own entries again."""
        device = seat.as_staff(self.by).fleet.device(self.device)
        device.set("worklist.station_ae", self.device)


@dataclass(frozen=True, kw_only=True)
class StationMapping:
    """The RIS schedules a procedure on a station that no device asks for (E1)."""

    code: str
    station: str
    home: str  # the station where it belongs
    by: str

    def apply(self, seat: Client) -> None:
        """Change the mapping table of the RIS."""
        seat.as_staff(self.by).ris.map(self.code, station_ae=self.station)

    def lift(self, seat: Client) -> None:
        """Change it back, for the orders that wait too."""
        seat.as_staff(self.by).ris.map(self.code, station_ae=self.home, pending=True)
