"""From a worklist entry to an exam: what the device itself adds, and which protocol fits."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from simulator.errors import LocalError
from simulator.fleet.disk import Disk, Job
from simulator.fleet.encoding_settings import AUTOMATIC
from simulator.fleet.profile import ModalityProfile
from simulator.fleet.requests import WorklistItem
from simulator.imaging.exam import Exam
from simulator.imaging.uids import digest, make_uid

if TYPE_CHECKING:
    from simulator.fleet.modality import Modality

INSTITUTION = "PACS Lab General Hospital"


def exam_for(
    device: Modality, item: WorklistItem, at: datetime | None, *, other_side: bool = False
) -> Exam:
    """Return the exam a device makes of a worklist entry; raises LocalError if it cannot."""
    step_uid, step_name = step_of(device, item.study_uid)
    return Exam(
        patient_name=item.patient_name,
        patient_id=item.patient_id,
        issuer=item.issuer,
        birth_date=item.birth_date,
        sex=item.sex,
        accession=item.accession,
        study_uid=item.study_uid,
        requested_procedure_id=item.requested_procedure_id,
        step_id=item.step_id,
        procedure=item.procedure,
        protocol=_protocol(device.name, device.profile, item.protocol),
        indication=item.indication,
        referring=item.referring,
        performing=item.performing,
        institution=INSTITUTION,
        station=device.settings.ae_title,
        started=(at or device.clock.now()).replace(microsecond=0),
        pps_uid=step_uid,
        pps_id=step_name,
        character_set=item.character_set,
        other_side=other_side,
    )


def step_of(device: Modality, study_uid: str) -> tuple[str, str]:
    """Return UID and ID of the next performed step of a study on this device."""
    key = (device.seed, device.name, study_uid, device.disk.times[study_uid])
    number = digest("pps id", *key) % 10**9
    return make_uid("pps", *key), f"PPS{number:09d}"


def uids_of(disk: Disk, job: Job) -> tuple[object, ...]:
    """Return what UIDs of a job's series and objects are counted from; () for the exam itself.

    A console that counts numbers its exams. One that was cloned counts like its twin.
    """
    if job.counted_from == AUTOMATIC:
        return ()
    lines = [x for x in disk.history() if x.get("counted_from") == job.counted_from]
    steps = list(dict.fromkeys(line["exam"]["pps_uid"] for line in lines))
    return "counted", job.counted_from, steps.index(job.exam.pps_uid)  # again: the same number


def _protocol(name: str, profile: ModalityProfile, code: str) -> str:
    """Return the key of a device's protocol for a code of the worklist."""
    for key, protocol in profile.protocols.items():
        if code in (key, protocol.code):
            return key
    raise LocalError(
        f"{name} has no protocol '{code}'.",
        f"It knows {', '.join(profile.protocols)}; compare the RIS's mapping table.",
    )
