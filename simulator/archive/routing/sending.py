"""Sending what a job holds, instance by instance, and noting what became of each.

What the destination refuses for good (no presentation context, a failure status) is counted with
its reason and not tried again; what it cannot take now makes the job wait for another attempt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydicom.uid import UID

from simulator.archive import retrieve
from simulator.archive import tables as t
from simulator.archive.index import Location
from simulator.archive.node_capabilities import proposed
from simulator.archive.owed import NotNow, Report
from simulator.archive.routing.jobs import CHUNK, GONE, REFUSED, SENT, Jobs
from simulator.errors import CannotError, RefusedError, StatusError
from simulator.network import dimse
from simulator.network.associate import associate
from simulator.network.association import Association

if TYPE_CHECKING:
    from simulator.archive.archive import Archive

_BATCH = 50  # results written down at once: a crash sends no more than these again
_RECALL_SECONDS = 10.0
_LATER = (dimse.PROCESSING_FAILURE, dimse.RESOURCE_LIMITATION)
Ended = tuple[Any, str, str, str]  # row, state, reason, digest


class Sending:
    """Delivers jobs of the kinds route and prefetch."""

    def __init__(self, archive: Archive, jobs: Jobs) -> None:
        """Send what `archive` stores."""
        self.archive, self.jobs = archive, jobs

    def deliver(self, report: Report) -> None:
        """Send what is left of a job; raises a NetworkError where some of it must wait."""
        rows = self.jobs.waiting(report.pk)
        places = self._places([row.sop_uid for row in rows])
        gone = [row for row in rows if row.sop_uid not in places]
        self.jobs.through([(row, GONE, "deleted before it was sent", row.digest) for row in gone])
        there = [row for row in rows if row.sop_uid in places]
        if not there:
            return
        chosen = [places[row.sop_uid] for row in there]
        self._recall(chosen, report)
        node = self.archive.calling.node(report.ae)
        caller = self.archive.calling.caller(node)
        contexts = proposed(node, retrieve.contexts_for(chosen))
        run = _Run(self.archive, self.jobs)
        try:
            with associate(node.peer, contexts, caller) as association:
                for row in there:
                    run.send(association, row, places[row.sop_uid])
        finally:
            run.write()
            if run.states:
                self._tell(report, run)
        if run.later:
            raise StatusError(
                f"{report.ae} did not take {len(run.later)} of {len(there)} instances: "
                f"{run.later[0]}.", "Its own log says more.", dimse.OUT_OF_RESOURCES,
            )  # fmt: skip

    def _places(self, uids: Sequence[str]) -> dict[str, Location]:
        found: dict[str, Location] = {}
        for at in range(0, len(uids), CHUNK):
            those = t.instances.c.sop_uid.in_(uids[at : at + CHUNK])
            found |= {place.sop_uid: place for place in self.archive.index.locate([those])}
        return found

    def _recall(self, places: Sequence[Location], report: Report) -> None:
        """Have what is nearline brought back first."""
        try:
            self.archive.lifecycle.retrieval.at_hand(places, f"rule for {report.ae}")
        except RefusedError as why:
            raise NotNow(why.sentence, _RECALL_SECONDS) from why

    def _tell(self, report: Report, run: _Run) -> None:
        rule = report.facts.get("rule", "")
        refused = "; ".join(f"{n} × {why}" for why, n in run.refusals.items())
        self.archive.journal.write(
            f"{report.kind}.sent",
            f"{report.kind} '{rule}': {run.states[SENT]} instances of study {report.subject} sent "
            f"to {report.ae}, {run.states[REFUSED]} refused" + (f": {refused}" if refused else ""),
            node=report.ae, destination=report.ae, study=report.subject, rule=rule,
            sent=run.states[SENT], refused=run.states[REFUSED],
        )  # fmt: skip


class _Run:
    """One association's work: what became of each instance."""

    def __init__(self, archive: Archive, jobs: Jobs) -> None:
        self.archive, self.jobs = archive, jobs
        self.states: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.later: list[str] = []  # why some must wait
        self._ended: list[Ended] = []

    def send(self, association: Association, row: Any, place: Location) -> None:
        """Send one instance."""
        state, reason = self._sent(association, place)
        if not state:
            self.later.append(reason)
            return
        self.states[state] += 1
        if state == REFUSED:
            self.refusals[f"{UID(place.sop_class).name}: {reason}"] += 1
        self._ended.append((row, state, reason, place.digest))
        if len(self._ended) >= _BATCH:
            self.write()

    def write(self) -> None:
        """Write down what became of those sent since."""
        ended, self._ended = self._ended, []
        if ended:
            self.jobs.through(ended)

    def _sent(self, association: Association, place: Location) -> tuple[str, str]:
        """Return the state, empty if it must wait, and the reason."""
        if association.accepted(place.sop_class) is None:
            return REFUSED, "it accepted no presentation context for the class"
        try:
            status = retrieve.send_one(association, self.archive.store, place, None)
        except CannotError as error:
            return REFUSED, error.sentence
        if not dimse.is_failure(status) or status == dimse.DUPLICATE_INSTANCE:
            return SENT, "" if status == dimse.SUCCESS else dimse.meaning(status)
        if status >> 8 == 0xA7 or status in _LATER:
            return "", dimse.meaning(status)
        return REFUSED, dimse.meaning(status)
