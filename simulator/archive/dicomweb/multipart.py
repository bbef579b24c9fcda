"""multipart/related (RFC 2387, PS3.18 8.6.1.2): written as a stream, read part by part."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from starlette.responses import StreamingResponse

from simulator.errors import RefusedError, UsageError

BLOCK = 1 << 18  # bytes that go out at once
_HEADER_CAP = 1 << 14


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part: its media type, and its bytes in pieces."""

    content_type: str
    chunks: Iterable[bytes | memoryview]
    location: str = ""


def streamed(parts: Iterator[Part], kind: str, **options: object) -> StreamingResponse:
    """Return a response that makes its parts while it is sent.

    The first part is made at once, so that what is wrong with it still gets a status of its own.
    """
    boundary = secrets.token_hex(16)
    first = next(parts)
    return StreamingResponse(
        _blocks(_written(chain([first], parts), boundary)),
        media_type=f'multipart/related; type="{kind}"; boundary={boundary}',
        **options,  # type: ignore[arg-type]
    )


def _written(parts: Iterable[Part], boundary: str) -> Iterator[bytes | memoryview]:
    for part in parts:
        place = f"Content-Location: {part.location}\r\n" if part.location else ""
        yield f"--{boundary}\r\nContent-Type: {part.content_type}\r\n{place}\r\n".encode()
        yield from part.chunks
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _blocks(pieces: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """Join small pieces: each one that is yielded costs a change of thread."""
    block = bytearray()
    for piece in pieces:
        block += piece
        if len(block) >= BLOCK:
            yield bytes(block)
            block.clear()
    if block:
        yield bytes(block)


def too_long(cap: int) -> RefusedError:
    """Return the refusal of a part that is longer than we take."""
    return RefusedError(f"A part is longer than {cap} bytes.", "Send smaller ones.", 413)


@dataclass
class Reader:
    """Reads parts from pieces as they arrive; only one part is held at a time."""

    pieces: Iterator[bytes]
    boundary: bytes
    cap: int  # bytes of one part
    _held: bytearray = field(default_factory=lambda: bytearray(b"\r\n"))

    def parts(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield header and body of each part; raises UsageError where the body breaks off."""
        delimiter = b"\r\n--" + self.boundary
        self._until(delimiter, self.cap)
        while not self._ended():
            header = self._until(b"\r\n\r\n", _HEADER_CAP)
            yield header, self._until(delimiter, self.cap)

    def _ended(self) -> bool:
        """Look at what follows a delimiter: '--' ends it all, a line end begins a part."""
        while len(self._held) < 2:
            self._more()
        return self._held.startswith(b"--")

    def _until(self, mark: bytes, cap: int) -> bytes:
        """Take everything up to `mark`, and the mark."""
        start = 0
        while (at := self._held.find(mark, start)) < 0:
            start = max(0, len(self._held) - len(mark) + 1)
            if len(self._held) > cap:
                raise too_long(cap)
            self._more()
        if at > cap:  # it came in one piece
            raise too_long(cap)
        taken = bytes(memoryview(self._held)[:at])
        del self._held[: at + len(mark)]
        return taken

    def _more(self) -> None:
        piece = next((piece for piece in self.pieces if piece), None)
        if piece is None:
            raise UsageError("The multipart body breaks off.", "End it with the closing boundary.")
        self._held += piece
