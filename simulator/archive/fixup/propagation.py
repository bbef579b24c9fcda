"""Corrections follow the copies: nodes that have a study hear what became of it.

Objects whose file changed go out again by routing; what got new UIDs goes out as new objects, with
a Rejection Note of the old ones before it (IHE IOCM, RAD-66). Notes are sent from beside the index,
where they are hidden. The queue keeps all this over a restart.

IOCM has no note that takes a note back. When a rejection is undone here, its objects go out once
more to those who had them: whether they are taken is for the receiver to say (ours: reject.again),
and what it refuses is counted with its reason, as with every other rule. When a move is undone, a
note of its own rejects the copies with the new UIDs; nothing else needs it: the queue carries it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from pydicom.dataset import Dataset
from pynetdicom.presentation import build_context

from simulator.archive import retrieve
from simulator.archive.fixup import note as notes
from simulator.archive.fixup.acting import EXPLICIT, Done
from simulator.archive.fixup.plan import Stored
from simulator.archive.index import Location
from simulator.archive.node_capabilities import proposed
from simulator.archive.owed import Report
from simulator.errors import StatusError
from simulator.network import dimse
from simulator.network.associate import PLAIN, associate, send_store
from simulator.network.association import Association
from simulator.network.dimse import encode_dataset

if TYPE_CHECKING:
    from simulator.archive.archive import Archive

KIND, BACK = "rejection", "moved back"


@dataclass(frozen=True, kw_only=True)
class Restored:
    """Who hears that a rejection, or a move, was undone."""

    again: dict[str, int]  # AE title: instances that go out once more
    spared: tuple[str, ...]  # their note was still in the queue, and was taken back

    def __str__(self) -> str:
        """Return it as the end of a sentence, empty where nobody has the objects."""
        sent = [f"{count} objects go again to {ae}" for ae, count in self.again.items()]
        return "".join(f"; {said}" for said in (*sent, *(f"{ae} had not been told of it yet"
                                                         for ae in self.spared)))  # fmt: skip


class Propagation:
    """Tells the nodes that have received a study."""

    def __init__(self, archive: Archive) -> None:
        """Ask `archive`'s routing who has what, and send by its queue."""
        self.archive = archive
        archive.owed.deliverers |= {KIND: self.deliver, BACK: self.deliver_back}

    def destinations(self, study_uid: str) -> list[str]:
        """Return the AE titles that have received a study."""
        return [row["ae"] for row in self.archive.routing.destinations_of(study_uid)]

    def corrected(self, done: Done) -> None:
        """Send on what a change did."""
        for uid in done.studies:
            self.archive.routing.resend_corrected(uid)
        if done.plan.kind in ("reject", "move", "split"):
            fresh = done.after if done.plan.kind != "reject" else _notes(done.after)
            self._send(done, [*_notes(fresh), *_others(fresh)])

    def undone(self, study_uids: Sequence[str]) -> None:
        """Send again what changed back."""
        for uid in study_uids:
            self.archive.routing.resend_corrected(uid)

    def restored(
        self, change: dict[str, Any], sop_uids: Sequence[str], note: Dataset | None
    ) -> Restored:
        """Send again what an undone `change` had rejected; who was not told yet never is.

        `note` rejects what the change had put in its place, if anything.
        """
        waiting = [one for one in self.archive.owed.all() if _is_about(one, change["number"])]
        spared = {one.ae for one in waiting if self.archive.owed.withdraw(one.pk)}
        send_again = self.archive.routing.send_again
        again = send_again(change["study_uid"], sop_uids, but=sorted(spared))
        if note is not None:
            facts = {"note": note.to_json_dict()}
            for ae in set(self.destinations(change["study_uid"])) - spared:
                self.archive.owed.add(BACK, ae, change["study_uid"], facts)
        return Restored(again=again, spared=tuple(sorted(spared)))

    def deliver_back(self, report: Report) -> None:
        """Send a note that is in no study here; raises a NetworkError to try it later."""
        ds = Dataset.from_json(report.facts["note"])
        node = self.archive.calling.node(report.ae)
        contexts = proposed(node, [build_context(notes.NOTE_CLASS, PLAIN)])
        with associate(node.peer, contexts, self.archive.calling.caller(node)) as association:
            status = _stored(association, ds)
        self._sent(report, {status: 1}, 1)

    def deliver(self, report: Report) -> None:
        """Send a note and what replaces the rejected; raises a NetworkError to try it later."""
        if self._is_undone(report.facts.get("change", 0)):
            return  # it failed so far, and what it tells is no longer so
        places = [Location(**facts) for facts in report.facts["places"]]
        node = self.archive.calling.node(report.ae)
        caller, met = self.archive.calling.caller(node), Counter[int]()
        contexts = proposed(node, retrieve.contexts_for(places))
        with associate(node.peer, contexts, caller) as association:
            for place in places:
                met[retrieve.send_one(association, self.archive.store, place, None)] += 1
        if met[dimse.OUT_OF_RESOURCES]:
            raise StatusError(f"{report.ae} has no room for {met[dimse.OUT_OF_RESOURCES]} objects.")
        self._sent(report, met, len(places))

    def _sent(self, report: Report, met: Mapping[int, int], instances: int) -> None:
        said = ", ".join(f"{count} × {dimse.meaning(status)}" for status, count in met.items())
        self.archive.journal.write(
            "correction.sent", f"{report.ae} was sent a correction of {report.subject}: {said}",
            node=report.ae, study=report.subject, instances=instances,
        )  # fmt: skip

    def _send(self, done: Done, objects: Sequence[Stored]) -> None:
        study_uid, places = done.plan.studies[0], [asdict(one.location) for one in objects]
        facts = {"places": places, "change": done.number}
        for ae in self.destinations(study_uid) if places else ():
            self.archive.owed.add(KIND, ae, study_uid, facts)

    def _is_undone(self, number: int) -> bool:
        return bool(number) and self.archive.fixup.record.get(number)["state"] == "undone"


def _stored(association: Association, note: Dataset) -> int:
    """Send a note and return the status; raises StatusError where there is no room for it now."""
    taken = (uid for uid in PLAIN if association.accepted(notes.NOTE_CLASS, uid))
    syntax = next(taken, EXPLICIT)
    try:
        return send_store(
            association, sop_class=notes.NOTE_CLASS, sop_instance=str(note.SOPInstanceUID),
            transfer_syntax=syntax, data=[encode_dataset(note, syntax)],
        )  # fmt: skip
    except StatusError as error:
        if error.status == dimse.OUT_OF_RESOURCES:
            raise
        return error.status


def _is_about(report: Report, number: int) -> bool:
    return report.kind == KIND and report.facts.get("change") == number


def _notes(objects: Sequence[Stored]) -> list[Stored]:
    """Return the notes we made: those that were received have a sender."""
    mine = notes.NOTE_CLASS
    return [one for one in objects if one.location.sop_class == mine and not one.source]


def _others(objects: Sequence[Stored]) -> list[Stored]:
    ours = {one.location.sop_uid for one in _notes(objects)}
    return [one for one in objects if one.location.sop_uid not in ours]
