"""What each HL7 message does to the RIS: the table of handlers, and the orders' part of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from simulator.errors import RefusedError
from simulator.hospital import mapping
from simulator.hospital.book import OrderBook
from simulator.hospital.making import day_number, draft
from simulator.hospital.orders import Order, order_from
from simulator.hospital.patients import Patients
from simulator.hospital.reports import Reports
from simulator.network import hl7, hl7_orders
from simulator.network.hl7 import DUPLICATE_KEY, LOCKED, REQUIRED, UNKNOWN_KEY, Hl7Error, Message
from simulator.network.hl7_orders import OrderMessage
from simulator.network.receiver import Handler
from simulator.setting import LiveSettings

UPDATES = ("A01", "A02", "A03", "A04", "A05", "A06", "A07", "A08", "A11", "A28", "A31")
# What ORC-5 of a status change (SC) means for an order of ours
_EVENTS = {"IP": "start", "CM": "complete", "CA": "cancel", "DC": "discontinue", "SC": "schedule"}
_EDITABLE = ("scheduled", "priority", "indication", "referring", "performing", "station_ae")
Post = Callable[[str, list[str]], Any]  # pass a message on: its type, its segments


class Inbound:
    """Handlers for everything the RIS takes."""

    def __init__(
        self, book: OrderBook, patients: Patients, reports: Reports, post: Post,
        settings: LiveSettings,
    ) -> None:  # fmt: skip
        """Change what is in `book`; `post` sends on to the archive what it must know."""
        self.book, self.patients, self.reports, self.post = book, patients, reports, post
        self.settings = settings

    def handlers(self) -> dict[str, Handler]:
        """Return what answers which message."""
        found: dict[str, Handler] = {f"ADT^{trigger}": self.update for trigger in UPDATES}
        found |= {"ADT^A40": self.merge, "ADT^A47": self.merge, "ORU^R01": self.report}
        found |= dict.fromkeys(("ORM^O01", "OMI^O23", "OMG^O19"), self.order)
        found |= {f"SIU^{trigger}": self.appoint for trigger in ("S12", "S13", "S14", "S15", "S26")}
        return found

    # --- patients -----------------------------------------------------------------------------

    def update(self, message: Message) -> str:
        """Register or change a patient."""
        who, actor = hl7_orders.identity(message), _sender(message)
        if not who.name and self.patients.find(who.patient_id, who.issuer) is None:
            raise Hl7Error(REQUIRED, "PID-5", f"{who.patient_id} is new here and has no name")
        visit = {"visit": message.get("PV1-19.1")[:64], "location": message.get("PV1-3")[:64]}
        changes = self.patients.update(who, actor, **visit)
        if changes:
            self.post("ADT^A08", self._copy(message, "EVN", "PID"))
        changed = ", ".join(f"{key} is now '{new}'" for key, (_, new) in changes.items())
        return f"patient {who.patient_id}: {changed or 'registered as it was'}"

    def merge(self, message: Message) -> str:
        """Make two identifiers one (A40), or change one (A47)."""
        found, actor = hl7_orders.merge(message), _sender(message)
        act = self.patients.merge if message.kind == "ADT^A40" else self.patients.rename
        count = act(found, actor)
        self.post(message.kind, self._copy(message, "EVN", "PID", "MRG"))
        return f"{found.retired_id} is {found.survivor.patient_id} now, {count} orders moved"

    def report(self, message: Message) -> str:
        """File a report and pass it on."""
        found = hl7_orders.report(message)
        self.reports.file(found, _sender(message))
        self.post("ORU^R01", self._copy(message, "PID", "ORC", "OBR", "OBX"))
        return f"report of order {found.accession} filed ({found.status})"

    def _copy(self, message: Message, *names: str) -> list[str]:
        """Return these segments in our delimiters."""
        kept = [fields for fields in message.segments if fields[0] in names]
        if message.delimiters != hl7.STANDARD:
            kept = [tuple(_translated(part, message.delimiters) for part in row) for row in kept]
        return ["|".join(fields) for fields in kept]

    # --- orders -------------------------------------------------------------------------------

    def order(self, message: Message) -> str:
        """Do what ORC-1 says."""
        said, actor = hl7_orders.order(message), _sender(message)
        known = self._known(said.accession, said.placer)
        if said.control == "NW" and known is None:
            return self._place(said, actor)
        if known is None:
            raise Hl7Error(
                UNKNOWN_KEY, "ORC-2", f"no order {said.accession or said.placer} is known here"
            )
        if known.patient.mrn != said.patient.patient_id:
            self.patients.in_use(said.patient)
            code = DUPLICATE_KEY if said.control == "NW" else UNKNOWN_KEY
            raise Hl7Error(
                code, "PID-3",
                f"order {known.accession} is for {known.patient.mrn}, "
                f"not {said.patient.patient_id}",
            )  # fmt: skip
        if said.control in ("NW", "XO", "XX"):
            return self._edit(known, said, actor)
        if said.control == "SC":
            return self._status(known, said, actor)
        if not self.settings["hl7.cancel"]:
            return f"order {known.accession}: {said.control} ignored (hl7.cancel is off)"
        started = known.status == "in progress"
        dc = said.control in ("DC", "OD")
        return self._move(known, "discontinue" if dc and started else "cancel", "ORC-1", actor)

    def _known(self, accession: str, placer: str) -> Order | None:
        for key, value in (("accession", accession), ("placer", placer)):
            found = self.book.find(**{key: value}) if value else []
            if found:
                return found[0]
        return None

    def _place(self, said: OrderMessage, actor: str) -> str:
        if not said.facts.get("code"):
            raise Hl7Error(REQUIRED, "OBR-4", "the order does not say what is to be done")
        if not said.facts.get("study_uid") and self.settings["hl7.order_without_uid"] == "refuse":
            raise Hl7Error(REQUIRED, "ZDS-1", "the order has no Study Instance UID")
        order = self._made(said)
        unmapped = not order.procedure.modality
        if unmapped and self.settings["hl7.unmapped"] == "refuse":
            raise Hl7Error(hl7.VALUE, "OBR-4", f"procedure {order.procedure.code} is not in the "
                           "procedure table: add it there, then replay the message")  # fmt: skip
        self.book.enter(order, actor)
        if not unmapped:
            return f"order {order.accession} placed"
        why = f"procedure {order.procedure.code} is not in the mapping table: on no worklist"
        self.book.journal.write("order.unmapped", f"order {order.accession}: {why}",
                                accession=order.accession, code=order.procedure.code)  # fmt: skip
        return f"order {order.accession} placed, but {why}"

    def _made(self, said: OrderMessage) -> Order:
        person = self.patients.person(said.patient)
        if not person.name:
            raise Hl7Error(REQUIRED, "PID-5", f"{person.mrn} is new here and has no name")
        facts, code = said.facts, said.facts["code"]
        procedure = self.book.table.find(code) or mapping.blank(code, facts.get("description", ""))
        n = day_number(self.book.seed, said.placer)
        stream = "day" if n is not None else "hl7"
        made = draft(
            seed=self.book.seed, stream=stream, person=person, procedure=procedure,
            n=self.book.count("hl7") if n is None else n, scheduled=self.book.clock.now(),
        )  # fmt: skip
        given = {key: facts[key] for key in (*_EDITABLE, "study_uid", "requested_procedure_id",
                                             "step_id") if key in facts}  # fmt: skip
        given |= {"accession": said.accession} if said.accession else {}
        given |= {"placer": said.placer} if said.placer else {}
        status = "scheduled" if procedure.modality else "ordered"
        return order_from({**made.facts(), **given, "status": status})

    def _edit(self, known: Order, said: OrderMessage, actor: str) -> str:
        """Change an order; a repeated NW changes nothing, or what was missing the first time."""
        if known.status not in ("ordered", "scheduled", "arrived"):
            if said.control == "NW":
                raise Hl7Error(
                    DUPLICATE_KEY, "ORC-2", f"order {known.accession} is {known.status} already"
                )
            raise Hl7Error(LOCKED, "ORC-1", f"order {known.accession} is {known.status}")
        changes = {key: said.facts[key] for key in _EDITABLE if key in said.facts}
        procedure = self.book.table.find(said.facts.get("code", known.procedure.code))
        if procedure and known.procedure != replace(procedure, minutes=known.procedure.minutes):
            changes |= {"modality": procedure.modality, "protocol": procedure.protocol,
                        "description": procedure.description}  # fmt: skip
            changes.setdefault("station_ae", procedure.station_ae)
        self.book.edit(known.accession, changes, actor)
        if known.status == "ordered" and procedure and procedure.modality:
            self.book.move(known.accession, "schedule", actor)
        word = "known already, brought up to date" if said.control == "NW" else "changed"
        return f"order {known.accession} {word}"

    def _status(self, known: Order, said: OrderMessage, actor: str) -> str:
        event = _EVENTS.get(said.status, "")
        if said.facts.get("modifier", "").upper() == "ARRIVED":
            event = "arrive"
        if not event:
            raise Hl7Error(hl7.VALUE, "ORC-5", f"'{said.status[:8]}' is no status taken here")
        return self._move(known, event, "ORC-5", actor)

    def appoint(self, message: Message) -> str:
        """Schedule (S12), move (S13, S14) or call off (S15, S26) an appointment."""
        named = hl7_orders.first(message, ("SCH-27.1", "SCH-26.1", "SCH-2.1", "SCH-1.1"), 64)
        known = self._known(named, named)
        if known is None:
            raise Hl7Error(UNKNOWN_KEY, "SCH-26", f"no order '{named}' is known here")
        actor, trigger = _sender(message), message.get("MSH-9.2")
        if trigger in ("S15", "S26"):
            return self._move(known, "unschedule", "SCH-26", actor)
        at = hl7.moment(message.get("AIS-4.1") or message.get("SCH-11.4.1"), "AIS-4")
        if at is None:
            raise Hl7Error(REQUIRED, "AIS-4", "the appointment has no time")
        self.book.edit(known.accession, {"scheduled": at.isoformat()}, actor)
        if known.status == "ordered":
            self._move(known, "schedule", "SCH-26", actor)
        return f"order {known.accession} is on {at:%Y-%m-%d %H:%M}"

    def _move(self, known: Order, event: str, where: str, actor: str) -> str:
        try:
            after = self.book.move(known.accession, event, actor)
        except RefusedError as error:
            raise Hl7Error(LOCKED, where, error.sentence) from error
        return f"order {after.accession} is {after.status}"


def _sender(message: Message) -> str:
    return message.get("MSH-3.1")[:64] or "hl7"


def _translated(text: str, d: hl7.Delimiters) -> str:
    ours = hl7.STANDARD
    signs = {sign: hl7.escape(sign) for sign in vars(ours).values()}  # mere letters to them
    signs |= zip(vars(d).values(), vars(ours).values(), strict=True)
    return "".join(signs.get(letter, letter) for letter in text)
