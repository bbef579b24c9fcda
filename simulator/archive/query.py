"""C-FIND, Patient Root and Study Root (PS3.4 C.4.1): find what an identifier asks for.

The primary keys of all candidates are read first; then, batch by batch, their attributes, which
are matched and answered. Between two batches nothing is open in the database, however slow the one
who asks is, and the first answers leave before the last are read.
"""

from __future__ import annotations

from array import array
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydicom.dataset import Dataset
from sqlalchemy import Connection, select

from simulator.archive.answers import Manner, Plan, RecordTest, key_test, stored_texts, to_dataset
from simulator.archive.attributes import KEEP, LEVELS
from simulator.archive.counting import MADE, MATCHED, made
from simulator.archive.identifier import Identifier, Key, check_level, of_dataset
from simulator.archive.lifecycle.availability import TAG, availability
from simulator.archive.matching import DEFAULT, Rules, combined_test, values_test
from simulator.archive.narrowing import TABLES, conditions, joined
from simulator.archive.records import Record, texts
from simulator.archive.row_records import Needles, matching, needles
from simulator.database import Database

__all__ = ["COMPUTED", "Query", "check_level", "find", "unsupported"]

COMPUTED = {keyword: what.level for keyword, what in MADE.items()}
_FIRST_BATCH, _BATCH = 50, 500  # candidates between two looks at the database
T = TypeVar("T", "array[int]", list[tuple[int, int]])
Filters = tuple[Sequence[RecordTest], Needles]
_PAIRS = {  # a date and its time, which may be asked for as one moment
    "StudyDate": "StudyTime",
    "SeriesDate": "SeriesTime",
    "PerformedProcedureStepStartDate": "PerformedProcedureStepStartTime",
    "ContentDate": "ContentTime",
    "AcquisitionDate": "AcquisitionTime",
    "PatientBirthDate": "PatientBirthTime",
}


@dataclass(frozen=True, kw_only=True)
class Query:
    """One query, ready to be asked."""

    identifier: Identifier
    rules: Rules = DEFAULT
    manner: Manner = field(default_factory=Manner)
    relational: bool = False  # keys below the level are matched, too (C.4.1.3.2.1)
    only: Sequence[Any] = ()  # SQL conditions: what the one who asks may see

    @property
    def lowest(self) -> str:
        """The lowest level of which something is asked."""
        level = self.identifier.level
        below = LEVELS[LEVELS.index(level) + 1 :] if self.relational else ()
        asked = [name for name in below if any(k.keyword in KEEP[name] for k in self._asking())]
        return asked[-1] if asked else level

    def _asking(self) -> Iterator[Key]:
        return (key for key in self.identifier.keys if key.asks)

    def matched(self) -> list[Key]:
        """Return the keys that are matched: those with a value, kept down to the lowest level."""
        kept = {k for name in LEVELS[: LEVELS.index(self.lowest) + 1] for k in KEEP[name]}
        return [key for key in self._asking() if key.keyword in kept]

    def matched_made(self) -> list[Key]:
        """Return the keys that are matched with what is made on demand."""
        if self.identifier.level == "PATIENT":
            return []
        return [key for key in self._asking() if key.keyword in MATCHED]

    def not_matched(self) -> list[str]:
        """Return the keys with a value that is passed over: optional keys we do not support."""
        supported = {key.tag for key in (*self.matched(), *self.matched_made())}
        return [
            key.keyword or f"({key.tag >> 16:04X},{key.tag & 0xFFFF:04X})"
            for key in self._asking()
            if key.tag not in supported
        ]

    @property
    def has_unsupported_keys(self) -> bool:
        """Whether some key is neither returned nor matched, or has a value that is passed over."""
        unknown = Plan(self.identifier, self.manner, self.rules).unknown
        matched = {key.tag for key in self.matched()}
        return bool(self.not_matched()) or any(key.tag not in matched for key in unknown)

    def answers(self, database: Database) -> Iterator[Answer | None]:
        """Yield the answers, and None after each batch: a good moment to look up."""
        plan = Plan(self.identifier, self.manner, self.rules)
        filters: Filters = (self._tests(), self._needles())
        candidates = yield from self._candidates(database, filters)
        if self.lowest != self.identifier.level:
            filters = ((), {})  # they have passed already
        for rows in _batches(candidates):
            with database.read() as db:
                found = _answers(db, self, plan, rows, filters)
            yield from found
            yield None

    def _needles(self) -> Needles:
        lenient = self.rules.match_unknown or self.rules.empty_values
        return {} if lenient else needles(self.matched())

    def _tests(self) -> list[RecordTest]:
        keys = {key.keyword: key for key in self.matched()}
        tests = []
        if self.rules.combined:
            for day, time in _PAIRS.items():
                if test := _pair_test(keys.get(day), keys.get(time)):
                    tests.append(test)
                    del keys[day], keys[time]
        return [*tests, *(key_test(key, self.rules) for key in keys.values())]

    def _candidates(
        self, database: Database, filters: Filters
    ) -> Generator[None, None, array[int]]:
        """Return the keys of the rows that may match, those below the level tried already."""
        level, lowest = self.identifier.level, self.lowest
        own, deepest = TABLES[level].c.pk, TABLES[lowest].c.pk
        statement = (
            select(own, deepest.label("deepest"))
            .select_from(joined(lowest))
            .where(*conditions(self.identifier, lowest, self.rules), *self.only)
            .order_by(own, deepest)
        )
        with database.read() as db:
            if level == lowest:
                return array("q", (row[0] for row in db.execute(statement)))
            pairs = [(own_pk, low) for own_pk, low in db.execute(statement)]
        found: dict[int, None] = {}
        for batch in _batches(pairs):
            part = {low: own_pk for own_pk, low in batch}
            with database.read() as db:
                rows = matching(db, lowest, list(part), *filters)
            found |= {part[row.pks[lowest]]: None for row in rows}
            yield None
        return array("q", found)


