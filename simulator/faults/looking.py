"""Who looks at whose images: in the open, without a trace, or by breaking the glass."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from simulator.client import Client
from simulator.errors import CannotError
from simulator.faults.log_ins import fresh
from simulator.faults.traffic import Exam, Order
from simulator.results import Rows


@dataclass(frozen=True, kw_only=True)
class Looks:
    """Some people look at a patient's studies, each with an account of their own (H10)."""

    names: tuple[str, ...]
    patient_id: str
    password: str
    by: str  # who gave them passwords; each is `password` and the name
    copies: bool = False  # whether an image is saved as a file, too

    def apply(self, seat: Client) -> None:
        """Log in as each, look, log out."""
        studies = _studies(seat, self.patient_id)
        for name in self.names:
            seat.as_staff(self.by).users.set_password(name, f"{self.password}{name}")
            own = seat.users.login(name, f"{self.password}{name}")
            for study in studies:
                found = own.call("GET", f"/studies/{study['study_uid']}", query=fresh())
                if self.copies:
                    uid = found["tree"][0]["instances"][0]["sop_uid"]
                    own.call("GET", f"/instances/{uid}/file", query=fresh())
            own.call("POST", "/logout", {})

    def lift(self, seat: Client) -> None:
        """End what is open; what was seen cannot be unseen."""
        for name in self.names:
            seat.users.end_sessions(name)


@dataclass(frozen=True, kw_only=True)
class Unrecorded:
    """Somebody stops the recording of an event, or of somebody's doings (H11)."""

    key: str  # audit.off | audit.off_nodes
    value: str
    by: str

    def apply(self, seat: Client) -> None:
        """Have everything recorded that was done so far, then stop it."""
        seat.audit.state()
        seat.as_staff(self.by).archive.set(self.key, self.value)

    def lift(self, seat: Client) -> None:
        """Record again."""
        seat.audit.state()  # what was done meanwhile stays a gap
        seat.as_staff(self.by).archive.set(self.key, "none")


@dataclass(frozen=True, kw_only=True)
class AuditRead:
    """The trail is brought up to date, as it is every second."""

    def apply(self, seat: Client) -> None:
        """Have everything recorded that was done so far."""
        seat.audit.state()

    def lift(self, seat: Client) -> None:
        """Nothing stays behind."""


@dataclass(frozen=True, kw_only=True)
class Closed:
    """A patient's studies are closed to everybody who has no reason to see them (H9)."""

    label: str
    patients: tuple[str, ...]
    by: str

    def apply(self, seat: Client) -> None:
        """Label them, restricted."""
        rules = [f"patient_id={patient}" for patient in self.patients]
        facts: dict[str, Any] = {"description": "Closed records", "restricted": True}
        seat.as_staff(self.by).labels.put(self.label, rules=rules, **facts)

    def lift(self, seat: Client) -> None:
        """Open them again."""
        if any(row["name"] == self.label for row in seat.labels.list()):
            seat.as_staff(self.by).labels.remove(self.label)


@dataclass(frozen=True, kw_only=True)
class BrokenGlass:
    """Some people open closed records by emergency access, in an order that the seed says (H9)."""

    events: tuple[dict[str, str], ...]  # name, patient_id, reason
    seed: int

    def apply(self, seat: Client) -> None:
        """Break the glass, and say why."""
        for event in Random(self.seed).sample(self.events, len(self.events)):
            staff = seat.as_staff(event["name"])
            staff.emergencies.open(event["patient_id"], event["reason"])

    def lift(self, seat: Client) -> None:
        """Nothing can be taken back; the access ends by itself."""


def _studies(seat: Client, patient_id: str) -> Rows:
    found = seat.archive.studies(patient_id=patient_id)
    if not found:
        raise CannotError(f"The archive has no study of {patient_id} to look at.")
    return found


@dataclass(frozen=True, kw_only=True)
class Exams:
    """Some patients are examined at one device, one after the other."""

    device: str
    code: str
    accessions: tuple[str, ...]
    patients: tuple[dict[str, Any], ...]
    by: str

    def apply(self, seat: Client) -> None:
        """Order and do each exam."""
        for part in self._parts():
            part.apply(seat)

    def lift(self, seat: Client) -> None:
        """Send what waits: exams that were done cannot be undone."""
        seat.as_staff(self.by).fleet.device(self.device).send()

    def _parts(self) -> list[Order | Exam]:
        return [
            part
            for accession, patient in zip(self.accessions, self.patients, strict=True)
            for part in (
                Order(code=self.code, accession=accession, patient=patient, by=self.by,
                      station=self.device),
                Exam(device=self.device, accession=accession, by=self.by),
            )
        ]  # fmt: skip
