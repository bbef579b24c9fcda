"""What a key's value must look like to make sense (PS3.5 6.2, PS3.4 C.2.2.2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from simulator.archive.matching import EMPTY, split_range

LONGEST_VALUE = 1024  # characters; keys may be longer than their VR allows, within reason
MOST_VALUES = 16_384
_DATE = re.compile(r"(\d{4})\.?(\d\d)\.?(\d\d)")
_TIME = re.compile(r"([01]\d|2[0-3])(:?[0-5]\d(:?([0-5]\d|60)(\.\d{1,6})?)?)?")
_MOMENT = re.compile(r"\d{4}(\d\d){0,5}(\.\d{1,6})?([+~-]\d{4})?")
_UID = re.compile(r"[0-9.]{1,64}")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([Ee][+-]?\d+)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


class ExpectedValue(ValueError):
    """Raised for a value that makes no sense; says what was expected."""


def check_value(vr: str, found: Sequence[str]) -> None:
    """Check the values of one key; raises ExpectedValue."""
    if len(found) > MOST_VALUES:
        raise ExpectedValue(f"more than {MOST_VALUES} values")
    for text in found:
        if len(text) > LONGEST_VALUE:
            raise ExpectedValue(f"a value of more than {LONGEST_VALUE} characters")
        if _CONTROL.search(text):
            raise ExpectedValue("a control character")
        if text != EMPTY:
            _check_form(vr, text)


def _check_form(vr: str, text: str) -> None:
    shown = text[:24]
    if vr == "UI" and not _UID.fullmatch(text):
        raise ExpectedValue(f"'{shown}' is no UID (no wildcards there)")
    if vr in ("IS", "DS") and not _NUMBER.fullmatch(text):
        raise ExpectedValue(f"'{shown}' is no number")
    if vr in ("DA", "TM", "DT"):
        limits = split_range(text, vr)
        ends = [text] if limits is None else [end for end in limits if end]
        if not ends or not all(_is_moment(vr, end) for end in ends):
            raise ExpectedValue(f"'{shown}' is no {_FORMS[vr]}, nor a range")


_FORMS = {"DA": "date YYYYMMDD", "TM": "time HHMMSS", "DT": "moment YYYYMMDDHHMMSS"}


def _is_moment(vr: str, text: str) -> bool:
    if vr == "TM":
        return bool(_TIME.fullmatch(text))
    if vr == "DT":
        return bool(_MOMENT.fullmatch(text))
    parts = _DATE.fullmatch(text)
    try:
        return bool(parts and date(*map(int, parts.groups())))
    except ValueError:
        return False
