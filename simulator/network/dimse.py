"""DIMSE statuses, requests and replies: what a handler receives and gives back.

A handler is a plain function of a `Request`. It returns a status, a `Reply`, or an iterator of
replies (C-FIND, C-GET, C-MOVE); it refuses by raising `DimseError`. Numbers appear here once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from typing import TYPE_CHECKING

from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset
from pydicom.uid import UID

from simulator.network import charsets
from simulator.network.command import NAMES, Command

if TYPE_CHECKING:
    from simulator.network.association import Association, Context

_PIXELS = 0x7FE00000

# Statuses (PS3.7 Annex C; PS3.4 B.2.3, C.4)
SUCCESS = 0x0000
PENDING = 0xFF00
PENDING_OPTIONAL_KEYS = 0xFF01  # matching goes on, but some optional keys are not supported
CANCELLED = 0xFE00
PROCESSING_FAILURE = 0x0110
DUPLICATE_INSTANCE = 0x0111
NO_SUCH_INSTANCE = 0x0112
INVALID_INSTANCE = 0x0117
CLASS_INSTANCE_CONFLICT = 0x0119
SOP_CLASS_NOT_SUPPORTED = 0x0122
NO_SUCH_ACTION = 0x0123
NOT_AUTHORISED = 0x0124
MISSING_ATTRIBUTE = 0x0120
MISSING_ATTRIBUTE_VALUE = 0x0121
INVALID_ATTRIBUTE_VALUE = 0x0106
UNRECOGNISED_OPERATION = 0x0211
RESOURCE_LIMITATION = 0x0213
OUT_OF_RESOURCES = 0xA700
CANNOT_COUNT_MATCHES = 0xA701
CANNOT_PERFORM_SUBOPERATIONS = 0xA702
MOVE_DESTINATION_UNKNOWN = 0xA801
DATASET_DOES_NOT_MATCH_CLASS = 0xA900
COERCED = 0xB000
LIMIT_REACHED = 0xB001
CLASS_MISMATCH_WARNING = 0xB007
SUBOPERATIONS_FAILED = 0xB000
CANNOT_UNDERSTAND = 0xC000
PATIENT_ID_MISSING = 0xC101  # ours, of the family "cannot understand"
PATIENT_CONFLICT = 0xC102
REJECTED_INSTANCE = 0xC103

MEANINGS = {
    SUCCESS: "success",
    PENDING: "pending",
    PENDING_OPTIONAL_KEYS: "pending, optional keys not supported",
    CANCELLED: "cancelled",
    PROCESSING_FAILURE: "processing failure",
    DUPLICATE_INSTANCE: "duplicate SOP instance",
    NO_SUCH_INSTANCE: "no such SOP instance",
    INVALID_INSTANCE: "invalid SOP instance",
    CLASS_INSTANCE_CONFLICT: "class-instance conflict",
    SOP_CLASS_NOT_SUPPORTED: "SOP class not supported",
    NO_SUCH_ACTION: "no such action",
    RESOURCE_LIMITATION: "resource limitation",
    NOT_AUTHORISED: "not authorised",
    MISSING_ATTRIBUTE: "missing attribute",
    MISSING_ATTRIBUTE_VALUE: "missing attribute value",
    INVALID_ATTRIBUTE_VALUE: "invalid attribute value",
    UNRECOGNISED_OPERATION: "unrecognised operation",
    OUT_OF_RESOURCES: "out of resources",
    CANNOT_COUNT_MATCHES: "out of resources: cannot count the matches",
    CANNOT_PERFORM_SUBOPERATIONS: "out of resources: cannot perform sub-operations",
    MOVE_DESTINATION_UNKNOWN: "move destination unknown",
    DATASET_DOES_NOT_MATCH_CLASS: "data set does not match SOP class",
    COERCED: "warning: coerced, or some sub-operations failed",
    LIMIT_REACHED: "warning: the response limit is reached, there may be more matches",
    CLASS_MISMATCH_WARNING: "warning: data set does not match SOP class",
    CANNOT_UNDERSTAND: "cannot understand",
    PATIENT_ID_MISSING: "cannot understand: no Patient ID",
    PATIENT_CONFLICT: "cannot understand: another patient has this Patient ID",
    REJECTED_INSTANCE: "cannot understand: the SOP instance was rejected before",
}


def meaning(status: int) -> str:
    """Return a status as a person reads it: '0xA801 (move destination unknown)'."""
    words = MEANINGS.get(status) or _family(status)
    return f"0x{status:04X} ({words})"


def _family(status: int) -> str:
    """Name the range a status belongs to (PS3.7 Annex C)."""
    families = {0xA7: "out of resources", 0xA9: "data set does not match SOP class"}
    if status >> 8 in families:
        return families[status >> 8]
    return {0xC: "cannot understand", 0xB: "warning"}.get(status >> 12, "failure")


def is_failure(status: int) -> bool:
    """Return whether a final status says that nothing came of the request."""
    return status not in (SUCCESS, PENDING, PENDING_OPTIONAL_KEYS) and status >> 12 != 0xB


class DimseError(Exception):
    """A handler's refusal: it becomes the peer's status, with an Error Comment."""

    def __init__(self, status: int, comment: str, offending: int | None = None) -> None:
        """Refuse with `status`; at most 64 characters of `comment` reach the peer."""
        super().__init__(comment)
        self.status, self.comment, self.offending = status, comment, offending


def encode_dataset(ds: Dataset, transfer_syntax: str) -> bytes:
    """Encode a data set for the wire in a (not deflated) transfer syntax."""
    uid = UID(transfer_syntax)
    buffer = DicomBytesIO()
    buffer.is_implicit_VR = uid.is_implicit_VR
    buffer.is_little_endian = uid.is_little_endian
    write_dataset(buffer, ds)
    return buffer.getvalue()


def decode_dataset(data: bytes, transfer_syntax: str) -> Dataset:
    """Decode a data set from the wire; raises DimseError 0xC000 where that is not possible."""
    uid = UID(transfer_syntax)
    try:
        ds = read_dataset(BytesIO(data), uid.is_implicit_VR, uid.is_little_endian)
        charsets.read_extended(ds)
        _touch(ds)
    except (Exception, RecursionError) as error:  # anything at all may come over the wire
        raise DimseError(CANNOT_UNDERSTAND, f"cannot parse the data set: {error}") from error
    return ds


def split_at_pixels(data: bytes, transfer_syntax: str) -> tuple[Dataset, memoryview]:
    """Return the part before the pixel data, read, and the rest byte for byte."""
    file, uid = BytesIO(data), UID(transfer_syntax)
    head = read_dataset(
        file, uid.is_implicit_VR, uid.is_little_endian,
        stop_when=lambda tag, vr, length: tag >= _PIXELS,
    )  # fmt: skip
    return head, memoryview(data)[file.tell() :]


def _touch(ds: Dataset) -> None:
    """Convert every element now, so that a bad value fails here and nowhere else."""
    for element in ds:
        if element.VR == "SQ":
            for item in element.value:
                _touch(item)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One response: a status, an optional data set, and further command elements."""

    status: int
    dataset: Dataset | bytes | None = None
    command: Command = field(default_factory=dict)


