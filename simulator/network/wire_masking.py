"""What must never be kept of an association's beginning: passcodes, tickets, assertions, tokens.

They stand in the user identity items (PS3.7 D.3.3.7), of which only a user's name is no secret.
"""

from __future__ import annotations

_FIXED = 74  # bytes of an A-ASSOCIATE PDU before its first item (PS3.8 9.3.2)
_USER_INFORMATION, _IDENTITY_RQ, _IDENTITY_AC = 0x50, 0x58, 0x59
_NAMED = (1, 2)  # identity types whose primary field is a name
MASK = ord("*")


def masked(pdu: bytes) -> bytes:
    """Return an A-ASSOCIATE-RQ or -AC with every secret made of stars, as long as it was.

    What cannot be taken apart might hide one: all of it is made of stars then.
    """
    data = bytearray(pdu)
    try:
        for kind, start, end in _items(data, _FIXED, len(data)):
            if kind == _USER_INFORMATION:
                for inner, at, stop in _items(data, start, end):
                    _mask(data, inner, at, stop)
    except (ValueError, IndexError):
        _cover(data, _FIXED, len(data))
    return bytes(data)


def _items(data: bytearray, at: int, end: int) -> list[tuple[int, int, int]]:
    """Return type, start and end of each item; raises ValueError where they do not fit."""
    found = []
    while at < end:
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if at + 4 + length > end:
            raise ValueError("an item is longer than what it stands in")
        found.append((data[at], at + 4, at + 4 + length))
        at += 4 + length
    return found


def _mask(data: bytearray, kind: int, at: int, end: int) -> None:
    if kind == _IDENTITY_AC:
        _cover(data, at + 2, end)
    elif kind == _IDENTITY_RQ:
        named = data[at] in _NAMED
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        second = at + 4 + length
        if second + 2 > end:
            raise ValueError("the user's name is longer than its item")
        if not named:
            _cover(data, at + 4, second)
        _cover(data, second + 2, end)


def _cover(data: bytearray, at: int, end: int) -> None:
    data[at:end] = bytes([MASK]) * max(0, end - at)
