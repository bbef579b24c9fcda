"""Filing and finding: patients, studies, series and instances in the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pydicom.dataset import Dataset
from sqlalchemy import Connection, Row, Table, delete, func, insert, select, update

from simulator.archive import tables as t
from simulator.archive.attributes import at_level, pack, text, unpack
from simulator.database import Database


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


class Index:
    """What is stored, at four levels."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self.database = database

    # --- filing -------------------------------------------------------------------------------

    def has(self, sop_uid: str) -> bool:
        """Return whether an instance is there."""
        with self.database.read() as db:
            return _has(db, sop_uid)

    def find_instance(self, sop_uid: str) -> Location | None:
        """Return where an instance is, or None."""
        found = self.locate([t.instances.c.sop_uid == sop_uid])
        return found[0] if found else None

    def file(
        self, header: Dataset, location: Location, source: str, received: str, *, replace: bool
    ) -> Filed:
        """Enter one instance in one durable transaction; say what became of it."""
        with self.database.write() as db:
            return enter(db, header, location, source, received, replace=replace)

    # --- finding ------------------------------------------------------------------------------

    def locate(self, conditions: Sequence[Any]) -> list[Location]:
        """Return the instances that fulfil SQL `conditions`, in series and instance order."""
        i, s, y = t.instances.c, t.series.c, t.studies.c
        statement = (
            select(
                i.sop_uid, i.sop_class, i.transfer_syntax, i.digest, i.offset, i.size, y.study_uid,
                s.series_uid,
            )
            .select_from(all_levels())
            .where(*conditions)
            .order_by(s.pk, i.pk)
        )  # fmt: skip
        with self.database.read() as db:
            return [Location(**row._mapping) for row in db.execute(statement)]

    def study(self, study_uid: str) -> dict[str, Any] | None:
        """Return one study as the administrator sees it, or None."""
        found = self.studies([t.studies.c.study_uid == study_uid])
        return found[0] if found else None

    def studies(self, conditions: Sequence[Any] = (), limit: int = 0) -> list[dict[str, Any]]:
        """Return studies, newest first, with counts derived from the instances."""
        counts = _counts()
        statement = (
            select(
                t.studies, t.patients.c.patient_id, t.patients.c.issuer,
                t.patients.c.attributes.label("patient"), counts.c.series, counts.c.instances,
                counts.c.bytes, counts.c.modalities, counts.c.source,
            )
            .select_from(
                t.studies.join(t.patients).outerjoin(counts, counts.c.study_pk == t.studies.c.pk)
            )
            .where(*conditions)
            .order_by(t.studies.c.received.desc(), t.studies.c.pk.desc())
        )  # fmt: skip
        with self.database.read() as db:
            rows = db.execute(statement.limit(limit) if limit else statement).all()
        return [_study_facts(row) for row in rows]

    def tree(self, study_uid: str) -> list[dict[str, Any]]:
        """Return the series of a study, each with its instances."""
        statement = (
            select(
                t.series.c.series_uid, t.series.c.attributes.label("series"), t.instances.c.sop_uid,
                t.instances.c.sop_class, t.instances.c.transfer_syntax, t.instances.c.size,
                t.instances.c.source, t.instances.c.received, t.instances.c.attributes,
            )
            .select_from(all_levels())
            .where(t.studies.c.study_uid == study_uid)
            .order_by(t.series.c.pk, t.instances.c.pk)
        )  # fmt: skip
        with self.database.read() as db:
            return _grouped(db.execute(statement).all())

    def counts(self) -> dict[str, int]:
        """Return how many patients, studies, series and instances there are."""
        with self.database.read() as db:
            return {
                table.name: db.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (t.patients, t.studies, t.series, t.instances)
            }

    def digests(self) -> set[str]:
        """Return the digests of all files the index speaks of."""
        with self.database.read() as db:
            return set(db.execute(select(t.instances.c.digest)).scalars())

    # --- changing -----------------------------------------------------------------------------

    def set_order_state(self, study_uid: str, state: str, note: str) -> None:
        """Write down whether a study belongs to a known order, and why."""
        with self.database.write() as db:
            db.execute(
                update(t.studies)
                .where(t.studies.c.study_uid == study_uid)
                .values(order_state=state, order_note=note)
            )

    def delete_study(self, study_uid: str) -> int:
        """Take a study out of the index and return how many instances it had."""
        with self.database.write() as db:
            return remove_study(db, study_uid)


def all_levels() -> Any:
    """Return the join of all four levels."""
    return t.instances.join(t.series).join(t.studies).join(t.patients)


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
    if _has(db, location.sop_uid):
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


def _has(db: Connection, sop_uid: str) -> bool:
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


def _counts() -> Any:
    modalities = func.group_concat(t.series.c.modality.distinct())
    return (
        select(
            t.series.c.study_pk,
            func.count(t.series.c.pk.distinct()).label("series"),
            func.count(t.instances.c.pk).label("instances"),
            func.coalesce(func.sum(t.instances.c.size), 0).label("bytes"),
            modalities.label("modalities"),
            func.min(t.instances.c.source).label("source"),
        )
        .select_from(t.series.outerjoin(t.instances))
        .group_by(t.series.c.study_pk)
        .subquery()
    )


def _study_facts(row: Row[Any]) -> dict[str, Any]:
    patient, study = unpack(row.patient), unpack(row.attributes)
    return {
        "study_uid": row.study_uid,
        "patient_name": text(patient, "PatientName"),
        "patient_id": row.patient_id,
        "issuer": row.issuer,
        "birth_date": text(patient, "PatientBirthDate"),
        "sex": text(patient, "PatientSex"),
        "accession": row.accession,
        "date": row.study_date,
        "time": text(study, "StudyTime"),
        "description": text(study, "StudyDescription"),
        "modalities": sorted(filter(None, (row.modalities or "").split(","))),
        "series": row.series or 0,
        "instances": row.instances or 0,
        "bytes": row.bytes or 0,
        "source": row.source or "",
        "received": row.received,
        "order_state": row.order_state,
        "order_note": row.order_note,
    }


def _grouped(rows: Sequence[Any]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row.series_uid not in found:
            attributes = unpack(row.series)
            found[row.series_uid] = {
                "series_uid": row.series_uid,
                "modality": text(attributes, "Modality"),
                "number": text(attributes, "SeriesNumber"),
                "description": text(attributes, "SeriesDescription"),
                "instances": [],
            }
        image = unpack(row.attributes)
        found[row.series_uid]["instances"].append(
            {
                "sop_uid": row.sop_uid,
                "sop_class": row.sop_class,
                "transfer_syntax": row.transfer_syntax,
                "number": text(image, "InstanceNumber"),
                "frames": text(image, "NumberOfFrames") or "1",
                "size": row.size,
                "source": row.source,
                "received": row.received,
            }
        )
    return list(found.values())
