"""Adding images to an exam that was ended: as a step of its own, or in the step that is over.

A performed step that is COMPLETED may no longer be updated (PS3.4 F.7.2.2); what is done
afterwards for the same request is a step of its own (the append case of IHE RAD TF-2, 4.6).
Consoles let people re-open an exam all the same, and then their report is refused.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.errors import RefusedError
from simulator.fleet.disk import Job, exam_from
from simulator.fleet.examining import step_of
from simulator.fleet.outcome import Performed
from simulator.imaging.exam import Exam

if TYPE_CHECKING:
    from simulator.fleet.modality import Modality


def appended(device: Modality, accession: str, *, reopen: bool) -> Performed:
    """Take further images for a finished exam; raises RefusedError if there is none.

    With `reopen` they are reported in the step that has ended. Otherwise they get a step of their
    own, and so does what was added by re-opening and is not reported yet, before anything is taken.
    """
    with device.busy:
        first = _first(device, accession)
        waiting = [job for job in device.disk.jobs() if job.exam.accession == accession]
        added = [job for job in waiting if job.step_uid and job.owed]
        if added and not reopen:
            own = device.disk.update(added[0], step_uid="", owed=Job.owed)
            _tell(device, "appended", own, f"what was added gets the step {own.exam.pps_id}")
            return device.finish(own)
        started = device.clock.now().replace(microsecond=0)
        uid, name = step_of(device, first.study_uid)
        exam = replace(first, started=started, pps_uid=uid, pps_id=name)
        job = device.disk.begin(
            exam, started, step_uid=first.pps_uid if reopen else "",
            counted_from=device.settings.uids_counted_from,
        )  # fmt: skip
        how = f"re-opened, step {first.pps_id}" if reopen else f"appended to, step {exam.pps_id}"
        _tell(device, "reopened" if reopen else "appended", job, how)
        return device.finish(job)


def _first(device: Modality, accession: str) -> Exam:
    """Return the exam as it was begun; raises RefusedError if there was none."""
    lines = [line["exam"] for line in device.disk.history()]
    found = [exam for exam in lines if accession and exam["accession"] == accession]
    if not found:
        name = accession or "an exam without accession number"
        raise RefusedError(f"{device.name} never scanned {name}.", "Look into its log.", 404)
    return exam_from(found[0])


def _tell(device: Modality, what: str, job: Job, how: str) -> None:
    accession = job.exam.accession
    device.book.tell(
        f"device.exam.{what}", f"{device.name}: exam {accession} {how}", accession=accession,
        study_uid=job.exam.study_uid, step=job.step_uid or job.exam.pps_uid,
    )  # fmt: skip
