"""What a client may keep, and parts of a file: ETag, If-None-Match, Range (RFC 9110 8.8.3, 14).

A stored file never changes and is named by its content, so digests make strong entity tags. A
client must ask each time, though (`no-cache`): rights end, and patients are corrected.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from starlette.responses import Response, StreamingResponse

from simulator.archive.dicomweb.call import WebCall
from simulator.archive.dicomweb.multipart import BLOCK
from simulator.archive.index import Location
from simulator.errors import RefusedError

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Unchanged(Exception):
    """The client has what it asks for (304)."""

    def __init__(self, tag: str) -> None:
        """Answer with this entity tag."""
        super().__init__(tag)
        self.tag = tag


def mark(call: WebCall, locations: Sequence[Location]) -> dict[str, str]:
    """Return the headers of what is made of these files; raises Unchanged if it is known.

    The form is part of the tag: the path, the parameters and what the client accepts.
    """
    said = hashlib.sha256(repr((sorted(call.path.items()), call.query, call.accept)).encode())
    for location in locations:
        said.update(f"\n{location.digest}".encode())
    tag = f'"{said.hexdigest()[:32]}"'
    known = [one.strip().removeprefix("W/") for one in call.if_none_match.split(",")]
    if tag in known or "*" in known:
        raise Unchanged(tag)
    return {**kept(tag)}


def kept(tag: str) -> dict[str, str]:
    """Return the headers that say how long something may be kept."""
    return {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept"}


def piece(
    call: WebCall, path: Path, kind: str, headers: dict[str, str], span: tuple[int, int]
) -> Response:
    """Return `span` (start and length) of a file, or the part of it that the client wants.

    Raises RefusedError (416) for a part that is not there; several ranges get the whole.
    """
    start, length = span
    headers = {**headers, "Accept-Ranges": "bytes"}
    wanted = _wanted(call, length, headers.get("ETag", ""))
    if wanted is None:
        headers["Content-Length"] = str(length)
        return StreamingResponse(_blocks(path, start, length), 200, headers, kind)
    first, last = wanted
    headers |= {
        "Content-Range": f"bytes {first}-{last}/{length}",
        "Content-Length": str(last - first + 1),
    }
    return StreamingResponse(
        _blocks(path, start + first, last - first + 1), 206, headers, media_type=kind
    )


def _wanted(call: WebCall, length: int, tag: str) -> tuple[int, int] | None:
    """Return first and last byte that are wanted; None for all."""
    found = _RANGE.fullmatch(call.range.strip())
    if not found or not any(found.groups()) or (call.if_range and call.if_range != tag):
        return None
    first, last = found.groups()
    if not first:  # the last so many bytes
        start, end = max(0, length - int(last)), length - 1
    else:
        start, end = int(first), min(int(last or length - 1), length - 1)
    if start > end:
        raise RefusedError(f"There are only {length} bytes.", "Ask for a range within them.", 416)
    return start, end


def _blocks(path: Path, start: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while length > 0 and (block := file.read(min(BLOCK, length))):
            length -= len(block)
            yield block
