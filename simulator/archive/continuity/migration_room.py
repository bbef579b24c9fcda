"""Migrations of a running archive: one thread each, and a report at any time."""

from __future__ import annotations

import re
import threading
from collections import Counter
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from simulator.archive.continuity.ledger import Ledger
from simulator.archive.continuity.migrating import Mover, Wishes, outcome, said_of
from simulator.archive.nodes import Node
from simulator.errors import RefusedError, UsageError
from simulator.network.associate import Peer

if TYPE_CHECKING:
    from simulator.archive.archive import Archive

_DAY = re.compile(r"[0-9]{8}")
_LONGEST = 40_000  # days of a range


class Migration:
    """Starts, stops and tells of migrations."""

    def __init__(self, archive: Archive) -> None:
        """Migrate to and from `archive`; what a stop or a kill left can be resumed."""
        self.archive, self.ledger = archive, Ledger(archive.database)
        self._lock = threading.Lock()
        self._running: dict[int, tuple[threading.Thread, threading.Event]] = {}

    def begin(self, direction: str, peer: Peer, wishes: Wishes, by: str) -> dict[str, Any]:
        """Begin a migration and return its facts; raises UsageError."""
        if direction not in ("from", "to"):
            raise UsageError(f"'{direction[:20]}' is no direction.", "Say 'from' or 'to'.")
        Node(ae=peer.ae, host=peer.host, port=peer.port)  # refuses what can be none
        _check(wishes)
        number = self.ledger.open(
            {"direction": direction, "ae": peer.ae, "host": peer.host, "port": peer.port,
             "wishes": asdict(wishes), "state": "running", "note": "", "started_by": by,
             "started": self._now(), "ended": ""}
        )  # fmt: skip
        self._tell("migration.started", f"{by} began migration {number} {direction} {peer}", by)
        self._start(number, by)
        return self.ledger.get(number)

    def resume(self, number: int, by: str) -> dict[str, Any]:
        """Go on with a migration: what is equal is left alone."""
        self.ledger.get(number)
        if number in self._running:
            raise RefusedError(f"Migration {number} is running.", "Look at it.", 409)
        self.ledger.close(number, "running", "", "")
        self._tell("migration.resumed", f"{by} resumed migration {number}", by)
        self._start(number, by)
        return self.ledger.get(number)

    def stop(self, number: int, by: str) -> dict[str, Any]:
        """Stop after the study that is just moved."""
        self.ledger.get(number)
        if number in self._running:
            self._end(number)
            self._tell("migration.stopped", f"{by} stopped migration {number}", by)
        return self.ledger.get(number)

    def reconcile(self, number: int, by: str) -> dict[str, Any]:
        """Compare every study again by its UIDs, and return the report."""
        Mover(self.archive, self.ledger, number, threading.Event()).reconcile()
        self._tell("migration.reconciled", f"{by} reconciled migration {number}", by)
        return self.report(number)

    def all(self) -> list[dict[str, Any]]:
        """Return every migration; one that a kill ended is no longer running."""
        return [self._true(row) for row in self.ledger.all()]

    def report(self, number: int) -> dict[str, Any]:
        """Return a migration with all its studies, and what a person must look at."""
        facts, rows = self._true(self.ledger.get(number)), self.ledger.studies(number)
        differs = [row for row in rows if row["source"] != row["said"] and row["said"]]
        return {
            **facts,
            "ok": facts["state"] == "done" and all(row["state"] == "equal" for row in rows),
            "instances": {key: sum(row[key] for row in rows) for key in ("source", "target")},
            "missing": sum(len(row["missing"]) for row in rows),
            "extra": sum(len(row["extra"]) for row in rows),
            "without_date": [row["study_uid"] for row in rows if not row["study_date"]],
            "count_differs": [row["study_uid"] for row in differs if row["source"]],
            "listed_twice": [row["study_uid"] for row in rows if "listed twice" in row["note"]],
            "rows": rows,
        }

    def halt(self) -> None:
        """Stop them all: the archive stops, or is reset."""
        for number in list(self._running):
            self._end(number)

    def wait(self, number: int) -> None:
        """Wait until a migration is over."""
        running = self._running.get(number)
        if running:
            running[0].join()

    # --- inner parts --------------------------------------------------------------------------

    def _start(self, number: int, by: str) -> None:
        stopped = threading.Event()
        thread = threading.Thread(
            target=self._run, args=(number, by, stopped), name=f"migration-{number}", daemon=True
        )
        with self._lock:
            self._running[number] = thread, stopped
        thread.start()

    def _end(self, number: int) -> None:
        running = self._running.get(number)
        if running:
            running[1].set()
            running[0].join(60)

    def _run(self, number: int, by: str, stopped: threading.Event) -> None:
        try:
            state = Mover(self.archive, self.ledger, number, stopped).run()
            counts = Counter(row["state"] for row in self.ledger.studies(number))
            note = outcome(list(counts)) if state == "done" else ""
        except Exception as error:  # whatever the other archive answered
            state, note, counts = "failed", said_of(error), Counter()
        self.ledger.close(number, state, note, self._now())
        said = ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))
        text = f"migration {number} is {state}: {note or said}"
        self.archive.journal.write("migration.ended", f"{text} ({said})", by=by, what=str(number))
        with self._lock:
            self._running.pop(number, None)

    def _true(self, row: dict[str, Any]) -> dict[str, Any]:
        lost = row["state"] == "running" and row["number"] not in self._running
        return {**row, "state": "stopped" if lost else row["state"]}

    def _now(self) -> str:
        return self.archive.clock.now().isoformat(timespec="seconds")

    def _tell(self, kind: str, text: str, by: str) -> None:
        self.archive.journal.write(kind, text, by=by)


def _check(wishes: Wishes) -> None:
    if wishes.by not in ("get", "move"):
        raise UsageError(f"'{wishes.by[:20]}' is no way to fetch.", "Use get or move.")
    days = wishes.since, wishes.until
    if not any(days):
        return
    try:
        if not all(_DAY.fullmatch(day) for day in days):
            raise ValueError("not eight digits")
        count = (date.fromisoformat(days[1]) - date.fromisoformat(days[0])).days + 1
    except ValueError:
        raise UsageError(
            "That is no range of days.", "Give both since and until, YYYYMMDD."
        ) from None
    if not 0 < count <= _LONGEST:
        raise UsageError(f"That range has {count} days.", "The first day comes before the last.")
