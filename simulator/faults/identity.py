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

    def apply(self, seat: Client) -> None:
        """Do the exam; the images go to the archive as always."""
        typed = {
            **as_patient(self.patient),
            "protocol": self.protocol,
            "accession": self.accession,
        }
        seat.as_staff(self.by).fleet.device(self.device).perform_unscheduled(**typed)

    def lift(self, seat: Client) -> None:
        """Nothing to undo here: linking the study is the archive's business."""
