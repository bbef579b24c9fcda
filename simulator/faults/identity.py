"""Faults of identity and data quality (catalogue group C)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simulator.client import Client
from simulator.faults.traffic import as_patient


@dataclass(frozen=True, kw_only=True)
class TypedByHand:
    """A technologist types the patient instead of picking the worklist entry (C1)."""

    device: str
    protocol: str
    by: str
    patient: dict[str, Any] = field(default_factory=dict)
    accession: str = ""  # as typed: wrong, or nothing at all
    issuer: str = ""  # what the console adds to every patient ID, if anything

    def apply(self, seat: Client) -> None:
        """Do the exam; the images go to the archive as always."""
        typed = {
            **as_patient(self.patient),
            "protocol": self.protocol,
            "accession": self.accession,
            "issuer": self.issuer,
        }
        seat.as_staff(self.by).fleet.device(self.device).perform_unscheduled(**typed)

    def lift(self, seat: Client) -> None:
        """Nothing to undo here: linking the study is the archive's business."""


@dataclass(frozen=True, kw_only=True)
class MissedMerge:
    """The RIS learns that two identifiers are one patient; the archive refuses to hear it (C5)."""

    retired: str
    survivor: str
    application: str  # what the archive called itself at that moment
    fitter: str
    by: str  # who registered the merge

    def apply(self, seat: Client) -> None:
        """Merge while the archive answers to another name, then put its name back."""
        fitter, name = seat.as_staff(self.fitter), seat.archive.setting("hl7.application")
        usual = seat.ris.channels().one(name="PACS")["on_reject"]
        _settle(seat)
        fitter.ris.channel("PACS", on_reject="park")
        try:
            fitter.archive.set("hl7.application", self.application)
            seat.as_staff(self.by).ris.adt("A40", self.survivor, retired=self.retired)
            _settle(seat)
        finally:
            fitter.archive.set("hl7.application", name)
            fitter.ris.channel("PACS", on_reject=usual)

    def lift(self, seat: Client) -> None:
        """Send what was refused once more: the archive merges as the RIS did."""
        for row in seat.ris.messages(state="parked", channel="PACS", kind="ADT^A40"):
            if row["patient_id"] == self.survivor:
                seat.as_staff(self.by).ris.resend(row["number"])


def _settle(seat: Client) -> None:
    """Wait until the RIS has passed on what it has to pass on."""
    seat.as_staff("instructor").ris.call("POST", "/channels/settle", {})
