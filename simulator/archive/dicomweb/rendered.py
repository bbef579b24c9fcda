"""WADO-RS rendered and thumbnail resources (PS3.18 10.4.1.1.3, 10.4.1.1.4)."""

from __future__ import annotations

from collections.abc import Iterator

from pydicom.uid import EncapsulatedPDFStorage
from starlette.responses import Response

from simulator.archive.dicomweb.accept import Offer, choose
from simulator.archive.dicomweb.bulkdata import document
from simulator.archive.dicomweb.caching import mark
from simulator.archive.dicomweb.call import WebCall
from simulator.archive.dicomweb.multipart import Part, streamed
from simulator.archive.dicomweb.pixels import PixelFile, decodable
from simulator.archive.dicomweb.render import encoded, picture
from simulator.archive.dicomweb.view import View, asked_for
from simulator.archive.index import Location
from simulator.errors import RefusedError, UsageError

PICTURES = [Offer(kind="image/jpeg"), Offer(kind="image/png")]
PDF = "application/pdf"
_THUMBNAIL = (128, 128)


def rendered(call: WebCall) -> Response:
    """Draw an instance or a frame; of several frames the first, of a document its PDF."""
    (location,) = call.locations()
    file = PixelFile.of(call.archive.store, location)
    if location.sop_class == EncapsulatedPDFStorage:
        choose(call, [Offer(kind=PDF)])
        return Response(document(file), media_type=PDF)
    frame = frame_of(call.path.get("frame", "1"))
    return drawn(call, location, file, frame, asked_for(call))


def rendered_all(call: WebCall) -> Response:
    """Draw every image of a study or a series, each as a part (10.4.1.1.3).

    Raises RefusedError (406) if there is none; what cannot be drawn is left out, with 206.
    """
    offer = choose(call, [Offer(kind=one.kind, multipart=True) for one in PICTURES])
    view, locations = asked_for(call), call.locations()
    files = [(one, PixelFile.of(call.archive.store, one)) for one in locations]
    images = [(location, file) for location, file in files if _is_drawable(file)]
    if not images:
        raise RefusedError("Nothing of this can be drawn.", "Retrieve it whole.", 406)
    headers = mark(call, locations)

    def parts() -> Iterator[Part]:
        for location, file in images:
            body = encoded(picture(file, 1, view), offer.kind, view.quality)
            place = call.url(location, "rendered")
            yield Part(content_type=offer.kind, chunks=[body], location=place)

    status = 200 if len(images) == len(locations) else 206
    return streamed(parts(), offer.kind, status_code=status, headers=headers)


def _is_drawable(file: PixelFile) -> bool:
    """Return whether the first frame can be had, as far as the header says."""
    try:
        file.check(1)
    except RefusedError:
        return False
    return not file.compressed or decodable(file.syntax)


def thumbnail(call: WebCall) -> Response:
    """Draw a small picture of a study, a series, an instance or a frame."""
    location = _representative(call.locations())
    file = PixelFile.of(call.archive.store, location)
    frame = frame_of(call.path["frame"]) if "frame" in call.path else (file.frames + 1) // 2
    return drawn(call, location, file, frame, asked_for(call, _THUMBNAIL))


def drawn(call: WebCall, location: Location, file: PixelFile, frame: int, view: View) -> Response:
    """Return one frame as the client likes it best: JPEG or PNG."""
    offer = choose(call, PICTURES)
    file.check(frame)
    headers = mark(call, [location])
    image = picture(file, frame, view)
    return Response(encoded(image, offer.kind, view.quality), 200, headers, offer.kind)


def frame_of(text: str) -> int:
    """Read one frame number."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UsageError(f"'{text[:64]}' is no frame number.", "Frames count from 1.")
    return int(text)


def _representative(locations: list[Location]) -> Location:
    """Return the instance that stands for a series or a study: the one in the middle."""
    return locations[len(locations) // 2]
