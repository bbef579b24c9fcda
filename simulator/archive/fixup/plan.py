"""A correction before it is done: which objects change, and into what.

Preview and act read the same plan, so what is shown is what happens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydicom.dataset import Dataset
from sqlalchemy import select

from simulator.archive import tables as t
from simulator.archive.index import Location
from simulator.archive.rows import all_levels
from simulator.database import Database

Change = Callable[[Dataset], None]


@dataclass(frozen=True, kw_only=True)
class Stored:
    """One stored object with what its row says beside its place."""

    location: Location
    source: str
    received: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """What happens to one object.

    `change` makes it another; without one it is taken out of the index. An object that is `made`
    was not there before; one that is `hidden` is kept beside the index.
    """

    before: Stored | None = None
    change: Change | None = None
    made: Dataset | None = None
    hidden: bool = False
    only_noted: bool = False  # it stays as it is: a rejection for quality that is shown


@dataclass(kw_only=True)
class Plan:
    """A correction, ready to be shown or done."""

    kind: str
    text: str  # one sentence, said before and after
    steps: list[Step]
    scope: Sequence[Any]  # SQL conditions: what must not change until it is done
    seen: Sequence[Stored]  # what fulfilled them
    study_uid: str = ""
    patient_id: str = ""
    states: dict[str, tuple[str, str]] = field(default_factory=dict)  # order states afterwards
    references: list[dict[str, str]] = field(default_factory=list)  # objects whose pointers change
    warnings: list[str] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)  # what an undo puts back
    also: Callable[[Any, int], None] = lambda db, number: None  # done in the same transaction

    @property
    def studies(self) -> list[str]:
        """The studies that are touched, as they are before."""
        uids = [step.before.location.study_uid for step in self.steps if step.before]
        return list(dict.fromkeys(uids))


def stored(database: Database, conditions: Sequence[Any]) -> list[Stored]:
    """Return the stored objects that fulfil SQL `conditions`, in series and instance order."""
    i, s, y = t.instances.c, t.series.c, t.studies.c
    keys = (i.sop_uid, i.sop_class, i.transfer_syntax, i.digest, i.offset, i.size, y.study_uid,
            s.series_uid, i.volume)  # fmt: skip
    statement = (
        select(*keys, i.source, i.received)
        .select_from(all_levels())
        .where(*conditions)
        .order_by(y.pk, s.pk, i.pk)
    )
    with database.read() as db:
        rows = [dict(row._mapping) for row in db.execute(statement)]
    return [
        Stored(source=row.pop("source"), received=row.pop("received"), location=Location(**row))
        for row in rows
    ]
