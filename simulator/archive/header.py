"""Headers read and kept quickly: most elements go into the index as the bytes they came in.

pydicom decodes and encodes each value; where the bytes are those it would write anyway, that is
left out. Whatever is unusual is left to pydicom: undefined lengths, other syntaxes, foreign
character sets, values that are not what their VR says.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydicom.charset import convert_encodings
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag
from pydicom.valuerep import PersonName

_PIXELS = 0x7FE00000
_LONG = {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
TEXT = {"AE", "AS", "CS", "DA", "DT", "LO", "LT", "PN", "SH", "ST", "TM", "UI"}
_INTEGERS = re.compile(rb"(?: *[-+]?[0-9]{1,10} *(?:\\|\Z))* *")  # IS (PS3.5 6.2)
_EXPLICIT, _IMPLICIT = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"
_UNUSUAL = ("1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99")  # big endian, deflated
_HEAD = struct.Struct("<HH2sH")
Elements = dict[BaseTag, "RawDataElement | DataElement"]


def scan(
    fragments: Sequence[bytes | memoryview], transfer_syntax: str, wanted: Collection[int]
) -> Dataset | None:
    """Return the wanted elements before the pixel data, undecoded; None if pydicom must look."""
    if transfer_syntax in _UNUSUAL:
        return None
    implicit = transfer_syntax == _IMPLICIT
    for count in sorted({1, len(fragments)}):  # the first fragment holds the header, mostly
        data = b"".join(fragments[:count])
        found = _elements(data, implicit, wanted, whole=count == len(fragments))
        if found is not None:
            ds = Dataset(found)
            ds.set_original_encoding(implicit, True, _encodings(ds))
            return ds
    return None


def _elements(
    data: bytes, implicit: bool, wanted: Collection[int], *, whole: bool
) -> Elements | None:
    found: Elements = {}
    at, end, last = 0, len(data), -1
    while at + 8 <= end:
        group, number, vr, length = _HEAD.unpack_from(data, at)
        tag = group << 16 | number
        if tag >= _PIXELS:
            return found
        at += 8
        if implicit:
            length = int.from_bytes(data[at - 4 : at], "little")
        elif vr in _LONG:
            length = int.from_bytes(data[at : at + 4], "little")
            at += 4
        elif not (vr.isalpha() and vr.isupper()):
            return None
        if at + length > end or tag <= last or group < 8:
            return None  # cut off, of undefined length, or out of order
        if tag in wanted:
            key, value = BaseTag(tag), data[at : at + length]
            name = None if implicit else vr.decode()
            found[key] = RawDataElement(key, name, length, value, at, implicit, True)
        at, last = at + length, tag
    return found if whole and at == end else None


def _encodings(ds: Dataset) -> Any:
    declared = ds.get("SpecificCharacterSet")
    return convert_encodings(declared) if declared else "iso8859"


def is_plain(element: DataElement | RawDataElement, vr: str, *, utf8: bool) -> bool:
    """Return whether an undecoded value can be kept as it is; `utf8`: the object's text is that."""
    if not isinstance(element, RawDataElement) or element.VR not in (None, vr):
        return False
    value = element.value or b""
    if vr in TEXT:
        return b"\x1b" not in value and (value.isascii() or (utf8 and _is_utf8(value)))
    if vr == "IS":
        return bool(_INTEGERS.fullmatch(value))
    return vr == "US" and len(value) % 2 == 0 and element.is_little_endian


def is_simple(value: bytes) -> bool:
    """Return whether this is one value in the default repertoire, so that decoding is trivial."""
    return value.isascii() and b"\\" not in value and b"\x1b" not in value


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def encoded(
    ds: Dataset, vrs: Mapping[int, str], more: Mapping[int, tuple[str, bytes]], *, utf8: bool
) -> bytes | None:
    """Encode the elements of `vrs` for the index, and `more`; None if pydicom must do it."""
    values = {0x00080005: ("CS", b"ISO_IR 192"), **more}
    for tag, vr in vrs.items():
        if tag in ds:
            element = ds.get_item(tag)
            value = _kept(element, vr, utf8=utf8) if element is not None else None
            if value is None:
                return None
            values[tag] = vr, value
    return b"".join(_element(tag, *values[tag]) for tag in sorted(values))


def _element(tag: int, vr: str, value: bytes) -> bytes:
    if len(value) % 2:
        value += b"\0" if vr == "UI" else b" "
    return _HEAD.pack(tag >> 16, tag & 0xFFFF, vr.encode(), len(value)) + value


def _kept(element: DataElement | RawDataElement, vr: str, *, utf8: bool) -> bytes | None:
    """Return a value's bytes in UTF-8, or None."""
    if isinstance(element, RawDataElement):
        return element.value or b"" if is_plain(element, vr, utf8=utf8) else None
    value = element.value
    if vr != element.VR or vr not in TEXT:
        return None
    if isinstance(value, MultiValue):
        value = "\\".join(map(str, value))
    if value is not None and not isinstance(value, (str, PersonName)):
        return None
    try:
        kept = str(value or "").encode()
    except UnicodeEncodeError:
        return None
    return kept if len(kept) < 0xFFFF else None
