"""What the HIS sends to the RIS around a fault: orders and cancellations by HL7 (group E)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from simulator.client import Client
from simulator.faults.traffic import as_patient
from simulator.network import hl7_writing as write
from simulator.network.hl7 import segment, stamp

CHANNEL = "HIS"


@dataclass(frozen=True, kw_only=True)
class SentOrder:
    """The HIS sends a new order (ORC-1 NW) for a patient, in some minutes (E4).

    `issuer` says whose number the patient has: this hospital's, or another's.
    """

    code: str
    description: str
    accession: str
    patient: dict[str, Any]
    by: str
    minutes: int = 10
    issuer: str = "PACSLAB"
    copy_of: str = ""  # an order whose Study Instance UID it brings along (C11)

    def apply(self, seat: Client) -> None:
        """Send it; what the RIS makes of it stands in its message log."""
        said = {"accession": self.accession, "code": self.code, "description": self.description}
        if self.copy_of:
            said["study_uid"] = seat.ris.order(self.copy_of)["study_uid"]
        who = {**as_patient(self.patient), "issuer": self.issuer}
        _send(seat.as_staff(self.by), "NW", who, said, self.minutes)

    def lift(self, seat: Client) -> None:
        """Cancel the order, if nobody has begun with it."""
        if seat.ris.order(self.accession)["status"] in ("ordered", "scheduled", "arrived"):
            seat.as_staff(self.by).ris.change(self.accession, event="cancel")


@dataclass(frozen=True, kw_only=True)
class SentCancel:
    """The HIS calls an order off (ORC-1 CA); `named` is the number it says, right or not (E7)."""

    accession: str
    named: str
    code: str
    patient: dict[str, Any]
    by: str

    def apply(self, seat: Client) -> None:
        """Send it; what the RIS makes of it stands in its message log."""
        said = {"accession": self.named, "code": self.code, "description": self.code}
        who = {**as_patient(self.patient), "issuer": "PACSLAB"}
        _send(seat.as_staff(self.by), "CA", who, said, 0)

    def lift(self, seat: Client) -> None:
        """Do at the RIS what the message was to do."""
        if seat.ris.order(self.accession)["status"] != "cancelled":
            seat.as_staff(self.by).ris.change(self.accession, event="cancel")


def _send(
    staff: Client, control: str, patient: dict[str, Any], said: dict[str, Any], minutes: int
) -> None:
    """Send an order message about a patient over the HIS's channel."""
    now = staff.clock.now().replace(microsecond=0)
    when = (now + timedelta(minutes=minutes)).isoformat()
    facts = {**said, "placer": f"P{said['accession']}", "scheduled": when}
    head = segment("MSH", {
        1: "^~\\&", 2: "HIS", 3: "PACSLAB", 4: "RIS", 5: "PACSLAB", 6: stamp(now), 8: "ORM^O01",
        9: f"{control}{said['accession']}", 10: "P", 11: "2.3.1", 17: "UNICODE UTF-8",
    })  # fmt: skip
    visit = segment("PV1", {1: "1", 2: "O", 3: "OUTPATIENTS"})
    lines = [head, write.pid(patient), visit, write.orc(control, facts), write.obr(facts)]
    lines += [write.zds(facts)] if facts.get("study_uid") else []
    staff.ris.send(CHANNEL, "\r".join(lines))
