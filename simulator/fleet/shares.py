"""One share of a day's load: an examination drawn and sent by whoever has a processor to spare.

A share needs no seat: it may be done by a helper process here, or by a Dask worker elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydicom import uid
from pynetdicom.presentation import PresentationContext

from simulator.errors import LocalError, NetworkError, StatusError
from simulator.fleet.delivery import offered
from simulator.fleet.profile import KINDS, ModalityProfile
from simulator.imaging.exam import Exam
from simulator.imaging.study import Instance, acquire
from simulator.network.associate import Caller, Peer, associate, send_store
from simulator.network.association import Association

_PLAIN = ("ExplicitVRLittleEndian", "ImplicitVRLittleEndian")


@dataclass(frozen=True, kw_only=True)
class Share:
    """What is to be done: whose examination, on which device, for which peer."""

    profile: ModalityProfile
    exam: Exam
    ended: datetime
    seed: int
    pixels: str
    peer: Peer
    times: int = 1  # 2: the technologist pressed 'send' again


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """What became of it."""

    modality: str
    ended: datetime
    objects: int = 0
    bytes: int = 0
    error: str = ""


def deliver(share: Share) -> Delivered:
    """Draw and send one examination; what is refused is counted, and the next one goes on."""
    caller = Caller(ae=share.profile.ae_title)
    objects = size = 0
    error = ""
    try:
        with associate(share.peer, _contexts(share), caller) as association:
            syntax = _syntax(share, association)
            for _ in range(share.times):
                for instance in acquire(
                    share.profile, share.exam, seed=share.seed, pixels=share.pixels,
                    transfer_syntax=syntax,
                ):  # fmt: skip
                    refused = _send(association, instance)
                    objects += not refused
                    size += 0 if refused else len(instance.data)
                    error = error or refused
    except NetworkError as failed:
        error = str(failed)
    modality = share.profile.modality
    return Delivered(modality=modality, ended=share.ended, objects=objects, bytes=size, error=error)


def _kinds(share: Share) -> set[str]:
    profile = share.profile
    return {profile.kind(series) for series in profile.protocol(share.exam.protocol).series}


def _contexts(share: Share) -> list[PresentationContext]:
    classes = sorted({str(getattr(uid, KINDS[kind].sop_class)) for kind in _kinds(share)})
    return offered(classes, tuple(dict.fromkeys((*share.profile.transfer_syntaxes[:1], *_PLAIN))))


def _syntax(share: Share, association: Association) -> str:
    """Return the first transfer syntax of the device that the peer takes for all its images."""
    images = [getattr(uid, KINDS[kind].sop_class) for kind in _kinds(share) if KINDS[kind].image]
    for name in (*share.profile.transfer_syntaxes[:1], *_PLAIN):
        syntax = getattr(uid, name)
        if all(association.accepted(image, syntax) is not None for image in images):
            return name
    return _PLAIN[0]  # refused, object by object


def _send(association: Association, instance: Instance) -> str:
    """Send one object; returns what the peer has against it."""
    try:
        send_store(
            association,
            sop_class=instance.sop_class_uid,
            sop_instance=instance.sop_instance_uid,
            transfer_syntax=uid.UID(instance.transfer_syntax_uid),
            data=[instance.data],
        )
    except (StatusError, LocalError) as refusal:
        return str(refusal)
    return ""
