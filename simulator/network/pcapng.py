"""Captures as files that Wireshark opens: pcapng of IP packets made around what was recorded.

Addresses, ports, bytes and times are the real ones; the TCP around them is made here: a handshake,
sequence numbers that fit, one segment a PDU or message, and an end. What was not kept of a PDU is
stated as not captured, as a capture with a short snap length states it.
(draft-ietf-opsawg-pcapng: section header, interface description and enhanced packet blocks.)
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

SECTION, INTERFACE, PACKET = 0x0A0D0D0A, 1, 6
_MAGIC = 0x1A2B3C4D
_RAW_IP = 101  # link type: each packet begins with its IP header
_COMMENT, _END = 1, 0  # options
_NAME, _PROGRAM = 2, 4  # of an interface, of a section
_LONGEST = 65535  # what the length field of an IP header holds
FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
Address = tuple[str, int]


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One TCP segment: `length` bytes were on the wire, `data` of them were kept."""

    at: float  # seconds since the epoch
    source: Address
    target: Address
    flags: int
    sequence: int
    acknowledged: int
    data: bytes = b""
    length: int = 0
    comment: str = ""


def capture(segments: Iterable[Segment], comment: str = "") -> bytes:
    """Return a capture file of these segments, in the order of their times."""
    ordered = sorted(segments, key=lambda segment: segment.at)
    return b"".join([_head(comment), *map(_packet, ordered)])


def merged(captures: Sequence[bytes], comment: str = "") -> bytes:
    """Return one capture of several that `capture` made, packets in the order of their times."""
    packets = [
        block
        for data in captures
        for block in blocks(data)
        if int.from_bytes(block[:4], "little") == PACKET
    ]
    return b"".join([_head(comment), *sorted(packets, key=_time)])


def blocks(data: bytes) -> Iterator[bytes]:
    """Yield the blocks of a capture that was made here."""
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + length]
        at += max(12, length)


def _time(block: bytes) -> int:
    return int.from_bytes(block[12:16], "little") << 32 | int.from_bytes(block[16:20], "little")


# --- blocks -----------------------------------------------------------------------------------


def _head(comment: str) -> bytes:
    options = _option(_COMMENT, comment) + _option(_PROGRAM, "PACS Lab")
    section = struct.pack("<IHHq", _MAGIC, 1, 0, -1) + _closed(options)
    interface = struct.pack("<HHI", _RAW_IP, 0, 0) + _closed(_option(_NAME, "pacslab"))
    return _block(SECTION, section) + _block(INTERFACE, interface)


def _packet(segment: Segment) -> bytes:
    head = _ip(segment)
    data = head + segment.data
    stamp = round(segment.at * 1_000_000)
    fixed = struct.pack(
        "<IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, len(data), len(head) + segment.length
    )
    return _block(PACKET, fixed + _padded(data) + _closed(_option(_COMMENT, segment.comment)))


def _block(kind: int, body: bytes) -> bytes:
    length = len(body) + 12
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


def _option(code: int, text: str) -> bytes:
    value = text.encode()[:1000]
    return struct.pack("<HH", code, len(value)) + _padded(value) if value else b""


def _closed(options: bytes) -> bytes:
    return options + struct.pack("<HH", _END, 0) if options else b""


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


# --- packets ----------------------------------------------------------------------------------


def _ip(segment: Segment) -> bytes:
    """Return the IP and TCP headers of a segment."""
    source, target = ip_address(segment.source[0]), ip_address(segment.target[0])
    tcp = _tcp(segment)
    size = len(tcp) + segment.length
    ends = source.packed + target.packed
    if source.version == 6:
        return struct.pack(">IHBB", 6 << 28, _short(size), 6, 64) + ends + tcp
    head = struct.pack(">BBHHHBBH", 0x45, 0, _short(size + 20), 0, 0x4000, 64, 6, 0) + ends
    return head[:10] + _checksum(head).to_bytes(2, "big") + head[12:] + tcp


def _short(size: int) -> int:
    """Return what stands in the length field: 0 where a PDU is longer than any IP packet.

    Network cards that cut large buffers themselves leave such packets in captures, too.
    """
    return size if size <= _LONGEST else 0


def _tcp(segment: Segment) -> bytes:
    # Nobody can tell the checksum of what was not kept: 0, as where network cards compute it.
    acknowledged = segment.acknowledged & 0xFFFFFFFF if segment.flags & ACK else 0
    return struct.pack(
        ">HHIIBBHHH", segment.source[1], segment.target[1], segment.sequence & 0xFFFFFFFF,
        acknowledged, 5 << 4, segment.flags, 0xFFFF, 0, 0,
    )  # fmt: skip


def _checksum(head: bytes) -> int:
    total: int = sum(struct.unpack(f">{len(head) // 2}H", head))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
