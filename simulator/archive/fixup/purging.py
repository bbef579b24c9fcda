"""Deleting for good what was rejected: rows, files, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from simulator.archive import tables as t
from simulator.archive.fixup.record import erase
from simulator.archive.fixup.tables import changed_objects
from simulator.archive.rows import remove_study
from simulator.errors import RefusedError

if TYPE_CHECKING:
    from simulator.archive.archive import Archive


class Purging:
    """Deletes rejected objects, or by setting a whole study that nobody rejected."""

    def __init__(self, archive: Archive) -> None:
        """Delete from `archive`."""
        self.archive = archive

    def preview(self, study_uid: str) -> dict[str, Any]:
        """Return what would be deleted; raises RefusedError where it must not be."""
        hidden, shown = self._objects(study_uid)
        self._check_hold(study_uid)
        return {
            "kind": "purge", "studies": [study_uid], "objects": len(hidden) + len(shown),
            "text": f"{len(hidden) + len(shown)} objects and their files vanish for good",
            "warnings": ["This cannot be undone."], "changes": [], "new_uids": [],
            "references": [], "destinations": {},
        }  # fmt: skip

    def do(self, study_uid: str) -> int:
        """Delete for good; returns how many objects."""
        with self.archive.database.write() as db:
            hidden, shown = self._objects(study_uid)
            self._check_hold(study_uid)
            digests = self._digests(shown)
            if shown:
                remove_study(db, study_uid)
            digests |= erase(db, [*hidden, *shown])
        self._remove(digests)
        return len(hidden) + len(shown)

    def _objects(self, study_uid: str) -> tuple[list[str], list[str]]:
        """Return the rejected objects that are hidden, and those that are in the index."""
        rows = self.archive.fixup.rejecting.all(study_uid)
        wanted = {row["sop_uid"] for row in rows} | {row["note_uid"] for row in rows}
        c = changed_objects.c
        with self.archive.database.read() as db:
            kept = set(db.execute(select(c.before_uid).where(c.before_digest != "")).scalars())
            kept |= set(db.execute(select(c.after_uid).where(c.after_digest != "")).scalars())
        here = self.archive.index.locate([t.studies.c.study_uid == study_uid])
        there = {place.sop_uid for place in here}
        hidden = sorted((wanted & kept) - there)
        if there - wanted and self.archive.settings["purge.unrejected"]:
            return hidden, sorted(there)
        shown = sorted(there & wanted)
        if shown and there - wanted:
            return hidden, []  # only part of the study is rejected, and shown: it stays
        if not hidden and not shown:
            raise RefusedError(
                "Nothing of this study is rejected, so nothing is deleted for good.",
                "Reject it first, or set purge.unrejected.", 409,
            )  # fmt: skip
        return hidden, shown

    def _check_hold(self, study_uid: str) -> None:
        why = self.archive.index.guard(study_uid)
        held = [h for h in self.archive.lifecycle.holds.all(released=False)
                if h["study_uid"] == study_uid]  # fmt: skip
        if why or held:
            reason = why or f"on hold (number {held[0]['number']}): {held[0]['reason']}"
            raise RefusedError(f"The study must stay: {reason}.", "Release the hold first.", 409)

    def _digests(self, sop_uids: list[str]) -> set[str]:
        i = t.instances.c
        with self.archive.database.read() as db:
            return set(db.execute(select(i.digest).where(i.sop_uid.in_(sop_uids))).scalars())

    def _remove(self, digests: set[str]) -> None:
        """Remove files nobody needs any more; a reset's baseline keeps its own."""
        kept = self.archive.fixup.record.kept() | self.archive.integrity.baseline()
        for digest in digests - kept:
            self.archive.store.remove(
                digest, lambda one: bool(self.archive.index.locate([t.instances.c.digest == one]))
            )
