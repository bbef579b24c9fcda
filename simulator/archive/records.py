"""Encoded data sets as dictionaries of raw values: quick to read, and bounded.

pydicom makes an object of every element; a query reads thousands of small data sets and looks at a
few elements of each, so it works on the bytes. Little endian only, as all query contexts are.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from pydicom.datadict import dictionary_has_tag, dictionary_VR

from simulator.network import charsets
from simulator.network.charsets import TEXT_VRS

Element = tuple[str, bytes]  # VR and value; a sequence's value is its encoded items
Record = dict[int, Element]

_WHOLE_VRS = frozenset({"LT", "ST", "UT", "UR"})  # a backslash is a letter like others
_BINARY = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d", "UV": "Q", "SV": "q"}
_LONG = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
_SHORT = frozenset(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
_NAMES = {vr: vr.decode() for vr in _LONG | _SHORT}
_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_DEEPEST = 16  # levels of nesting; nobody queries deeper
_TAG_LENGTH = struct.Struct("<HHI")
_SHORT_HEAD = struct.Struct("<HH2sH")


class Malformed(ValueError):
    """Raised where bytes are no data set."""


def read(data: bytes, *, implicit: bool = False) -> Record:
    """Return the elements of an encoded data set; raises Malformed."""
    return _read(data, 0, implicit, None, 0)[0]


def _read(
    data: bytes, at: int, implicit: bool, until: int | None, depth: int
) -> tuple[Record, int]:
    """Read elements up to the end, or up to the delimiter `until`."""
    if depth > _DEEPEST:
        raise Malformed(f"sequences are nested deeper than {_DEEPEST} levels")
    record: Record = {}
    end = len(data)
    while at < end:
        if at + 8 > end:
            raise Malformed("an element is cut off")
        group, number, code, length = _SHORT_HEAD.unpack_from(data, at)
        tag = group << 16 | number
        if tag == until:
            return record, at + 8
        if implicit or code not in _SHORT:
            code, length, at = _long_head(data, at, tag, implicit)
        else:
            at += 8
        vr = _vr_of(tag) if code is None else _NAMES[code]
        if length == _UNDEFINED:
            stop = _end_of_items(data, at, implicit or vr == "UN", depth)
            record[tag], at = (vr, data[at : stop - 8]), stop
            continue
        if at + length > end:
            raise Malformed(f"({tag >> 16:04X},{tag & 0xFFFF:04X}) is longer than the data set")
        record[tag] = (_vr_of(tag) if vr == "UN" and dictionary_has_tag(tag) else vr,
                       data[at : at + length])  # fmt: skip
        at += length
    if until is not None:
        raise Malformed("a sequence or item has no end")
    return record, at


def _long_head(data: bytes, at: int, tag: int, implicit: bool) -> tuple[bytes | None, int, int]:
    """Return VR (None: the dictionary knows), length, and where the value begins."""
    if implicit:
        return None, _TAG_LENGTH.unpack_from(data, at)[2], at + 8
    code = bytes(data[at + 4 : at + 6])
    if code not in _LONG or at + 12 > len(data):
        raise Malformed(f"({tag >> 16:04X},{tag & 0xFFFF:04X}) has no value representation")
    return code, int.from_bytes(data[at + 8 : at + 12], "little"), at + 12


def _end_of_items(data: bytes, at: int, implicit: bool, depth: int) -> int:
    """Return where a sequence of undefined length ends, behind its delimiter."""
    while at + 8 <= len(data):
        group, number, length = _TAG_LENGTH.unpack_from(data, at)
        tag, at = group << 16 | number, at + 8
        if tag == _SEQUENCE_END:
            return at
        if tag != _ITEM:
            break
        if length == _UNDEFINED:
            at = _read(data, at, implicit, _ITEM_END, depth + 1)[1]
        else:
            at += length
    raise Malformed("a sequence or item has no end")


def items(raw: bytes, *, implicit: bool = False, depth: int = 0) -> Iterator[Record]:
    """Yield the items of a sequence's value; raises Malformed."""
    at = 0
    while at + 8 <= len(raw):
        group, number, length = _TAG_LENGTH.unpack_from(raw, at)
        at += 8
        if group << 16 | number != _ITEM:
            raise Malformed("what is no item stands in a sequence")
        if length == _UNDEFINED:
            item, at = _read(raw, at, implicit, _ITEM_END, depth + 1)
            yield item
            continue
        if at + length > len(raw):
            raise Malformed("an item is longer than its sequence")
        yield _read(raw[at : at + length], 0, implicit, None, depth + 1)[0]
        at += length


@lru_cache(maxsize=4096)
def _vr_of(tag: int) -> str:
    """Return the VR of the data dictionary; of 'US or SS' the first."""
    if tag & 0xFFFF == 0:
        return "UL"
    return dictionary_VR(tag)[:2] if dictionary_has_tag(tag) else "UN"


def texts(element: Element | None, terms: Sequence[str] = (charsets.UTF8,)) -> list[str]:
    """Return an element's values as text, the empty ones left out; raises UnicodeError."""
    if element is None or not element[1]:
        return []
    vr, raw = element
    if vr in _BINARY:
        size = struct.calcsize(_BINARY[vr])
        whole = raw[: len(raw) // size * size]
        return [str(number) for (number,) in struct.iter_unpack(f"<{_BINARY[vr]}", whole)]
    text = charsets.decode(raw, terms) if vr in TEXT_VRS else raw.decode("ascii")
    many = [text] if vr in _WHOLE_VRS else text.split("\\")
    return [value for one in many if (value := one.strip("\0 "))]


# --- writing --------------------------------------------------------------------------------------


def write(record: Mapping[int, Element], terms: Sequence[str], *, implicit: bool) -> bytes:
    """Encode a record whose text is UTF-8; raises UnicodeError where `terms` cannot hold it."""
    return b"".join(_element(tag, *record[tag], terms, implicit) for tag in sorted(record))


def _element(tag: int, vr: str, raw: bytes, terms: Sequence[str], implicit: bool) -> bytes:
    if vr == "SQ" and raw:
        raw = _sequence(raw, terms, implicit)
    elif not raw.isascii() and vr in TEXT_VRS:
        raw = charsets.encode(raw.decode("utf-8", "replace"), terms)
    if len(raw) % 2:
        raw += b"\0" if vr in ("UI", "OB", "UN") else b" "
    if implicit:
        return _TAG_LENGTH.pack(tag >> 16, tag & 0xFFFF, len(raw)) + raw
    code = vr.encode()
    if code not in _LONG:
        return _SHORT_HEAD.pack(tag >> 16, tag & 0xFFFF, code, len(raw)) + raw
    head = _SHORT_HEAD.pack(tag >> 16, tag & 0xFFFF, code, 0)
    return head + len(raw).to_bytes(4, "little") + raw


def _sequence(raw: bytes, terms: Sequence[str], implicit: bool) -> bytes:
    return sequence_of([write(item, terms, implicit=implicit) for item in items(raw)])


def sequence_of(encoded: Sequence[bytes]) -> bytes:
    """Return the value of a sequence with these encoded items."""
    return b"".join(_TAG_LENGTH.pack(0xFFFE, 0xE000, len(item)) + item for item in encoded)


def is_plain(record: Mapping[int, Element]) -> bool:
    """Return whether all text is in the default repertoire, so that no set need be declared."""
    return not any(
        vr in TEXT_VRS or (vr == "SQ" and not all(map(is_plain, items(raw))))
        for vr, raw in record.values()
        if not raw.isascii()
    )
