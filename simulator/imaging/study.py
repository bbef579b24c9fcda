"""One exam, from protocol to encoded instances."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from simulator.fleet.profile import KINDS, ModalityProfile, Protocol
from simulator.imaging import charset, codecs, header, part10
from simulator.imaging.anatomy import volume_of
from simulator.imaging.body import body_of
from simulator.imaging.documents import Made
from simulator.imaging.exam import Exam
from simulator.imaging.findings import finding_of
from simulator.imaging.frame import Frame, Take
from simulator.imaging.kinds import DOCUMENTS, RENDERERS
from simulator.imaging.template import Template, encode, make_template
from simulator.imaging.uids import make_uid

if TYPE_CHECKING:
    from pydicom import Dataset

SLICED = {"ct", "ct-enhanced", "mr", "mr-enhanced", "pt"}
ALWAYS_VARYING = ("SOPInstanceUID", "InstanceNumber", "ContentTime")
# Every thread that renders would keep a heap of its own (glibc), some 30 MB for each device; and
# more than one at a time is hardly quicker, because Python computes on one core.
_RENDERER = ThreadPoolExecutor(1, thread_name_prefix="renderer")
SECONDS_PER_IMAGE = {"CT": 0.5, "PT": 0.5, "MR": 4.0}  # 20 for all others


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One encoded object: `data` is the data set without preamble and file meta information."""

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
    uids: tuple[object, ...] = (),
) -> Iterator[Instance]:
    """Render, encode and yield the instances of one exam, in acquisition order.

    The same seed and exam give the same bytes. `pixels` is `small` or `full`; the transfer
    syntax is a keyword or UID, by default the profile's first; what has no pixels is never
    compressed. UIDs of series and objects are made of `uids`, or of the exam when there is nothing
    to make them of. Bad arguments are refused at once.
    """
    protocol = _sided(profile.protocol(exam.protocol), exam)
    syntax = codecs.syntax_uid(transfer_syntax or profile.transfer_syntaxes[0])
    instances_expected(profile, exam.protocol, pixels)
    for series in protocol.series:
        kind = profile.kind(series)
        if KINDS[kind].image:
            pixels_of = RENDERERS[kind].PIXELS
            codecs.check(syntax, pixels_of.bits, f"{profile.name}: {kind}", pixels_of.samples)
    return _in_turn(_instances(profile, protocol, exam, seed, pixels, syntax, uids))


def _sided(protocol: Protocol, exam: Exam) -> Protocol:
    """Return the protocol as it was done: of the other side, if the technologist erred."""
    if not (exam.other_side and protocol.laterality):
        return protocol
    return replace(protocol, laterality="R" if protocol.laterality == "L" else "L")


def _in_turn(instances: Iterator[Instance]) -> Iterator[Instance]:
    """Yield instances, each made on the one thread that renders for the whole process."""
    while (instance := _RENDERER.submit(next, instances, None).result()) is not None:
        yield instance


def _instances(
    profile: ModalityProfile, protocol: Protocol, exam: Exam, seed: int, pixels: str, syntax: str,
    uids: tuple[object, ...],
) -> Iterator[Instance]:  # fmt: skip
    """Yield series after series."""
    key = header.study_key(exam, seed, profile.ae_title)
    body, finding = body_of(exam, seed), finding_of(exam, seed)
    exam = charset.written_by(profile, replace(exam, started=profile.clock(exam.started)))
    # Series after series cuts the same volume: it stays unpacked until the exam is over.
    cut = any(profile.kind(series) in SLICED for series in protocol.series)
    held = volume_of(protocol.anatomy, body.sex) if cut else None
    made: list[Made] = []
    for number, series in enumerate(protocol.series, 1):
        take = Take(
            profile=profile,
            exam=exam,
            protocol=protocol,
            series=series,
            size=series.size(pixels),
            body=body,
            finding=finding,
            key=(*key, number),
            uids=(*(uids or key), number),
        )
        began = header.series_began(exam, profile, number, len(protocol.series))
        number = series.number or number
        if KINDS[profile.kind(series)].image:
            frame_uid = header.frame_of_reference(key)
            yield from _noted(made, take, _series(take, number, began, syntax, frame_uid))
        else:
            plain = codecs.document_syntax(syntax)
            yield from _noted(made, take, _document(take, number, began, plain, made))
    del held


