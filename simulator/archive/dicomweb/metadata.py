"""WADO-RS metadata: every attribute of the instances but bulk data (PS3.18 10.4.1.1.2)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from starlette.responses import Response, StreamingResponse

from simulator.archive.dicomweb.accept import choose
from simulator.archive.dicomweb.caching import mark
from simulator.archive.dicomweb.call import WebCall
from simulator.archive.dicomweb.json_model import as_json, resolve, to_json
from simulator.archive.dicomweb.multipart import Part, streamed
from simulator.archive.dicomweb.pixels import PixelFile
from simulator.archive.dicomweb.search import MODELS
from simulator.archive.dicomweb.xml_model import XML, as_xml
from simulator.archive.index import Location
from simulator.errors import PacsLabError


def metadata(call: WebCall) -> Response:
    """Return the metadata of a study, a series or an instance, one instance after the other."""
    offer = choose(call, MODELS)
    locations = call.locations()
    call.facts["instances"] = len(locations)
    headers = mark(call, locations)
    found = (_described(call, location) for location in locations)
    if offer.kind == XML:
        return streamed((Part(content_type=XML, chunks=[as_xml(one)]) for one in found), XML,
                        headers=headers)  # fmt: skip
    return StreamingResponse(_array(map(as_json, found)), 200, headers, offer.kind)


def _array(rows: Iterator[bytes]) -> Iterator[bytes]:
    """Write a JSON array while it is made."""
    yield b"[" + next(rows)
    yield from chain.from_iterable((b",", row) for row in rows)
    yield b"]"


def _described(call: WebCall, location: Location) -> dict[str, Any]:
    """Return one instance's metadata; of an unreadable one what the index knows."""
    try:
        file = PixelFile.of(call.archive.store, location)
    except PacsLabError:
        return _known(location)
    found = to_json(resolve(file.header), lambda where: call.url(location, "bulkdata", where))
    found["00083002"] = {"vr": "UI", "Value": [location.transfer_syntax]}
    if file.tag:
        where = f"{file.tag:08X}"
        found[where] = {"vr": file.vr, "BulkDataURI": call.url(location, "bulkdata", where)}
    return found


def _known(location: Location) -> dict[str, Any]:
    tags = {
        "00080016": location.sop_class,
        "00080018": location.sop_uid,
        "0020000D": location.study_uid,
        "0020000E": location.series_uid,
    }
    return {tag: {"vr": "UI", "Value": [uid]} for tag, uid in tags.items()}
