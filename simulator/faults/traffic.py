"""What goes on in the hospital around a fault: orders, exams, and somebody pulling a study."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from simulator.client import Client


@dataclass(frozen=True, kw_only=True)
class Order:
    """Somebody orders an exam: for `patient` (mrn, name, birth_date, sex), in some minutes."""

    code: str
    accession: str
    patient: dict[str, Any]
    by: str
    station: str = ""  # empty: where the mapping table says
    minutes: int = 10

    def apply(self, seat: Client) -> None:
        """Place the order in the RIS."""
        facts: dict[str, Any] = {
            "code": self.code,
            "accession": self.accession,
            "patient": as_patient(self.patient),
            "scheduled": _within_today(seat.clock.now(), self.minutes).isoformat(),
        }
        if self.station:
            facts["station_ae"] = self.station
        seat.as_staff(self.by).ris.place(**facts)

    def lift(self, seat: Client) -> None:
        """Cancel the order, if nobody has begun with it."""
        order = seat.ris.order(self.accession)
        if order["status"] in ("ordered", "scheduled", "arrived"):
            seat.as_staff(self.by).ris.change(self.accession, event="cancel")


@dataclass(frozen=True, kw_only=True)
class Exam:
    """A device does the exam of an order: images, MPPS, and an attempt to send."""

    device: str
    accession: str
    by: str

    def apply(self, seat: Client) -> None:
        """Do it; whether the images can be sent is another matter."""
        seat.as_staff(self.by).fleet.device(self.device).perform(self.accession)

    def lift(self, seat: Client) -> None:
        """Send what waits: an exam that was done cannot be undone."""
        seat.as_staff(self.by).fleet.device(self.device).send()


@dataclass(frozen=True, kw_only=True)
class Rush:
    """Several rooms finish an exam within the same minute; the first ones send first."""

    devices: tuple[str, ...]
    accessions: tuple[str, ...]  # one for each device
    by: str

    def apply(self, seat: Client) -> None:
        """Place an order for each room, for whoever comes next, and do the exams."""
        staff = seat.as_staff(self.by)
        codes = {row["station_ae"]: row["code"] for row in seat.ris.mapping()}
        when = _within_today(seat.clock.now(), 10).isoformat()
        sent = False
        for device, accession in zip(self.devices, self.accessions, strict=True):
            if sent:  # what the RIS passes on of it would take the next one's place
                seat.as_staff("instructor").ris.call("POST", "/channels/settle", {})
            facts = {"code": codes[device], "station_ae": device, "scheduled": when}
            staff.ris.place(accession=accession, **facts)
            sent = bool(staff.fleet.device(device).perform(accession))

    def lift(self, seat: Client) -> None:
        """Send what waits: exams that were done cannot be undone."""
        for device in self.devices:
            seat.as_staff(self.by).fleet.device(device).send()


@dataclass(frozen=True, kw_only=True)
class Calls:
    """A device verifies its connection again and again, until it is turned away."""

    device: str
    by: str
    most: int = 60

    def apply(self, seat: Client) -> None:
        """Echo; one that lingers on its associations leaves one open each time."""
        device = seat.as_staff(self.by).fleet.device(self.device)
        for _ in range(self.most):
            if not device.echo():
                break

    def lift(self, seat: Client) -> None:
        """Switch the device off and on: whatever it left open is closed."""
        device = seat.as_staff(self.by).fleet.device(self.device)
        device.set("online", False)
        device.set("online", True)


@dataclass(frozen=True, kw_only=True)
class Look:
    """A technologist looks at the worklist of a device."""

    device: str
    by: str

    def apply(self, seat: Client) -> None:
        """Ask once; what came back stands in the journal."""
        seat.as_staff(self.by).fleet.device(self.device).worklist()

    def lift(self, seat: Client) -> None:
        """Nothing stays behind."""


@dataclass(frozen=True, kw_only=True)
class Pull:
    """A workstation asks the archive for a study and tries to have it sent."""

    workstation: str
    study: dict[str, Any] = field(default_factory=dict)
    by: str = ""

    def apply(self, seat: Client) -> None:
        """Find the study, then ask for it; the answer stands in the journal."""
        desk = seat.as_staff(self.by).workstation(self.workstation)
        desk.find(PatientID=self.study["patient_id"])
        desk.retrieve(self.study["study_uid"])

    def lift(self, seat: Client) -> None:
        """Nothing stays behind."""


@dataclass(frozen=True, kw_only=True)
class Push:
    """Somebody at the archive has a study sent to a device."""

    device: str
    study: dict[str, Any] = field(default_factory=dict)

    def apply(self, seat: Client) -> None:
        """Ask for it (C-MOVE); the answer stands in the journal."""
        seat.archive.move(self.study["study_uid"], self.device)

    def lift(self, seat: Client) -> None:
        """Nothing stays behind."""


def as_patient(person: dict[str, Any]) -> dict[str, Any]:
    """Return a person as the RIS wants to have a patient."""
    return {
        "patient_id": person["mrn"],
        "patient_name": person["name"],
        "birth_date": person["birth_date"],
        "sex": person["sex"],
    }


def _within_today(now: datetime, minutes: int) -> datetime:
    """Return the time in some minutes, but not past midnight: worklists show today."""
    last = now.replace(hour=23, minute=59, second=0, microsecond=0)
    return min(now + timedelta(minutes=minutes), max(last, now)).replace(microsecond=0)
