"""A modality: asks for the worklist, scans, sends images and reports what it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from pynetdicom.presentation import PresentationContext

from simulator.clock import Clock
from simulator.crew import Crew
from simulator.errors import LocalError, NetworkError, RefusedError
from simulator.fleet import delivery
from simulator.fleet.acquiring import acquired
from simulator.fleet.appending import appended
from simulator.fleet.console_list import shown_list
from simulator.fleet.delivery import Sent
from simulator.fleet.disk import Disk, Job, exam_from
from simulator.fleet.encoding import written
from simulator.fleet.examining import exam_for, uids_of
from simulator.fleet.node import Node
from simulator.fleet.outcome import Performed, failure
from simulator.fleet.profile import ModalityProfile
from simulator.fleet.requests import WorklistItem
from simulator.fleet.safekeeping import Safekeeping
from simulator.fleet.settings import TABLE, device_defaults
from simulator.imaging.exam import Exam
from simulator.imaging.template import SYNTAXES
from simulator.imaging.uids import make_uid
from simulator.journal import Journal
from simulator.network import command as cmd
from simulator.network.associate import Peer
from simulator.network.dimse import Handlers


class Modality(Node):
    """One imaging device, described by its profile."""

    keys = tuple(TABLE)

    def __init__(
        self, profile: ModalityProfile, *, folder: Path, seed: int, clock: Clock, journal: Journal,
        archive: Peer, ris: Peer, pixels: str = "small", crew: Crew | None = None, **options: Any,
    ) -> None:  # fmt: skip
        """Keep the device's disk in `folder`; `crew` draws the pictures; `options`: see Node."""
        super().__init__(
            name=profile.name,
            folder=folder,
            clock=clock,
            journal=journal,
            defaults=device_defaults(profile, archive, ris),
            **options,
        )
        self.profile, self.seed, self.pixels, self.crew = profile, seed, pixels, crew
        self.disk = Disk(folder)
        self.safekeeping = Safekeeping(self)

    # --- the worklist -------------------------------------------------------------------------

    def query_worklist(self, *, date: str | None = None) -> list[WorklistItem]:
        """Return the worklist as the console shows it.

        `date` overrides the setting for once: a DA value or range, or empty for any.
        """
        if date is None:
            today = self.settings.worklist_date == "today"
            date = f"{self.clock.now():%Y%m%d}" if today else ""
        return shown_list(self, date)

    def find_item(self, accession: str, *, date: str | None = None) -> WorklistItem:
        """Return the worklist entry with this accession number; LocalError if there is none."""
        items = self.query_worklist(date=date)
        for item in items:
            if item.accession == accession:
                return item
        self.book.tell(
            "device.worklist.missing",
            f"{self.name}: accession {accession} is not among the {len(items)} entries shown",
            accession=accession,
        )
        raise LocalError(
            f"The worklist of {self.name} has no entry {accession} ({len(items)} are shown).",
            "Compare the worklist keys of the device with how the RIS scheduled the step.",
        )

    # --- exams ----------------------------------------------------------------------------------

    def perform(
        self, item: WorklistItem, *, at: datetime | None = None, other_side: bool = False,
        stopped: bool = False,
    ) -> Performed:  # fmt: skip
        """Scan the patient of a worklist entry; `at` is when it began, in hospital time.

        An exam that was `stopped` is broken off: what there is of it is sent, as DISCONTINUED.
        """
        with self.busy:
            return self._perform(exam_for(self, item, at, other_side=other_side), at, stopped)

    def perform_unscheduled(
        self,
        *,
        patient_name: str,
        patient_id: str,
        birth_date: str = "",
        sex: str = "",
        protocol: str = "",
        accession: str = "",
        procedure: str = "",
        issuer: str = "",
        referring: str = "",
        at: datetime | None = None,
    ) -> Performed:
        """Scan a patient whom the technologist typed in by hand: no worklist, no order."""
        with self.busy:
            item = WorklistItem(
                patient_name=patient_name,
                patient_id=patient_id,
                issuer=issuer,
                birth_date=birth_date,
                sex=sex,
                accession=accession,
                study_uid=make_uid(self.seed, "unscheduled", self.name, self.disk.begun),
                procedure=procedure,
                protocol=protocol or next(iter(self.profile.protocols)),
                referring=referring,
            )
            return self._perform(exam_for(self, item, at), at)

    def resend(self, accession: str) -> Performed:
        """Make the images of a finished exam available once more and send them."""
        with self.busy:
            lines = [x for x in self.disk.history() if x["exam"]["accession"] == accession]
            if not lines:
                raise RefusedError(f"{self.name} never scanned {accession}.", "", 404)
            exam = exam_from(lines[-1]["exam"])
            ended = datetime.fromisoformat(lines[-1]["ended"])
            stem = self.settings.uids_counted_from
            return self.finish(self.disk.begin(exam, ended, again=True, counted_from=stem))

    def append(self, accession: str, *, reopen: bool = False) -> Performed:
        """Add images to a finished exam; see appending.py."""
        return appended(self, accession, reopen=reopen)

    def _perform(self, exam: Exam, at: datetime | None, stopped: bool = False) -> Performed:
        minutes = self.profile.minutes_per_exam
        ended = at + timedelta(minutes=minutes) if at else max(exam.started, self.clock.now())
        stem = self.settings.uids_counted_from
        job = self.disk.begin(exam, ended, stopped=stopped, counted_from=stem)
        job = self._report(job)[0]
        return self.finish(job)

    def finish(self, job: Job) -> Performed:
        """Acquire, send and report: everything that is left to do for a job."""
        job = self._acquired(job)
        outcome = self._send([job])
        job, refused = self._report(job)
        refused = refused or self.safekeeping.ask([job])
        if not self.disk.settle(job):
            job = self.disk.update(job, error=str(outcome.error or refused or ""))
        done = Performed(
            device=self.name,
            accession=job.exam.accession,
            study_uid=job.exam.study_uid,
            pps_uid=job.step_uid or job.exam.pps_uid,
            images=len(job.images),
            sent=outcome.sent,
            bytes=outcome.bytes,
            queued=outcome.left,
            reported=not job.owed,
            error=outcome.error or refused,
        )
        self._tell_done(done)
        return done

    def _acquired(self, job: Job) -> Job:
        if job.acquired:
            return job
        able = [syntax for syntax in self.settings.syntaxes if syntax in SYNTAXES]
        place, syntax = self.disk.place(job), able[0] if able else None
        images = acquired(self.crew, place, self.profile, job.exam, self.seed, self.pixels, syntax,
                          uids_of(self.disk, job))  # fmt: skip
        return self.disk.acquired(job, images)

    # --- listening ------------------------------------------------------------------------------

    def contexts(self) -> Sequence[PresentationContext]:
        """Return what the listener takes: results of storage commitment, too."""
        return (*super().contexts(), self.safekeeping.context())

    def handlers(self) -> Handlers:
        """Return what the listener answers."""
        return {**super().handlers(), cmd.N_EVENT_REPORT: self.safekeeping.take}

    # --- the queue ------------------------------------------------------------------------------

    def queue(self) -> list[dict[str, Any]]:
        """Return what is owed to archive and RIS, one row for each exam."""
        return [
            {
                "number": job.number,
                "accession": job.exam.accession,
                "patient_id": job.exam.patient_id,
                "patient_name": job.exam.patient_name,
                "study_uid": job.exam.study_uid,
                "started": job.exam.started.isoformat(),
                "images": len(job.images),
                "queued": len(self.disk.waiting(job)),
                "uncommitted": len(self.disk.kept(job)),
                "acquired": job.acquired,
                "owed": list(job.owed),
                "error": job.error,
            }
            for job in self.disk.jobs()
        ]

    def send_queue(self) -> dict[str, Any]:
        """Try again to deliver everything owed, all images on one association."""
        with self.busy:
            jobs = [self._report(self._acquired(job))[0] for job in self.disk.jobs()]
            refusals = [self._report(job)[1] for job in jobs if job.owed]
            outcome = self._send(jobs)
            refusals.append(self.safekeeping.ask(jobs))
            error = outcome.error or next((refusal for refusal in refusals if refusal), None)
            for job in jobs:
                if not self.disk.settle(job):
                    self.disk.update(job, error=str(error or ""))
        rest = {"sent": outcome.sent, "queued": outcome.left, "exams": len(self.disk.jobs())}
        return {**rest, **(failure(error) if error else {"ok": True})}

    def _send(self, jobs: list[Job]) -> Sent:
        """Send the images of `jobs`; a failure is journalled and part of the outcome."""
        peer = self.settings.archive()
        waiting = sum(len(self.disk.waiting(job)) for job in jobs)
        outcome = Sent(left=waiting)
        try:
            with self.journalled("send", peer, images=waiting):
                caller, syntaxes = self.caller(peer), self.settings.syntaxes
                outcome = delivery.send_images(
                    self.disk, jobs, peer, caller, syntaxes, keep=self.settings.commitment,
                    pause=self.settings.transfer_pause,
                    write=partial(written, chosen=self.settings),
                )  # fmt: skip
                if outcome.error:
                    raise outcome.error
        except NetworkError as error:
            return replace(outcome, error=error)
        return outcome

    def _report(self, job: Job) -> tuple[Job, NetworkError | None]:
        """Send the MPPS messages that are due; what fails stays owed."""
        peer = self.settings.ris()
        try:
            with self.journalled("mpps", peer, accession=job.exam.accession):
                return delivery.report(
                    self.disk, job, self.profile, peer, lambda: self.caller(peer),
                    self.settings.mpps_reference,
                ), None  # fmt: skip
        except NetworkError as error:
            newer = next((x for x in self.disk.jobs() if x.number == job.number), job)
            return newer, error

    def _tell_done(self, done: Performed) -> None:
        rest = f", {done.queued} wait in the queue" if done.queued else ""
        self.book.tell(
            "device.exam.performed",
            f"{self.name}: exam {done.accession or '(no accession)'}: {done.images} images, "
            f"{done.sent} sent{rest}",
            accession=done.accession, study_uid=done.study_uid, images=done.images,
            sent=done.sent, queued=done.queued, reported=done.reported,
        )  # fmt: skip

    def facts(self) -> dict[str, Any]:
        """Return what there is to know about the device."""
        jobs = self.disk.jobs()
        return {
            **super().facts(),
            "modality": self.profile.modality,
            "station_name": self.profile.station_name,
            "manufacturer": self.profile.manufacturer,
            "model": self.profile.model,
            "protocols": {key: p.description for key, p in self.profile.protocols.items()},
            "minutes_per_exam": self.profile.minutes_per_exam,
            "performed": self.disk.begun,
            "queued": sum(len(self.disk.waiting(job)) for job in jobs),
            "uncommitted": sum(len(self.disk.kept(job)) for job in jobs),
            "owed": len(jobs),
        }
