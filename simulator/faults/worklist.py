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


@dataclass(frozen=True, kw_only=True)
class BrokenOff:
    """A technologist breaks an exam off: what there is of it is sent, the step is DISCONTINUED."""

    device: str
    accession: str
    by: str

    def apply(self, seat: Client) -> None:
        """Begin it, and end it early."""
        device = seat.as_staff(self.by).fleet.device(self.device)
        device.perform(self.accession, discontinue=True)

    def lift(self, seat: Client) -> None:
        """Send what waits: an exam that was broken off cannot be undone."""
        seat.as_staff(self.by).fleet.device(self.device).send()


@dataclass(frozen=True, kw_only=True)
class AddedImages:
    """A technologist adds images to a finished exam, in the step that has ended or not (E10)."""

    device: str
    accession: str
    by: str
    reopen: bool = True

    def apply(self, seat: Client) -> None:
        """Take them; re-opened, the RIS refuses the report and the device goes on owing it."""
        device = seat.as_staff(self.by).fleet.device(self.device)
        device.append(self.accession, reopen=self.reopen)

    def lift(self, seat: Client) -> None:
        """Give what was added a step of its own, if it has none."""
        device = seat.as_staff(self.by).fleet.device(self.device)
        if any(row["accession"] == self.accession and row["owed"] for row in device.queue()):
            device.append(self.accession)
