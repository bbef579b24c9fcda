"""Whose instances and studies the journal's entries speak of: looked up in the index."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydicom.dataset import Dataset
from sqlalchemy import select

from simulator.archive import tables as t
from simulator.archive.attributes import text, unpack
from simulator.archive.audit.making import About
from simulator.archive.rows import all_levels
from simulator.database import Database
from simulator.journal import Entry
from simulator.network.dimse import DimseError, decode_dataset

_CHUNK = 400  # values in one statement
_NAMED = 50  # instances of a study that one message names; it counts them all
_MOST = 100  # studies in one message

_COLUMNS = {
    "study": t.studies.c.study_uid,
    "series": t.series.c.series_uid,
    "instance": t.instances.c.sop_uid,
    "patient": t.patients.c.patient_id,
}


class Studies:
    """Finds studies and patients for the audit trail."""

    def __init__(self, database: Database) -> None:
        """Look into the archive's index."""
        self.database = database

    def grouped(self, entries: Sequence[Entry]) -> Iterator[tuple[list[About], list[Entry]]]:
        """Yield the stored instances study by study; those the index lacks, last."""
        by_uid = {str(entry.facts.get("sop_instance", "")): entry for entry in entries}
        places = self._places(by_uid)
        studies: dict[str, list[Any]] = {}
        for row in places.values():
            studies.setdefault(row.study_uid, []).append(row)
        for rows in studies.values():
            uids = {row.sop_uid for row in rows}
            mine = [entry for entry in entries if entry.facts.get("sop_instance") in uids]
            yield [_about(rows[0], _classes((row.sop_class, row.sop_uid) for row in rows))], mine
        others = [e for e in entries if str(e.facts.get("sop_instance", "")) not in places]
        if others:
            yield [], others

    def of(self, facts: dict[str, Any]) -> list[About]:
        """Return the studies an entry is about: named by itself, or by its identifier."""
        wanted: dict[str, list[str]] = {}
        study = str(facts.get("study") or facts.get("study_uid") or "")
        if not study and "." in str(facts.get("what", "")):
            study = str(facts["what"])
        if study:
            wanted["study"] = [study]
        if facts.get("instance"):
            wanted["instance"] = [str(facts["instance"])]
        if facts.get("query") and facts.get("syntax"):  # a C-FIND, C-MOVE or C-GET
            wanted |= _named(str(facts["query"]), str(facts["syntax"]))
        found = self._studies(wanted) if wanted else []
        if not found and study:
            return [About(study_uid=study, patient_id="", patient_name="")]
        return found

    def _places(self, sop_uids: Iterable[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        uids = list(sop_uids)
        for start in range(0, len(uids), _CHUNK):
            chosen = t.instances.c.sop_uid.in_(uids[start : start + _CHUNK])
            statement = _select(t.instances.c.sop_uid, t.instances.c.sop_class).where(chosen)
            with self.database.read() as db:
                found |= {row.sop_uid: row for row in db.execute(statement)}
        return found

    def _studies(self, wanted: dict[str, list[str]]) -> list[About]:
        where = [_COLUMNS[key].in_(values) for key, values in wanted.items()]
        statement = _select().where(*where).distinct().limit(_MOST)
        with self.database.read() as db:
            return [_about(row) for row in db.execute(statement)]


def _select(*more: Any) -> Any:
    return select(
        t.studies.c.study_uid, t.studies.c.accession, t.patients.c.patient_id,
        t.patients.c.attributes.label("patient"), *more,
    ).select_from(all_levels())  # fmt: skip


def _about(row: Any, classes: Any = ()) -> About:
    return About(
        study_uid=row.study_uid,
        patient_id=row.patient_id,
        patient_name=text(unpack(row.patient), "PatientName"),
        accession=row.accession,
        classes=classes,
    )


def _classes(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, tuple[str, ...], int], ...]:
    found: dict[str, list[str]] = {}
    for sop_class, uid in pairs:
        found.setdefault(sop_class, []).append(uid)
    return tuple((uid, tuple(all_[:_NAMED]), len(all_)) for uid, all_ in found.items())


def _named(query: str, syntax: str) -> dict[str, list[str]]:
    """Return the unique keys of an identifier that was journalled."""
    try:
        identifier = decode_dataset(base64.b64decode(query), syntax) if query else Dataset()
    except (ValueError, DimseError):
        return {}
    keys = {"study": "StudyInstanceUID", "series": "SeriesInstanceUID",
            "instance": "SOPInstanceUID", "patient": "PatientID"}  # fmt: skip
    found = {}
    for name, keyword in keys.items():
        value = identifier.get(keyword)
        if value:
            found[name] = [value] if isinstance(value, str) else list(map(str, value))
    return found
