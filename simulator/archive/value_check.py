"""Whether an object's values are what their VR allows (PS3.5 6.2), as far as the index keeps them.

Most archives take anything that can be read at all; some refuse what breaks the standard. A
character set is asked for where the patient's name goes beyond the default repertoire.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset

from simulator.archive.attributes import KEEP, LEVELS, text
from simulator.archive.settings import Settings
from simulator.network import charsets, dimse
from simulator.network.dimse import DimseError

_TERM = re.compile(r"|ISO_IR [0-9]+|ISO 2022 IR [0-9]+|GB18030|GBK")  # PS3.3 C.12.1.1.2
_CONTROL = re.compile(r"[\x00-\x1a\x1c-\x1f]")
_LONGEST = {"LO": 64, "SH": 16, "PN": 64}  # characters; of a name in each component group
_FORMS = {
    "CS": (re.compile(r"[A-Z0-9 _]{0,16}"), "code string"),
    "DA": (re.compile(r"|[0-9]{8}"), "date YYYYMMDD"),
    "TM": (re.compile(r"|[0-9]{2}([0-9]{2}([0-9]{2}(\.[0-9]{1,6})?)?)?"), "time HHMMSS"),
    "AS": (re.compile(r"|[0-9]{3}[DWMY]"), "age"),
}
_CHECKED = {
    keyword: vr
    for level in LEVELS
    for keyword in KEEP[level]
    if tag_for_keyword(keyword) and (vr := dictionary_VR(keyword)) in {*_LONGEST, *_FORMS}
}


class ValuePolicyError(DimseError):
    """The policy of illegal values refuses an object."""

    def __init__(self, comment: str, keyword: str, *, quarantine: bool) -> None:
        """Refuse because of `keyword`; `quarantine` says whether the object is kept aside."""
        super().__init__(dimse.CANNOT_UNDERSTAND, comment, tag_for_keyword(keyword))
        self.quarantine = quarantine


class ValueCheck:
    """The policy on values that break the standard."""

    def __init__(self, settings: Settings) -> None:
        """Decide by `settings`."""
        self.settings = settings

    def check(self, header: Dataset) -> None:
        """Raise ValuePolicyError where the policy refuses the object."""
        policy = self.settings["store.values"]
        if policy == "accept":
            return
        for keyword, why in faults(header):
            raise ValuePolicyError(f"{keyword} {why}", keyword, quarantine=policy == "quarantine")


def faults(header: Dataset) -> Iterator[tuple[str, str]]:
    """Yield what breaks the standard: the attribute's keyword, and why."""
    foreign = not text(header, "PatientName").isascii()
    if foreign and (unknown := next(_unknown(header), None)) is not None:
        yield "SpecificCharacterSet", f"'{unknown[:24]}' is no defined term"
    for keyword, vr in _CHECKED.items():
        said = text(header, keyword)
        if why := _fault(vr, said):
            yield keyword, f"'{_CONTROL.sub('?', said)[:20]}' {why}"


def _unknown(header: Dataset) -> Iterator[str]:
    """Yield the terms that the standard does not define."""
    terms = charsets.terms_of(header)
    return (one for one in terms if not (_TERM.fullmatch(one) and charsets.known(one)))


def _fault(vr: str, said: str) -> str:
    if "\ufffd" in said:
        return "is not in its character set"
    if _CONTROL.search(said):
        return "has a control character"
    values = said.split("\\")
    if vr in _FORMS:
        form, name = _FORMS[vr]
        return "" if all(map(form.fullmatch, values)) else f"is no {name} ({vr})"
    parts = [group for one in values for group in (one.split("=") if vr == "PN" else [one])]
    return f"is too long ({vr})" if any(len(part) > _LONGEST[vr] for part in parts) else ""
