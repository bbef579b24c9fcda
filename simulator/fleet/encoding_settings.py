"""How a device writes what it says of patient and exam into the objects that it sends.

Every console has these fields on its service screen, and each may be at odds with the standard:
the software keeps names, dates and words in its own way, and DICOM comes about on the way out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator.fleet.setting import one_of, setting

AUTOMATIC, NONE, WORKLIST = "automatic", "none", "worklist"
# What a console may write text in, and the defined term that says so (PS3.3 C.12.1.1.2).
CODE_PAGES = {
    "ISO 8859-1": "ISO_IR 100", "ISO 8859-5": "ISO_IR 144", "ISO 8859-7": "ISO_IR 126",
    "UTF-8": "ISO_IR 192", "GB18030": "GB18030",
}  # fmt: skip
NAMES = ("components", "list", "middle", "fixed", "fixed-null")
DATES = ("YYYYMMDD", "YYYY.MM.DD")
BODY_PARTS, SEXES = ("code", "protocol"), ("code", "word")


def _terms(value: Any) -> str:
    text = str(value).strip()
    if not 0 < len(text) <= 64 or not text.isascii() or not text.isprintable():
        raise ValueError("automatic, none, or defined terms (at most 64 ASCII characters)")
    return text


def _issuer(value: Any) -> str:
    text = str(value).strip()
    if not 0 < len(text) <= 64 or not text.isprintable() or "\\" in text:
        raise ValueError("worklist, none, or an issuer (at most 64 characters, no backslash)")
    return text


def _serial_number(value: Any) -> str:
    text = str(value).strip()
    if not 0 < len(text) <= 64 or not text.isascii() or not text.isprintable() or "\\" in text:
        raise ValueError("automatic, or a serial number (at most 64 ASCII characters)")
    return text


@dataclass(frozen=True, kw_only=True)
class EncodingSettings:
    """The settings of one device that decide what its headers look like."""

    encoding_code_page: str = setting(
        "encoding.code_page", one_of((AUTOMATIC, *CODE_PAGES)),
        "code page that text is written in; automatic: that of the worklist entry", AUTOMATIC,
    )  # fmt: skip
    encoding_character_set: str = setting(
        "encoding.character_set", _terms,
        "Specific Character Set named in objects; automatic: that of the code page", AUTOMATIC,
    )  # fmt: skip
    encoding_names: str = setting(
        "encoding.names", one_of(NAMES),
        "how a patient's name is put together: components, list (from 'family, given'), "
        "middle (a middle name comes second), fixed or fixed-null (fields of 16)", "components",
    )  # fmt: skip
    encoding_dates: str = setting(
        "encoding.dates", one_of(DATES), "how dates are written", "YYYYMMDD"
    )
    encoding_body_part: str = setting(
        "encoding.body_part", one_of(BODY_PARTS),
        "what Body Part Examined is taken from: the code table, or the protocol's name", "code",
    )  # fmt: skip
    encoding_sex: str = setting(
        "encoding.sex", one_of(SEXES), "how Patient's Sex is written: code or word", "code"
    )
    patient_issuer: str = setting(
        "patient.issuer", _issuer,
        "Issuer of Patient ID in objects: as the worklist says, none, or this one", WORKLIST,
    )  # fmt: skip

    uids_counted_from: str = setting(
        "uids.counted_from", _serial_number,
        "serial number that UIDs of series and objects are counted from, exam by exam; "
        "automatic: they are made of the exam itself", AUTOMATIC,
    )  # fmt: skip

    @property
    def is_usual(self) -> bool:
        """Whether objects go out just as they were made."""
        return all(getattr(self, name) == field.default for name, field in _USUAL.items())


_USUAL = {  # UIDs are given when an object is made, not when it goes out
    name: field
    for name, field in EncodingSettings.__dataclass_fields__.items()
    if name != "uids_counted_from"
}