@dataclass(kw_only=True)
class Request:
    """One DIMSE request as a handler sees it."""

    association: Association
    context: Context
    command: Command
    fragments: list[bytes | memoryview]

    @property
    def name(self) -> str:
        """The message's name, e.g. 'C-STORE'."""
        return NAMES.get(self.command["CommandField"], f"0x{self.command['CommandField']:04X}")

    @property
    def calling(self) -> str:
        """The AE title of the one who asks."""
        return self.association.calling

    @property
    def data(self) -> bytes:
        """The encoded data set as it came over the wire."""
        return b"".join(self.fragments)

    @cached_property
    def identifier(self) -> Dataset:
        """The decoded data set; raises DimseError where it cannot be parsed."""
        return decode_dataset(self.data, self.context.transfer_syntax)

    @property
    def sop_class(self) -> str:
        """The SOP class the request is about, whichever element carries it."""
        return str(
            self.command.get("AffectedSOPClassUID")
            or self.command.get("RequestedSOPClassUID")
            or ""
        )

    @property
    def sop_instance(self) -> str:
        """The SOP instance the request is about, whichever element carries it."""
        return str(
            self.command.get("AffectedSOPInstanceUID")
            or self.command.get("RequestedSOPInstanceUID")
            or ""
        )

    def cancelled(self) -> bool:
        """Return whether the peer has sent a C-CANCEL for this request meanwhile."""
        return self.association.cancelled(self.command.get("MessageID", 0))


Answer = int | Reply | Iterator[Reply]
Handler = Callable[[Request], Answer]
Handlers = dict[int, Handler]


def replies(request: Request, handler: Handler) -> Iterable[Reply]:
    """Run a handler and give its answer as replies, a refusal included."""
    try:
        answer = handler(request)
        if isinstance(answer, int):
            answer = Reply(status=answer)
        yield from [answer] if isinstance(answer, Reply) else answer
    except DimseError as error:
        extra: Command = {"ErrorComment": error.comment[:64]}
        if error.offending is not None:
            extra["OffendingElement"] = error.offending
        yield Reply(status=error.status, command=extra)
