"""A data set encoded once, with slots of fixed width that are filled in per instance.

Encoding a CT header takes pydicom some 5 ms; copying bytes takes 0.05 ms. So the series' data
set is written once with the widest values, and each instance patches its own into those bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from struct import pack
from typing import TYPE_CHECKING, Any

from simulator.imaging.codecs import IMPLICIT, SYNTAXES, is_encapsulated, syntax_uid
from simulator.imaging.uids import UID_WIDTH

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = ["SYNTAXES", "Template", "decimal", "encode", "make_template", "syntax_uid"]

# The widest value of every element that may vary within a series.
WIDEST: dict[str, str | int] = {
    "SOPInstanceUID": "2.25." + "9" * (UID_WIDTH - 5),
    "InstanceNumber": "99999999",
    "ContentTime": "235959.999999",
    "AcquisitionTime": "235959.999999",
    "ImagePositionPatient": "\\".join(["-1234.5678"] * 3),
    "SliceLocation": "-1234.5678",
    "LossyImageCompressionRatio": "1234.5678",
    "FrameReferenceTime": "12345678.9",
    "ImageIndex": 65535,  # binary (US), as every number here
}


@dataclass(frozen=True, kw_only=True)
class Template:
    """An encoded data set up to Pixel Data; `slots` maps keywords to (offset, width, padding);

    a slot without padding holds a binary number."""

    head: bytes
    slots: Mapping[str, tuple[int, int, bytes]]
    syntax: str
    bits: int = 16

    def fill(self, values: Mapping[str, str], *pixels: bytes) -> bytes:
        """Return one instance's encoded data set (PS3.5 7.1); its pixels may come in pieces."""
        head = bytearray(self.head)
        for keyword, value in values.items():
            offset, width, padding = self.slots[keyword]
            raw = value.encode("ascii") if padding else pack("<H", int(value))
            if len(raw) > width:
                raise ValueError(f"{keyword} {value!r} is wider than its slot of {width} bytes")
            head[offset : offset + width] = raw.ljust(width, padding or b"\0")
        size = sum(map(len, pixels))
        pad = b"\0" * (size % 2)
        vr = b"OB\0\0" if self.bits <= 8 or is_encapsulated(self.syntax) else b"OW\0\0"
        vr = b"" if self.syntax == IMPLICIT else vr
        length = 0xFFFFFFFF if is_encapsulated(self.syntax) else size + len(pad)
        return b"".join((head, b"\xe0\x7f\x10\x00", vr, pack("<I", length), *pixels, pad))


def encode(ds: "Dataset", syntax: str) -> bytes:
    """Return a whole data set encoded, elements in order (PS3.5 7.1)."""
    from pydicom.filebase import DicomBytesIO
    from pydicom.filewriter import write_dataset

    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, syntax == IMPLICIT
    write_dataset(buffer, ds)
    return buffer.getvalue()


def make_template(ds: "Dataset", varying: tuple[str, ...], syntax: str, bits: int = 16) -> Template:
    """Encode `ds`, which has no Pixel Data, with room for the `varying` elements."""
    from pydicom.filereader import read_dataset
    from pydicom.tag import Tag

    for keyword in varying:
        widest = WIDEST[keyword]
        many = isinstance(widest, str) and "\\" in widest
        setattr(ds, keyword, str(widest).split("\\") if many else widest)
    head = encode(ds, syntax)
    raw = read_dataset(BytesIO(head), syntax == IMPLICIT, True)
    slots = {}
    for keyword in varying:
        element: Any = raw.get_item(Tag(keyword))  # still a RawDataElement: it knows its place
        padding = b"\0" if keyword.endswith("UID") else b" "
        if not isinstance(WIDEST[keyword], str):
            padding = b""
        slots[keyword] = (element.value_tell, element.length, padding)
    return Template(head=head, slots=slots, syntax=syntax, bits=bits)


def decimal(value: float) -> str:
    """Write a number as a DS value of at most ten characters."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
