"""C-MOVE and C-GET (PS3.4 C.4.2, C.4.3): send stored instances, count honestly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames
from pydicom.filereader import dcmread
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom.presentation import PresentationContext, build_context

from simulator.archive import tables as t
from simulator.archive.attributes import UNIQUE_KEY
from simulator.archive.codestream import pixels_of
from simulator.archive.index import Index, Location
from simulator.archive.matching import has_wildcard, values
from simulator.archive.query import check_level
from simulator.archive.store import FileStore
from simulator.errors import CannotError, NetworkError, StatusError
from simulator.network import dimse
from simulator.network.associate import PLAIN, send_store
from simulator.network.association import Aborted, Association
from simulator.network.dimse import DimseError, Reply, Request

_COLUMNS = {
    "PATIENT": t.patients.c.patient_id,
    "STUDY": t.studies.c.study_uid,
    "SERIES": t.series.c.series_uid,
    "IMAGE": t.instances.c.sop_uid,
}

_PIXEL_CAP = 1 << 30  # bytes; a few bytes of RLE can claim any size


def wanted(
    index: Index, identifier: Dataset, model: str, only: Sequence[Any] = ()
) -> list[Location]:
    """Return the instances a C-MOVE or C-GET identifier names, of those that may be seen."""
    level = check_level(identifier, model)
    conditions = list(only)
    for name, column in _COLUMNS.items():
        key = UNIQUE_KEY[name]
        given = values(identifier[key]) if key in identifier else []
        if any(has_wildcard(value) for value in given):
            raise DimseError(dimse.DATASET_DOES_NOT_MATCH_CLASS, f"{key} must not hold wildcards")
        if given:
            conditions.append(column.in_(given))
        elif name == level:
            raise DimseError(dimse.DATASET_DOES_NOT_MATCH_CLASS, f"{key} is missing")
    return index.locate(conditions)


def contexts_for(locations: Sequence[Location]) -> list[PresentationContext]:
    """Propose each class in the syntaxes it is stored in, and uncompressed beside them."""
    found: list[PresentationContext] = []
    for sop_class in sorted({location.sop_class for location in locations}):
        stored = {x.transfer_syntax for x in locations if x.sop_class == sop_class}
        found.extend(build_context(sop_class, syntax) for syntax in sorted(stored))
        if stored != {ExplicitVRLittleEndian} and stored != {ImplicitVRLittleEndian}:
            found.append(build_context(sop_class, PLAIN))
        else:
            found.append(build_context(sop_class, [uid for uid in PLAIN if uid not in stored]))
    return found[:128]


@dataclass
class Counters:
    """How the sub-operations stand."""

    remaining: int
    completed: int = 0
    failed: int = 0
    warning: int = 0
    failed_uids: list[str] = field(default_factory=list)
    refusals: dict[int, int] = field(default_factory=dict)  # status: how many met it

    def pending(self) -> Reply:
        """Return a pending response."""
        return Reply(status=dimse.PENDING, command=self._numbers(remaining=True))

    def final(self, *, cancelled: bool = False) -> Reply:
        """Return the last response: its status follows from the counters (C.4.2.1.5)."""
        done = self.completed + self.warning
        status = dimse.SUCCESS
        if cancelled:
            status = dimse.CANCELLED
        elif self.failed or self.warning:
            status = dimse.SUBOPERATIONS_FAILED if done else dimse.CANNOT_PERFORM_SUBOPERATIONS
        failed = None
        if self.failed_uids:
            failed = Dataset()
            failed.FailedSOPInstanceUIDList = self.failed_uids
        return Reply(status=status, dataset=failed, command=self._numbers(remaining=cancelled))

    def _numbers(self, *, remaining: bool) -> dict[str, int | None]:
        return {
            "NumberOfRemainingSuboperations": self.remaining if remaining else None,
            "NumberOfCompletedSuboperations": self.completed,
            "NumberOfFailedSuboperations": self.failed,
            "NumberOfWarningSuboperations": self.warning,
        }

    def count(self, status: int, sop_uid: str) -> None:
        """Count one sub-operation by its status."""
        self.remaining -= 1
        if status == dimse.SUCCESS:
            self.completed += 1
        elif status >> 12 == 0xB:
            self.warning += 1
        else:
            self.failed += 1
            self.failed_uids.append(sop_uid)
        if status != dimse.SUCCESS:
            self.refusals[status] = self.refusals.get(status, 0) + 1

    def __str__(self) -> str:
        """Say how it went, and what those that failed met."""
        said = f"{self.completed} completed, {self.failed} failed, {self.warning} with a warning"
        met = ", ".join(f"{n} × {dimse.meaning(status)}" for status, n in self.refusals.items())
        return f"{said}; {met}" if met else said

    def fail_rest(self, locations: Sequence[Location]) -> None:
        """Count everything that is left as failed: the destination is gone."""
        for location in locations:
            self.count(dimse.PROCESSING_FAILURE, location.sop_uid)


Note = Callable[..., object]  # note(kind, text, **facts): what the journal should know


def move(
    request: Request,
    store: FileStore,
    locations: Sequence[Location],
    connect: Callable[[], AbstractContextManager[Association]],
    note: Note,
) -> Iterator[Reply]:
    """Send `locations` over the association that `connect` opens; yield the responses."""
    counters = Counters(remaining=len(locations))
    if not locations:
        yield counters.final()
        return
    done = 0
    cancelled = False
    gone: Aborted | None = None
    try:
        with connect() as association:
            _note_association(note, request, association, len(locations))
            for location in locations:
                try:
                    cancelled = request.cancelled()
                except Aborted as error:  # whoever asked is gone, not the destination
                    gone = error
                if cancelled or gone:
                    break
                status = send_one(association, store, location, _originator(request))
                counters.count(status, location.sop_uid)
                done += 1
                yield counters.pending()
            _note_end(note, request, counters)
    except NetworkError as error:
        note("c-move.suboperations", f"sub-operations to {_to(request)} failed: {error.sentence}")
        counters.fail_rest(locations[done:])
    if gone:
        raise gone
    yield counters.final(cancelled=cancelled)


def get(request: Request, store: FileStore, locations: Sequence[Location]) -> Iterator[Reply]:
    """Send `locations` back over the requesting association (C-GET)."""
    counters = Counters(remaining=len(locations))
    for location in locations:
        if request.cancelled():
            yield counters.final(cancelled=True)
            return
        counters.count(send_one(request.association, store, location, None), location.sop_uid)
        if counters.remaining:
            yield counters.pending()
    yield counters.final()


def _note_association(note: Note, request: Request, association: Association, count: int) -> None:
    note(
        "c-move.association",
        f"C-MOVE of {request.calling}: {_to(request)} accepted an association for {count} "
        f"instances, with {len(association.contexts)} presentation contexts",
        calling=request.calling, destination=_to(request), instances=count,
    )  # fmt: skip


def _note_end(note: Note, request: Request, counters: Counters) -> None:
    note(
        "c-move.sent", f"C-MOVE of {request.calling} to {_to(request)}: {counters}",
        calling=request.calling, destination=_to(request), completed=counters.completed,
        failed=counters.failed, warning=counters.warning,
    )  # fmt: skip


def _originator(request: Request) -> tuple[str, int]:
    return request.calling, request.command.get("MessageID", 0)


def _to(request: Request) -> str:
    return str(request.command.get("MoveDestination", ""))


def send_one(
    association: Association,
    store: FileStore,
    location: Location,
    originator: tuple[str, int] | None,
) -> int:
    """Send one instance as stored, or lossless in a syntax the peer takes; return the status."""
    try:
        data = store.read(location.digest)
        syntax, view = _adapted(association, location, data)
        return send_store(
            association,
            sop_class=location.sop_class,
            sop_instance=location.sop_uid,
            transfer_syntax=syntax,
            data=[view],
            originator=originator,
        )
    except StatusError as error:
        return error.status
    except CannotError:
        return dimse.PROCESSING_FAILURE


def _adapted(
    association: Association, location: Location, data: bytes
) -> tuple[str, memoryview | bytes]:
    """Return the data set in the stored syntax if the peer takes it, else decompressed."""
    if association.accepted(location.sop_class, location.transfer_syntax):
        return location.transfer_syntax, memoryview(data)[location.offset :]
    for syntax in PLAIN:
        if association.accepted(location.sop_class, syntax):
            return syntax, transcode(data, UID(syntax))
    return location.transfer_syntax, b""  # send_store says that no context was accepted


def transcode(data: bytes, syntax: UID) -> bytes:
    """Return the data set of a Part 10 file in an uncompressed little endian syntax."""
    try:
        ds = dcmread(BytesIO(data))
        stored = ds.file_meta.TransferSyntaxUID
        if stored.is_compressed and _pixel_bytes(ds) <= _PIXEL_CAP:
            _check_codestreams(ds)
            ds.decompress(generate_instance_uid=False)
            return dimse.encode_dataset(ds, syntax)
        if stored.is_little_endian and not stored.is_compressed:
            return dimse.encode_dataset(ds, syntax)
    except Exception as error:  # a codec may fail in any way on any bits
        raise CannotError(f"The object cannot be converted: {error}.") from error
    raise CannotError("Big endian and very large objects are only sent as they are stored.")


def _check_codestreams(ds: Dataset) -> None:
    """Raise ValueError where a frame claims to be larger than the header says."""
    known = (ds.get("Rows") or 0) * (ds.get("Columns") or 0)
    count = int(ds.get("NumberOfFrames") or 1)
    for frame in generate_frames(ds.PixelData, number_of_frames=count):
        if pixels_of(frame) > known:
            raise ValueError("a frame's codestream is larger than the image")


def _pixel_bytes(ds: Dataset) -> int:
    """Return how much memory the decompressed pixels will take, as the header says."""
    return (
        (ds.get("Rows") or 0)
        * (ds.get("Columns") or 0)
        * (ds.get("SamplesPerPixel") or 1)
        * int(ds.get("NumberOfFrames") or 1)
        * ((ds.get("BitsAllocated") or 8) // 8)
    )
