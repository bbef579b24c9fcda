"""WADO-RS rendered and thumbnail resources (PS3.18 10.4.1.1.3, 10.4.1.1.4)."""

from __future__ import annotations

from pydicom.uid import EncapsulatedPDFStorage
from starlette.responses import Response

from simulator.archive.dicomweb.accept import Offer, choose
from simulator.archive.dicomweb.bulkdata import document
from simulator.archive.dicomweb.call import WebCall
from simulator.archive.dicomweb.pixels import PixelFile
from simulator.archive.dicomweb.render import encoded, picture
from simulator.archive.dicomweb.view import View, asked_for
from simulator.archive.index import Location
from simulator.errors import UsageError

PICTURES = [Offer(kind="image/jpeg"), Offer(kind="image/png")]
PDF = "application/pdf"
_THUMBNAIL = (128, 128)


def rendered(call: WebCall) -> Response:
    """Draw an instance or a frame; of several frames the first, of a document its PDF."""
    locations = call.locations()
    location = _representative(locations)
    file = PixelFile.of(call.archive.store, location)
    if location.sop_class == EncapsulatedPDFStorage:
        choose(call, [Offer(kind=PDF)])
        return Response(document(file), media_type=PDF)
    return drawn(call, file, frame_of(call.path.get("frame", "1")), asked_for(call))


def thumbnail(call: WebCall) -> Response:
    """Draw a small picture of a study, a series, an instance or a frame."""
    file = PixelFile.of(call.archive.store, _representative(call.locations()))
    frame = frame_of(call.path["frame"]) if "frame" in call.path else (file.frames + 1) // 2
    return drawn(call, file, frame, asked_for(call, _THUMBNAIL))


def drawn(call: WebCall, file: PixelFile, frame: int, view: View) -> Response:
    """Return one frame as the client likes it best: JPEG or PNG."""
    offer = choose(call, PICTURES)
    image = picture(file, frame, view)
    return Response(encoded(image, offer.kind, view.quality), media_type=offer.kind)


def frame_of(text: str) -> int:
    """Read one frame number."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UsageError(f"'{text[:64]}' is no frame number.", "Frames count from 1.")
    return int(text)


def _representative(locations: list[Location]) -> Location:
    """Return the instance that stands for a series or a study: the one in the middle."""
    return locations[len(locations) // 2]
