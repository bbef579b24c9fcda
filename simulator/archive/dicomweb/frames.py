"""WADO-RS frames and pixel data as bulk data (PS3.18 10.4.1.1.6, 8.7.3.3, Table 8.7.3-5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pydicom.uid import ExplicitVRLittleEndian
from starlette.responses import Response

from simulator.archive.dicomweb.accept import (
    ANY_SYNTAX,
    Accepted,
    Offer,
    accepted,
    not_acceptable,
)
from simulator.archive.dicomweb.caching import mark
from simulator.archive.dicomweb.call import WebCall
from simulator.archive.dicomweb.multipart import Part, streamed
from simulator.archive.dicomweb.pixels import PixelFile, decodable
from simulator.archive.index import Location
from simulator.errors import UsageError

OCTETS = "application/octet-stream"
_FRAMES_AT_ONCE = 10_000
STORED_AS = {  # the media type of each compressed transfer syntax (Table 8.7.3-5)
    "1.2.840.10008.1.2.4.50": "image/jpeg",
    "1.2.840.10008.1.2.4.51": "image/jpeg",
    "1.2.840.10008.1.2.4.57": "image/jpeg",
    "1.2.840.10008.1.2.4.70": "image/jpeg",
    "1.2.840.10008.1.2.4.80": "image/jls",
    "1.2.840.10008.1.2.4.81": "image/jls",
    "1.2.840.10008.1.2.4.90": "image/jp2",
    "1.2.840.10008.1.2.4.91": "image/jp2",
    "1.2.840.10008.1.2.5": "image/dicom-rle",
    "1.2.840.10008.1.2.4.100": "video/mpeg2",
}

Form = tuple[str, Callable[[int], bytes]]  # the media type of a part, and what makes a frame


def frames(call: WebCall) -> Response:
    """Return frames by number, as stored where the client takes that, else uncompressed."""
    numbers = _numbers(call.path["frames"])
    (location,) = call.locations()
    file = PixelFile.of(call.archive.store, location)
    for number in numbers:
        file.check(number)
    call.facts["frames"] = len(numbers)
    return parts_of(call, location, file, numbers)


def parts_of(
    call: WebCall, location: Location, file: PixelFile, numbers: Sequence[int]
) -> Response:
    """Return checked frames, each a part."""
    kind, make = _form(call, file)
    headers = mark(call, [location])

    def made() -> Iterator[Part]:
        for number in numbers:
            place = call.url(location, "frames", str(number))
            yield Part(content_type=kind, chunks=[make(number)], location=place)

    return streamed(made(), kind.partition(";")[0], headers=headers)


def _form(call: WebCall, file: PixelFile) -> Form:
    """Return the form the client likes best of those there are (8.7.5)."""
    for one in accepted(call):
        if one.multipart is not False and (form := _in_form(one, file)):
            return form
    raise not_acceptable([Offer(kind=kind, multipart=True) for kind in _kinds(file)])


def _in_form(one: Accepted, file: PixelFile) -> Form | None:
    """Return the form that one media range asks for, if it can be had."""
    for kind in _kinds(file):
        if not Accepted(kind=one.kind).takes(Offer(kind=kind)):
            continue
        if kind == OCTETS and one.syntax in ("", ExplicitVRLittleEndian):
            return f"{OCTETS}; transfer-syntax={ExplicitVRLittleEndian}", file.native_frame
        if kind != OCTETS and one.syntax in ("", ANY_SYNTAX, file.syntax):
            return f"{kind}; transfer-syntax={file.syntax}", file.stored_frame
        if kind == OCTETS and one.syntax in (ANY_SYNTAX, file.syntax):
            return _as_stored(file)
    return None


def _as_stored(file: PixelFile) -> Form:
    """Return the stored form, which viewers ask for as octets in any transfer syntax."""
    if not file.compressed:
        return f"{OCTETS}; transfer-syntax={ExplicitVRLittleEndian}", file.native_frame
    kind = STORED_AS.get(file.syntax, OCTETS)
    return f"{kind}; transfer-syntax={file.syntax}", file.stored_frame


def _kinds(file: PixelFile) -> list[str]:
    """Return the media types a file's frames can be had in, the default first."""
    if not file.compressed:
        return [OCTETS]
    stored = STORED_AS.get(file.syntax, OCTETS)
    return [OCTETS, stored] if decodable(file.syntax) else [stored]


def _numbers(text: str) -> list[int]:
    """Read '1,3,5' (10.4.1.1.6)."""
    parts = text.split(",")
    good = all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts)
    if not good or len(parts) > _FRAMES_AT_ONCE:
        raise UsageError(f"'{text[:64]}' are no frame numbers.", "Give 1, or 1,2,3.")
    return [int(part) for part in parts]
