"""Stored instances as rules look at them: the kept attributes, who sent them, when they came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, select

from simulator.archive import tables as t
from simulator.archive.records import Record, read
from simulator.archive.routing.conditions import Values, first_missed, values_of
from simulator.archive.routing.hours import Hours
from simulator.archive.routing.rule import Rule
from simulator.archive.rows import all_levels


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One stored instance."""

    sop_uid: str
    sop_class: str
    digest: str
    source: str
    received: str  # hospital time, ISO 8601
    above: Record  # attributes of its patient, study and series
    own: bytes  # its own, encoded

    @cached_property
    def values(self) -> Values:
        """Return how the values of a keyword are found."""
        return values_of({**self.above, **read(self.own)}, self.source)


def of_study(db: Connection, study_uid: str) -> list[Candidate]:
    """Return the instances of a study, in series and instance order."""
    i, s, p = t.instances.c, t.series.c, t.patients.c
    statement = (
        select(
            i.sop_uid, i.sop_class, i.digest, i.source, i.received, i.attributes.label("own"),
            s.pk.label("series"), s.attributes.label("a"), t.studies.c.attributes.label("b"),
            p.attributes.label("c"),
        )
        .select_from(all_levels())
        .where(t.studies.c.study_uid == study_uid)
        .order_by(s.pk, i.pk)
    )  # fmt: skip
    above: dict[int, Record] = {}
    found = []
    for row in db.execute(statement):
        if row.series not in above:
            above[row.series] = {**read(bytes(row.c)), **read(bytes(row.b)), **read(bytes(row.a))}
        found.append(_candidate(row, above[row.series]))
    return found


def _candidate(row: Any, above: Record) -> Candidate:
    return Candidate(
        sop_uid=row.sop_uid, sop_class=row.sop_class, digest=row.digest, source=row.source,
        received=row.received, above=above, own=bytes(row.own),
    )  # fmt: skip


def why_not(rule: Rule, one: Candidate) -> str:
    """Return why a rule does not want an instance, empty where it does."""
    if missed := first_missed(rule.conditions, one.values):
        have = "\\".join(one.values(missed.keyword))
        return f"{missed.keyword} is '{have}', the rule wants {missed}"
    if rule.classes and one.sop_class not in rule.classes:
        return "its SOP class is none of the rule's"
    if rule.hours and not Hours.parse(rule.hours).holds(datetime.fromisoformat(one.received)):
        return f"it came at {one.received[11:16]}, outside {rule.hours}"
    return ""


def wanted(rule: Rule, those: Sequence[Candidate]) -> list[Candidate]:
    """Return the instances a rule wants somewhere."""
    return [one for one in those if not why_not(rule, one)]