def _noted(made: list[Made], take: Take, instances: Iterator[Instance]) -> Iterator[Instance]:
    """Yield instances and note them down for the documents that refer to them."""
    for instance in instances:
        made.append(
            Made(
                sop_class_uid=instance.sop_class_uid,
                sop_instance_uid=instance.sop_instance_uid,
                series_uid=instance.series_uid,
                take=take,
            )
        )
        yield instance


def _document(
    take: Take, number: int, began: datetime, syntax: str, made: list[Made]
) -> Iterator[Instance]:
    """Yield a document about what was made before it."""
    uid, sop_uid = make_uid("series", *take.uids), make_uid("instance", *take.uids, 1)
    ds = header.series_dataset(take, number=number, uid=uid, began=began)
    ds.SOPInstanceUID, ds.InstanceNumber = sop_uid, 1
    ds.ContentTime = header.time_of(began)
    DOCUMENTS[take.profile.kind(take.series)](ds, take, tuple(made))
    yield Instance(
        sop_class_uid=str(ds.SOPClassUID),
        sop_instance_uid=sop_uid,
        series_uid=uid,
        series_number=number,
        instance_number=1,
        transfer_syntax_uid=syntax,
        data=encode(ds, syntax),
    )


def _series(
    take: Take, number: int, began: datetime, syntax: str, frame_uid: str
) -> Iterator[Instance]:
    """Yield the images of one series."""
    uid = make_uid("series", *take.uids)
    renderer = RENDERERS[take.profile.kind(take.series)]
    ds = _series_dataset(renderer, take, number, began, syntax, uid, frame_uid)
    varying = (*ALWAYS_VARYING, *renderer.VARYING)
    if syntax == codecs.JPEG:
        _add_loss(ds)
        varying = (*varying, "LossyImageCompressionRatio")
    template = make_template(ds, varying, syntax, renderer.PIXELS.bits)
    pause = SECONDS_PER_IMAGE.get(str(ds.Modality), 20.0)
    for count, frame in enumerate(renderer.frames(take), 1):
        sop_uid = make_uid("instance", *take.uids, count)
        when = began + timedelta(seconds=pause * (count - 1))
        yield Instance(
            sop_class_uid=str(ds.SOPClassUID),
            sop_instance_uid=sop_uid,
            series_uid=uid,
            series_number=number,
            instance_number=count,
            transfer_syntax_uid=syntax,
            data=_filled(template, frame, sop_uid, count, when),
        )


def _series_dataset(
    renderer: ModuleType, take: Take, number: int, began: datetime, syntax: str, uid: str,
    frame_uid: str,
) -> "Dataset":  # fmt: skip
    """Build the data set of one series of images."""
    ds = header.series_dataset(take, number=number, uid=uid, began=began)
    header.add_acquisition(ds, take, number, began)
    header.add_pixels(ds, take.size, renderer.PIXELS, syntax)
    renderer.describe(ds, take)
    if hasattr(renderer, "stack"):
        where = renderer.stack(take)
        header.add_frame_of_reference(ds, frame_uid, where.orientation, where.spacing)
    if hasattr(renderer, "finish"):  # what needs the frame of reference
        renderer.finish(ds, take)
    profile = take.profile
    if profile.private_creator:
        block = ds.private_block(0x0009, profile.private_creator, create=True)
        block.add_new(0x01, "LO", f"{profile.model} {profile.software_versions}")
        block.add_new(0x02, "LO", take.series.recipe)
    return ds


def _add_loss(ds: "Dataset") -> None:
    """Say that pixels were compressed with loss (PS3.3 C.7.6.1.1.5)."""
    ds.LossyImageCompression, ds.LossyImageCompressionMethod = "01", "ISO_10918_1"


def _filled(template: Template, frame: Frame, sop_uid: str, count: int, when: datetime) -> bytes:
    """Encode one image."""
    moment = header.time_of(when)
    values = {"SOPInstanceUID": sop_uid, "InstanceNumber": str(count), "ContentTime": moment}
    if "AcquisitionTime" in template.slots:
        values["AcquisitionTime"] = moment
    values |= frame.values
    pieces = [frame.pixels] if isinstance(frame.pixels, np.ndarray) else frame.pixels
    parts, raw = [], 0
    for piece in pieces:
        raw += piece.nbytes
        parts.append(codecs.encoded(piece, template.bits, template.syntax))
    if "LossyImageCompressionRatio" in template.slots:
        values["LossyImageCompressionRatio"] = f"{raw / sum(map(len, parts)):.2f}"
    if codecs.is_encapsulated(template.syntax):
        parts = [codecs.wrapped(parts)]
    return template.fill(values, *parts)
