"""What the HIS sends to the RIS around a fault: orders and cancellations by HL7 (group E)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from simulator.client import Client
from simulator.network import hl7_writing as write
from simulator.network.hl7 import escape, segment

CHANNEL = "HIS"


@dataclass(frozen=True, kw_only=True)
class SentOrder:
    """The HIS sends a new order (ORM^O01, ORC-1 NW) for a patient, in some minutes."""

    code: str
    description: str
    accession: str
    patient: dict[str, Any]
    by: str
    minutes: int = 10

    def apply(self, seat: Client) -> None:
        """Send it; what the RIS makes of it stands in its message log."""
        when = (seat.clock.now() + timedelta(minutes=self.minutes)).replace(microsecond=0)
        facts = {"code": self.code, "description": self.description, "scheduled": when}
        _send(seat.as_staff(self.by), "NW", self.accession, self.patient, facts)

    def lift(self, seat: Client) -> None:
        """Cancel the order, if nobody has begun with it."""
        order = seat.ris.order(self.accession)
        if order["status"] in ("ordered", "scheduled", "arrived"):
            seat.as_staff(self.by).ris.change(self.accession, event="cancel")


@dataclass(frozen=True, kw_only=True)
class SentCancel:
    """The HIS calls an order off (ORC-1 CA); `named` is the number it says, right or wrong (E7)."""

    accession: str
    named: str
    code: str
    patient: dict[str, Any]
    by: str

    def apply(self, seat: Client) -> None:
        """Send it; what the RIS makes of it stands in its message log."""
        facts = {"code": self.code, "description": self.code, "scheduled": seat.clock.now()}
        _send(seat.as_staff(self.by), "CA", self.named, self.patient, facts)

    def lift(self, seat: Client) -> None:
        """Do at the RIS what the message was to do."""
        if seat.ris.order(self.accession)["status"] != "cancelled":
            seat.as_staff(self.by).ris.change(self.accession, event="cancel")


def _send(
    staff: Client, control: str, accession: str, person: dict[str, Any], facts: dict[str, Any]
) -> None:
    """Send an order message about a person over the HIS's channel."""
    at: datetime = facts["scheduled"]
    who = {
        "patient_id": person["mrn"],
        "patient_name": person["name"],
        "birth_date": person["birth_date"],
        "sex": person["sex"],
        "issuer": "PACSLAB",
    }
