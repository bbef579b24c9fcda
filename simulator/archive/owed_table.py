"""The rows of the queue: what is owed to whom, how far it is, and which node is paused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, true, update

from simulator.archive import tables as t
from simulator.archive.routing.hours import Hours
from simulator.archive.routing.tables import paused
from simulator.clock import Clock, real_seconds
from simulator.database import Database
from simulator.errors import RefusedError

LONGEST = 3600.0  # seconds between two attempts
WAITING, WORKING, DEAD = "waiting", "working", "dead"


@dataclass(frozen=True, kw_only=True)
class Report:
    """One thing owed: to whom, about what, and how it went so far."""

    pk: int
    kind: str
    ae: str
    subject: str
    facts: dict[str, Any]
    created: str
    attempts: int
    due: float
    note: str
    state: str = WAITING
    priority: int = 1
    window: str = ""


class OwedTable:
    """What is owed, in a table."""

    def __init__(self, database: Database, clock: Clock, first: Callable[[], float]) -> None:
        """Keep the rows in `database`; `first` is the wait after the first failure (seconds)."""
        self.database, self.clock, self.first = database, clock, first
        self.wake: Callable[[], None] = lambda: None  # somebody may have something to do
        self.dropped: Callable[[Connection, Report], None] = lambda db, report: None

    # --- what comes and goes ----------------------------------------------------------------------

    def add(self, kind: str, ae: str, subject: str, facts: dict[str, Any], wait: float = 0) -> int:
        """Enter a report, due in `wait` seconds; it is durable when this returns."""
        with self.database.write() as db:
            pk = self.enter(db, kind, ae, subject, facts, wait)
        self.wake()
        return pk

    def enter(
        self, db: Connection, kind: str, ae: str, subject: str, facts: dict[str, Any],
        wait: float = 0, *, priority: int = 1, window: str = "",
    ) -> int:  # fmt: skip
        """Enter a report within the caller's transaction; call `wake` when that is through."""
        values = {
            "kind": kind, "ae": ae, "subject": subject, "facts": facts, "attempts": 0,
            "created": self.clock.now().isoformat(timespec="seconds"),
            "due": real_seconds() + wait, "note": "", "state": WAITING, "priority": priority,
            "window": window,
        }  # fmt: skip
        key = db.execute(insert(t.owed).values(values)).inserted_primary_key
        assert key is not None
        return int(key[0])

    def all(self) -> list[Report]:
        """Return what is owed, the oldest first."""
        with self.database.read() as db:
            rows = db.execute(select(t.owed).order_by(t.owed.c.pk)).all()
        return [Report(**row._mapping) for row in rows]

    def get(self, pk: int) -> Report:
        """Return a report; raises RefusedError if there is none."""
        with self.database.read() as db:
            row = db.execute(select(t.owed).where(t.owed.c.pk == pk)).first()
        if row is None:
            raise RefusedError(f"There is no report {pk}.", "List what is owed.", 404)
        return Report(**row._mapping)

    def done(self, pk: int) -> None:
        """Take a report out: the node has it."""
        with self.database.write() as db:
            db.execute(delete(t.owed).where(t.owed.c.pk == pk))

    def drop(self, pk: int) -> Report:
        """Give a report up; raises RefusedError if there is none."""
        report = self.get(pk)
        with self.database.write() as db:
            db.execute(delete(t.owed).where(t.owed.c.pk == pk))
            self.dropped(db, report)
        return report

    def withdraw(self, pk: int) -> bool:
        """Take back a report that nobody has tried yet; returns whether it was still so."""
        untried = t.owed.c.pk == pk, t.owed.c.state == WAITING, t.owed.c.attempts == 0
        with self.database.write() as db:
            return bool(db.execute(delete(t.owed).where(*untried)).rowcount)

    # --- when it goes out -------------------------------------------------------------------------

    def retry(self, pk: int) -> None:
        """Try a report again at once, a dead one from the start; RefusedError if there is none."""
        values = {"due": real_seconds(), "state": WAITING}
        if self.get(pk).state == DEAD:
            values["attempts"] = 0
        self.change(pk, **values)
        self.wake()

    def retry_all(self, ae: str) -> int:
        """Try everything owed to a node again at once, the dead, too; returns how many."""
        mine = t.owed.c.ae == ae
        with self.database.write() as db:
            dead = (mine, t.owed.c.state == DEAD)
            db.execute(update(t.owed).where(*dead).values(attempts=0, state=WAITING))
            count = db.execute(update(t.owed).where(mine).values(due=real_seconds())).rowcount
        self.wake()
        return int(count)

    def reschedule(self, pk: int, wait: float) -> None:
        """Let a report be due in `wait` seconds; raises RefusedError if there is none."""
        self.get(pk)
        self.change(pk, due=real_seconds() + wait, state=WAITING)
        self.wake()

    def release(self, pk: int) -> None:
        """Let a report that was held back go out now, if it is still owed."""
        self.change(pk, due=real_seconds())
        self.wake()

    def put_off(self, report: Report, note: str, limit: int = 0) -> float:
        """Note a failure; returns the seconds until the next attempt, -1 where there is none."""
        attempts = report.attempts + 1
        is_dead = 0 < limit <= attempts
        wait: float = min(self.first() * 2.0**report.attempts, LONGEST)
        self.change(
            report.pk, attempts=attempts, due=real_seconds() + wait, note=note,
            state=DEAD if is_dead else WAITING,
        )  # fmt: skip
        return -1 if is_dead else wait

    def claim(self, pk: int) -> bool:
        """Begin with a report; returns whether it still waits."""
        mine = t.owed.c.pk == pk, t.owed.c.state == WAITING
        with self.database.write() as db:
            return bool(db.execute(update(t.owed).where(*mine).values(state=WORKING)).rowcount)

    def recover(self) -> int:
        """Let what a stop left in the middle of its work wait again; returns how many."""
        cut = t.owed.c.state == WORKING
        with self.database.write() as db:
            return int(db.execute(update(t.owed).where(cut).values(state=WAITING)).rowcount)

    def change(self, pk: int, **values: Any) -> None:
        """Change a report, if it is still owed."""
        with self.database.write() as db:
            db.execute(update(t.owed).where(t.owed.c.pk == pk).values(**values))

    def wait_with(self, lane: str, seconds: float, why: str) -> None:
        """Let everything else that is due in a lane wait as long as its first."""
        values = {"due": real_seconds() + seconds, "note": f"waits with another: {why}"}
        with self.database.write() as db:
            db.execute(update(t.owed).where(*self._due(db, lane)).values(**values))

    # --- which node is paused ---------------------------------------------------------------------

    def pause(self, ae: str, by: str, reason: str) -> None:
        """Send a node nothing until `resume`; what is under way goes on to its end."""
        at = self.clock.now().isoformat(timespec="seconds")
        with self.database.write() as db:
            db.execute(delete(paused).where(paused.c.ae == ae))
            db.execute(insert(paused).values(ae=ae, by=by, at=at, reason=reason))

    def resume(self, ae: str) -> bool:
        """Send to a node again; returns whether it was paused."""
        with self.database.write() as db:
            was = db.execute(delete(paused).where(paused.c.ae == ae)).rowcount
        self.wake()
        return bool(was)

    # --- what is due ------------------------------------------------------------------------------

    def next(self, lane: str) -> Report | None:
        """Return what is to be done next for a destination; an empty lane is all of them."""
        with self.database.read() as db:
            statement = select(t.owed).where(*self._due(db, lane))
            order = t.owed.c.priority, t.owed.c.pk
            row = db.execute(statement.order_by(*order).limit(1)).first()
        return Report(**row._mapping) if row else None

    def lanes(self) -> list[str]:
        """Return the destinations for which something is due."""
        with self.database.read() as db:
            statement = select(t.owed.c.ae, func.min(t.owed.c.pk)).where(*self._due(db, ""))
            rows = db.execute(statement.group_by(t.owed.c.ae).order_by(func.min(t.owed.c.pk)))
            return [str(row.ae) for row in rows]

    def next_due(self, busy: set[str]) -> float | None:
        """Return when (real seconds) the next report for a node that is not busy is due."""
        with self.database.read() as db:
            free = (*self._may_go(db), t.owed.c.ae.not_in(busy))
            found = db.execute(select(func.min(t.owed.c.due)).where(*free)).scalar()
        return None if found is None else float(found)

    def _due(self, db: Connection, lane: str) -> tuple[ColumnElement[bool], ...]:
        mine = t.owed.c.ae == lane if lane else true()
        return (*self._may_go(db), mine, t.owed.c.due <= real_seconds())

    def _may_go(self, db: Connection) -> tuple[ColumnElement[bool], ...]:
        """Return what must hold of a report beside its time: nobody paused it, its hours are on."""
        now = self.clock.now()
        windows = db.execute(select(t.owed.c.window).where(t.owed.c.window != "").distinct())
        shut = [text for (text,) in windows if not Hours.parse(text).holds(now)]
        return (
            t.owed.c.state == WAITING,
            t.owed.c.ae.not_in(select(paused.c.ae)),
            t.owed.c.window.not_in(shut),
        )
