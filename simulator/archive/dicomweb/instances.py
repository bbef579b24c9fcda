"""WADO-RS: whole instances as Part 10 files, one after the other (PS3.18 10.4)."""

from __future__ import annotations

from collections.abc import Iterator

from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from starlette.responses import Response, StreamingResponse

from simulator.archive.dicomweb.accept import ANY_SYNTAX, Offer, choices, not_acceptable
from simulator.archive.dicomweb.caching import mark, piece
from simulator.archive.dicomweb.call import WebCall
from simulator.archive.dicomweb.multipart import BLOCK, Part, streamed
from simulator.archive.dicomweb.pixels import PixelFile, decodable, unusable
from simulator.archive.filing import file_meta
from simulator.archive.index import Location
from simulator.archive.retrieve import transcode
from simulator.errors import CannotError

DICOM = "application/dicom"
_NOT_ON_THE_WEB = {ImplicitVRLittleEndian, ExplicitVRBigEndian}  # 8.7.3.5.2


def instances(call: WebCall) -> Response:
    """Return a study, a series or an instance."""
    locations = call.locations()
    here = _present(call, locations)
    offers = [Offer(kind=DICOM, multipart=True)]
    if "instance" in call.path:
        offers.append(Offer(kind=DICOM))
    offer, syntax = _agreed(call, offers, here)
    call.facts["instances"] = len(here)
    status = 200 if len(here) == len(locations) else 206
    headers = mark(call, here)
    if not offer.multipart:
        return single(call, here[0], syntax, headers)
    parts = (_part(call, location, syntax) for location in here)
    return streamed(parts, DICOM, status_code=status, headers=headers)


def single(call: WebCall, location: Location, syntax: str, headers: dict[str, str]) -> Response:
    """Return one file by itself; of one that goes out as it is stored, a part can be had."""
    if not is_kept(location, syntax):
        return StreamingResponse(contents(call, location, syntax), 200, headers, DICOM)
    path = call.archive.store.path(location.digest)
    return piece(call, path, DICOM, headers, (0, path.stat().st_size))


def _present(call: WebCall, locations: list[Location]) -> list[Location]:
    """Return those whose files are there; raises CannotError if none is."""
    store = call.archive.store
    here = [location for location in locations if store.path(location.digest).exists()]
    if not here:
        raise CannotError(
            "The files of this resource are not in the store.", "Restore them from a backup."
        )
    return here


def _agreed(call: WebCall, offers: list[Offer], locations: list[Location]) -> tuple[Offer, str]:
    """Return form and transfer syntax; without one, Explicit VR Little Endian (8.7.3.5.2)."""
    for offer, asked in choices(call, offers):
        syntax = asked or ExplicitVRLittleEndian
        if all(can_give(location, syntax) for location in locations):
            return offer, syntax
    raise not_acceptable(offers)


def can_give(location: Location, syntax: str) -> bool:
    """Return whether an instance can be given in a transfer syntax, without loss."""
    stored = UID(location.transfer_syntax)
    if stored == syntax and stored not in _NOT_ON_THE_WEB:
        return True
    if syntax not in (ANY_SYNTAX, ExplicitVRLittleEndian):
        return False
    if syntax == ANY_SYNTAX and stored not in _NOT_ON_THE_WEB:
        return True
    return decodable(stored) if stored.is_encapsulated else stored.is_little_endian


def _part(call: WebCall, location: Location, syntax: str) -> Part:
    kept = is_kept(location, syntax)
    said = location.transfer_syntax if kept else ExplicitVRLittleEndian
    return Part(
        content_type=f"{DICOM}; transfer-syntax={said}",
        chunks=contents(call, location, syntax),
        location=call.url(location),
    )


def is_kept(location: Location, syntax: str) -> bool:
    """Return whether the file goes out as it is stored."""
    stored = location.transfer_syntax
    return stored not in _NOT_ON_THE_WEB and syntax in (ANY_SYNTAX, stored)


def contents(call: WebCall, location: Location, syntax: str) -> Iterator[bytes]:
    """Return a file piece by piece; what must be converted is converted before the first."""
    if is_kept(location, syntax):
        return _blocks(call, location)
    return iter(_converted(call, location))


def _blocks(call: WebCall, location: Location) -> Iterator[bytes]:
    with call.archive.store.path(location.digest).open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _converted(call: WebCall, location: Location) -> list[bytes]:
    """Return a file in Explicit VR Little Endian; raises RefusedError (406) where it cannot be."""
    file = PixelFile.of(call.archive.store, location)
    if file.tag and file.compressed:
        file.check(1)
    try:
        data = transcode(call.archive.store.read(location.digest), ExplicitVRLittleEndian)
    except CannotError as error:
        raise unusable(error.sentence.rstrip(".")) from error
    source = str(file.header.file_meta.get("SourceApplicationEntityTitle", ""))
    meta = file_meta(location.sop_class, location.sop_uid, ExplicitVRLittleEndian, source)
    return [meta, data]
