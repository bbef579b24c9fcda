"""What the archive owes to other nodes: a durable queue that tries again, later and later.

A report is in the table before anybody is promised it, and leaves it once the node has it. After
a failure the next attempt is due in `first` seconds, then in twice as many, up to an hour. A
restart goes on where it was; a reset puts the queue back with everything else.

Each destination has a worker of its own while something is due for it, so that a node that hangs
delays nobody else's reports. Once it did not answer, the rest of its own wait as long as the first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, true, update

from simulator.archive import tables as t
from simulator.clock import Clock, real_seconds
from simulator.database import Database
from simulator.errors import NetworkError, NoAnswerError, RefusedError
from simulator.journal import Journal

LONGEST = 3600.0  # seconds between two attempts
_TICK = 1.0
_WORKERS = 32  # destinations served at once


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


class NotNow(Exception):
    """A deliverer's word that a report must wait, though nobody failed."""

    def __init__(self, why: str, seconds: float) -> None:
        """Wait so many seconds."""
        super().__init__(why)
        self.seconds = seconds


Deliver = Callable[[Report], None]  # raises a NetworkError, or NotNow


class Owed:
    """The queue, and the thread that works it off."""

    def __init__(
        self, database: Database, clock: Clock, journal: Journal, first: Callable[[], float]
    ) -> None:
        """Keep the queue in `database`; `first` is the wait after the first failure (seconds)."""
        self.database, self.clock, self.journal, self.first = database, clock, journal, first
        self.deliverers: dict[str, Deliver] = {}
        self._wake = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._work, name="owed", daemon=True)
        self._workers: dict[str, threading.Thread] = {}  # by destination
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self) -> None:
        """Stop delivering; what is owed stays in the table."""
        self._stopped = True
        self._wake.set()
        with self._lock:
            workers = list(self._workers.values())
        for thread in (self._thread, *workers):
            if thread.is_alive():
                thread.join(5)

    # --- the queue ------------------------------------------------------------------------------

    def add(self, kind: str, ae: str, subject: str, facts: dict[str, Any], wait: float = 0) -> int:
        """Enter a report, due in `wait` seconds; it is durable when this returns."""
        values = {
            "kind": kind, "ae": ae, "subject": subject, "facts": facts, "attempts": 0,
            "created": self.clock.now().isoformat(timespec="seconds"),
            "due": real_seconds() + wait, "note": "",
        }  # fmt: skip
        with self.database.write() as db:
            key = db.execute(insert(t.owed).values(values)).inserted_primary_key
        assert key is not None
        self._wake.set()
        return int(key[0])

    def all(self) -> list[Report]:
        """Return what is owed, the oldest first."""
        with self.database.read() as db:
            rows = db.execute(select(t.owed).order_by(t.owed.c.pk)).all()
        return [Report(**row._mapping) for row in rows]

    def done(self, pk: int) -> None:
        """Take a report out: the node has it."""
        with self.database.write() as db:
            db.execute(delete(t.owed).where(t.owed.c.pk == pk))

    def retry(self, pk: int) -> None:
        """Try a report again at once; raises RefusedError if there is none."""
        self._change(pk, due=real_seconds())
        self._wake.set()

    def release(self, pk: int) -> None:
        """Let a report that was held back go out now, if it is still owed."""
        self._change(pk, due=real_seconds(), missing_ok=True)
        self._wake.set()

    def drop(self, pk: int) -> Report:
        """Give a report up; raises RefusedError if there is none."""
        report = self._get(pk)
        self.done(pk)
        return report

    def put_off(self, report: Report, note: str) -> float:
        """Note a failure; returns the seconds until the next attempt."""
        wait: float = min(self.first() * 2.0**report.attempts, LONGEST)
        with self.database.write() as db:
            db.execute(
                update(t.owed)
                .where(t.owed.c.pk == report.pk)
                .values(attempts=report.attempts + 1, due=real_seconds() + wait, note=note)
            )
        return wait

    # --- working it off -------------------------------------------------------------------------

    def _work(self) -> None:
        while not self._stopped:
            try:
                self._round()
            except Exception as error:  # e.g. the database is being put back: go on afterwards
                if not self._stopped:
                    self.journal.write("bug", f"owed: {type(error).__name__}: {error}")
                    self._wake.wait(_TICK)

    def _round(self) -> None:
        self._wake.wait(self._pause())
        self._wake.clear()
        for ae in dict.fromkeys(report.ae for report in self._due()):
            with self._lock:
                if self._stopped or ae in self._workers or len(self._workers) >= _WORKERS:
                    continue
                worker = threading.Thread(
                    target=self._serve, args=(ae,), name=f"owed-{ae}", daemon=True
                )
                self._workers[ae] = worker
                worker.start()

    def _due(self, ae: str = "") -> list[Report]:
        """Return what is due, for one destination or for all, the oldest first."""
        due = t.owed.c.due <= real_seconds()
        statement = select(t.owed).where(due, t.owed.c.ae == ae if ae else true())
        with self.database.read() as db:
            rows = db.execute(statement.order_by(t.owed.c.pk)).all()
        return [Report(**row._mapping) for row in rows]

    def working(self) -> set[str]:
        """Return the destinations that are being served at this moment."""
        with self._lock:
            return set(self._workers)

    def _serve(self, ae: str) -> None:
        """Work off what is due for one destination, then end."""
        try:
            for report in self._due(ae):
                if self._stopped or not self._try(report):
                    break
        except Exception as error:  # e.g. the database is being put back
            if not self._stopped:
                self.journal.write("bug", f"owed: {type(error).__name__}: {error}")
        finally:
            with self._lock:
                del self._workers[ae]
            self._wake.set()

    def _pause(self) -> float:
        """Return the seconds until something is due for a free destination, at most _TICK."""
        working = self.working()
        if len(working) >= _WORKERS:
            return _TICK  # the next one that ends wakes us
        free = t.owed.c.ae.not_in(working)
        with self.database.read() as db:
            next_due = db.execute(select(func.min(t.owed.c.due)).where(free)).scalar()
        left = _TICK if next_due is None else float(next_due) - real_seconds()
        return min(_TICK, max(0.01, left))

    def _try(self, report: Report) -> bool:
        """Deliver a report, or note why not; returns whether its node can be tried again now."""
        try:
            self.deliverers[report.kind](report)
        except NotNow as why:
            due = real_seconds() + why.seconds
            self._change(report.pk, due=due, note=str(why), missing_ok=True)
        except NetworkError as error:
            wait = self.put_off(report, error.sentence)
            self._tell(report, f"{error.sentence} Next attempt in {wait:g} s", error.kind)
            if isinstance(error, NoAnswerError):
                self._wait_too(report.ae, wait, error.sentence)
                return False
        except Exception as error:  # a bug of ours: the others must go on
            if self._stopped:
                return False
            self.put_off(report, f"{type(error).__name__}: {error}")
            self.journal.write("bug", f"owed {report.kind}: {type(error).__name__}: {error}")
        else:
            self.done(report.pk)
        return True

    def _wait_too(self, ae: str, seconds: float, why: str) -> None:
        """Let everything else that is due for a silent node wait as long."""
        due = (t.owed.c.ae == ae, t.owed.c.due <= real_seconds())
        values = {"due": real_seconds() + seconds, "note": f"waits with another: {why}"}
        with self.database.write() as db:
            db.execute(update(t.owed).where(*due).values(**values))

    def _tell(self, report: Report, why: str, kind: str) -> None:
        self.journal.write(
            f"{report.kind}.failed",
            f"{report.kind} {report.subject} not delivered to {report.ae}: {why}",
            node=report.ae,
            subject=report.subject,
            attempts=report.attempts + 1,
            error=kind,
        )

    def _get(self, pk: int) -> Report:
        found = next((report for report in self.all() if report.pk == pk), None)
        if found is None:
            raise RefusedError(f"There is no report {pk}.", "List what is owed.", 404)
        return found

    def _change(self, pk: int, *, missing_ok: bool = False, **values: Any) -> None:
        with self.database.write() as db:
            changed = db.execute(update(t.owed).where(t.owed.c.pk == pk).values(**values)).rowcount
        if not changed and not missing_ok:
            self._get(pk)