def _batches(rows: T) -> Iterator[T]:
    """Cut what there is to look at into batches: a small one, so that answers begin early."""
    if rows:
        yield rows[:_FIRST_BATCH]
    for at in range(_FIRST_BATCH, len(rows), _BATCH):
        yield rows[at : at + _BATCH]


def _pair_test(day: Key | None, time: Key | None) -> RecordTest | None:
    if not (day and time and len(day.values) == len(time.values) == 1):
        return None
    test = combined_test(day.values[0], time.values[0])
    if test is None:
        return None
    tags = day.tag, time.tag
    return lambda record: test(*("".join(stored_texts(record.get(tag))[:1]) for tag in tags))


def _answers(
    db: Connection, query: Query, plan: Plan, rows: Sequence[int], filters: Filters
) -> list[Answer]:
    """Return the answers among some candidates, with what is made on demand for them all."""
    asked = query.matched_made()
    found = matching(db, query.identifier.level, list(rows), *filters)
    attributes = {
        key: made(db, key.keyword, {row.pks[COMPUTED[key.keyword]] for row in found})
        for key in {key.tag: key for key in (*plan.made, *asked)}.values()
        if found
    }
    level = query.identifier.level
    asks_how_soon = found and TAG in query.identifier.mentioned
    away = availability(db, level, {row.pks[level] for row in found}) if asks_how_soon else {}
    tests = [(key.tag, values_test(key.vr, key.values, query.rules)) for key in asked]
    answers = []
    for row in found:
        extra = {
            key.tag: values.get(row.pks[COMPUTED[key.keyword]], (key.vr, b""))
            for key, values in attributes.items()
        }
        if row.pks[level] in away:
            extra[TAG] = ("CS", away[row.pks[level]].encode())
        if all(test(texts(extra.get(tag))) for tag, test in tests):
            answers.append(Answer(plan=plan, stored=row.stored, made=extra))
    return answers


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One match."""

    plan: Plan
    stored: Record
    made: Record

    def encode(self, *, implicit: bool) -> bytes:
        """Return it as it goes over the wire."""
        answer = self.plan.fill(self.stored, self.made)
        return self.plan.encode(answer, self.stored, implicit=implicit)

    def dataset(self) -> Dataset:
        """Return it as a data set."""
        return to_dataset(self.plan.fill(self.stored, self.made))


# --- for searches of our own side -----------------------------------------------------------------


def find(
    database: Database,
    identifier: Dataset,
    level: str,
    *,
    case_sensitive_names: bool,
    only: Sequence[Any] = (),
) -> Iterator[Dataset]:
    """Yield the answers to an identifier as data sets, each with the keys that were asked for."""
    query = Query(
        identifier=of_dataset(identifier, level),
        rules=Rules(case_sensitive_names=case_sensitive_names),
        only=only,
    )
    return (answer.dataset() for answer in query.answers(database) if answer is not None)


def unsupported(identifier: Dataset, level: str) -> list[str]:
    """Return the keys with a value that we cannot match on: optional keys we do not support."""
    return Query(identifier=of_dataset(identifier, level)).not_matched()
