"""C-FIND, Patient Root and Study Root (PS3.4 C.4.1): check the identifier, find, answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from sqlalchemy import Column, func, or_, select

from simulator.archive import tables as t
from simulator.archive.attributes import KEEP, LEVELS, UNIQUE_KEY, unpack
from simulator.archive.matching import has_wildcard, matches, split_range, values
from simulator.database import Database
from simulator.network.dimse import DATASET_DOES_NOT_MATCH_CLASS, DimseError

_TABLES = {"PATIENT": t.patients, "STUDY": t.studies, "SERIES": t.series, "IMAGE": t.instances}
_UID_COLUMNS = {
    "StudyInstanceUID": t.studies.c.study_uid,
    "SeriesInstanceUID": t.series.c.series_uid,
    "SOPInstanceUID": t.instances.c.sop_uid,
    "SOPClassUID": t.instances.c.sop_class,
}
# Attributes made on demand (PS3.4 C.3.4), with the level they are asked at.
COMPUTED = {
    "NumberOfPatientRelatedStudies": "PATIENT",
    "NumberOfPatientRelatedSeries": "PATIENT",
    "NumberOfPatientRelatedInstances": "PATIENT",
    "ModalitiesInStudy": "STUDY",
    "SOPClassesInStudy": "STUDY",
    "NumberOfStudyRelatedSeries": "STUDY",
    "NumberOfStudyRelatedInstances": "STUDY",
    "NumberOfSeriesRelatedInstances": "SERIES",
}
_NO_KEYS = {"QueryRetrieveLevel", "SpecificCharacterSet", "TimezoneOffsetFromUTC"}
_NO_KEYS |= {"RetrieveAETitle", "InstanceAvailability"}


def check_level(identifier: Dataset, model: str) -> str:
    """Return the level asked for; raises DimseError 0xA900 where the identifier is not one.

    Above the level, every unique key must be given as a single value: we do not do relational
    queries (PS3.4 C.4.1.2.2.1).
    """
    level = str(identifier.get("QueryRetrieveLevel") or "").strip()
    allowed = LEVELS if model == "patient" else LEVELS[1:]
    if not level:
        raise _bad("Query/Retrieve Level (0008,0052) is missing", "QueryRetrieveLevel")
    if level not in allowed:
        raise _bad(f"level '{level[:16]}' is not one of {', '.join(allowed)}", "QueryRetrieveLevel")
    for above in allowed[: allowed.index(level)]:
        key = UNIQUE_KEY[above]
        given = values(identifier[key]) if key in identifier else []
        if len(given) != 1 or has_wildcard(given[0]):
            raise _bad(f"{key} must have one value at level {level}", key)
    return level


def _bad(comment: str, keyword: str) -> DimseError:
    return DimseError(DATASET_DOES_NOT_MATCH_CLASS, comment, tag_for_keyword(keyword))


def conditions(identifier: Dataset, level: str, *, fold_names: bool = True) -> list[Any]:
    """Return SQL conditions that every match fulfils; they may let more through, never less."""
    found: list[Any] = []
    for keyword, column in _UID_COLUMNS.items():
        if _asked(identifier, keyword, level):
            found.append(column.in_(values(identifier[keyword])))
    for keyword, column in (
        ("PatientID", t.patients.c.patient_id),
        ("AccessionNumber", t.studies.c.accession),
        ("Modality", t.series.c.modality),
    ):
        if _asked(identifier, keyword, level):
            found.append(or_(*(_like(column, text) for text in values(identifier[keyword]))))
    if _asked(identifier, "PatientName", level) and fold_names:
        found.append(or_(*(_name(text) for text in values(identifier["PatientName"]))))
    if _asked(identifier, "StudyDate", level):
        found.extend(_dates(values(identifier["StudyDate"])))
    asked = values(identifier["ModalitiesInStudy"]) if "ModalitiesInStudy" in identifier else []
    if asked and level != "PATIENT":
        inside = (t.series.c.study_pk == t.studies.c.pk) & or_(
            *(_like(t.series.c.modality, text) for text in asked)
        )
        found.append(select(t.series.c.pk).where(inside).correlate(t.studies).exists())
    return found


def _asked(identifier: Dataset, keyword: str, level: str) -> bool:
    """Return whether a key has a value and its level is not below the one asked for."""
    where = next(name for name in LEVELS if keyword in KEEP[name])
    reached = LEVELS.index(where) <= LEVELS.index(level)
    return reached and keyword in identifier and bool(values(identifier[keyword]))


def _like(column: Column[Any], text: str) -> Any:
    """Compare with wildcards; SQL's own metacharacters are taken literally."""
    if not has_wildcard(text):
        return column == text
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return column.like(escaped.replace("*", "%").replace("?", "_"), escape="\\")


def _name(text: str) -> Any:
    """Narrow by the first part of a name that holds no wildcard, in whatever component group."""
    start = text.upper().strip().partition("=")[0].rstrip("^ ")
    start = min(start.partition("*")[0], start.partition("?")[0], key=len).strip()
    if not start:
        return t.patients.c.name.is_not(None)
    escaped = start.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    column = t.patients.c.name
    return or_(column.like(f"{escaped}%", escape="\\"), column.like(f"%={escaped}%", escape="\\"))


