"""What the archive owes to other nodes: a durable queue that tries again, later and later.

A report is in the table before anybody is promised it, and leaves it once the node has it. After
a failure the next attempt is due in `first` seconds, then in twice as many, up to an hour. A kind
with a limit is given up after so many attempts: it stays in the table, dead, until somebody has it
tried again or drops it. A restart goes on where it was; a reset puts the queue back with
everything else.

Each destination has a worker of its own while something is due for it, so that a node that hangs
delays nobody else's reports. Once it did not answer, the rest of its own wait as long as the first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from simulator.archive.owed_table import OwedTable, Report
from simulator.clock import Clock, real_seconds
from simulator.database import Database
from simulator.errors import NetworkError, NoAnswerError
from simulator.journal import Journal

__all__ = ["NotNow", "Owed", "Report"]
_TICK = 1.0
_WORKERS = 32  # destinations served at once


class NotNow(Exception):
    """A deliverer's word that a report must wait, though nobody failed."""

    def __init__(self, why: str, seconds: float) -> None:
        """Wait so many seconds."""
        super().__init__(why)
        self.seconds = seconds


Deliver = Callable[[Report], None]  # raises a NetworkError, or NotNow


class Owed(OwedTable):
    """The queue, and the thread that works it off."""

    def __init__(
        self, database: Database, clock: Clock, journal: Journal, first: Callable[[], float]
    ) -> None:
        """Keep the queue in `database`; `first` is the wait after the first failure (seconds)."""
        super().__init__(database, clock, first)
        self.journal = journal
        self.deliverers: dict[str, Deliver] = {}
        self.limits: dict[str, Callable[[], int]] = {}  # by kind: attempts; 0: for ever
        self.runs: Callable[[], bool] = lambda: True
        self.apart: Callable[[], bool] = lambda: True  # each destination has a worker of its own
        self.recovers: Callable[[], bool] = lambda: True
        self._wake = threading.Event()
        self.wake = self._wake.set
        self._stopped = False
        self._thread = threading.Thread(target=self._work, name="owed", daemon=True)
        self._workers: dict[str, threading.Thread] = {}  # by lane: a destination, or all
        self._now: dict[str, str] = {}  # by lane: the destination that is served
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin to deliver, first what the last stop left in the middle of its work."""
        if self.recovers():
            self.recover()
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
        if not self.runs():
            return
        due = self.lanes()
        for lane in due if self.apart() else [""][: len(due)]:
            with self._lock:
                if self._stopped or lane in self._workers or len(self._workers) >= _WORKERS:
                    continue
                worker = threading.Thread(
                    target=self._serve, args=(lane,), name=f"owed-{lane}", daemon=True
                )
                self._workers[lane] = worker
                self._now[lane] = lane
                worker.start()

    def working(self) -> set[str]:
        """Return the destinations that are being served at this moment."""
        with self._lock:
            return {ae for ae in self._now.values() if ae}

    def _serve(self, lane: str) -> None:
        """Work off what is due in one lane, then end."""
        try:
            while not self._stopped and self.runs() and (report := self.next(lane)) is not None:
                self._now[lane] = report.ae
                if not self._try(report, lane):
                    break
        except Exception as error:  # e.g. the database is being put back
            if not self._stopped:
                self.journal.write("bug", f"owed: {type(error).__name__}: {error}")
        finally:
            with self._lock:
                del self._workers[lane], self._now[lane]
            self._wake.set()

    def _pause(self) -> float:
        """Return the seconds until something is due for a free destination, at most _TICK."""
        with self._lock:
            lanes = set(self._workers)
        if len(lanes) >= _WORKERS or not self.runs() or "" in lanes:
            return _TICK  # the next one that ends wakes us
        next_due = self.next_due(lanes)
        left = _TICK if next_due is None else next_due - real_seconds()
        return min(_TICK, max(0.01, left))

    def _try(self, report: Report, lane: str) -> bool:
        """Deliver a report, or note why not; returns whether its lane can go on now."""
        if not self.claim(report.pk):  # dropped, or put off, a moment ago
            return True
        try:
            self.deliverers[report.kind](report)
        except NotNow as why:
            due = real_seconds() + why.seconds
            self.change(report.pk, due=due, note=str(why), state=report.state)
        except NetworkError as error:
            return self._failed(report, error, lane)
        except Exception as error:  # a bug of ours: the others must go on
            if self._stopped:
                return False
            self.put_off(report, f"{type(error).__name__}: {error}", self._limit(report))
            self.journal.write("bug", f"owed {report.kind}: {type(error).__name__}: {error}")
        else:
            self.done(report.pk)
        return True

    def _failed(self, report: Report, error: NetworkError, lane: str) -> bool:
        wait = self.put_off(report, error.sentence, self._limit(report))
        then = f"Next attempt in {wait:g} s" if wait >= 0 else "It was given up"
        self._tell(report, f"{error.sentence} {then}", error.kind, is_dead=wait < 0)
        if not isinstance(error, NoAnswerError):
            return True
        self.wait_with(lane, abs(wait), error.sentence)
        return False

    def _limit(self, report: Report) -> int:
        return self.limits[report.kind]() if report.kind in self.limits else 0

    def _tell(self, report: Report, why: str, kind: str, *, is_dead: bool) -> None:
        self.journal.write(
            f"{report.kind}.{'dead' if is_dead else 'failed'}",
            f"{report.kind} {report.subject} not delivered to {report.ae}: {why}",
            node=report.ae,
            subject=report.subject,
            attempts=report.attempts + 1,
            error=kind,
        )
