"""Getting what a device owes to where it belongs: images to the archive, reports to the RIS."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom.presentation import PresentationContext, build_context

from simulator.errors import NetworkError, StatusError
from simulator.fleet.disk import Disk, Image, Job
from simulator.fleet.profile import ModalityProfile
from simulator.fleet.requests import mpps_create, mpps_set
from simulator.fleet.workflow_settings import WORKLIST
from simulator.network import dimse, scu
from simulator.network.associate import Caller, Peer, associate, send_store
from simulator.network.association import Association

# No more than two devices hold an image larger than this (bytes) in memory at a time.
LARGE = 4_000_000
_LARGE = threading.BoundedSemaphore(2)
MOST_CONTEXTS = 128  # on one association (PS3.8 9.3.2.2)
PLAIN = (str(ExplicitVRLittleEndian), str(ImplicitVRLittleEndian))


@dataclass(frozen=True, kw_only=True)
class Sent:
    """How a transfer ended: images sent and left, bytes, and the first error there was."""

    sent: int = 0
    bytes: int = 0
    left: int = 0
    error: NetworkError | None = None


def send_images(
    disk: Disk,
    jobs: Sequence[Job],
    peer: Peer,
    caller: Caller,
    syntaxes: Sequence[str],
    *,
    keep: bool = False,
    pause: float = 0.0,
    write: Callable[[bytes, str], bytes] = lambda data, syntax: data,
) -> Sent:
    """Send every waiting image of `jobs` on one association; what fails stays on the disk.

    With `keep` what was sent stays, too, until it is committed. Between two series there is a
    `pause` (seconds). `write` makes of an encoded data set what the device sends.
    """
    waiting = [(job, image) for job in jobs for image in disk.waiting(job)]
    if not waiting:
        return Sent()
    sent = size = 0
    error: NetworkError | None = None
    try:
        classes = sorted({image.sop_class_uid for _, image in waiting})
        with associate(peer, offered(classes, syntaxes), caller) as association:
            series = waiting[0][1].series_uid
            for job, image in waiting:
                if image.series_uid != series:
                    series = image.series_uid
                    time.sleep(pause)
                try:
                    with _LARGE if disk.size(job, image) > LARGE else nullcontext():
                        data = write(disk.data(job, image), image.transfer_syntax_uid)
                        length = _send(association, image, data)
                except StatusError as refusal:  # the next image may still be welcome
                    error = error or refusal
                else:
                    disk.keep(job, image) if keep else disk.sent(job, image)
                    sent, size = sent + 1, size + length
    except NetworkError as broken:
        error = error or broken
    return Sent(sent=sent, bytes=size, left=len(waiting) - sent, error=error)


def offered(classes: Sequence[str], syntaxes: Sequence[str]) -> list[PresentationContext]:
    """Return one context for each SOP class and syntax: only so is the peer's choice ours."""
    from pydicom import uid

    return [build_context(c, getattr(uid, name)) for c in classes for name in syntaxes][
        :MOST_CONTEXTS
    ]


def _send(association: Association, image: Image, data: bytes) -> int:
    """Send one image, converted if the peer wants that; returns its length."""
    syntax = image.transfer_syntax_uid
    if syntax in PLAIN and association.accepted(image.sop_class_uid, syntax) is None:
        other = PLAIN[syntax == PLAIN[0]]
        if association.accepted(image.sop_class_uid, other) is not None:
            data, syntax = dimse.encode_dataset(dimse.decode_dataset(data, syntax), other), other
    send_store(
        association,
        sop_class=image.sop_class_uid,
        sop_instance=image.sop_instance_uid,
        transfer_syntax=UID(syntax),
        data=[data],
    )
    return len(data)


def report(
    disk: Disk, job: Job, profile: ModalityProfile, peer: Peer, caller: Callable[[], Caller],
    reference: str = WORKLIST,
) -> Job:  # fmt: skip
    """Send the MPPS messages owed for a job, in their order; raises the first NetworkError."""
    uid = job.step_uid or job.exam.pps_uid
    if "create" in job.owed:
        begun = mpps_create(job.exam, profile, reference)
        _unless_known(lambda: scu.mpps_create(peer, uid, begun, caller()))
        job = disk.update(job, owed=tuple(part for part in job.owed if part != "create"))
    if "set" in job.owed and job.acquired:
        ended, added = mpps_set(job, profile), bool(job.step_uid)
        _unless_known(lambda: scu.mpps_set(peer, uid, ended, caller()), final=not added)
        job = disk.update(job, owed=())
    return job


def _unless_known(tell: Callable[[], None], *, final: bool = True) -> None:
    """Tell the RIS; that it knows already (we were killed before we noted it) is as good.

    Not `final`: what is told is more than it can know.
    """
    try:
        tell()
    except StatusError as error:
        is_over = "no longer be updated" in str(error)
        if error.status != dimse.DUPLICATE_INSTANCE and not (final and is_over):
            raise
