"""The fix-up desk, wired to the archive: plans are shown, done, told, sent on and undone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from pydicom import dcmread
from pydicom.dataset import Dataset

from simulator.archive import tables as t
from simulator.archive.fixup import note as notes
from simulator.archive.fixup.acting import Acting, Done
from simulator.archive.fixup.editing import Editing, Hand
from simulator.archive.fixup.moving import Moving
from simulator.archive.fixup.patients import KEYWORDS, OURS, Patients, put_back
from simulator.archive.fixup.plan import Plan, stored
from simulator.archive.fixup.preview import compared, preview
from simulator.archive.fixup.propagation import Propagation
from simulator.archive.fixup.purging import Purging
from simulator.archive.fixup.record import Record, row_of
from simulator.archive.fixup.rejecting import Rejecting
from simulator.archive.fixup.swap import header_of
from simulator.archive.fixup.tables import changed_objects
from simulator.archive.fixup.undo import MOVING, Undo
from simulator.archive.incoming import Incoming
from simulator.errors import PacsLabError

if TYPE_CHECKING:
    from simulator.archive.archive import Archive

TOLD = {  # what the journal calls a change of this kind
    "edit": "study.edited", "link": "study.linked", "unlink": "study.unlinked",
    "move": "study.moved", "split": "study.split", "reject": "study.rejected",
    "merge": "patient.merged", "change-id": "patient.changed",
}  # fmt: skip


class Fixup:
    """Corrections of an archive."""

    def __init__(self, archive: Archive) -> None:
        """Correct what `archive` holds."""
        self.archive, self.index, self.store = archive, archive.index, archive.store
        self.clock, self.journal = archive.clock, archive.journal
        self.record = Record(archive.database)
        self.acting = Acting(archive.database, archive.store, self.record)
        self.editing = Editing(archive.index, archive.store)
        self.moving = Moving(archive.index, archive.store)
        self.patients = Patients(archive.index, self.editing)
        self.rejecting = Rejecting(archive.index, archive.store, archive.settings)
        self.undoing = Undo(archive.index, archive.store, self.record, put_back)
        self.purging = Purging(archive)
        self.propagation = Propagation(archive)
        archive.commitment.is_aside = self.record.keeps
        archive.services.filing.admit = self.rejecting.check
        archive.services.filing.on_kept = self.received

    # --- doing --------------------------------------------------------------------------------

    def preview(self, plan: Plan) -> dict[str, Any]:
        """Return what a plan would change."""
        return preview(plan, self.store, self.propagation.destinations)

    def act(self, make: Callable[[], Plan], hand: Hand) -> Done:
        """Do a plan and let follow what follows from it; the caller tells of it."""
        done = self.acting.do(make, hand.by, hand.now)
        if done.number:
            self._follow(done.studies)
            self.propagation.corrected(done)
        return done

    def do(self, make: Callable[[], Plan], hand: Hand, host: str = "") -> Done:
        """Do a plan and tell the journal."""
        done = self.act(make, hand)
        plan = done.plan
        self.journal.write(
            TOLD[plan.kind], f"{plan.text} (change {done.number})", by=hand.by, host=host,
            what=plan.study_uid or plan.patient_id, patient_id=plan.patient_id,
            change=done.number, instances=done.objects,
        )  # fmt: skip
        return done

    def received(self, incoming: Incoming) -> None:
        """Let a Rejection Note that was stored take effect (IHE RAD-66)."""
        if incoming.sop_class != notes.NOTE_CLASS or not self.archive.settings["reject.notes"]:
            return
        (came,) = stored(self.archive.database, [t.instances.c.sop_uid == incoming.sop_instance])
        said = notes.read(dcmread(BytesIO(self.store.read(came.location.digest))))
        if said is None:
            return
        fresh = {uid for *_, uid in said.references} - set(self.rejecting.known())
        if not fresh and not self.rejecting.hides(said.code):
            return  # it is in force already; one that is hidden vanishes again
        hand = Hand(by=incoming.source, now=self.clock.now())
        try:
            self.do(lambda: self.rejecting.by_note(said, came), hand)
        except PacsLabError as error:
            self.journal.write("reject.failed", f"a note of {hand.by}: {error.sentence}")

    # --- undoing ------------------------------------------------------------------------------

    def preview_undo(self, number: int) -> dict[str, Any]:
        """Return what undoing a change would change; raises RefusedError where it cannot be."""
        change, rows = self.undoing.check(number)
        uids = {row[side]["study_uid"] for row in rows for side in ("before", "after") if row[side]}
        return {
            "kind": "undo", "text": f"change {number} is undone: {change['text']}",
            "studies": sorted(uids), "objects": len(rows),
            **compared(self.undoing.pairs(rows)), "references": [], "warnings": [],
            "destinations": {u: found for u in uids if (found := self.propagation.destinations(u))},
        }  # fmt: skip

    def undo(self, number: int, by: str, host: str = "") -> dict[str, Any]:
        """Put back what a change did, if nothing newer touched its objects; returns the change."""
        now, again = self.clock.now(), self.rejecting.of_change(number)
        note = self._note_of_moved(number, now)
        change, rows = self.undoing.do(number, by, now.isoformat(timespec="seconds"))
        uids = {row[side]["study_uid"] for row in rows for side in ("before", "after") if row[side]}
        self._follow(sorted(uids))
        self.propagation.undone(sorted(uids))
        if change["kind"] in MOVING:
            self._align(uids, Hand(by=by, now=now))
        told = self.propagation.restored(change, again, note)
        kind = "patient.unmerged" if change["kind"] in ("merge", "change-id") else "change.undone"
        self.journal.write(
            "study.restored" if change["kind"] == "reject" else kind,
            f"{by} undid change {number}: {change['text']}{told}", by=by, host=host, change=number,
            what=change["study_uid"] or change["patient_id"], patient_id=change["patient_id"],
            instances=len(rows),
        )  # fmt: skip
        return {"number": number, "kind": change["kind"], "objects": len(rows),
                "sent_again": told.again}  # fmt: skip

    def _note_of_moved(self, number: int, now: datetime) -> Dataset | None:
        """Return a Rejection Note of the copies a change made under new UIDs, if it made any."""
        _, rows = self.undoing.check(number)
        moved = [
            row_of(row["after"]) for row in rows
            if row["before"] and row["after"] and row["before_uid"] != row["after_uid"]
        ]  # fmt: skip
        if not moved:
            return None
        return notes.make(notes.WORKLIST, moved, header_of(self.store, moved[0].location), now, "")

    def _align(self, study_uids: set[str], hand: Hand) -> None:
        """Give objects that came back the patient their study has meanwhile."""
        for uid in study_uids:
            if (study := self.index.study(uid)) is None:
                continue
            values = {"PatientID": study["patient_id"], "IssuerOfPatientID": study["issuer"]}
            values |= {word: study[OURS[key]] for key, word in KEYWORDS.items()}
            scope, words = [t.studies.c.study_uid == uid], "what came back follows its study"
            self.act(lambda s=scope, v=values, w=words: self.editing.readdress(
                s, v, hand, "readdress", w), hand)  # type: ignore[misc]  # fmt: skip

    # --- what follows -------------------------------------------------------------------------

    def kept(self) -> set[str]:
        """Return the digests without which some change could not be undone, now or in a reset."""
        saved, c = self.archive.baseline, changed_objects.c
        found = self.record.kept()
        for column in (c.before_digest, c.after_digest) if saved.exists() else ():
            with suppress(KeyError, sqlite3.Error):  # saved before there was a desk
                found |= self.archive.database.saved_values(saved, column)
        return found - {""}

    def _follow(self, study_uids: Sequence[str]) -> None:
        """Look up again what is rejected, and the orders of studies that are new."""
        self.rejecting.forget()
        for uid in dict.fromkeys(study_uids):
            study = self.index.study(uid)
            if study is not None and study["order_state"] == "new":
                self.archive.orders.expect(uid)
