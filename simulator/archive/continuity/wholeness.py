"""Whether a data set is all there: lengths are followed to the last byte (PS3.5 7.1, 7.5, A.4).

A reader that takes what it gets makes a shorter image of a file that was cut; an import must not.
"""

from __future__ import annotations

import struct

from pydicom.uid import UID

_LONG = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR",
                   b"UT", b"UV"))  # fmt: skip
_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_DEEPEST = 32


class CutError(ValueError):
    """Bytes are missing, or are no data set."""


def check(data: bytes | memoryview, transfer_syntax: str) -> None:
    """Raise CutError where an encoded data set ends in the middle of an element."""
    uid = UID(transfer_syntax)
    walk = _Walk(memoryview(data), explicit=not uid.is_implicit_VR, little=uid.is_little_endian)
    walk.elements(0, len(data), 0)


class _Walk:
    def __init__(self, data: memoryview, *, explicit: bool, little: bool) -> None:
        self.data, self.explicit, self.order = data, explicit, "<" if little else ">"

    def elements(self, at: int, end: int, depth: int, *, in_item: bool = False) -> int:
        """Follow elements up to `end`, or to the end of an item; return where they end."""
        while at < end:
            tag = self._tag(at)
            if in_item and tag == _ITEM_END:
                return at + 8
            length, at = self._length(at)
            if length == _UNDEFINED:
                at = self._items(at, end, depth + 1)
            else:
                at += length
                if at > end:
                    raise CutError(f"({tag >> 16:04X},{tag & 0xFFFF:04X}) lacks {at - end} bytes")
        if in_item:
            raise CutError("an item has no end")
        return at

    def _items(self, at: int, end: int, depth: int) -> int:
        if depth > _DEEPEST:
            raise CutError("its sequences are nested too deeply")
        while True:
            tag, length = self._tag(at), self._number(at + 4, "I")
            at += 8
            if tag == _SEQUENCE_END:
                return at
            if tag != _ITEM:
                raise CutError("a sequence holds what is no item")
            if length == _UNDEFINED:
                at = self.elements(at, end, depth, in_item=True)
            else:
                at += length
            if at > end:
                raise CutError("a sequence is cut short")

    def _tag(self, at: int) -> int:
        return self._number(at, "H") << 16 | self._number(at + 2, "H")

    def _length(self, at: int) -> tuple[int, int]:
        """Return an element's length, and where its value begins."""
        if not self.explicit:
            return self._number(at + 4, "I"), at + 8
        if bytes(self.data[at + 4 : at + 6]) in _LONG:
            return self._number(at + 8, "I"), at + 12
        return self._number(at + 6, "H"), at + 8

    def _number(self, at: int, form: str) -> int:
        try:
            return int(struct.unpack_from(self.order + form, self.data, at)[0])
        except struct.error:
            raise CutError("it ends in the middle of an element") from None
