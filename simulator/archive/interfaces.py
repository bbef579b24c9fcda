"""The archive's HL7 listener: its own copy of orders, patients' changes and merges, and reports.

It shares nothing with the RIS but what messages say. Whatever is changed by a message is
journalled with the rule that did it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from simulator.archive import tables as t
from simulator.archive.fixup.patients import change_orders
from simulator.archive.patient_identity import Identities
from simulator.network import hl7_orders
from simulator.network.hl7 import LOCKED, REQUIRED, UNKNOWN_KEY, Hl7Error, Message
from simulator.network.hl7_orders import OrderMessage
from simulator.network.message_log import MessageLog
from simulator.network.mllp import MllpServer
from simulator.network.receiver import Handler, Receiver

if TYPE_CHECKING:
    from simulator.archive.archive import Address, Archive

UPDATES = ("A01", "A02", "A03", "A04", "A05", "A06", "A07", "A08", "A11", "A28", "A31")
_BLANK = ("patient_name", "birth_date", "sex", "study_uid", "requested_procedure_id", "procedure",
          "referring", "step_id", "modality", "station_ae", "date", "time", "placer",
          "status")  # fmt: skip
_ALIKE = ("study_uid", "requested_procedure_id", "referring", "step_id", "modality", "station_ae")


class Interfaces:
    """Handlers of what the archive takes, and the listener."""

    def __init__(self, archive: Archive, place: Address | None) -> None:
        """Listen at `place` once started, nowhere if there is none."""
        self.archive, self.journal = archive, archive.journal
        self.database = archive.database
        self.identities = Identities(archive.fixup)
        self.log = MessageLog(archive.database, t.messages, archive.clock)
        self.receiver = Receiver(
            name="PACSLAB",
            database=archive.database,
            log=self.log,
            clock=archive.clock,
            tell=archive.journal.write,
            handlers=self.handlers(),
            applications=lambda: (str(archive.settings["hl7.application"]),),
        )
        self.server: MllpServer | None = None
        if place is not None:
            self.server = MllpServer(
                name="archive",
                host=place.host,
                port=place.port,
                receive=self.receiver.receive,
                tell=archive.journal.write,
            )

    def start(self) -> None:
        """Begin to answer."""
        if self.server is not None:
            self.server.start()

    def stop(self) -> None:
        """Stop answering."""
        if self.server is not None:
            self.server.stop()

    def handlers(self) -> dict[str, Handler]:
        """Return what answers which message."""
        found: dict[str, Handler] = {f"ADT^{trigger}": self.update for trigger in UPDATES}
        found |= {"ADT^A40": self.merge, "ADT^A47": self.merge, "ORU^R01": self.report}
        return found | dict.fromkeys(("ORM^O01", "OMI^O23", "OMG^O19"), self.order)

    # --- patients -----------------------------------------------------------------------------

    def update(self, message: Message) -> str:
        """Change what the archive says of a patient, where it says anything."""
        who = hl7_orders.identity(message)
        if not self.archive.settings["hl7.patient_updates"]:
            return f"patient {who.patient_id}: left as it was (hl7.patient_updates is off)"
        studies = self.identities.update(who, _rule(message))
        with self.database.write() as db:
            orders = change_orders(db, who.patient_id, hl7_orders.columns(who))
        return f"patient {who.patient_id}: {studies} studies and {orders} orders changed"

    def merge(self, message: Message) -> str:
        """Make two identifiers one; the retired one vanishes."""
        found = hl7_orders.merge(message)
        who = found.survivor
        moved, orders = self.identities.merge(found, _rule(message), hl7_orders.columns(who))
        return (
            f"{found.retired_id} is {who.patient_id} now: {moved} studies and {orders} orders moved"
        )

    # --- orders -------------------------------------------------------------------------------

    def order(self, message: Message) -> str:
        """Keep our copy of an order, then look whether its images are here already."""
        said = hl7_orders.order(message)
        if not said.accession:
            raise Hl7Error(REQUIRED, "OBR-18", "an archive needs the accession number")
        if into := self.identities.merged_into(said.patient.patient_id, said.patient.issuer):
            raise Hl7Error(
                UNKNOWN_KEY, "PID-3", f"{said.patient.patient_id} was merged into {into[0]}"
            )
        with self.database.write() as db:
            same = t.orders.c.accession == said.accession
            row = db.execute(select(t.orders).where(same)).first()
            if row is None and said.control != "NW" and not said.facts.get("study_uid"):
                raise Hl7Error(UNKNOWN_KEY, "OBR-18", f"no order {said.accession} is known here")
            facts = _merged(row.facts if row else {}, said)
            db.execute(delete(t.orders).where(same))
            db.execute(
                insert(t.orders).values(
                    accession=said.accession,
                    patient_id=facts["patient_id"],
                    issuer=facts["issuer"],
                    facts=facts,
                )
            )
            if row is None:
                self.archive.orders.on_new(facts)
        self._match_late(said.accession)
        return f"order {said.accession} is {facts['status'] or 'known'}"

    def _match_late(self, accession: str) -> None:
        """Let studies that came before their order be looked at again."""
        waiting = [t.studies.c.accession == accession, t.studies.c.order_state == "unmatched"]
        for study in self.archive.index.studies(waiting):
            who = f"{study['patient_name']} ({study['patient_id']})"
            self.journal.write(
                "study.late-order",
                f"study of {who}: order {accession} came after its images; it is matched again",
                study=study["study_uid"], accession=accession, rule="late order",
            )  # fmt: skip
            self.archive.orders.expect(study["study_uid"])

    # --- reports ------------------------------------------------------------------------------

    def report(self, message: Message) -> str:
        """Keep a report with its study."""
        found = hl7_orders.report(message)
        studies = self.archive.index.studies([t.studies.c.accession == found.accession])
        order = self.archive.orders.known(found.accession)
        if not studies and order is None:
            raise Hl7Error(
                UNKNOWN_KEY, "OBR-3", f"neither a study nor an order {found.accession} is here"
            )
        ours = order["patient_id"] if order else studies[0]["patient_id"]
        if ours != found.patient_id:
            raise Hl7Error(
                LOCKED, "PID-3",
                f"{found.accession} is of patient {ours}, the report says {found.patient_id}",
            )  # fmt: skip
        with self.database.write() as db:
            row = {**vars(found), "at": found.at or self.archive.clock.now().isoformat()}
            del row["patient_id"]
            db.execute(insert(t.reports).values(**row))
        return f"report of {found.accession} kept ({found.status})"

    def reports(self, accession: str = "") -> list[dict[str, Any]]:
        """Return the reports the archive has, the oldest first."""
        query = select(t.reports).order_by(t.reports.c.number)
        if accession:
            query = query.where(t.reports.c.accession == accession)
        with self.database.read() as db:
            return [dict(row._mapping) for row in db.execute(query)]

    def reading_list(self) -> list[dict[str, Any]]:
        """Return what waits for a radiologist: order completed, images in, no final report."""
        with self.database.read() as db:
            done = t.reports.c.status != "P"
            reported = set(db.execute(select(t.reports.c.accession).where(done)).scalars())
        orders = {
            order["accession"]: order
            for order in self.archive.orders.all()
            if order.get("status") == "completed" and order["accession"] not in reported
        }
        completed = t.orders.c.facts["status"].as_string() == "completed"
        there = t.studies.c.accession.in_(select(t.orders.c.accession).where(completed))
        rows = [
            {**study, "priority": orders[study["accession"]].get("priority", "")}
            for study in self.archive.index.studies([t.studies.c.order_state == "matched", there])
            if study["accession"] in orders
        ]
        return rows[::-1]  # the longest waiting first


def _merged(known: dict[str, Any], said: OrderMessage) -> dict[str, Any]:
    """Return the order's facts after a message; what is not said stays."""
    facts = dict.fromkeys(_BLANK, "") | known
    new = {key: said.facts[key] for key in _ALIKE if key in said.facts}
    if "description" in said.facts:
        new["procedure"] = said.facts["description"]
    if scheduled := said.facts.get("scheduled"):
        date, _, time = scheduled.partition("T")
        new |= {"date": date.replace("-", ""), "time": time.replace(":", "")}
    if "priority" in said.facts:
        new["priority"] = said.facts["priority"]
    who = said.patient
    status = hl7_orders.status_of(said) or facts["status"]
    if said.control == "NW" and known.get("status"):
        status = known["status"]  # a repeated NW is old news
    return {
        **facts, **new, **hl7_orders.columns(who), "accession": said.accession,
        "patient_id": who.patient_id, "issuer": who.issuer or known.get("issuer", ""),
        "placer": said.placer or facts["placer"], "status": status,
    }  # fmt: skip


def _rule(message: Message) -> str:
    return f"{message.kind} {message.control_id} of {message.get('MSH-3.1') or 'nobody'}"
