"""Filing one instance, however it came: C-STORE (PS3.4 B) and STOW-RS (PS3.18 10.5) both end here.

The order is fixed: the file is durable, the index has committed, then the status goes back
(PS3.4 B.2.3 lists the statuses). On the way: can it be read, is it a duplicate, what is coerced,
whose is it. What cannot be filed goes into quarantine before its sender hears of it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from pydicom.dataset import Dataset
from sqlalchemy.exc import OperationalError

from simulator.archive import tables as t
from simulator.archive.attributes import text
from simulator.archive.coercion import Coercion, Plan
from simulator.archive.duplicates import Duplicates
from simulator.archive.incoming import (
    CannotFileError,
    Incoming,
    checked_header,
    file_meta,
    inflated,
    is_uid,
)
from simulator.archive.index import Filed, Index, Location
from simulator.archive.patient_check import PatientCheck, PatientPolicyError
from simulator.archive.quarantine import Quarantine
from simulator.archive.settings import Settings
from simulator.archive.store import FileStore, Stored
from simulator.archive.value_check import ValueCheck, ValuePolicyError
from simulator.clock import Clock
from simulator.journal import Journal
from simulator.network import dimse
from simulator.network.dimse import DimseError

_Refusal = CannotFileError | PatientPolicyError | ValuePolicyError
_Refusals = (CannotFileError, PatientPolicyError, ValuePolicyError)
__all__ = ["Filing", "Incoming", "Verdict", "checked_header", "file_meta", "is_uid"]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the sender hears of an instance that was kept."""

    status: int = dimse.SUCCESS
    comment: str = ""
    tags: tuple[int, ...] = ()  # what a warning is about


class Filing:
    """The one way into the archive."""

    def __init__(
        self,
        index: Index,
        store: FileStore,
        settings: Settings,
        clock: Clock,
        journal: Journal,
        quarantine: Quarantine,
        on_new_study: Callable[[str], None] = lambda uid: None,
    ) -> None:
        """File into `store` and `index`, by the policies of `settings`."""
        self.index, self.store, self.settings = index, store, settings
        self.clock, self.journal, self.on_new_study = clock, journal, on_new_study
        self.quarantine = quarantine
        self.coercion = Coercion(index.database, settings, clock, journal)
        self.duplicates = Duplicates(index, store, settings, journal)
        self.patients, self.values = PatientCheck(index.database, settings), ValueCheck(settings)
        self.on_filed: Callable[[str], None] = lambda study_uid: None
        self.gate: Callable[[], None] = lambda: None  # raises DimseError in a downtime
        self.on_duplicate: Callable[[str, str], None] = lambda study_uid, source: None
        self.room: Callable[[int], int] = lambda size: 1  # the volume that takes so many bytes
        self.admit: Callable[[Incoming], None] = lambda incoming: None  # refuses what was rejected
        self.on_kept: Callable[[Incoming], None] = lambda incoming: None

    def file(self, incoming: Incoming, header: Dataset | None = None) -> Verdict:
        """Keep one instance; raises DimseError where it is refused.

        A `header` that `checked` has read of it already is not read again.
        """
        try:
            return self.filed(incoming, header)
        except _Refusals as error:
            return self._put_aside(incoming, error)

    def checked(self, incoming: Incoming) -> Dataset:
        """Read what the index needs; what cannot be filed is put aside and refused."""
        try:
            return checked_header(incoming)
        except CannotFileError as error:
            self._put_aside(incoming, error)
            raise

    def filed(self, incoming: Incoming, header: Dataset | None = None) -> Verdict:
        """Keep one instance; raises DimseError where it is refused, and puts nothing aside."""
        if header is None:
            incoming = inflated(incoming, self.settings["store.deflated_ratio"])
            header = checked_header(incoming)
        self.admit(incoming)
        uid = incoming.sop_instance
        known = self.index.find_instance(uid) if self.index.has(uid) else None
        came = incoming, header
        incoming, header, plan = self.coercion.apply(incoming, header)
        if known and not self.duplicates.is_replaced(incoming, known):
            self.on_duplicate(known.study_uid, incoming.source)
            return Verdict()
        self.values.check(header)
        self.patients.check(header)
        kept = self._keep(incoming, header, replace=known is not None)
        if not kept:  # another association was quicker
            return self.filed(*came)
        self.on_kept(incoming)
        return self._coerced(*came, plan) if plan.changes else Verdict()

    def _keep(self, incoming: Incoming, header: Dataset, *, replace: bool) -> bool:
        """Write the file, then the index; returns False if the instance is there meanwhile."""
        meta = file_meta(
            incoming.sop_class, incoming.sop_instance, incoming.transfer_syntax, incoming.source
        )
        received = self.clock.now().isoformat(timespec="milliseconds")
        volume = self.room(len(meta) + sum(memoryview(part).nbytes for part in incoming.fragments))
        stored: Stored | None = None
        try:
            with self.store.put([meta, *incoming.fragments]) as stored:
                location = Location(
                    sop_uid=incoming.sop_instance,
                    sop_class=incoming.sop_class,
                    transfer_syntax=incoming.transfer_syntax,
                    digest=stored.digest,
                    offset=len(meta),
                    size=stored.size,
                    study_uid=text(header, "StudyInstanceUID"),
                    series_uid=text(header, "SeriesInstanceUID"),
                    volume=volume,
                )
                filed = self.index.file(
                    header, location, incoming.source, received, replace=replace
                )
        except (OSError, OperationalError) as error:  # the disk of the files, or of the index
            if stored is not None:  # refused: no later check may file it
                with suppress(OperationalError):
                    self._drop(stored.digest)
            why = getattr(error, "strerror", None) or getattr(error, "orig", error)
            raise DimseError(dimse.OUT_OF_RESOURCES, f"cannot write: {why}") from error
        self.announce(filed, location.study_uid)
        if filed is not Filed.DUPLICATE:
            return True
        self._drop(stored.digest)
        known = self.index.find_instance(location.sop_uid)
        return known is not None and known.digest == stored.digest  # our own file, filed for us

    def _drop(self, digest: str) -> None:
        """Remove a file that did not get into the index, unless it is another's content, too."""
        self.store.remove(
            digest, lambda one: bool(self.index.locate([t.instances.c.digest == one]))
        )

    def announce(self, filed: Filed, study_uid: str) -> None:
        """Let others know of what was filed."""
        if filed is Filed.NEW_STUDY:
            self.on_new_study(study_uid)
        if filed is not Filed.DUPLICATE:
            self.on_filed(study_uid)

    def _coerced(self, incoming: Incoming, header: Dataset, plan: Plan) -> Verdict:
        self.coercion.report(incoming, header, plan)
        comment = f"coerced: {', '.join(sorted(plan.changes))}"
        return Verdict(status=dimse.COERCED, comment=comment, tags=tuple(plan.tags))

    def _put_aside(self, incoming: Incoming, error: _Refusal) -> Verdict:
        """Keep what was refused if the policy says so; raises the refusal, or warns instead."""
        if isinstance(error, CannotFileError):
            wanted = self.settings["quarantine.keep"]
        else:
            wanted = error.quarantine
        warn = self.settings["quarantine.answer"] == "warning"
        number = self.quarantine.keep(incoming, error.status, error.comment) if wanted else ""
        if wanted and warn and not number:
            raise DimseError(dimse.OUT_OF_RESOURCES, "the quarantine is full") from error
        if not number or not warn:
            raise error
        comment = f"in quarantine as {number}: {error.comment}"
        return Verdict(status=dimse.CLASS_MISMATCH_WARNING, comment=comment)
