"""Filing and finding: patients, studies, series and instances in the index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydicom.dataset import Dataset
from sqlalchemy import Row, func, select, true, update

from simulator.archive import tables as t
from simulator.archive.attributes import packed, text, unpack
from simulator.archive.records import Record, read
from simulator.archive.rows import Filed, Location, all_levels, enter, has, remove_study
from simulator.database import Database
from simulator.errors import RefusedError

__all__ = ["Filed", "Index", "Location"]
Guard = Callable[[str], str]


class Index:
    """What is stored, at four levels."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self.database = database
        self.guard: Guard = lambda study_uid: ""  # why a study must not be deleted by hand

    # --- filing -------------------------------------------------------------------------------

    def has(self, sop_uid: str) -> bool:
        """Return whether an instance is there."""
        with self.database.read() as db:
            return has(db, sop_uid)

    def find_instance(self, sop_uid: str) -> Location | None:
        """Return where an instance is, or None."""
        found = self.locate([t.instances.c.sop_uid == sop_uid])
        return found[0] if found else None

    def file(
        self, header: Dataset, location: Location, source: str, received: str, *, replace: bool
    ) -> Filed:
        """Enter one instance, durably, and say what became of it.

        Those who come at the same time share one transaction (`Database.together`).
        """
        image = packed(header, "IMAGE")
        return self.database.together(
            lambda db: enter(db, header, location, source, received, replace=replace, image=image)
        )

    # --- finding ------------------------------------------------------------------------------

    def locate(self, conditions: Sequence[Any]) -> list[Location]:
        """Return the instances that fulfil SQL `conditions`, in series and instance order."""
        i, s, y = t.instances.c, t.series.c, t.studies.c
        statement = (
            select(
                i.sop_uid, i.sop_class, i.transfer_syntax, i.digest, i.offset, i.size, y.study_uid,
                s.series_uid, i.volume,
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
        newest = t.studies.c.received.desc(), t.studies.c.pk.desc()
        chosen = select(t.studies.c.pk).select_from(t.studies.join(t.patients)).where(*conditions)
        if limit:
            chosen = chosen.order_by(*newest).limit(limit)
        counts = _counts(chosen if conditions or limit else None)
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
            .order_by(*newest)
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

    def delete_study(self, study_uid: str, guard: Guard | None = None) -> int:
        """Take a study out of the index and return how many instances it had.

        Raises RefusedError where `guard` says why it must stay.
        """
        with self.database.write() as db:
            if why := (guard or self.guard)(study_uid):
                raise RefusedError(
                    f"The study is {why}.", "Nothing was deleted: ask who set this.", 409
                )
            return remove_study(db, study_uid)


def _counts(chosen: Any) -> Any:
    """Count what the chosen studies have, or all; by series first, as each has one modality."""
    of_series = (
        select(
            t.series.c.study_pk,
            t.series.c.modality,
            func.count(t.instances.c.pk).label("instances"),
            func.coalesce(func.sum(t.instances.c.size), 0).label("bytes"),
            func.min(t.instances.c.source).label("source"),
        )
        .select_from(t.series.outerjoin(t.instances))
        .where(true() if chosen is None else t.series.c.study_pk.in_(chosen))
        .group_by(t.series.c.pk)
        .subquery()
    )
    c = of_series.c
    return (
        select(
            c.study_pk,
            func.count().label("series"),
            func.sum(c.instances).label("instances"),
            func.sum(c.bytes).label("bytes"),
            func.aggregate_strings(c.modality, ",").label("modalities"),
            func.min(c.source).label("source"),
        )
        .group_by(c.study_pk)
        .subquery()
    )


def _study_facts(row: Row[Any]) -> dict[str, Any]:
    patient, study = read(bytes(row.patient)), read(bytes(row.attributes))  # there may be many
    return {
        "study_uid": row.study_uid,
        "patient_name": _said(patient, 0x00100010),
        "patient_id": row.patient_id,
        "issuer": row.issuer,
        "birth_date": _said(patient, 0x00100030),
        "sex": _said(patient, 0x00100040),
        "accession": row.accession,
        "date": row.study_date,
        "time": _said(study, 0x00080030),
        "description": _said(study, 0x00081030),
        "modalities": sorted({*(row.modalities or "").split(",")} - {""}),
        "series": row.series or 0,
        "instances": int(row.instances or 0),
        "bytes": int(row.bytes or 0),  # PostgreSQL adds up to decimals
        "source": row.source or "",
        "received": row.received,
        "order_state": row.order_state,
        "order_note": row.order_note,
    }


def _said(record: Record, tag: int) -> str:
    """Return a value of the index, which is in UTF-8, as text without padding."""
    return record[tag][1].decode("utf-8", "replace").strip("\0 ") if tag in record else ""


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
