"""Entering and taking out rows of the index, at four levels, within one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from pydicom.dataset import Dataset
from sqlalchemy import Connection, Table, delete, insert, select, update

from simulator.archive import tables as t
from simulator.archive.attributes import at_level, pack, text


@dataclass(frozen=True, kw_only=True)
class Location:
    """Where one stored instance is, and what it is."""

    sop_uid: str
    sop_class: str
    transfer_syntax: str
    digest: str
    offset: int  # bytes of preamble and file meta information
    size: int
    study_uid: str
    series_uid: str


class Filed(Enum):
    """What became of an instance that was to be filed."""

    NEW_STUDY = "the first of its study"
    ADDED = "added to a known study"
    DUPLICATE = "not filed: its SOP Instance UID is there already"


def enter(
    db: Connection,
    header: Dataset,
    location: Location,
    source: str,
    received: str,
    *,
    replace: bool,
) -> Filed:
    """Enter one instance within a transaction."""
    replaced = None
    if has(db, location.sop_uid):
        if not replace:
            return Filed.DUPLICATE
        replaced = _take_out(db, location.sop_uid)
    series, is_new = _known_series(db, location), False
    if series is None:
        study, is_new = _study(db, header, received)
        series = _series(db, header, study)
    db.execute(
        insert(t.instances).values(
            series_pk=series,
            sop_uid=location.sop_uid,
            sop_class=location.sop_class,
            transfer_syntax=location.transfer_syntax,
            digest=location.digest,
            offset=location.offset,
            size=location.size,
            source=source,
            received=received,
            attributes=pack(at_level(header, "IMAGE")),
        )
    )
    if replaced is not None:
        _prune(db, replaced)
    return Filed.NEW_STUDY if is_new else Filed.ADDED


def has(db: Connection, sop_uid: str) -> bool:
    """Return whether an instance is there."""
    statement = select(t.instances.c.pk).where(t.instances.c.sop_uid == sop_uid)
    return db.execute(statement).first() is not None


def _take_out(db: Connection, sop_uid: str) -> str:
    """Delete an instance and return the study it was in."""
    same = t.instances.c.sop_uid == sop_uid
    study = select(t.studies.c.study_uid).select_from(all_levels()).where(same)
    study_uid = str(db.execute(study).scalar_one())
    db.execute(delete(t.instances).where(same))
    return study_uid


def _known_series(db: Connection, location: Location) -> int | None:
    """Return the key of a series that has been seen before, as all but its first image find it."""
    statement = (
        select(t.series.c.pk)
        .select_from(t.series.join(t.studies))
        .where(
            t.studies.c.study_uid == location.study_uid,
            t.series.c.series_uid == location.series_uid,
        )
    )
    found = db.execute(statement).scalar()
    return None if found is None else int(found)


def remove_study(db: Connection, study_uid: str) -> int:
    """Delete a study's rows, and its patient's if that was the last study."""
    studies = select(t.studies.c.pk).where(t.studies.c.study_uid == study_uid)
    series = select(t.series.c.pk).where(t.series.c.study_pk.in_(studies))
    count = db.execute(delete(t.instances).where(t.instances.c.series_pk.in_(series))).rowcount
    _prune(db, study_uid)
    return int(count)


def refresh_patient(db: Connection, header: Dataset) -> None:
    """Let a patient's entry say what this header says of the patient."""
    same = (t.patients.c.patient_id == text(header, "PatientID")) & (
        t.patients.c.issuer == text(header, "IssuerOfPatientID")
    )
    db.execute(
        update(t.patients)
        .where(same)
        .values(
            name=text(header, "PatientName").upper(),
            attributes=pack(at_level(header, "PATIENT")),
        )
    )


def _prune(db: Connection, study_uid: str) -> None:
    """Delete what has become empty of a study: series, the study itself, its patient."""
    row = db.execute(
        select(t.studies.c.pk, t.studies.c.patient_pk).where(t.studies.c.study_uid == study_uid)
    ).first()
    if row is None:
        return
    for table, key, here in (
        (t.series, t.instances.c.series_pk, t.series.c.study_pk == row.pk),
        (t.studies, t.series.c.study_pk, t.studies.c.pk == row.pk),
        (t.patients, t.studies.c.patient_pk, t.patients.c.pk == row.patient_pk),
    ):
        db.execute(delete(table).where(here, ~select(key).where(key == table.c.pk).exists()))


def _patient(db: Connection, header: Dataset) -> int:
    patient_id, issuer = text(header, "PatientID"), text(header, "IssuerOfPatientID")
    same = (t.patients.c.patient_id == patient_id) & (t.patients.c.issuer == issuer)
    return _get_or_add(
        db,
        t.patients,
        same,
        lambda: {
            "patient_id": patient_id,
            "issuer": issuer,
            "name": text(header, "PatientName").upper(),
            "attributes": pack(at_level(header, "PATIENT")),
        },
    )[0]


def _study(db: Connection, header: Dataset, received: str) -> tuple[int, bool]:
    """Find a study, or add it to its patient; a known study keeps the patient it has."""
    uid = text(header, "StudyInstanceUID")
    return _get_or_add(
        db,
        t.studies,
        t.studies.c.study_uid == uid,
        lambda: {
            "patient_pk": _patient(db, header),
            "study_uid": uid,
            "study_date": text(header, "StudyDate").replace(".", ""),
            "accession": text(header, "AccessionNumber"),
            "received": received,
            "order_state": "new",
            "order_note": "",
            "attributes": pack(at_level(header, "STUDY")),
        },
    )


def _series(db: Connection, header: Dataset, study: int) -> int:
    uid = text(header, "SeriesInstanceUID")
    return _get_or_add(
        db,
        t.series,
        (t.series.c.study_pk == study) & (t.series.c.series_uid == uid),
        lambda: {
            "study_pk": study,
            "series_uid": uid,
            "modality": text(header, "Modality"),
            "attributes": pack(at_level(header, "SERIES")),
        },
    )[0]


def _get_or_add(db: Connection, table: Table, same: Any, values: Any) -> tuple[int, bool]:
    found = db.execute(select(table.c.pk).where(same)).scalar()
    if found is not None:
        return int(found), False
    key = db.execute(insert(table).values(**values())).inserted_primary_key
    assert key is not None
    return int(key[0]), True


def all_levels() -> Any:
    """Return the join of all four levels."""
    return t.instances.join(t.series).join(t.studies).join(t.patients)
