"""Entering and taking out rows of the index, at four levels, within one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from pydicom.dataset import Dataset
from sqlalchemy import Connection, Table, delete, insert, select, update

from simulator.archive import tables as t
from simulator.archive.attributes import packed, text
from simulator.archive.row_statements import ADD_INSTANCE, INSTANCE_KEY, SERIES_KEY


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
    volume: int = 1  # the online volume; 0: the file is on other tiers only


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
    image: bytes = b"",
) -> Filed:
    """Enter one instance within a transaction; `image` are its own attributes, if packed yet."""
    replaced = _take_out(db, location.sop_uid) if replace and has(db, location.sop_uid) else None
    series = SERIES_KEY.first(db, vars(location))
    is_new = False
    if series is None:
        if has(db, location.sop_uid):
            return Filed.DUPLICATE
        study, is_new = _study(db, header, received)
        series = _series(db, header, study)
    row = {
        **vars(location),
        "series_pk": series,
        "source": source,
        "received": received,
        "attributes": image or packed(header, "IMAGE"),
    }
    if not ADD_INSTANCE.change(db, row):
        return Filed.DUPLICATE
    if replaced is not None:
        prune(db, replaced)
    return Filed.NEW_STUDY if is_new else Filed.ADDED


def has(db: Connection, sop_uid: str) -> bool:
    """Return whether an instance is there."""
    return INSTANCE_KEY.first(db, {"sop_uid": sop_uid}) is not None


def _take_out(db: Connection, sop_uid: str) -> str:
    """Delete an instance and return the study it was in."""
    same = t.instances.c.sop_uid == sop_uid
    study = select(t.studies.c.study_uid).select_from(all_levels()).where(same)
    study_uid = str(db.execute(study).scalar_one())
    db.execute(delete(t.instances).where(same))
    return study_uid


def remove_study(db: Connection, study_uid: str) -> int:
    """Delete a study's rows, and its patient's if that was the last study."""
    studies = select(t.studies.c.pk).where(t.studies.c.study_uid == study_uid)
    series = select(t.series.c.pk).where(t.series.c.study_pk.in_(studies))
    count = db.execute(delete(t.instances).where(t.instances.c.series_pk.in_(series))).rowcount
    prune(db, study_uid)
    return int(count)


def refresh_patient(db: Connection, header: Dataset) -> None:
    """Let a patient's entry say what this header says of the patient."""
    same = (t.patients.c.patient_id == _word(header, "PatientID")) & (
        t.patients.c.issuer == _word(header, "IssuerOfPatientID")
    )
    db.execute(
        update(t.patients)
        .where(same)
        .values(
            name=_word(header, "PatientName").upper(),
            attributes=packed(header, "PATIENT"),
        )
    )


def prune(db: Connection, study_uid: str) -> None:
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
    patient_id, issuer = _word(header, "PatientID"), _word(header, "IssuerOfPatientID")
    same = (t.patients.c.patient_id == patient_id) & (t.patients.c.issuer == issuer)
    return _get_or_add(
        db,
        t.patients,
        same,
        lambda: {
            "patient_id": patient_id,
            "issuer": issuer,
            "name": _word(header, "PatientName").upper(),
            "attributes": packed(header, "PATIENT"),
        },
    )[0]


def _study(db: Connection, header: Dataset, received: str) -> tuple[int, bool]:
    """Find a study, or add it to its patient; a known study keeps the patient it has."""
    uid = _word(header, "StudyInstanceUID")
    return _get_or_add(
        db,
        t.studies,
        t.studies.c.study_uid == uid,
        lambda: {
            "patient_pk": _patient(db, header),
            "study_uid": uid,
            "study_date": _word(header, "StudyDate").replace(".", ""),
            "accession": _word(header, "AccessionNumber"),
            "received": received,
            "order_state": "new",
            "order_note": "",
            "attributes": packed(header, "STUDY"),
        },
    )


def _series(db: Connection, header: Dataset, study: int) -> int:
    uid = _word(header, "SeriesInstanceUID")
    return _get_or_add(
        db,
        t.series,
        (t.series.c.study_pk == study) & (t.series.c.series_uid == uid),
        lambda: {
            "study_pk": study,
            "series_uid": uid,
            "modality": _word(header, "Modality"),
            "attributes": packed(header, "SERIES"),
        },
    )[0]


def _word(header: Dataset, keyword: str) -> str:
    """Return a value as it can be kept: PostgreSQL's text holds no NUL."""
    return text(header, keyword).replace("\0", "")


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
