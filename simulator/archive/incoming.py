"""One instance on its way in: what its sender says of it, and whether it can be read and filed."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydicom.dataset import Dataset
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from simulator.archive.attributes import read_header, text
from simulator.network import dimse, negotiation
from simulator.network.dimse import DimseError, encode_dataset, split_at_pixels

_UID = re.compile(r"[0-9]+(\.[0-9]+)*")
INFLATED_CAP = 1 << 30  # bytes of an inflated data set, whatever the ratio


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """An instance that wants to be filed: what its sender says of it, and the data set."""

    sop_class: str
    sop_instance: str
    transfer_syntax: str
    source: str  # the AE title that sent it
    fragments: Sequence[bytes | memoryview]  # the encoded data set, without file meta information


class CannotFileError(DimseError):
    """The data set cannot be read or filed, whatever the policies are."""


def split(incoming: Incoming) -> tuple[Dataset, memoryview]:
    """Return the part before the pixel data, read, and the rest byte for byte."""
    return split_at_pixels(b"".join(incoming.fragments), incoming.transfer_syntax)


def joined(incoming: Incoming, head: Dataset, rest: memoryview) -> Incoming:
    """Return the instance with another part before the pixel data."""
    fragments: list[bytes | memoryview] = [
        encode_dataset(head, UID(incoming.transfer_syntax)),
        rest,
    ]
    return replace(incoming, fragments=fragments)


def checked_header(incoming: Incoming) -> Dataset:
    """Read what the index needs; raises CannotFileError saying what is wrong."""
    if not is_uid(incoming.sop_instance):
        raise CannotFileError(dimse.INVALID_INSTANCE, "the SOP Instance UID is not a valid UID")
    try:
        header = read_header(incoming.fragments, incoming.transfer_syntax)
        uids = {k: text(header, k) for k in ("StudyInstanceUID", "SeriesInstanceUID")}
        text(header, "PatientName")
    except (Exception, RecursionError) as error:  # anything may come over the wire
        raise CannotFileError(dimse.CANNOT_UNDERSTAND, f"cannot parse: {error}") from error
    for keyword, uid in uids.items():
        if not is_uid(uid):
            raise CannotFileError(
                dimse.DATASET_DOES_NOT_MATCH_CLASS, f"{keyword} is missing or not a valid UID"
            )
    for keyword, said in (
        ("SOPClassUID", incoming.sop_class),
        ("SOPInstanceUID", incoming.sop_instance),
    ):
        if text(header, keyword) != said:
            raise CannotFileError(
                dimse.DATASET_DOES_NOT_MATCH_CLASS, f"{keyword} differs from the command's"
            )
    return header


def inflated(incoming: Incoming, ratio: int) -> Incoming:
    """Return an instance with its data set inflated if it came deflated (PS3.5 A.5).

    Raises DimseError where it would be more than `ratio` times as large, CannotFileError where it
    is no deflated data.
    """
    if incoming.transfer_syntax != DeflatedExplicitVRLittleEndian:
        return incoming
    packed = b"".join(incoming.fragments)
    cap = min(INFLATED_CAP, ratio * len(packed))
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = engine.decompress(packed, cap + 1)
    except zlib.error as error:
        raise CannotFileError(dimse.CANNOT_UNDERSTAND, f"cannot inflate: {error}") from error
    if len(data) > cap:
        raise DimseError(dimse.OUT_OF_RESOURCES, f"inflates to more than {cap} bytes")
    if not engine.eof:
        raise CannotFileError(dimse.CANNOT_UNDERSTAND, "the deflated data set is cut short")
    return replace(incoming, transfer_syntax=str(ExplicitVRLittleEndian), fragments=[data])


def is_uid(text: str) -> bool:
    """Return whether this is a UID: digits and dots, at most 64 (PS3.5 9.1)."""
    return 0 < len(text) <= 64 and bool(_UID.fullmatch(text))


def file_meta(sop_class: str, sop_instance: str, transfer_syntax: str, source: str) -> bytes:
    """Return preamble (zeroed) and file meta information of a Part 10 file (PS3.10 7.1)."""
    elements = (
        (0x0001, b"OB", b"\0\1"),
        (0x0002, b"UI", sop_class.encode()),
        (0x0003, b"UI", sop_instance.encode()),
        (0x0010, b"UI", transfer_syntax.encode()),
        (0x0012, b"UI", negotiation.IMPLEMENTATION_UID.encode()),
        (0x0013, b"SH", negotiation.IMPLEMENTATION_VERSION.encode()),
        (0x0016, b"AE", source.encode("ascii", "replace")),
    )
    body = b"".join(_meta_element(*element) for element in elements)
    length = _meta_element(0x0000, b"UL", struct.pack("<I", len(body)))
    return bytes(128) + b"DICM" + length + body


def _meta_element(number: int, vr: bytes, value: bytes) -> bytes:
    """Encode an element of group 0002 in Explicit VR Little Endian."""
    value += (b" " if vr in (b"SH", b"AE") else b"\0") * (len(value) % 2)
    size = struct.pack("<HI", 0, len(value)) if vr == b"OB" else struct.pack("<H", len(value))
    return struct.pack("<HH2s", 0x0002, number, vr) + size + value
