"""Corrections follow the copies: nodes that have a study hear what became of it.

Objects whose file changed go out again by routing; what got new UIDs goes out as new objects, with
a Rejection Note of the old ones before it (IHE IOCM, RAD-66). Notes are sent from beside the index,
where they are hidden. The queue keeps all this over a restart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from simulator.archive import retrieve
from simulator.archive.fixup import note as notes
from simulator.archive.fixup.acting import Done
from simulator.archive.fixup.plan import Stored
from simulator.archive.index import Location
from simulator.archive.node_capabilities import proposed
from simulator.archive.owed import Report
from simulator.errors import StatusError
from simulator.network import dimse
from simulator.network.associate import associate

if TYPE_CHECKING:
    from simulator.archive.archive import Archive

KIND = "rejection"


class Propagation:
    """Tells the nodes that have received a study."""

    def __init__(self, archive: Archive) -> None:
        """Ask `archive`'s routing who has what, and send by its queue."""
        self.archive = archive
        archive.owed.deliverers[KIND] = self.deliver

    def destinations(self, study_uid: str) -> list[str]:
        """Return the AE titles that have received a study."""
        return [row["ae"] for row in self.archive.routing.destinations_of(study_uid)]

    def corrected(self, done: Done) -> None:
        """Send on what a change did."""
        for uid in done.studies:
            self.archive.routing.resend_corrected(uid)
        if done.plan.kind in ("reject", "move", "split"):
            fresh = done.after if done.plan.kind != "reject" else _notes(done.after)
            self._send(done.plan.studies[0], [*_notes(fresh), *_others(fresh)])

    def undone(self, study_uids: Sequence[str]) -> None:
        """Send again what changed back."""
        for uid in study_uids:
            self.archive.routing.resend_corrected(uid)

    def deliver(self, report: Report) -> None:
        """Send a note and what replaces the rejected; raises a NetworkError to try it later."""
        places = [Location(**facts) for facts in report.facts["places"]]
        node = self.archive.calling.node(report.ae)
        caller, met = self.archive.calling.caller(node), Counter[int]()
        contexts = proposed(node, retrieve.contexts_for(places))
        with associate(node.peer, contexts, caller) as association:
            for place in places:
                met[retrieve.send_one(association, self.archive.store, place, None)] += 1
        if met[dimse.OUT_OF_RESOURCES]:
            raise StatusError(f"{report.ae} has no room for {met[dimse.OUT_OF_RESOURCES]} objects.")
        said = ", ".join(f"{count} × {dimse.meaning(status)}" for status, count in met.items())
        self.archive.journal.write(
            "correction.sent", f"{report.ae} was sent a correction of {report.subject}: {said}",
            node=report.ae, study=report.subject, instances=len(places),
        )  # fmt: skip

    def _send(self, study_uid: str, objects: Sequence[Stored]) -> None:
        places = [asdict(one.location) for one in objects]
        for ae in self.destinations(study_uid) if places else ():
            self.archive.owed.add(KIND, ae, study_uid, {"places": places})


def _notes(objects: Sequence[Stored]) -> list[Stored]:
    """Return the notes we made: those that were received have a sender."""
    mine = notes.NOTE_CLASS
    return [one for one in objects if one.location.sop_class == mine and not one.source]


def _others(objects: Sequence[Stored]) -> list[Stored]:
    ours = {one.location.sop_uid for one in _notes(objects)}
    return [one for one in objects if one.location.sop_uid not in ours]
