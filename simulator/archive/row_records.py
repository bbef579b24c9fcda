"""The kept attributes of rows, as the query matches them: read in one statement for many rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from simulator.archive.attributes import LEVELS, level_of
from simulator.archive.identifier import Key
from simulator.archive.matching import WILDCARD_VRS
from simulator.archive.narrowing import TABLES, joined
from simulator.archive.records import Record, read

Test = Callable[[Record], bool]
Needles = Mapping[str, Sequence[bytes]]  # what must stand in the attributes of each level


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the join: the primary keys of its levels, and their attributes together."""

    pks: dict[str, int]
    stored: Record


def needles(keys: Iterable[Key]) -> dict[str, list[bytes]]:
    """Return pieces of text without which these keys match nothing.

    Looking for them in the encoded attributes is much quicker than reading those.
    """
    found: dict[str, list[bytes]] = {}
    for key in keys:
        level = level_of(key.keyword)
        if level and key.vr in WILDCARD_VRS - {"PN"} and len(key.values) == 1:
            piece = max(re.split(r"[*?]", key.values[0]), key=len).strip()
            found.setdefault(level, []).append(piece.encode())
    return found


def matching(
    db: Connection, level: str, rows: Sequence[int], tests: Sequence[Test], wanted: Needles
) -> list[Row]:
    """Return those of these rows (primary keys) that pass, in order."""
    return [
        row for row in _rows(db, level, rows, wanted) if all(test(row.stored) for test in tests)
    ]


def _rows(db: Connection, level: str, rows: Sequence[int], wanted: Needles) -> Iterator[Row]:
    names = LEVELS[: LEVELS.index(level) + 1]
    columns = [c for name in names for c in (TABLES[name].c.pk, TABLES[name].c.attributes)]
    own = TABLES[level].c.pk
    statement = select(*columns).select_from(joined(level)).where(own.in_(rows)).order_by(own)
    looked_for = [(2 * at + 1, piece) for at, n in enumerate(names) for piece in wanted.get(n, ())]
    seen: dict[tuple[str, int], Record] = {}
    for row in db.execute(statement):
        if any(piece not in bytes(row[at]) for at, piece in looked_for):
            continue
        pks = dict(zip(names, row[::2], strict=True))
        stored: Record = {}
        for name, attributes in zip(names, row[1::2], strict=True):
            at = (name, pks[name])
            if at not in seen:
                seen[at] = read(bytes(attributes))
            stored |= seen[at]
        yield Row(pks=pks, stored=stored)
