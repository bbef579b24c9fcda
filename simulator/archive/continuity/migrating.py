"""Migrations to and from another archive: study by study, day by day, and compared by UID.

Each study is compared before and after: what is there already is not moved again, so a migration
that was stopped, or killed, goes on where it was. A study without a date falls into no range of
dates; it is looked for apart.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from simulator.archive import retrieve
from simulator.archive import tables as t
from simulator.archive.continuity.ledger import Ledger
from simulator.archive.continuity.remote import Listed, Remote
from simulator.archive.filing import Incoming
from simulator.errors import NetworkError, PacsLabError
from simulator.network import dimse
from simulator.network.associate import Caller, Peer, associate
from simulator.network.association import Message
from simulator.network.dimse import DimseError

if TYPE_CHECKING:
    from simulator.archive.archive import Archive


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """How a migration goes."""

    since: str = ""  # YYYYMMDD; both, or none for all
    until: str = ""
    by: str = "get"  # get | move: how studies are fetched
    dates_only: bool = False  # only what a range of dates finds: studies without one are missed

    def days(self) -> list[str]:
        """Return the days to ask for; one empty text: everything at once."""
        if not self.since:
            return ["00010101-99991231"] if self.dates_only else [""]
        first, last = date.fromisoformat(self.since), date.fromisoformat(self.until)
        return [f"{first + timedelta(n):%Y%m%d}" for n in range((last - first).days + 1)]


class Mover:
    """One migration at work."""

    def __init__(self, archive: Archive, ledger: Ledger, number: int, stopped: threading.Event):
        """Do the migration `number` until it is over or `stopped`."""
        self.archive, self.ledger, self.number, self.stopped = archive, ledger, number, stopped
        facts = ledger.get(number)
        self.direction, self.wishes = facts["direction"], Wishes(**facts["wishes"])
        self.peer = Peer(ae=facts["ae"], host=facts["host"], port=facts["port"])
        self.remote, self._refusals = Remote(self.peer, _caller(archive, self.peer)), Counter[str]()

    def run(self) -> str:
        """Do it; returns done or stopped. Raises NetworkError where the peer is gone."""
        if self.direction == "from":
            self._list_theirs()
        else:
            self.ledger.list_studies(self.number, self._ours())
        for row in self.ledger.studies(self.number, open_only=True):
            if self.stopped.is_set():
                return "stopped"
            self._study(row)
        return "done"

    def reconcile(self) -> None:
        """Compare every study again, and move nothing."""
        for row in self.ledger.studies(self.number):
            uid = row["study_uid"]
            with self.remote.asking():
                theirs = set(self.remote.instances(uid))
            self._compare(uid, theirs, self._here(uid), row["note"])

    # --- what there is --------------------------------------------------------------------------

    def _list_theirs(self) -> None:
        with self.remote.asking():
            for day in self.wishes.days():
                if self.stopped.is_set():
                    return
                self.ledger.list_studies(self.number, self.remote.studies(day))
            if self.wishes.since and not self.wishes.dates_only:
                undated = [one for one in self.remote.studies() if not one.study_date]
                self.ledger.list_studies(self.number, undated)

    def _ours(self) -> list[Listed]:
        rows = self.archive.index.studies()
        days = set(self.wishes.days())
        return [
            Listed(
                study_uid=row["study_uid"], study_date=row["date"][:8], said=row["instances"],
                patient_id=row["patient_id"], accession=row["accession"],
            )
            for row in rows
            if row["date"][:8] in days or self._is_wanted(row["date"])
        ]  # fmt: skip

    def _is_wanted(self, day: str) -> bool:
        """Return whether a study is moved though no day of the wishes is its own."""
        return not self.wishes.dates_only if not day else not self.wishes.since

    def _here(self, study_uid: str) -> set[str]:
        wanted = [t.studies.c.study_uid == study_uid]
        return {location.sop_uid for location in self.archive.index.locate(wanted)}

    # --- one study ------------------------------------------------------------------------------

    def _study(self, row: dict[str, Any]) -> None:
        """Move what is missing of a study; a study that cannot be moved does not end the rest."""
        uid, note = row["study_uid"], "listed twice" if "listed twice" in row["note"] else ""
        self._refusals.clear()
        with self.remote.asking():
            theirs = self.remote.instances(uid)
        try:
            if self.direction == "from":
                if set(theirs) - self._here(uid):
                    self._fetch(uid, theirs)
            elif self._here(uid) - set(theirs):
                self._send(uid, set(theirs))
                with self.remote.asking():
                    theirs = self.remote.instances(uid)
        except NetworkError as error:
            if error.kind != "the peer refused":
                raise  # nobody answers: the others would fail as well
            self._refusals[error.sentence] += 1
        said = "; ".join(f"{count} × {why}" for why, count in self._refusals.most_common(3))
        self._compare(uid, set(theirs), self._here(uid), "; ".join(filter(None, (note, said))))

    def _compare(self, uid: str, theirs: set[str], here: set[str], note: str) -> None:
        source, target = (theirs, here) if self.direction == "from" else (here, theirs)
        if self.direction == "from" and (elsewhere := self._elsewhere(source - target)):
            said = f"{elsewhere} are here in another study"
            note = "; ".join(filter(None, (note.partition(said)[0].rstrip("; "), said)))
        self.ledger.compared(self.number, uid, source, target, note[:500])

    def _elsewhere(self, missing: set[str]) -> int:
        """Count instances that cannot come because their UID is in use in another study."""
        return sum(self.archive.index.has(uid) for uid in missing)

    def _fetch(self, uid: str, theirs: dict[str, str]) -> None:
        if self.wishes.by == "move":
            self.remote.move(uid, self.archive.settings["dicom.ae_title"])
        else:
            self.remote.get(uid, list(theirs.values()), self._receive)

    def _receive(self, message: Message) -> int:
        incoming = Incoming(
            sop_class=str(message.command["AffectedSOPClassUID"]),
            sop_instance=str(message.command["AffectedSOPInstanceUID"]),
            transfer_syntax=str(message.context.transfer_syntax),
            source=self.peer.ae,
            fragments=message.fragments,
        )
        try:
            return self.archive.services.filing.file(incoming).status
        except DimseError as error:
            self._refusals[error.comment] += 1
            return error.status

    def _send(self, uid: str, there: set[str]) -> None:
        locations = [
            location
            for location in self.archive.index.locate([t.studies.c.study_uid == uid])
            if location.sop_uid not in there
        ]
        contexts = retrieve.contexts_for(locations)
        with associate(self.peer, contexts, self.remote.caller) as association:
            for location in locations:
                status = retrieve.send_one(association, self.archive.store, location, None)
                if status != dimse.SUCCESS:
                    self._refusals[dimse.meaning(status)] += 1


def _caller(archive: Archive, peer: Peer) -> Caller:
    """Call a node of the table as it wants to be called, another archive without TLS."""
    node = archive.nodes.find(peer.ae)
    if node and node.peer == peer:
        return archive.calling.caller(node)
    return Caller(ae=archive.settings["dicom.ae_title"], host=archive.calling.host)


def outcome(states: Sequence[str]) -> str:
    """Return how a migration ended in one word."""
    return "all studies are equal" if set(states) <= {"equal"} else "studies differ"


def said_of(error: Exception) -> str:
    """Return what went wrong in one sentence."""
    return error.sentence if isinstance(error, PacsLabError) else f"{type(error).__name__}: {error}"
