"""Long work on backups as jobs: begun at once, asked for until they are over.

A restore replaces the index, so the jobs are kept beside it, in memory: a stop waits for those that
run, and what a kill cut short is told by the vault, where a backup that broke off is none.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulator.errors import CannotError, PacsLabError, RefusedError
from simulator.progress import Progress

_KEPT = 50  # jobs that are over and can still be asked for
RUNNING, DONE, FAILED = "running", "done", "failed"
Work = Callable[[Progress], dict[str, Any]]


@dataclass(kw_only=True)
class Job:
    """One piece of work, and how far it is."""

    number: int
    what: str  # backup | verify | restore | undo | rebuild
    name: str  # of the backup; empty where there is none yet
    by: str
    started: str  # hospital time
    state: str = RUNNING
    done: int = 0
    of: int = 0  # files; 0: not known yet
    note: str = ""
    result: dict[str, Any] | None = None
    error: PacsLabError | None = None

    def facts(self) -> dict[str, Any]:
        """Return it as JSON can hold it, without its result."""
        left_out = ("result", "error")
        return {key: value for key, value in vars(self).items() if key not in left_out}

    def advance(self, done: int, of: int) -> None:
        """Note how far it is."""
        self.done, self.of = done, of


class Jobs:
    """The jobs of a running archive."""

    def __init__(self, now: Callable[[], str], bug: Callable[[str], object]) -> None:
        """Date jobs by `now` (hospital time); `bug` hears of what should not happen."""
        self.now, self.bug = now, bug
        self._jobs: dict[int, Job] = {}
        self._threads: dict[int, threading.Thread] = {}
        self._lock = threading.Lock()
        self._last = 0

    def begin(self, what: str, name: str, by: str, work: Work) -> Job:
        """Begin a job and return it as it is."""
        with self._lock:
            self._last += 1
            job = Job(number=self._last, what=what, name=name, by=by, started=self.now())
            self._jobs[job.number] = job
            over = [number for number, one in self._jobs.items() if one.state != RUNNING]
            for number in over[:-_KEPT]:
                del self._jobs[number]
            thread = threading.Thread(
                target=self._run, args=(job, work), name=f"continuity-{job.number}", daemon=True
            )
            self._threads[job.number] = thread
        thread.start()
        return job

    def all(self) -> list[dict[str, Any]]:
        """Return the jobs, the oldest first."""
        with self._lock:
            return [job.facts() for job in self._jobs.values()]

    def get(self, number: int) -> dict[str, Any]:
        """Return a job, with its result once it is done; raises what it failed with."""
        with self._lock:
            job = self._jobs.get(number)
        if job is None:
            raise RefusedError(
                f"There is no job {number} since the archive was started.", "List backups.", 404
            )
        if job.error is not None:
            raise job.error
        return {**job.facts(), "result": job.result if job.state == DONE else None}

    def wait(self) -> None:
        """Wait until nothing runs any more: the archive stops, or is reset."""
        with self._lock:
            running = list(self._threads.values())
        for thread in running:
            thread.join()

    def _run(self, job: Job, work: Work) -> None:
        try:
            job.result = work(job.advance)
            job.state = DONE
        except PacsLabError as error:
            self._failed(job, error)
        except Exception as error:
            self.bug(f"{job.what} of a backup: {type(error).__name__}: {error}")
            self._failed(job, CannotError(f"The {job.what} met a bug.", "See the journal."))
        finally:
            with self._lock:
                self._threads.pop(job.number, None)

    def _failed(self, job: Job, error: PacsLabError) -> None:
        job.error, job.note = error, error.sentence
        job.state = FAILED  # last: who sees it finds the reason, too
