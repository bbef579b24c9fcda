"""The pixel data of a stored file: found without reading it, taken frame by frame.

A header can claim any size, and a few bytes of RLE can fill any memory: what a frame would take is
reckoned before anything is decoded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.filereader import read_partial
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID

from simulator.archive.codestream import pixels_of
from simulator.archive.index import Location
from simulator.archive.store import FileStore
from simulator.errors import CannotError, RefusedError

FRAME_CAP = 64 << 20  # bytes of one frame; the largest mammogram has 60 MB
_PIXELS = (0x7FE00008, 0x7FE00009, 0x7FE00010)  # float, double float, integer
_LONG = {"OB", "OW", "OF", "OD", "UN", "OL", "OV"}  # VRs with a length of four bytes
_BLOCK = 1 << 18


@dataclass(frozen=True, kw_only=True)
class PixelFile:
    """A stored file: its header, and where its pixel data stands (tag 0: it has none)."""

    path: Path
    header: Dataset
    syntax: UID
    tag: int = 0
    vr: str = "OW"
    offset: int = 0  # of the value in the file
    length: int = 0  # of the value; 0xFFFFFFFF: encapsulated

    @classmethod
    def of(cls, store: FileStore, location: Location) -> PixelFile:
        """Read a file's header; raises CannotError where the file is gone or unreadable."""
        path, syntax = store.path(location.digest), UID(location.transfer_syntax)
        found: list[tuple[int, str, int]] = []

        def at_pixels(tag: int, vr: str | None, length: int) -> bool:
            if tag in _PIXELS:
                found.append((int(tag), vr or "OW", length))
            return bool(found) or tag > _PIXELS[-1]

        try:
            with path.open("rb") as file:
                header: Dataset = read_partial(file, stop_when=at_pixels)
                start = file.tell()
        except (Exception, RecursionError) as error:  # anything may stand in a file
            raise CannotError(f"A stored file cannot be read: {error}.") from error
        if not found:
            return cls(path=path, header=header, syntax=syntax)
        tag, vr, length = found[0]
        start += 12 if vr in _LONG and not syntax.is_implicit_VR else 8
        return cls(
            path=path, header=header, syntax=syntax, tag=tag, vr=vr, offset=start, length=length
        )

    @property
    def frames(self) -> int:
        """How many frames the header claims."""
        return self.number("NumberOfFrames", 1) or 1

    def number(self, keyword: str, default: int = 0) -> int:
        """Return a number of the header; raises RefusedError where it is none."""
        value: Any = self.header.get(keyword, default)
        try:
            return int(default if value is None else value)
        except (TypeError, ValueError):
            raise unusable(f"{keyword} is not a number") from None

    @property
    def frame_length(self) -> int:
        """How many bytes a frame takes when it is not compressed."""
        bits = {0x7FE00008: 32, 0x7FE00009: 64}.get(self.tag) or self.number("BitsAllocated", 16)
        samples = self.number("SamplesPerPixel", 1)
        size = self.number("Rows") * self.number("Columns") * samples * bits
        if self.header.get("PhotometricInterpretation") == "YBR_FULL_422" and not self.compressed:
            size = size * 2 // 3  # PS3.3 C.7.6.3.1.2: two pixels share their colour
        if size <= 0 or size % 8:
            raise unusable("its frames do not fill whole bytes")
        return size // 8

    @property
    def compressed(self) -> bool:
        """Whether the pixel data is encapsulated."""
        return bool(self.syntax.is_encapsulated)

    def check(self, frame: int) -> None:
        """Raise RefusedError unless this frame (from 1) is there and of a size we handle."""
        if not self.tag:
            raise RefusedError("This instance has no pixel data.", "Retrieve it whole.", 406)
        if not 1 <= frame <= self.frames:
            raise RefusedError(
                f"There is no frame {frame}.", f"There are {self.frames}, from 1 on.", 404
            )
        if self.frame_length > FRAME_CAP:
            raise unusable(f"a frame would take {self.frame_length} bytes, more than {FRAME_CAP}")
        if not self.compressed and frame * self.frame_length > self.length:
            raise unusable("it holds less pixel data than its header says")

    def stored_frame(self, frame: int) -> bytes:
        """Return the bytes of a checked frame (from 1) as they are stored."""
        try:
            with self.path.open("rb") as file:
                if self.compressed:
                    file.seek(self.offset)
                    return get_frame(file, frame - 1, number_of_frames=self.frames)
                file.seek(self.offset + (frame - 1) * self.frame_length)
                return file.read(self.frame_length)
        except Exception as error:
            raise unusable(f"frame {frame} cannot be found: {error}") from error

    def values(self, frame: int) -> np.ndarray[Any, Any]:
        """Decode a checked frame (from 1); colours become RGB."""
        if self.compressed:
            self._check_codec(frame)
        try:
            return pixel_array(self.path, index=frame - 1)
        except Exception as error:  # a codec may fail in any way on any bits
            raise unusable(f"frame {frame} cannot be decoded: {error}") from error

    def _check_codec(self, frame: int) -> None:
        """Raise RefusedError where there is no decoder, or the codestream claims another size."""
        if not decodable(self.syntax):
            raise unusable(f"there is no decoder for {self.syntax.name}")
        said, known = (
            pixels_of(self.stored_frame(frame)),
            self.number("Rows") * self.number("Columns"),
        )
        if said > known:
            raise unusable(f"its codestream has {said} pixels, its header {known}")

    def native_frame(self, frame: int) -> bytes:
        """Return a checked frame uncompressed, little endian."""
        if self.compressed or not self.syntax.is_little_endian:
            values = self.values(frame)
            return values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()
        return self.stored_frame(frame)

    def blocks(self) -> Iterator[bytes]:
        """Yield the value of not encapsulated pixel data, piece by piece."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            left = self.length
            while left > 0 and (block := file.read(min(left, _BLOCK))):
                left -= len(block)
                yield block


def decodable(syntax: UID) -> bool:
    """Return whether there is a decoder for a compressed syntax."""
    try:
        return bool(get_decoder(syntax).is_available)
    except NotImplementedError:
        return False


def unusable(why: str) -> RefusedError:
    """Return the refusal of an image that cannot be shown, and why."""
    return RefusedError(
        f"The image cannot be given in that form: {why}.",
        "Retrieve the instance as it is stored: transfer-syntax=*.",
        406,
    )
