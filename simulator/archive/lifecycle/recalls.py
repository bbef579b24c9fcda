"""Recalls: studies on their way back online, which takes (hospital) time, or wait for a mount."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from simulator.archive import tables as t
from simulator.archive.index import Location
from simulator.archive.lifecycle.copies import GOOD, Copies
from simulator.archive.lifecycle.tables import recalls
from simulator.archive.lifecycle.volume import Volume
from simulator.clock import Clock
from simulator.errors import CannotError, RefusedError
from simulator.journal import Journal
from simulator.network.dimse import DimseError

RECALLING, MOUNT, DONE, FAILED = "recalling", "mount", "done", "failed"
_OPEN = recalls.c.state.in_((RECALLING, MOUNT))
_TICK = 0.2  # seconds, real: hospital time may run at any speed, or be moved


class Recalls:
    """Brings files back from other tiers."""

    def __init__(self, copies: Copies, clock: Clock, journal: Journal) -> None:
        """Bring back from `copies`."""
        self.copies, self.clock, self.journal = copies, clock, journal
        self.database, self.index, self.volumes = copies.database, copies.index, copies.volumes
        self._wake, self.stopped = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, name="recalls", daemon=True)
        self.each_round: Callable[[], object] = lambda: None

    def start(self) -> None:
        """Begin to bring back what was asked for."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; what was asked for stays in the table."""
        self.stopped.set()
        self.wake()
        if self._thread.is_alive():
            self._thread.join(5)

    def wake(self) -> None:
        """Look now whether something is due."""
        self._wake.set()

    # --- asking ---------------------------------------------------------------------------------

    def all(self) -> list[dict[str, Any]]:
        """Return what was asked for, the newest first."""
        with self.database.read() as db:
            rows = db.execute(select(recalls).order_by(recalls.c.number.desc()).limit(500)).all()
        return [dict(row._mapping) for row in rows]

    def ask(self, study_uid: str, by: str) -> dict[str, Any]:
        """Ask for a study; returns the recall, the one under way if there is one.

        Raises RefusedError where it is online, or no copy is left anywhere.
        """
        away = self.away(study_uid)
        if not away:
            raise RefusedError("Every image of the study is online.", "Retrieve it.", 409)
        volume = self._whence(away)
        with self.database.write() as db:
            here = recalls.c.study_uid == study_uid, _OPEN
            row = db.execute(select(recalls).where(*here)).first()
            if row is not None:
                return dict(row._mapping)
            values = self._values(study_uid, volume, by)
            key = db.execute(insert(recalls).values(values)).inserted_primary_key
        assert key is not None
        self._tell(values, len(away))
        self.wake()
        return {"number": int(key[0]), **values}

    def away(self, study_uid: str) -> list[Location]:
        """Return the instances of a study that are not online."""
        return self.index.locate([t.studies.c.study_uid == study_uid, t.instances.c.volume == 0])

    def _whence(self, away: Sequence[Location]) -> Volume:
        """Return the volume that must be read, one that must be mounted before others."""
        digests = [place.digest for place in away]
        found = [
            [v for v, state in there if state == GOOD] for there in self.copies.of(digests).values()
        ]
        if not all(found):
            raise RefusedError(
                "No good copy of some of its images is left on any volume.",
                "Restore them from a backup, or have them sent again.",
                409,
            )
        best = [min(there, key=lambda v: (not v.mounted, v.recall_seconds)) for there in found]
        return max(best, key=lambda v: (not v.mounted, v.recall_seconds))

    def _values(self, study_uid: str, volume: Volume, by: str) -> dict[str, Any]:
        now = self.clock.now()
        due = now + timedelta(seconds=volume.recall_seconds)
        note = "" if volume.mounted else f"mount {volume.name}"
        return {
            "study_uid": study_uid, "volume": volume.name, "by": by, "note": note,
            "state": RECALLING if volume.mounted else MOUNT,
            "asked": now.isoformat(timespec="seconds"), "due": due.isoformat(timespec="seconds"),
        }  # fmt: skip

    def _tell(self, row: dict[str, Any], count: int) -> None:
        kind, said = "recall.asked", f"ready about {row['due'][11:16]}"
        if row["state"] == MOUNT:
            kind, said = "recall.mount", f"{row['volume']} must be mounted first"
        self.journal.write(
            kind,
            f"{row['by']} asked for {count} instances of study {row['study_uid']} from "
            f"{row['volume']}: {said}",
            by=row["by"], what=row["study_uid"], volume=row["volume"],
        )  # fmt: skip

    # --- bringing back --------------------------------------------------------------------------

    def mounted(self, volume: Volume) -> int:
        """Go on with what waited for a volume; returns how many recalls did."""
        due = self.clock.now() + timedelta(seconds=volume.recall_seconds)
        values = {"state": RECALLING, "note": "", "due": due.isoformat(timespec="seconds")}
        here = recalls.c.volume == volume.name, recalls.c.state == MOUNT
        with self.database.write() as db:
            count = db.execute(update(recalls).where(*here).values(**values)).rowcount
        self.wake()
        return int(count)

    def _work(self) -> None:
        while not self.stopped.is_set():
            try:
                busy = self.round()
                self.each_round()
            except Exception as error:  # e.g. the database is being put back: go on afterwards
                if self.stopped.is_set():
                    return
                self.journal.write("bug", f"recalls: {type(error).__name__}: {error}")
                busy = False
            self._wake.wait(_TICK if busy else 5.0)
            self._wake.clear()

    def round(self) -> bool:
        """Bring back what is due; returns whether something is still under way."""
        with self.database.read() as db:
            rows = db.execute(select(recalls).where(recalls.c.state == RECALLING)).all()
        now = self.clock.now()
        due = [row for row in rows if datetime.fromisoformat(row.due) <= now]
        for row in due:
            self._finish(dict(row._mapping))
        return len(due) < len(rows)

    def _finish(self, row: dict[str, Any]) -> None:
        away = self.away(row["study_uid"])
        try:
            count = self.bring(away)
            state, note = DONE, f"{count} instances"
        except (CannotError, RefusedError, DimseError) as error:
            state, note = FAILED, getattr(error, "sentence", str(error))
        with self.database.write() as db:
            here = recalls.c.number == row["number"]
            db.execute(update(recalls).where(here).values(state=state, note=note[:200]))
        self.journal.write(
            f"recall.{state}", f"recall of study {row['study_uid']} from {row['volume']}: {note}",
            study=row["study_uid"], volume=row["volume"],
        )  # fmt: skip

    def bring(self, away: Sequence[Location]) -> int:
        """Put files online, each compared with its digest; all of them or none."""
        if not away:
            return 0
        number = self.volumes.room(sum(place.size for place in away))
        with ExitStack() as writing:
            for place in away:
                if self.copies.fetch(writing, place.digest) is None:
                    raise RefusedError(
                        f"No mounted volume has a good copy of {place.sop_uid}.",
                        "Mount the volume it is on, or verify and mend it.",
                        409,
                    )
            with self.database.write() as db:
                for place in away:
                    i = t.instances.c
                    here = i.sop_uid == place.sop_uid, i.digest == place.digest
                    db.execute(update(t.instances).where(*here).values(volume=number))
        return len(away)
