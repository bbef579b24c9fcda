"""Whether index and files agree: after a crash, and whenever somebody asks.

A file without a row is filed again from its own header, if it is whole; one that was taken out of
the index on purpose is removed; one that is broken goes into quarantine. A row without a file is
kept and listed: a backup, or the device that sends again, brings the file back. Nothing here
holds up the archive: names are listed a folder at a time, and each finding is looked at again
before anything is done about it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import delete, select

from simulator.archive import tables as t
from simulator.archive.archived_file import ArchivedFile, read_file
from simulator.archive.attributes import text
from simulator.archive.filing import Filing
from simulator.archive.incoming import checked_header
from simulator.archive.index import Filed, Location
from simulator.archive.integrity_report import Finding, Report
from simulator.archive.removed_table import removed_files, watch
from simulator.errors import CannotError
from simulator.files import write_json
from simulator.network.dimse import CANNOT_UNDERSTAND, DimseError


class Integrity:
    """Checks and repairs an archive's files and index."""

    def __init__(self, folder: Path, filing: Filing) -> None:
        """Check what `filing` files; `folder` is the archive's own."""
        self.filing, self.index, self.store = filing, filing.index, filing.store
        self.clock, self.journal = filing.clock, filing.journal
        self.path, self._flag = folder / "startup-report.json", folder / "running"
        self.baseline: Callable[[], set[str]] = set  # digests that a reset needs
        self._one_at_a_time = threading.RLock()
        self._acting = threading.RLock()  # held while a file is dealt with, and a baseline saved
        self._saved: set[str] = set()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        watch(self.index.database)
        self.crashed = self._flag.exists()

    # --- around the archive's life --------------------------------------------------------------

    def start(self) -> None:
        """Look, in the background, at what the last stop left; the archive answers meanwhile."""
        self._flag.touch()
        self._thread = threading.Thread(target=self._at_start, name="integrity", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop looking, and remember that the archive was stopped in order."""
        self._stopped.set()
        self.wait()
        self._flag.unlink(missing_ok=True)

    def wait(self) -> None:
        """Wait until the check of the start is over."""
        if self._thread is not None:
            self._thread.join()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other checks from beginning for the length of a block."""
        with self._one_at_a_time:
            yield

    @contextmanager
    def saving(self) -> Iterator[None]:
        """Save a baseline in the block: what it speaks of stays from then on."""
        with self._acting:
            yield
            self._saved = self.baseline()

    def note_saved(self) -> None:
        """Remember which files somebody keeps for later, now that these are others."""
        with self._acting:
            self._saved = self.baseline()

    def _at_start(self) -> None:
        report = Report(began=self._now(), crashed=self.crashed)
        report.half_written = self.store.half_written + self.filing.quarantine.leftovers
        try:
            self.check(report=report, sizes=self.crashed)
        except Exception as error:  # the archive must run, whatever its disk says
            why = f"{type(error).__name__}: {error}"
            self.journal.write("integrity.failed", f"the check at the start broke off: {why}")
            return
        write_json(self.path, report.facts())

    # --- checking -----------------------------------------------------------------------------

    def check(
        self,
        *,
        report: Report | None = None,
        sizes: bool = True,
        deep: bool = False,
        file_again: bool = True,
    ) -> Report:
        """Compare files and rows, and repair what can be repaired.

        `sizes` looks at each file's length, `deep` at its content; without `file_again` every file
        that is not in the index is removed, as after a reset.
        """
        report = report or Report(began=self._now())
        began = time.monotonic()
        with self._one_at_a_time:
            with self._acting:
                self._saved = self.baseline()
            self._forget_what_is_back()
            for prefix in (f"{n:02x}" for n in range(256)):
                if self._stopped.is_set():
                    break
                self._folder(prefix, report, sizes=sizes, deep=deep, again=file_again)
        report.seconds = round(time.monotonic() - began, 2)
        if report.said:
            kind = "integrity.repaired" if report.repaired else "integrity.checked"
            self.journal.write(kind, report.said, **report.counts())
        return report

    def _folder(self, prefix: str, report: Report, *, sizes: bool, deep: bool, again: bool) -> None:
        there = set(self.store.listing(prefix))  # before the rows: files come first
        rows = self._rows(prefix)
        report.files += len(there)
        for digest in there - rows.keys() - self._saved:
            with self._acting:
                if digest not in self._saved:  # a baseline may have been saved meanwhile
                    self._orphan(digest, report, again)
        for digest in rows.keys() - there:
            self._missing(digest, report)
        if sizes or deep:
            for digest in rows.keys() & there:
                whole = self.store.is_whole(digest, rows[digest])
                if not whole or (deep and not self.store.is_true(digest)):
                    self._damaged(digest, report, whole)

    def _rows(self, prefix: str) -> dict[str, int]:
        i = t.instances.c
        wanted = i.digest >= prefix, i.digest < prefix + "g", i.volume > 0  # 0: not online
        with self.index.database.read() as db:
            return {row[0]: row[1] for row in db.execute(select(i.digest, i.size).where(*wanted))}

    def _located(self, digest: str) -> Location | None:
        found = self.index.locate([t.instances.c.digest == digest])
        return found[0] if found else None

    # --- what is found --------------------------------------------------------------------------

    def _orphan(self, digest: str, report: Report, again: bool) -> None:
        """Deal with a file without a row."""
        if not again or self._was_removed(digest):
            report.removed += self._remove(digest)
            return
        with self.store.claimed(digest) as free:
            if not free or self._located(digest):
                return  # its sender is just filing it, or has done so meanwhile
            done = self._file_again(digest, report)
        if done:
            self._remove(digest)

    def _file_again(self, digest: str, report: Report) -> bool:
        """File an orphan from its own header; returns whether the file can go."""
        try:
            if not self.store.is_true(digest):
                raise DimseError(CANNOT_UNDERSTAND, "its content is not what its name says")
            file = read_file(self.store.read(digest), digest)
            header = checked_header(file.incoming)
        except DimseError as error:
            return self._put_aside(digest, error.comment, report)
        except CannotError:
            return False
        uid = file.location.sop_uid
        known = self.index.find_instance(uid) if self.index.has(uid) else None
        if known and self.store.is_whole(known.digest, known.size):
            report.removed += 1  # the index speaks of another copy, and that one is there
            return True
        location = file.locate(text(header, "StudyInstanceUID"), text(header, "SeriesInstanceUID"))
        now = self.clock.now().isoformat(timespec="milliseconds")
        filed = self.index.file(
            header, location, file.incoming.source, now, replace=known is not None
        )
        self.filing.announce(filed, location.study_uid)
        if filed is not Filed.DUPLICATE:
            report.filed_again.append(Finding.of(location, "it was in no row of the index"))
        return False

    def _put_aside(self, digest: str, why: str, report: Report) -> bool:
        data = self.store.read(digest)
        number = self.filing.quarantine.keep(ArchivedFile.bare(data), CANNOT_UNDERSTAND, why)
        report.quarantined.append(Finding(digest=digest, what=f"{why}; kept as {number or '-'}"))
        return bool(number)

    def _missing(self, digest: str, report: Report) -> None:
        """List a row without a file; looks again, for it may have been replaced meanwhile."""
        location = self._located(digest)
        if location and location.volume and not self.store.path(digest).exists():
            report.missing.append(Finding.of(location, "its file is gone"))

    def _damaged(self, digest: str, report: Report, whole: bool) -> None:
        location = self._located(digest)
        what = "its content has changed" if whole else "its file is cut short or too long"
        if location:
            report.damaged.append(Finding.of(location, what))

    # --- inner parts --------------------------------------------------------------------------

    def _remove(self, digest: str) -> bool:
        """Remove a file that no row speaks of, nor will: a row may wait in somebody's commit."""
        with self.index.database.write() as db:
            gone = self.store.remove(digest, lambda one: self._located(one) is not None)
            if gone:
                db.execute(delete(removed_files).where(removed_files.c.digest == digest))
        return gone

    def _forget_what_is_back(self) -> None:
        """A file that was removed once and stored again is wanted again."""
        back = removed_files.c.digest.in_(select(t.instances.c.digest))
        with self.index.database.write() as db:
            db.execute(delete(removed_files).where(back))

    def _was_removed(self, digest: str) -> bool:
        query = select(removed_files.c.digest).where(removed_files.c.digest == digest)
        with self.index.database.read() as db:
            return db.execute(query).first() is not None

    def _now(self) -> str:
        return self.clock.now().isoformat(timespec="seconds")
