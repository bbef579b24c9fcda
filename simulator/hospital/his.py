"""A small HIS: where the hospital's day is ordered. It knows patients and orders, no accessions.

What it sends goes over MLLP to the RIS like anybody's: ORM^O01 for a new order, ADT for whoever
is registered, corrected or merged.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from simulator.errors import RefusedError, UsageError
from simulator.hospital.book import OrderBook
from simulator.hospital.orders import Order
from simulator.hospital.patients import Patients
from simulator.network import hl7_writing as write
from simulator.network.hl7 import escape, segment
from simulator.network.outbox import Outbox

CHANNEL = "HIS"  # the name of the channel to the RIS
_PATIENCE = 5.0  # seconds until the RIS must have answered
_NOT_KNOWN = ("accession", "study_uid", "requested_procedure_id", "step_id", "station_ae",
              "modality", "performing", "status")  # fmt: skip
_MERGES = ("A40", "A47")
_UPDATES = ("A01", "A02", "A03", "A04", "A05", "A06", "A07", "A08", "A11", "A31")


class His:
    """Sends orders and ADT to the RIS."""

    def __init__(self, book: OrderBook, patients: Patients, outbox: Outbox) -> None:
        """Draw the day's orders from the seed that `book` has; queue in `outbox`."""
        self.book, self.patients, self.outbox = book, patients, outbox

    def place_next(
        self, scheduled: datetime | None = None, station_ae: str = "", protocol: str = ""
    ) -> Order:
        """Send the day's next order and return what the RIS made of it.

        Raises RefusedError if the RIS has not taken it; the message stays queued or parked.
        """
        with self.book.database.write():
            order = self.book.draw(scheduled, station_ae, protocol)
            number = self.outbox.post(CHANNEL, "ORM^O01", _order_body(order))
        paused = self.outbox.channel(CHANNEL).paused
        state = self.outbox.wait(number, 0.0 if paused else _PATIENCE)
        found = self.book.find(placer=order.placer)
        if found:
            return found[0]
        why = self.outbox.log.get(number)["reason"] or "no answer yet"
        raise RefusedError(
            f"The RIS has not taken order {order.placer}: message {number} is {state}, {why}.",
            "Look at the channels of the RIS.",
        )

    def adt(self, trigger: str, facts: Mapping[str, Any]) -> int:
        """Queue an ADT message about a patient; returns its number.

        `facts` are patient_id and what is said of the patient; A40 and A47 also need `retired`.
        """
        if trigger not in (*_MERGES, *_UPDATES):
            known = ", ".join((*_UPDATES, *_MERGES))
            raise UsageError(f"The HIS sends no ADT '{trigger}'.", f"It sends {known}.")
        known_keys = {"patient_id", "issuer", "patient_name", "birth_date", "sex", "retired"}
        if unknown := set(facts) - known_keys:
            raise UsageError(f"A patient has no '{min(unknown)}'.", ", ".join(sorted(known_keys)))
        if not facts.get("patient_id") or (trigger in _MERGES and not facts.get("retired")):
            raise UsageError("The HIS must know whom.", "Send patient_id, for a merge 'retired'.")
        return self.outbox.post(CHANNEL, f"ADT^{trigger}", self._adt_body(trigger, facts))

    def _adt_body(self, trigger: str, facts: Mapping[str, Any]) -> list[str]:
        patient_id, issuer = str(facts["patient_id"]), str(facts.get("issuer", ""))
        known = self.patients.find(patient_id, issuer) or {"issuer": "PACSLAB"}
        body = [write.evn(trigger, self.book.clock.now()), write.pid({**known, **facts})]
        if trigger in _MERGES:
            return [*body, write.mrg(str(facts["retired"]), str(known["issuer"]))]
        return [*body, segment("PV1", {1: "1", 2: "O"})]


def _order_body(order: Order) -> list[str]:
    facts = {key: value for key, value in order.facts().items() if key not in _NOT_KNOWN}
    visit = segment("PV1", {1: "1", 2: "O", 3: escape("OUTPATIENTS")})
    return [write.pid(facts), visit, write.orc("NW", facts), write.obr(facts)]
