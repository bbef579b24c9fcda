"""One exam, from protocol to encoded instances."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import ModuleType

from simulator.errors import UsageError
from simulator.fleet.profile import ModalityProfile, Protocol
from simulator.imaging import ct, dx, header, mr, part10, us
from simulator.imaging.body import body_of
from simulator.imaging.exam import Exam
from simulator.imaging.frame import Frame, Take
from simulator.imaging.template import Template, make_template, syntax_uid
from simulator.imaging.uids import make_uid

MODALITIES: dict[str, ModuleType] = {"CT": ct, "MR": mr, "DX": dx, "US": us}
ALWAYS_VARYING = ("SOPInstanceUID", "InstanceNumber", "ContentTime")
SECONDS_PER_IMAGE = {"CT": 0.5, "MR": 4.0, "DX": 20.0, "US": 25.0}


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One encoded image: `data` is the data set without preamble and file meta information."""

    sop_class_uid: str
    sop_instance_uid: str
    series_uid: str
    series_number: int
    instance_number: int
    transfer_syntax_uid: str
    data: bytes

    def part10(self) -> bytes:
        """Return the complete file (PS3.10 7.1), with a preamble of zeros."""
        return (
            part10.prologue(self.sop_class_uid, self.sop_instance_uid, self.transfer_syntax_uid)
            + self.data
        )


def instances_expected(profile: ModalityProfile, protocol: str, pixels: str = "small") -> int:
    """Return how many instances `acquire` will yield."""
    return sum(s.size(pixels).images for s in profile.protocol(protocol).series)


def acquire(
    profile: ModalityProfile,
    exam: Exam,
    *,
    seed: int,
    pixels: str = "small",
    transfer_syntax: str | None = None,
) -> Iterator[Instance]:
    """Render, encode and yield the instances of one exam, in acquisition order.

    The same seed and exam give the same bytes. `pixels` is `small` or `full`; the transfer
    syntax is a keyword or UID, by default the profile's first. Bad arguments are refused at once.
    """
    protocol = profile.protocol(exam.protocol)
    syntax = syntax_uid(transfer_syntax or profile.transfer_syntaxes[0])
    if profile.modality not in MODALITIES:
        raise UsageError(f"{profile.name}: modality {profile.modality!r} cannot be rendered yet.")
    instances_expected(profile, exam.protocol, pixels)
    return _instances(profile, protocol, exam, seed, pixels, syntax)


def _instances(
    profile: ModalityProfile, protocol: Protocol, exam: Exam, seed: int, pixels: str, syntax: str
) -> Iterator[Instance]:
    """Yield series after series."""
    body, key = body_of(exam, seed), header.study_key(exam, seed, profile.ae_title)
    for number, series in enumerate(protocol.series, 1):
        take = Take(
            exam=exam,
            protocol=protocol,
            series=series,
            size=series.size(pixels),
            body=body,
            key=(*key, number),
        )
        began = header.series_began(exam, profile, number, len(protocol.series))
        yield from _series(profile, take, number, began, syntax, header.frame_of_reference(key))


def _series(
    profile: ModalityProfile, take: Take, number: int, began: datetime, syntax: str, frame_uid: str
) -> Iterator[Instance]:
    """Yield the instances of one series."""
    uid = make_uid("series", *take.key)
    template = _template(profile, take, number, began, syntax, uid, frame_uid)
    sop_class = _sop_class(profile)
    for count, frame in enumerate(MODALITIES[profile.modality].frames(take), 1):
        sop_uid = make_uid("instance", *take.key, count)
        when = began + timedelta(seconds=SECONDS_PER_IMAGE[profile.modality] * (count - 1))
        yield Instance(
            sop_class_uid=sop_class,
            sop_instance_uid=sop_uid,
            series_uid=uid,
            series_number=number,
            instance_number=count,
            transfer_syntax_uid=syntax,
            data=_fill(template, frame, sop_uid, count, when),
        )


def _sop_class(profile: ModalityProfile) -> str:
    """Return the profile's SOP Class UID."""
    from pydicom import uid

    return str(getattr(uid, profile.sop_class))


def _template(
    profile: ModalityProfile, take: Take, number: int, began: datetime, syntax: str,
    uid: str, frame_uid: str,
) -> Template:  # fmt: skip
    """Build and encode the data set of one series."""
    renderer = MODALITIES[profile.modality]
    ds = header.series_dataset(
        profile, take, number=number, uid=uid, began=began, bits=renderer.BITS
    )
    renderer.describe(ds, take)
    if hasattr(renderer, "stack"):
        where = renderer.stack(take)
        header.add_frame_of_reference(ds, frame_uid, where.orientation, where.spacing)
    if profile.private_creator:
        block = ds.private_block(0x0009, profile.private_creator, create=True)
        block.add_new(0x01, "LO", f"{profile.model} {profile.software_versions}")
        block.add_new(0x02, "LO", take.series.recipe)
    return make_template(ds, (*ALWAYS_VARYING, *renderer.VARYING), syntax)


def _fill(template: Template, frame: Frame, sop_uid: str, count: int, when: datetime) -> bytes:
    """Encode one image."""
    moment = header.time_of(when)
    values = {"SOPInstanceUID": sop_uid, "InstanceNumber": str(count), "ContentTime": moment,
              "AcquisitionTime": moment, **frame.values}  # fmt: skip
    return template.fill(values, frame.pixels.tobytes())
