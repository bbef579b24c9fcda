"""WADO-URI: one instance by query parameters, the oldest of the web services (PS3.18 9)."""

from __future__ import annotations

from starlette.responses import Response

from simulator.archive.dicomweb.accept import ANY_SYNTAX, Offer, choose
from simulator.archive.dicomweb.caching import mark
from simulator.archive.dicomweb.call import WebCall
from simulator.archive.dicomweb.instances import DICOM, can_give, single
from simulator.archive.dicomweb.pixels import PixelFile, unusable
from simulator.archive.dicomweb.render import encoded, picture
from simulator.archive.dicomweb.rendered import PICTURES, frame_of
from simulator.archive.dicomweb.view import View, number, quality_of, size_of, window_of
from simulator.archive.index import Location
from simulator.errors import RefusedError, UsageError

_NAMES = {"study": "studyUID", "series": "seriesUID", "instance": "objectUID"}


def wado(call: WebCall) -> Response:
    """Return an instance as a Part 10 file or as a picture (9.1)."""
    if call.one("requestType") != "WADO":
        raise UsageError("The requestType is not WADO.", "Send requestType=WADO (PS3.18 9.4.1).")
    if call.one("anonymize"):
        raise RefusedError("This archive does not anonymise.", "Leave 'anonymize' out.", 406)
    location = _location(call)
    file = PixelFile.of(call.archive.store, location)
    kind = _kind(call, file)
    if kind == DICOM:
        return _whole(call, location)
    if "image" not in kind:
        raise RefusedError(f"There is no '{kind[:64]}' of it.", f"Ask for {_have()}.", 406)
    view = _view(call)
    headers = mark(call, [location])
    image = picture(file, frame_of(call.one("frameNumber", "1")), view)
    return Response(encoded(image, kind, view.quality), 200, headers, kind)


def _location(call: WebCall) -> Location:
    """Return the instance that is asked for; all three UIDs must be given and fit (9.4.1)."""
    for level, name in _NAMES.items():
        if not call.one(name):
            raise UsageError(f"The parameter '{name}' is missing.", "See PS3.18 9.4.1.")
        call.path[level] = call.one(name)
    return call.locations()[0]


def _kind(call: WebCall, file: PixelFile) -> str:
    """Return the media type: that of contentType, by default JPEG for single images (9.1.2)."""
    offers = [*PICTURES, Offer(kind=DICOM)]
    if not file.tag or file.frames > 1:
        offers.reverse()
    for text in call.one("contentType").split(","):
        kind = text.partition(";")[0].strip().lower()
        if kind in [offer.kind for offer in offers]:
            return kind
        if kind not in ("", "*/*"):
            continue
        return choose(call, offers).kind
    raise RefusedError("There is no such content type of it.", f"Ask for {_have()}.", 406)


def _have() -> str:
    return ", ".join(offer.kind for offer in [*PICTURES, Offer(kind=DICOM)])


def _whole(call: WebCall, location: Location) -> Response:
    """Return the file; without transferSyntax in Explicit VR Little Endian (9.4.2.6)."""
    syntax = call.one("transferSyntax") or ANY_SYNTAX
    if not can_give(location, syntax):
        raise unusable(f"it is stored in {location.transfer_syntax}")
    return single(call, location, syntax, mark(call, [location]))


def _view(call: WebCall) -> View:
    """Read the parameters of rendering (9.4.2)."""
    centre, width = call.one("windowCenter"), call.one("windowWidth")
    if bool(centre) != bool(width):
        raise UsageError("A window needs a centre and a width.", "Send both.")
    rows, columns = call.one("rows"), call.one("columns")
    size = None
    if rows or columns:
        size = size_of(
            number("columns", columns or "8192", columns), number("rows", rows or "8192", rows)
        )
    return View(
        window=window_of([centre, width], f"{centre},{width}") if centre else None,
        size=size,
        quality=quality_of(call.one("imageQuality", "90")),
    )
