"""Faults of what belongs into one study: split, doubled, mixed (catalogue group C)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simulator.client import Client
from simulator.faults.traffic import as_patient


@dataclass(frozen=True, kw_only=True)
class SameRow:
    """A technologist opens a finished order again and scans something else under its row (C10)."""

    device: str
    accession: str
    protocol: str  # what is scanned then: a key of the device's protocols
    by: str

    def apply(self, seat: Client) -> None:
        """Open it, scan, and let the order name its own protocol again."""
        staff, usual = seat.as_staff(self.by), seat.ris.order(self.accession)["protocol"]
        staff.ris.change(self.accession, event="append", protocol=self.protocol)
        staff.fleet.device(self.device).perform(self.accession)
        staff.ris.change(self.accession, protocol=usual)

    def lift(self, seat: Client) -> None:
        """Nothing to undo here: what belongs together is the archive's business."""


@dataclass(frozen=True, kw_only=True)
class CorrectedCopy:
    """An exam is sent with one accession number and, from the console, with another again (C8)."""

    device: str
    protocol: str
    accessions: tuple[str, ...]  # in the order in which they were sent
    by: str
    patient: dict[str, Any] = field(default_factory=dict)
    issuer: str = "PACSLAB"

    def apply(self, seat: Client) -> None:
        """Send it each time as a study of its own that began at the same moment."""
        began = seat.clock.now().replace(microsecond=0).isoformat()
        console = seat.as_staff(self.by).fleet.device(self.device)
        for accession in self.accessions:
            typed = {**as_patient(self.patient), "protocol": self.protocol,
                     "accession": accession, "issuer": self.issuer}  # fmt: skip
            console.call("POST", f"/devices/{self.device}/perform",
                         {"unscheduled": typed, "at": began})  # fmt: skip

    def lift(self, seat: Client) -> None:
        """Nothing to undo here: which copy goes is the archive's business."""


@dataclass(frozen=True, kw_only=True)
class PhantomsApart:
    """The phantoms of some rooms are kept apart: under a label that only physics has (C20)."""

    label: str
    patients: tuple[str, ...]  # the numbers that the label's rules name
    account: str
    by: str

    def apply(self, seat: Client) -> None:
        """Make the label, and limit the account to it."""
        staff, rules = seat.as_staff(self.by), [f"patient_id={number}" for number in self.patients]
        facts: dict[str, Any] = {"description": "Constancy tests", "restricted": True}
        staff.labels.put(self.label, rules=rules, **facts)
        staff.users.change(self.account, labels=[self.label])

    def lift(self, seat: Client) -> None:
        """Take the label away again."""
        staff = seat.as_staff(self.by)
        staff.users.change(self.account, labels=[])
        if any(row["name"] == self.label for row in seat.labels.list()):
            staff.labels.remove(self.label)


@dataclass(frozen=True, kw_only=True)
class ReRegistered:
    """The desk gives an order another patient number or issuer while its exam is going on (C6)."""

    accession: str
    changes: dict[str, str]  # patient_id, issuer
    usual: dict[str, str]
    by: str

    def apply(self, seat: Client) -> None:
        """Change the order; who asks for the worklist from now on gets the new identity."""
        seat.as_staff(self.by).ris.change(self.accession, **self.changes)

    def lift(self, seat: Client) -> None:
        """Give the order the identity it had."""
        seat.as_staff(self.by).ris.change(self.accession, **self.usual)
