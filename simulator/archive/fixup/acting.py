"""Doing a plan: the new files are written, then index and record change in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO

from pydicom import dcmread
from pydicom.dataset import Dataset
from sqlalchemy import Connection

from simulator.archive.fixup.plan import Plan, Step, Stored, stored
from simulator.archive.fixup.record import Record
from simulator.archive.fixup.swap import Entry, kept, set_states, states_of, swap
from simulator.archive.incoming import file_meta
from simulator.archive.index import Location
from simulator.archive.store import FileStore
from simulator.database import Database
from simulator.errors import CannotError, RefusedError
from simulator.network.dimse import encode_dataset

EXPLICIT = "1.2.840.10008.1.2.1"
_TRIES = 20  # others may change the same studies meanwhile
Written = tuple[Step, Dataset | None, Stored | None]


@dataclass(frozen=True, kw_only=True)
class Done:
    """A change as it was recorded."""

    number: int  # 0: there was nothing to do
    plan: Plan
    objects: int
    after: tuple[Stored, ...]  # what was written, hidden objects included

    @property
    def studies(self) -> list[str]:
        """The studies that were touched, new ones included."""
        new = [one.location.study_uid for one in self.after]
        return list(dict.fromkeys([*self.plan.studies, *new]))


class Acting:
    """Does plans."""

    def __init__(self, database: Database, store: FileStore, record: Record) -> None:
        """Change `database` and `store`, and write down in `record`."""
        self.database, self.store, self.record = database, store, record

    def do(self, make: Callable[[], Plan], by: str, now: datetime) -> Done:
        """Do a plan; it is made again where its objects change before it is done."""
        for _ in range(_TRIES):
            plan = make()
            if not plan.steps and not plan.before:
                return Done(number=0, plan=plan, objects=0, after=())  # it says so already
            with ExitStack() as filing:
                written = [write(filing, self.store, step, now) for step in plan.steps]
                with self.database.write() as db:
                    if stored(self.database, plan.scope) == list(plan.seen):
                        return self._enter(db, plan, written, by, now)
        raise RefusedError(
            "The objects changed all the time while they were corrected.", "Try again.", 409
        )

    def _enter(
        self, db: Connection, plan: Plan, written: list[Written], by: str, now: datetime
    ) -> Done:
        befores = [step.before for step, _, _ in written if step.before and not step.only_noted]
        plan.before.setdefault("states", states_of(db, plan.studies))
        swap(
            db,
            [one.location.sop_uid for one in befores],
            [Entry(header=kept(ds), row=row) for step, ds, row in written
             if ds is not None and row is not None and not step.hidden],
        )  # fmt: skip
        set_states(db, {**plan.before["states"], **plan.states})
        pairs = [(step.before, row, step.hidden) for step, _, row in written if not step.only_noted]
        number = self.record.add(db, plan, pairs, by, now.isoformat(timespec="seconds"))
        plan.also(db, number)
        return Done(
            number=number, plan=plan, objects=sum(1 for s in plan.steps if s.before),
            after=tuple(row for _, _, row in written if row is not None),
        )  # fmt: skip


def write(filing: ExitStack, store: FileStore, step: Step, now: datetime) -> Written:
    """Write what an object becomes, if it becomes anything; returns its data set and row."""
    if step.made is not None:
        ds, source = step.made, ""
        syntax, received = EXPLICIT, now.isoformat(timespec="milliseconds")
    elif step.change is not None and step.before is not None:
        ds = dcmread(BytesIO(store.read(step.before.location.digest)))
        step.change(ds)
        source, received = step.before.source, step.before.received
        syntax = step.before.location.transfer_syntax
    else:
        return step, None, None
    before = step.before.location if step.before else None
    meta = file_meta(str(ds.SOPClassUID), str(ds.SOPInstanceUID), syntax, source)
    data = encode_dataset(ds, syntax)
    try:
        filed = filing.enter_context(store.put([meta, data]))
    except OSError as error:
        raise CannotError(f"The corrected object cannot be written: {error}.") from error
    location = Location(
        sop_uid=str(ds.SOPInstanceUID), sop_class=str(ds.SOPClassUID), transfer_syntax=syntax,
        digest=filed.digest, offset=len(meta), size=filed.size,
        study_uid=str(ds.StudyInstanceUID), series_uid=str(ds.SeriesInstanceUID),
    )  # fmt: skip
    if before is not None and before.volume:
        location = replace(location, volume=before.volume)
    return step, ds, Stored(location=location, source=source, received=received)
