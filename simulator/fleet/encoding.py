"""Objects on their way out of a device, written as its settings say (PS3.5 6.1, 6.2).

Pixel data is not touched. With the settings a device is delivered with, nothing is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.uid import UID

from simulator.fleet.encoding_settings import (
    AUTOMATIC,
    CODE_PAGES,
    NONE,
    WORKLIST,
    EncodingSettings,
)
from simulator.imaging.charset import fit
from simulator.network.charsets import TEXT_VRS
from simulator.network.dimse import encode_dataset, split_at_pixels

_WIDTH = 16  # of a fixed field
_WORDS = {"F": "Female", "M": "Male", "O": "Other"}
_CHARACTER_SET = b"\x08\x00\x05\x00"  # (0008,0005), little endian


def written(data: bytes, syntax: str, chosen: EncodingSettings) -> bytes:
    """Return an encoded data set as a device with these settings writes it."""
    if chosen.is_usual:
        return data
    head, pixels = split_at_pixels(data, syntax)
    for _ in head.iterall():
        pass  # decodes every text while its own character set is known
    _rewrite(head, chosen)
    if chosen.encoding_code_page != AUTOMATIC:
        _convert(head, CODE_PAGES[chosen.encoding_code_page])
    plain = encode_dataset(head, syntax)
    if chosen.encoding_character_set != AUTOMATIC:
        plain = _labelled(plain, chosen.encoding_character_set, syntax)
    return plain + pixels


def _rewrite(head: Dataset, chosen: EncodingSettings) -> None:
    if "PatientName" in head:
        head.PatientName = NAME_FORMS[chosen.encoding_names](str(head.PatientName))
    if chosen.encoding_sex == "word":
        _set_raw(head, "PatientSex", _WORDS.get(head.get("PatientSex", ""), ""))
    if chosen.encoding_body_part == "protocol" and "BodyPartExamined" in head:
        _set_raw(head, "BodyPartExamined", str(head.get("ProtocolName", "")))
    if chosen.patient_issuer != WORKLIST:
        head.IssuerOfPatientID = "" if chosen.patient_issuer == NONE else chosen.patient_issuer
    if chosen.encoding_dates == "YYYY.MM.DD":
        for element in head.iterall():
            if element.VR == "DA" and len(str(element.value or "")) == 8:
                day = str(element.value)
                element._value = f"{day[:4]}.{day[4:6]}.{day[6:]}"


def _set_raw(head: Dataset, keyword: str, value: str) -> None:
    """Set a value that its VR may not allow."""
    head[keyword] = DataElement(keyword, "CS", value, validation_mode=0)


# --- names ----------------------------------------------------------------------------------------


def _list(name: str) -> str:
    """Take the name from a list 'FAMILY, GIVEN', cut at the comma alone."""
    return name.replace("^", "^ ", 1)


def _middle(name: str) -> str:
    """Put what comes second where the middle name belongs."""
    return name.replace("^", "^^", 1)


def _fixed(filler: str) -> Callable[[str], str]:
    return lambda name: "^".join(part.ljust(_WIDTH, filler) for part in name.split("^"))


NAME_FORMS: dict[str, Callable[[str], str]] = {
    "components": lambda name: name,
    "list": _list,
    "middle": _middle,
    "fixed": _fixed(" "),
    "fixed-null": _fixed("\0"),
}


# --- character sets -------------------------------------------------------------------------------


def _convert(head: Dataset, term: str) -> None:
    """Let text be written in this character set; what it lacks becomes question marks."""
    for element in head.iterall():
        if element.VR in TEXT_VRS and element.value:
            element.value = _fitted(element.value, term)
    head.SpecificCharacterSet = term


def _fitted(value: Any, term: str) -> Any:
    if isinstance(value, (list, tuple)) or type(value).__name__ == "MultiValue":
        return [fit(str(one), term) for one in value]
    return fit(str(value), term)


def _labelled(data: bytes, terms: str, syntax: str) -> bytes:
    """Name another Specific Character Set, or none; the text stays what it is.

    (0008,0005) is the first element of everything a device makes.
    """
    if not data.startswith(_CHARACTER_SET):
        return data
    implicit = UID(syntax).is_implicit_VR
    length = int.from_bytes(data[4:8] if implicit else data[6:8], "little")
    if terms == NONE:
        return data[8 + length :]
    value = terms.encode("ascii")
    value += b" " * (len(value) % 2)
    size = (
        len(value).to_bytes(4, "little") if implicit else b"CS" + len(value).to_bytes(2, "little")
    )
    return _CHARACTER_SET + size + value + data[8 + length :]
