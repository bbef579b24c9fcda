"""Everything that decides how long images are kept, and where: wired to the archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from simulator.archive.fixup.editing import Hand
from simulator.archive.lifecycle.capacity import Capacity
from simulator.archive.lifecycle.compression import Compression
from simulator.archive.lifecycle.copies import Copies
from simulator.archive.lifecycle.holds import Holds
from simulator.archive.lifecycle.recalls import Recalls
from simulator.archive.lifecycle.retention import Retention
from simulator.archive.lifecycle.retrieval import Retrieval
from simulator.archive.lifecycle.routine import Routine
from simulator.archive.lifecycle.tiers import Tiers
from simulator.archive.lifecycle.volumes import Volumes

if TYPE_CHECKING:
    from simulator.archive.archive import Archive


class Lifecycle:
    """Volumes, tiers, retention, holds."""

    def __init__(self, archive: Archive, folder: Path) -> None:
        """Look after what `archive` keeps; copies on other volumes are below `folder`."""
        self.archive = archive
        self.volumes = Volumes(archive.database, archive.clock)
        self.copies = Copies(
            folder, archive.index, archive.store, self.volumes, self.now, archive.saved_values
        )
        self.copies.needed = lambda: archive.integrity.baseline()
        self.holds = Holds(archive.database, self.now)
        self.tiers = Tiers(self.copies, self.holds.why, archive.journal)
        self.recalls = Recalls(self.copies, archive.clock, archive.journal)
        self.recalls.each_round = Routine(self.tiers, archive.settings, archive.clock)
        self.retention = Retention(archive.index, self.holds, archive.clock, archive.journal)
        self.retention.reject = self._reject
        self.retrieval = Retrieval(self.recalls, archive.settings, self.recalls.stopped.wait)
        self.capacity = Capacity(self.volumes)
        self.compression = Compression(self.copies, archive.services.filing, self.holds)
        archive.services.filing.room = self.volumes.room
        archive.services.recalled = self.retrieval
        archive.index.guard = self.guard

    def now(self) -> str:
        """Return hospital time as rows keep it."""
        return self.archive.clock.now().isoformat(timespec="seconds")

    def start(self) -> None:
        """Put files in order, then begin to bring back what was asked for."""
        self.copies.settle()
        self.recalls.start()

    def stop(self) -> None:
        """Stop bringing back."""
        self.recalls.stop()

    def reset(self) -> None:
        """Follow the index, which was put back."""
        self.volumes.reload()
        self.copies.settle()

    def guard(self, study_uid: str) -> str:
        """Return why a study must not be deleted by hand, '' if it may be."""
        if why := self.holds.why(study_uid):
            return why
        return self.retention.guard(study_uid) if self.archive.settings["retention.protect"] else ""

    def _reject(self, study_uid: str, code: str, by: str) -> None:
        """Reject a study at the fix-up desk, with a Rejection Note."""
        study, hand = self.archive.index.study(study_uid), Hand(by=by, now=self.archive.clock.now())
        if study is not None:
            desk = self.archive.fixup
            desk.do(lambda: desk.rejecting.reject(study, code, hand), hand)
