"""The archive's own copy of the orders: sent by HL7, or learnt by asking the RIS's worklist.

When a study arrives, its accession number is looked up: a study that agrees with a known order
is *matched*, any other is *unmatched*, with the reason, until somebody links it.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from sqlalchemy import delete, insert, select

from simulator.archive import tables as t
from simulator.archive.attributes import text
from simulator.archive.index import Index
from simulator.archive.nodes import Nodes
from simulator.archive.settings import Settings
from simulator.errors import NetworkError
from simulator.journal import Journal
from simulator.network import scu
from simulator.network.associate import Caller

_RETRY_SECONDS = 2.0


class Orders:
    """Looks up the order of each new study on a thread of its own."""

    def __init__(
        self, index: Index, nodes: Nodes, settings: Settings, journal: Journal, host: str
    ) -> None:
        """Match the studies of `index` with what the RIS in `nodes` knows."""
        self.index, self.nodes, self.settings = index, nodes, settings
        self.journal, self.host = journal, host
        self.readdress: Callable[[dict[str, Any]], bool] = lambda study: False
        self.on_new: Callable[[dict[str, Any]], None] = lambda order: None
        self._waiting: queue.Queue[str] = queue.Queue()
        self._stopped = threading.Event()
        self._trouble = ""
        self._thread = threading.Thread(target=self._work, name="orders", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self.resume()
        self._thread.start()

    def resume(self) -> None:
        """Go on with the studies whose order was not looked up yet."""
        for study in self.index.studies([t.studies.c.order_state == "new"]):
            self.expect(study["study_uid"])

    def stop(self) -> None:
        """Stop looking."""
        self._stopped.set()
        self._waiting.put("")
        if self._thread.is_alive():
            self._thread.join(3)

    def expect(self, study_uid: str) -> None:
        """Look for the order of this study soon."""
        self._waiting.put(study_uid)

    def all(self) -> list[dict[str, Any]]:
        """Return every order the archive knows."""
        with self.index.database.read() as db:
            return [
                row.facts for row in db.execute(select(t.orders).order_by(t.orders.c.accession))
            ]

    def find(self, accession: str) -> dict[str, Any] | None:
        """Return an order, asking the RIS if it is not known yet."""
        known = self.known(accession)
        if accession and (known is None or not self.settings["hl7.orders_first"]):
            self._learn(accession)
            known = self.known(accession)
        return known

    def match(self, study_uid: str) -> None:
        """Decide whether a study belongs to a known order, and say by which rule."""
        study = self.index.study(study_uid)
        if study is not None and self.readdress(study):  # its patient's identifier is retired
            study = self.index.study(study_uid)
        if study is None:
            return
        state, note, rule = _verdict(study, self.find(study["accession"]))
        if not self._decide(study, state, note):
            return
        self.journal.write(
            f"study.{state}",
            f"study of {study['patient_name']} ({study['patient_id']}): {note}",
            study=study_uid,
            accession=study["accession"],
            patient_id=study["patient_id"],
            source=study["source"],
            rule=rule,
        )

    def _decide(self, seen: dict[str, Any], state: str, note: str) -> bool:
        """Write a verdict down, unless somebody linked or changed the study meanwhile."""
        study_uid = seen["study_uid"]
        with self.index.database.write():
            now = self.index.study(study_uid)
            if now is None or now["order_state"] == "matched":
                return False
            if (now["accession"], now["patient_id"]) != (seen["accession"], seen["patient_id"]):
                self.expect(study_uid)
                return False
            self.index.set_order_state(study_uid, state, note)
        return True

    def _work(self) -> None:
        while not self._stopped.is_set():
            study_uid = self._waiting.get()
            if not study_uid:
                continue
            try:
                self.match(study_uid)
            except NetworkError as error:
                if error.sentence != self._trouble:  # said once, however long it lasts
                    self.journal.write("orders.unreachable", error.sentence, study=study_uid)
                self._trouble = error.sentence
                self._later(study_uid)
            except Exception as error:  # a worklist may answer anything; the next study must go on
                why = f"{type(error).__name__}: {error}"
                self.journal.write("orders.failed", f"no order looked up: {why}", study=study_uid)
            else:
                self._trouble = ""

    def _later(self, study_uid: str) -> None:
        timer = threading.Timer(_RETRY_SECONDS, self.expect, [study_uid])
        timer.daemon = True
        timer.start()

    def known(self, accession: str) -> dict[str, Any] | None:
        """Return an order we have, asking nobody."""
        with self.index.database.read() as db:
            row = db.execute(select(t.orders).where(t.orders.c.accession == accession)).first()
        return row.facts if row else None

    def _learn(self, accession: str) -> None:
        node = self.nodes.find(self.settings["orders.source"])
        if node is None or any(c in accession for c in "*?\\") or len(accession) > 16:
            return
        caller = Caller(ae=self.settings["dicom.ae_title"], host=self.host, dimse_timeout=5)
        for item in scu.find(node.peer, _question(accession), caller, model="worklist"):
            self._remember(item)

    def _remember(self, item: Dataset) -> None:
        facts = _facts(item)
        with self.index.database.write() as db:
            known = self.known(facts["accession"])
            facts = {**(known or {}), **facts}  # status stays
            same = t.orders.c.accession == facts["accession"]
            db.execute(delete(t.orders).where(same))
            db.execute(
                insert(t.orders).values(
                    accession=facts["accession"],
                    patient_id=facts["patient_id"],
                    issuer=facts["issuer"],
                    facts=facts,
                )
            )
            if known is None:
                self.on_new(facts)


def _verdict(study: dict[str, Any], order: dict[str, Any] | None) -> tuple[str, str, str]:
    """Match by accession number AND patient ID: either alone is how mix-ups begin.

    Returns the state, the reason in words, and the rule that decided.
    """
    if not study["accession"]:
        return "unmatched", "it has no accession number", "no accession number"
    if order is None:
        return "unmatched", f"the RIS knows no order {study['accession']}", "unknown order"
    if order["patient_id"] != study["patient_id"]:
        why = (
            f"order {order['accession']} is for patient {order['patient_id']}, "
            f"the images say {study['patient_id'] or 'nobody'}"
        )
        return "unmatched", why, "another patient"
    why = f"accession number and patient ID agree with order {order['accession']}"
    return "matched", why, "accession number and patient ID"


def _question(accession: str) -> Dataset:
    query = Dataset()
    query.AccessionNumber = accession
    for keyword in _KEYS:
        setattr(query, keyword, "")
    query.ScheduledProcedureStepSequence = Sequence([_step_keys()])
    return query


_KEYS: dict[str, str] = {
    "PatientName": "patient_name",
    "PatientID": "patient_id",
    "IssuerOfPatientID": "issuer",
    "PatientBirthDate": "birth_date",
    "PatientSex": "sex",
    "StudyInstanceUID": "study_uid",
    "RequestedProcedureID": "requested_procedure_id",
    "RequestedProcedureDescription": "procedure",
    "ReferringPhysicianName": "referring",
}
_STEP_KEYS: dict[str, str] = {
    "ScheduledProcedureStepID": "step_id",
    "Modality": "modality",
    "ScheduledStationAETitle": "station_ae",
    "ScheduledProcedureStepStartDate": "date",
    "ScheduledProcedureStepStartTime": "time",
}


def _step_keys() -> Dataset:
    step = Dataset()
    for keyword in _STEP_KEYS:
        setattr(step, keyword, "")
    return step


def _facts(item: Dataset) -> dict[str, Any]:
    steps = item.get("ScheduledProcedureStepSequence") or [Dataset()]
    return {
        "accession": text(item, "AccessionNumber"),
        **{name: text(item, keyword) for keyword, name in _KEYS.items()},
        **{name: text(steps[0], keyword) for keyword, name in _STEP_KEYS.items()},
    }
