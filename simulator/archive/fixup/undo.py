"""Undoing a change: its objects are entered again as they were, if nothing newer touched them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pydicom.dataset import Dataset
from sqlalchemy import Connection, delete

from simulator.archive import tables as t
from simulator.archive.fixup.plan import stored
from simulator.archive.fixup.record import Record, row_of
from simulator.archive.fixup.swap import Entry, header_of, kept, set_states, swap
from simulator.archive.fixup.tables import rejected
from simulator.archive.index import Index
from simulator.archive.store import FileStore
from simulator.errors import RefusedError

_CHUNK = 400
MOVING = ("reject", "move", "split")  # what comes back then follows its study
Beside = Callable[[Connection, dict[str, Any]], None]  # puts back what else a change did


class Undo:
    """Puts back what changes did."""

    def __init__(self, index: Index, store: FileStore, record: Record, beside: Beside) -> None:
        """Undo what `record` has; `beside` puts back what stands beside studies."""
        self.index, self.store, self.record, self.beside = index, store, record, beside

    def check(self, number: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Return a change and its objects; raises RefusedError where it cannot be undone."""
        change = self.record.get(number)
        if change["state"] != "done":
            why = "was undone already" if change["state"] == "undone" else "is final"
            raise RefusedError(f"Change {number} {why}.", "List the changes.", 409)
        every = self.record.objects(number)
        rows = [row for row in every if row["before"] or row["after"]]
        if every and not rows:
            raise RefusedError(
                f"Change {number} cannot be undone: its files were deleted for good.", "", 409
            )
        here = self._digests([row["after_uid"] for row in rows if _shown(row)])
        moved = [
            row for row in rows if _shown(row) and here.get(row["after_uid"]) != row["after_digest"]
        ]
        if moved:
            later = self.record.later(number, [row["after_digest"] for row in moved])
            what = f"change {later} has changed" if later else "something has changed or removed"
            raise RefusedError(
                f"Change {number} cannot be undone: {what} {len(moved)} of its objects since.",
                f"Undo change {later} first." if later else "Look at the study.", 409,
            )  # fmt: skip
        lost = [
            row for row in rows
            if row["before"] and not self.store.path(row["before_digest"]).exists()
        ]  # fmt: skip
        if lost:
            raise RefusedError(
                f"Change {number} cannot be undone: {len(lost)} files from before are not here.",
                "They were removed, or are on another volume: bring them back first.", 409,
            )  # fmt: skip
        return change, rows

    def pairs(self, rows: list[dict[str, Any]]) -> Iterator[tuple[Dataset, Dataset]]:
        """Yield what each object is and what it will be again."""
        for row in rows:
            sides = [row_of(row[side]) if row[side] else None for side in ("after", "before")]
            found = [header_of(self.store, s.location) if s else Dataset() for s in sides]
            yield found[0] or found[1], found[1] or found[0]

    def do(self, number: int, by: str, at: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Undo a change; returns it and its objects."""
        with self.index.database.write() as db:
            change, rows = self.check(number)
            into = [row_of(row["before"]) for row in rows if row["before"]]
            entries = [
                Entry(header=kept(header_of(self.store, row.location)), row=row) for row in into
            ]
            swap(
                db, [row["after_uid"] for row in rows if _shown(row)], entries,
                refresh=change["kind"] not in MOVING,
            )  # fmt: skip
            set_states(db, change["before"].get("states", {}))
            self.beside(db, change)
            db.execute(delete(rejected).where(rejected.c.change == number))
            self.record.close(db, number, by, at)
        return change, rows

    def _digests(self, uids: list[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for at in range(0, len(uids), _CHUNK):
            wanted = [t.instances.c.sop_uid.in_(uids[at : at + _CHUNK])]
            here = stored(self.index.database, wanted)
            found |= {one.location.sop_uid: one.location.digest for one in here}
        return found


def _shown(row: dict[str, Any]) -> bool:
    """Return whether what an object became is in the index."""
    return bool(row["after"]) and not row["after"].get("hidden")
