"""P-DATA: the fragments of a message in PDUs, and out of them again (PS3.8 9.3.5, Annex E)."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from simulator.network import wire as w
from simulator.network.wire import Buffer

LAST, COMMAND = 0x02, 0x01  # message control header bits (PS3.8 E.2)
Pdv = tuple[int, int, memoryview]  # presentation context, control header, fragment


def pdu(kind: int, body: bytes) -> bytes:
    """Return a PDU."""
    return struct.pack(">BBI", kind, 0, len(body)) + body


def split(body: memoryview) -> list[Pdv]:
    """Return the PDVs of a P-DATA PDU; raises ValueError where it is malformed."""
    found: list[Pdv] = []
    at = 0
    while at + 6 <= len(body):
        length = int.from_bytes(body[at : at + 4], "big")
        end = at + 4 + length
        if length < 2 or end > len(body):
            break
        found.append((body[at + 4], body[at + 5], body[at + 6 : end]))
        at = end
    if at != len(body):
        raise ValueError("the peer sent a malformed P-DATA PDU")
    return found


def fragment(
    buffers: list[Buffer], context_id: int, kind: int, data: Sequence[Buffer], longest: int
) -> None:
    """Append PDUs of one PDV each; the pieces are views, nothing is copied."""
    pieces = [
        view[at : at + longest]
        for view in (memoryview(part) for part in data)
        for at in range(0, len(view), longest)
    ]
    for number, piece in enumerate(pieces, 1):
        control = kind | (LAST if number == len(pieces) else 0)
        size = len(piece)
        buffers.append(struct.pack(">BBIIBB", w.P_DATA, 0, size + 6, size + 2, context_id, control))
        buffers.append(piece)
