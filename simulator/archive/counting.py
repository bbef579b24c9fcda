"""Attributes made on demand (PS3.4 C.3.4): what lies below patients, studies or series.

One statement counts for a whole batch of answers, and is only made where somebody asks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from simulator.archive import tables as t
from simulator.archive.records import Element

_PATIENT, _STUDY, _SERIES = t.studies.c.patient_pk, t.series.c.study_pk, t.instances.c.series_pk
_BELOW_STUDY = t.series.join(t.instances)
_BELOW_PATIENT = t.studies.join(t.series)
_ALL_BELOW = t.studies.join(t.series).join(t.instances)


@dataclass(frozen=True, kw_only=True)
class Made:
    """How one attribute is made: the level it belongs to, and what is looked at below it."""

    level: str
    vr: str
    key: Any  # the column that names the row of that level
    source: Any
    distinct: Any = None  # the column whose values are collected; None: the rows are counted


MADE = {
    "NumberOfPatientRelatedStudies": Made(level="PATIENT", vr="IS", key=_PATIENT, source=t.studies),
    "NumberOfPatientRelatedSeries": Made(
        level="PATIENT", vr="IS", key=_PATIENT, source=_BELOW_PATIENT
    ),
    "NumberOfPatientRelatedInstances": Made(
        level="PATIENT", vr="IS", key=_PATIENT, source=_ALL_BELOW
    ),
    "ModalitiesInStudy": Made(
        level="STUDY", vr="CS", key=_STUDY, source=t.series, distinct=t.series.c.modality
    ),
    "SOPClassesInStudy": Made(
        level="STUDY", vr="UI", key=_STUDY, source=_BELOW_STUDY, distinct=t.instances.c.sop_class
    ),
    "NumberOfStudyRelatedSeries": Made(level="STUDY", vr="IS", key=_STUDY, source=t.series),
    "NumberOfStudyRelatedInstances": Made(level="STUDY", vr="IS", key=_STUDY, source=_BELOW_STUDY),
    "NumberOfSeriesRelatedInstances": Made(
        level="SERIES", vr="IS", key=_SERIES, source=t.instances
    ),
}
MATCHED = frozenset({"ModalitiesInStudy", "SOPClassesInStudy"})  # also keys that are matched


def made(db: Connection, keyword: str, rows: Collection[int]) -> dict[int, Element]:
    """Return the attribute for each of these rows of its level, by primary key."""
    what = MADE[keyword]
    if what.distinct is None:
        return {pk: (what.vr, str(n).encode()) for pk, n in _counts(db, what, rows)}
    found: dict[int, set[str]] = defaultdict(set)
    statement = select(what.key, what.distinct).distinct().select_from(what.source)
    for pk, value in db.execute(statement.where(what.key.in_(rows))):
        found[pk].add(value)
    return {pk: (what.vr, "\\".join(sorted(filter(None, many))).encode())
            for pk, many in found.items()}  # fmt: skip


def _counts(db: Connection, what: Made, rows: Collection[int]) -> Iterator[tuple[int, int]]:
    statement = (
        select(what.key, func.count())
        .select_from(what.source)
        .where(what.key.in_(rows))
        .group_by(what.key)
    )
    found = {pk: number for pk, number in db.execute(statement)}
    return ((pk, found.get(pk, 0)) for pk in rows)
