"""SQL that narrows a query down: every match fulfils it, it may let more through, never less.

Text compares by code point on every database (simulator/database sees to it), and an equality or a
range finds its index; a pattern (LIKE) looks at all there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import and_, or_, select

from simulator.archive import tables as t
from simulator.archive.attributes import KEEP, LEVELS
from simulator.archive.identifier import Identifier
from simulator.archive.matching import Rules, fold_name, has_wildcard, plain, split_range, trim_name

TABLES = {"PATIENT": t.patients, "STUDY": t.studies, "SERIES": t.series, "IMAGE": t.instances}
_UID_COLUMNS = {
    "StudyInstanceUID": t.studies.c.study_uid,
    "SeriesInstanceUID": t.series.c.series_uid,
    "SOPInstanceUID": t.instances.c.sop_uid,
    "SOPClassUID": t.instances.c.sop_class,
}
_TEXT_COLUMNS = {
    "PatientID": t.patients.c.patient_id,
    "AccessionNumber": t.studies.c.accession,
    "Modality": t.series.c.modality,
}
_BEYOND = "\U0010ffff"  # no text begins with it


def joined(level: str) -> Any:
    """Return the join of all levels down to this one."""
    found: Any = t.patients
    for name in LEVELS[1 : LEVELS.index(level) + 1]:
        found = found.join(TABLES[name])
    return found


def conditions(identifier: Identifier, level: str, rules: Rules) -> list[Any]:
    """Return conditions for rows of the join down to `level`."""
    return [
        *_exact(identifier, level, rules),
        *_names(identifier, rules),
        *_dates(identifier, rules),
    ]


def _exact(identifier: Identifier, level: str, rules: Rules) -> Iterator[Any]:
    reached = {keyword for name in LEVELS[: LEVELS.index(level) + 1] for keyword in KEEP[name]}
    for keyword, column in _UID_COLUMNS.items():
        if keyword in reached and (asked := identifier.values(keyword)):
            yield column.in_(asked)
    if rules.match_unknown or rules.empty_values:
        return
    for keyword, column in _TEXT_COLUMNS.items():
        if keyword in reached and (asked := identifier.values(keyword)):
            yield or_(*(like(column, text) for text in asked))


def like(column: Any, text: str) -> Any:
    """Compare with wildcards; SQL's own metacharacters are taken literally."""
    if not has_wildcard(text):
        return column == text
    return column.like(_escaped(text).replace("*", "%").replace("?", "_"), escape="\\")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _names(identifier: Identifier, rules: Rules) -> Iterator[Any]:
    """Narrow by the parts of a name, wherever they stand in whatever component group."""
    asked = identifier.values("PatientName")
    if not asked or rules.match_unknown or rules.empty_values:
        return
    column = t.patients.c.name
    any_of = [
        and_(*(like(column, f"*{part}*") for group in _groups(text) if (part := trim_name(group))))
        for text in asked
        if any(map(trim_name, _groups(text)))
    ]
    if len(any_of) == len(asked):
        yield t.patients.c.pk.in_(select(t.patients.c.pk).where(or_(*any_of)))


def _groups(name: str) -> list[str]:
    return fold_name(name, case_sensitive=False).split("=")


def _dates(identifier: Identifier, rules: Rules) -> Iterator[Any]:
    asked: Sequence[str] = identifier.values("StudyDate")
    if len(asked) != 1 or rules.match_unknown or rules.empty_values:
        return
    column = t.studies.c.study_date
    limits = split_range(asked[0])
    if limits is None:
        yield t.studies.c.study_date == plain("DA", asked[0])
        return
    first, last = (plain("DA", end) for end in limits)
    if first:
        yield column >= first
    if last:
        yield column < last + _BEYOND
