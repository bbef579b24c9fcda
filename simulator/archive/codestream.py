"""How large a picture a compressed frame says it is, before a decoder believes it.

A header of 64 by 64 may carry a codestream of 60000 by 60000: some decoders reserve what the
codestream says, whatever the header says.
"""

from __future__ import annotations

import struct

_SIZ = b"\xff\x4f\xff\x51"  # JPEG 2000: start of codestream, then its size (ISO 15444-1 A.5.1)
_NO_SIZE = {0xC4, 0xC8, 0xCC}  # among the markers of JPEG frames: tables and extensions
_BARE = {0x01, *range(0xD0, 0xD9)}  # markers without a length


def pixels_of(frame: bytes) -> int:
    """Return the pixels a JPEG, JPEG-LS or JPEG 2000 codestream claims; 0 if it does not say."""
    try:
        if frame[:2] == b"\xff\xd8":
            return _jpeg(frame)
        at = frame.find(_SIZ)
        if at >= 0:
            right, below, left, top = struct.unpack_from(">4I", frame, at + 8)
            return int(max(0, right - left) * max(0, below - top))
        return 0
    except (struct.error, IndexError):
        return 0  # it breaks off before it says


def _jpeg(frame: bytes) -> int:
    """Walk over the markers to the one that begins a frame (ISO 10918-1 B.2.2, 14495-1 C.2.2)."""
    at = 2
    while frame[at] == 0xFF:
        marker = frame[at + 1]
        if marker == 0xFF or marker in _BARE:
            at += 1 if marker == 0xFF else 2
            continue
        if (0xC0 <= marker <= 0xCF and marker not in _NO_SIZE) or marker == 0xF7:
            height, width = struct.unpack_from(">2H", frame, at + 5)
            return int(height) * int(width)
        at += 2 + struct.unpack_from(">H", frame, at + 2)[0]
    return 0
