"""WADO-RS bulk data, by the URIs that the metadata names (PS3.18 10.4.1.1.5)."""

from __future__ import annotations

import re

from pydicom.dataset import Dataset
from pydicom.filereader import dcmread
from starlette.responses import Response

from simulator.archive.dicomweb.accept import Offer, choose
from simulator.archive.dicomweb.caching import mark, piece
from simulator.archive.dicomweb.call import WebCall
from simulator.archive.dicomweb.frames import OCTETS, parts_of
from simulator.archive.dicomweb.multipart import Part, streamed
from simulator.archive.dicomweb.pixels import PixelFile, unusable
from simulator.archive.index import Location
from simulator.errors import RefusedError, UsageError

_WHERE = re.compile(r"[0-9A-Fa-f]{8}(/\d{1,6}/[0-9A-Fa-f]{8})*")
_OFFERS = [Offer(kind=OCTETS, multipart=True), Offer(kind=OCTETS)]


def bulkdata(call: WebCall) -> Response:
    """Return the value of one attribute; encapsulated pixel data as a part for each frame."""
    where = call.path["where"]
    if not _WHERE.fullmatch(where):
        raise UsageError(f"'{where[:64]}' names no attribute.", "Take the URIs of the metadata.")
    (location,) = call.locations()
    file = PixelFile.of(call.archive.store, location)
    if file.tag and where.upper() == f"{file.tag:08X}":
        return _pixels(call, location, file)
    value = value_at(file.header, where)
    offer, headers = choose(call, _OFFERS), mark(call, [location])
    if not offer.multipart:
        return Response(value, media_type=OCTETS, headers=headers)
    place = call.url(location, "bulkdata", where)
    part = Part(content_type=OCTETS, chunks=[value], location=place)
    return streamed(iter([part]), OCTETS, headers=headers)


def _pixels(call: WebCall, location: Location, file: PixelFile) -> Response:
    if file.compressed:
        numbers = range(1, file.frames + 1)
        file.check(numbers[-1])
        return parts_of(call, location, file, numbers)
    if not file.syntax.is_little_endian:
        raise unusable("it is stored in big endian")
    offer, headers = choose(call, _OFFERS), mark(call, [location])
    if not offer.multipart:
        return piece(call, file.path, OCTETS, headers, (file.offset, file.length))
    place = call.url(location, "bulkdata", call.path["where"])
    part = Part(content_type=OCTETS, chunks=file.blocks(), location=place)
    return streamed(iter([part]), OCTETS, headers=headers)


def value_at(ds: Dataset, where: str) -> bytes:
    """Return the bytes at 'tag/item/tag'; raises RefusedError (404) where there are none."""
    *path, last = where.split("/")
    try:
        for tag, item in zip(path[::2], path[1::2], strict=True):
            ds = ds[int(tag, 16)].value[int(item)]
        value = ds[int(last, 16)].value
    except Exception:  # no such tag, no sequence, no such item, or nothing readable
        value = None
    if not isinstance(value, bytes):
        raise RefusedError(f"There is no bulk data at {where}.", "See the metadata.", 404)
    return value


def document(file: PixelFile) -> bytes:
    """Return an encapsulated document, as PDF (PS3.3 C.24.2)."""
    value = dcmread(file.path, specific_tags=["EncapsulatedDocument"]).get("EncapsulatedDocument")
    if not isinstance(value, bytes):
        raise RefusedError("This instance holds no document.", "Retrieve it whole.", 406)
    return value