def _dates(asked: list[str]) -> Iterator[Any]:
    """Narrow by date."""
    column = t.studies.c.study_date
    for text in asked[:1] if len(asked) == 1 else []:
        limits = split_range(text.replace(".", ""))
        if limits is None:
            yield column == text.replace(".", "")
            continue
        first, last = limits
        if first:
            yield column >= first
        if last:
            yield func.substr(column, 1, len(last)) <= last


def find(
    database: Database, identifier: Dataset, level: str, *, case_sensitive_names: bool
) -> Iterator[Dataset]:
    """Yield the answers to a checked identifier, each with the keys that were asked for."""
    query = _matching_part(identifier, level)
    columns = [
        column
        for name in LEVELS[: LEVELS.index(level) + 1]
        for column in (_TABLES[name].c.pk.label(name), _TABLES[name].c.attributes.label(f"{name}_"))
    ]
    statement = (
        select(*columns)
        .select_from(_joined(level))
        .where(*conditions(identifier, level))
        .order_by(_TABLES[level].c.pk)
    )
    with database.read() as db:
        for row in db.execute(statement):
            stored = _merged(row, level)
            if matches(query, stored, case_sensitive_names=case_sensitive_names):
                yield _answer(db, identifier, stored, row, level)


def _joined(level: str) -> Any:
    joined: Any = t.patients
    for name in LEVELS[1 : LEVELS.index(level) + 1]:
        joined = joined.join(_TABLES[name])
    return joined


def _merged(row: Any, level: str) -> Dataset:
    merged = Dataset()
    for name in LEVELS[: LEVELS.index(level) + 1]:
        merged.update(unpack(getattr(row, f"{name}_")))
    return merged


def _matching_part(identifier: Dataset, level: str) -> Dataset:
    """Return the keys we match on: those with a value, kept at this level or above."""
    query = Dataset()
    reached = LEVELS[: LEVELS.index(level) + 1]
    for element in identifier:
        asks = element.VR == "SQ" or values(element)
        if asks and any(element.keyword in KEEP[name] for name in reached):
            query[element.tag] = element
    return query


def unsupported(identifier: Dataset, level: str) -> list[str]:
    """Return the keys with a value that we cannot match on: optional keys we do not support."""
    supported = _matching_part(identifier, level)
    return [
        element.keyword or str(element.tag)
        for element in identifier
        if element.tag not in supported
        and element.keyword not in _NO_KEYS
        and not (element.keyword == "ModalitiesInStudy" and level != "PATIENT")
        and not _is_group_length(element)
        and (element.VR == "SQ" or values(element))
    ]


def _answer(db: Any, identifier: Dataset, stored: Dataset, row: Any, level: str) -> Dataset:
    """Return the asked-for attributes: known ones filled, the others empty (C.4.1.1.3.2)."""
    answer = Dataset()
    reached = LEVELS[: LEVELS.index(level) + 1]
    for element in identifier:
        if element.keyword in _NO_KEYS or _is_group_length(element):
            continue
        if COMPUTED.get(element.keyword) in reached:
            setattr(answer, element.keyword, _computed(db, element.keyword, row))
        elif element.tag in stored:
            answer[element.tag] = stored[element.tag]
        else:
            answer.add_new(element.tag, element.VR, [] if element.VR == "SQ" else None)
    unique = UNIQUE_KEY[level]
    if unique in stored:
        answer[unique] = stored[unique]
    answer.QueryRetrieveLevel = level
    return answer


def _is_group_length(element: DataElement) -> bool:
    return element.tag.element == 0  # retired in data sets (PS3.5 7.2), still sent by some


def _computed(db: Any, keyword: str, row: Any) -> Any:
    """Count or collect what lies below a patient, study or series."""
    below = t.patients.outerjoin(t.studies).outerjoin(t.series).outerjoin(t.instances)
    level = COMPUTED[keyword]
    here = _TABLES[level].c.pk == getattr(row, level)
    if keyword in ("ModalitiesInStudy", "SOPClassesInStudy"):
        column = t.series.c.modality if keyword == "ModalitiesInStudy" else t.instances.c.sop_class
        rows = db.execute(select(column).distinct().select_from(below).where(here)).scalars()
        return sorted(value for value in rows if value)
    counted = next(
        table
        for suffix, table in (
            ("Studies", t.studies), ("Series", t.series), ("Instances", t.instances)
        )
        if keyword.endswith(suffix)
    )  # fmt: skip
    count = select(func.count(counted.c.pk.distinct())).select_from(below).where(here)
    return int(db.execute(count).scalar_one())


def set_character_set(answer: Dataset) -> None:
    """Declare the smallest character set that holds the answer's text."""
    text = "".join(str(element.value) for element in answer.iterall() if element.VR != "SQ")
    if text.isascii():
        return
    try:
        text.encode("latin-1")
        answer.SpecificCharacterSet = "ISO_IR 100"
    except UnicodeEncodeError:
        answer.SpecificCharacterSet = "ISO_IR 192"
