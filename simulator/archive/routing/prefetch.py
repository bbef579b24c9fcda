"""Prefetch: when an order or a study comes, its relevant priors are brought where they are read.

From this archive they are pushed to the rule's destinations, as routed studies are. From another
node they are asked for (C-FIND), and what we lack is moved to us (C-MOVE).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydicom.dataset import Dataset
from sqlalchemy import insert, select

from simulator.archive import tables as t
from simulator.archive.attributes import text, unpack
from simulator.archive.owed import Report
from simulator.archive.routing.candidates import of_study
from simulator.archive.routing.conditions import SOURCE, Condition, first_missed
from simulator.archive.routing.jobs import PREFETCH, Jobs
from simulator.archive.routing.relevance import Exam, choose
from simulator.archive.routing.rule import Rule
from simulator.archive.routing.tables import fetches
from simulator.errors import StatusError
from simulator.network import dimse, scu

if TYPE_CHECKING:
    from simulator.archive.archive import Archive

FETCHED, PRESENT, FAILED = "fetched", "present", "failed"
_ORDER_KEYS = {
    "Modality": "modality", "StudyDescription": "procedure", "PatientID": "patient_id",
    "RequestedProcedureDescription": "procedure", "ScheduledStationAETitle": "station_ae",
    SOURCE: "station_ae", "AccessionNumber": "accession", "PatientName": "patient_name",
    "BodyPartExamined": "procedure", "ReferringPhysicianName": "referring",
}  # fmt: skip
_ASKED = ("StudyDate", "StudyDescription", "AccessionNumber", "ModalitiesInStudy",
          "NumberOfStudyRelatedInstances", "StudyInstanceUID")  # fmt: skip


class Prefetch:
    """Finds priors and has them moved."""

    def __init__(self, archive: Archive, jobs: Jobs) -> None:
        """Look for priors in `archive` and at its nodes."""
        self.archive, self.jobs = archive, jobs

    def missed(self, rule: Rule, order: dict[str, Any]) -> Condition | None:
        """Return the first condition an order does not fulfil."""

        def values(keyword: str) -> list[str]:
            found = str(order.get(_ORDER_KEYS.get(keyword, ""), "") or "")
            return [found] if found else []

        return first_missed(rule.conditions, values)

    def begin(self, rule: Rule, order: dict[str, Any]) -> int:
        """Queue what a rule wants for an order; returns how many jobs."""
        if self.missed(rule, order) is not None:
            return 0
        if rule.source:
            return self._ask(rule, order)
        count = 0
        for exam in self.priors_here(rule, order):
            with self.archive.database.read() as db:
                those = of_study(db, exam.study_uid)
            chosen = [one for one in those if one.sop_class in rule.classes or not rule.classes]
            for ae in rule.to:
                count += bool(self.jobs.enter(rule, ae, exam.study_uid, chosen))
        return count

    def _ask(self, rule: Rule, order: dict[str, Any]) -> int:
        facts = {"rule": rule.name, "order": order}
        with self.archive.database.write() as db:
            self.archive.owed.enter(
                db, PREFETCH, rule.source, order["accession"], facts, rule.delay_seconds,
                priority=rule.priority, window=rule.window,
            )  # fmt: skip
        self.archive.owed.wake()
        return 1

    # --- priors in this archive -------------------------------------------------------------------

    def priors_here(self, rule: Rule, order: dict[str, Any]) -> list[Exam]:
        """Return the priors a rule wants of those stored here."""
        patient_id, issuer = self._current(order)
        wanted = [t.patients.c.patient_id == patient_id]
        if issuer:
            wanted.append(t.patients.c.issuer.in_((issuer, "")))
        exams = [self._exam(study) for study in self.archive.index.studies(wanted)]
        return choose(rule, exam_of(order), exams, self.archive.clock.now().date())

    def _current(self, order: dict[str, Any]) -> tuple[str, str]:
        """Return the identifier under which the patient's studies are now."""
        patient_id, issuer = order.get("patient_id", ""), order.get("issuer", "")
        into = self.archive.interfaces.identities.merged_into(patient_id, issuer)
        return into or (patient_id, issuer)

    def _exam(self, study: dict[str, Any]) -> Exam:
        made = exam_of({**study, "procedure": study["description"], "modality": ""})
        parts = select(t.series.c.attributes).join(t.studies)
        with self.archive.database.read() as db:
            rows = db.execute(parts.where(t.studies.c.study_uid == study["study_uid"])).scalars()
            body = " ".join(text(unpack(bytes(row)), "BodyPartExamined") for row in rows)
        modalities, count = tuple(study["modalities"]), study["instances"]
        return replace(made, words=f"{made.words} {body}", modalities=modalities, instances=count)

    # --- priors at another node -------------------------------------------------------------------

    def fetch(self, report: Report) -> None:
        """Ask a node for the priors of an order, and move those we lack; raises NetworkError."""
        rule = self.archive.routing.rules.find(report.facts["rule"])
        if rule is None or rule.source != report.ae:
            return  # the rule has gone since
        order = report.facts["order"]
        node = self.archive.calling.node(report.ae)
        caller = self.archive.calling.caller(node)
        found = {
            exam.study_uid: exam
            for patient_id in self._identifiers(order)
            for exam in map(exam_at, scu.find(node.peer, _question(patient_id), caller))
        }
        today = self.archive.clock.now().date()
        chosen = choose(rule, exam_of(order), found.values(), today)
        done = [self._moved(rule, report, exam) for exam in chosen]
        self._write(rule, report, done)
        self._tell(rule, report, len(found), done)
        if trouble := [reason for _, state, _, reason in done if state == FAILED]:
            raise StatusError(trouble[0], "Its own log says more.", dimse.PROCESSING_FAILURE)

    def _identifiers(self, order: dict[str, Any]) -> list[str]:
        """Return every identifier the patient has or had: the other node may know an old one."""
        patient_id, _ = self._current(order)
        retired = select(t.retired.c.patient_id).where(t.retired.c.merged_into == patient_id)
        with self.archive.database.read() as db:
            return list(dict.fromkeys([patient_id, *db.execute(retired).scalars()]))

    def _moved(self, rule: Rule, report: Report, exam: Exam) -> tuple[str, str, int, str]:
        """Return study, state, instances and the reason."""
        here = self.archive.index.study(exam.study_uid)
        if rule.check_presence and here and here["instances"] >= exam.instances:
            return exam.study_uid, PRESENT, here["instances"], "all of it is here already"
        node = self.archive.calling.node(report.ae)
        query = Dataset()
        query.QueryRetrieveLevel, query.StudyInstanceUID = "STUDY", exam.study_uid
        own = str(self.archive.settings["dicom.ae_title"])
        try:
            moved = scu.move(node.peer, query, own, self.archive.calling.caller(node))
        except StatusError as error:
            return exam.study_uid, FAILED, 0, error.sentence
        came = moved.completed + moved.warning
        if moved.failed:
            return exam.study_uid, FAILED, came, f"{moved.failed} sub-operations failed"
        return exam.study_uid, FETCHED, came, ""

    def _write(self, rule: Rule, report: Report, done: Sequence[tuple[str, str, int, str]]) -> None:
        now = self.archive.clock.now().isoformat(timespec="seconds")
        rows = [
            {"rule": rule.name, "ae": report.ae, "accession": report.subject, "study_uid": uid,
             "state": state, "instances": count, "reason": reason, "at": now}
            for uid, state, count, reason in done
        ]  # fmt: skip
        if rows:
            with self.archive.database.write() as db:
                db.execute(insert(fetches), rows)

    def _tell(
        self, rule: Rule, report: Report, found: int, done: Sequence[tuple[str, str, int, str]]
    ) -> None:
        counts = {s: sum(state == s for _, state, _, _ in done) for s in (FETCHED, PRESENT, FAILED)}
        said = ", ".join(f"{count} {state}" for state, count in counts.items())
        self.archive.journal.write(
            "prefetch.fetched",
            f"prefetch '{rule.name}' for order {report.subject}: {report.ae} has {found} studies "
            f"of the patient, {len(done)} relevant: {said}",
            node=report.ae, accession=report.subject, rule=rule.name, found=found, **counts,
        )  # fmt: skip


def exam_of(order: dict[str, Any]) -> Exam:
    """Return what an order asks for."""
    modality = str(order.get("modality", "") or "")
    return Exam(
        study_uid=str(order.get("study_uid", "") or ""), date=str(order.get("date", "") or ""),
        words=str(order.get("procedure", "") or ""), modalities=(modality,) if modality else (),
        accession=str(order.get("accession", "") or ""),
    )  # fmt: skip


def exam_at(ds: Dataset) -> Exam:
    """Return a study as another node answers it."""
    count = text(ds, "NumberOfStudyRelatedInstances")
    return Exam(
        study_uid=text(ds, "StudyInstanceUID"), date=text(ds, "StudyDate"),
        words=text(ds, "StudyDescription"), accession=text(ds, "AccessionNumber"),
        modalities=tuple(text(ds, "ModalitiesInStudy").split("\\")),
        instances=int(count) if count.isdigit() else 1,
    )  # fmt: skip


def _question(patient_id: str) -> Dataset:
    query = Dataset()
    query.QueryRetrieveLevel, query.PatientID = "STUDY", patient_id
    for keyword in _ASKED:
        setattr(query, keyword, "")
    return query
