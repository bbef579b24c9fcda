"""Attribute matching of C-FIND, as PS3.4 C.2.2.2 defines it: pure functions, no SQL.

The index narrows the candidates down; what stands here decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

_WILDCARD_VRS = {"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"}
_RANGE_VRS = {"DA", "TM", "DT"}


def matches(query: Dataset, stored: Dataset, *, case_sensitive_names: bool = False) -> bool:
    """Return whether every key of `query` that has a value matches `stored`."""
    return all(
        element_matches(element, stored, case_sensitive_names=case_sensitive_names)
        for element in query
    )


def element_matches(
    key: DataElement, stored: Dataset, *, case_sensitive_names: bool = False
) -> bool:
    """Match one key; an empty key matches everything (universal matching)."""
    if key.VR == "SQ":
        return _sequence_matches(key, stored, case_sensitive_names)
    wanted = values(key)
    if not wanted:
        return True
    found = values(stored[key.tag]) if key.tag in stored else [""]
    return any(
        value_matches(key.VR, want, have, case_sensitive_names)
        for want in wanted
        for have in found or [""]
    )


def _sequence_matches(key: DataElement, stored: Dataset, case_sensitive_names: bool) -> bool:
    """Match a sequence: some stored item must match all keys of the one query item (C.2.2.2.6)."""
    if not key.value or not len(key.value[0]):
        return True
    found = stored.get(key.tag)
    items = found.value if found is not None and found.VR == "SQ" else [Dataset()]
    return any(
        matches(key.value[0], item, case_sensitive_names=case_sensitive_names)
        for item in items or [Dataset()]
    )


def values(element: DataElement) -> list[str]:
    """Return an element's values as text, without the empty ones."""
    raw = element.value
    if raw is None:
        return []
    many = raw if isinstance(raw, Sequence) and not isinstance(raw, (str, bytes)) else [raw]
    return [text for value in many if (text := str(value).strip())]


def value_matches(vr: str, want: str, have: str, case_sensitive_names: bool = False) -> bool:
    """Match one value against one other."""
    if vr in _RANGE_VRS:
        return _range_matches(vr, want, have)
    if vr == "PN":
        return _name_matches(want, have, case_sensitive_names)
    if vr in ("IS", "DS"):
        return _number(want) == _number(have)
    if vr in _WILDCARD_VRS and has_wildcard(want):
        return bool(_pattern(want).fullmatch(have))
    return want == have


def has_wildcard(text: str) -> bool:
    """Return whether `*` or `?` stand in `text`."""
    return "*" in text or "?" in text


def split_range(text: str, vr: str = "DA") -> tuple[str, str] | None:
    """Split 'a-b', 'a-' or '-b'; None for a single value.

    A DT may carry a zone, '+0100' or '-0500', whose minus does not make a range (PS3.5 6.2).
    """
    if vr == "DT":
        text = (
            re.sub(r"-(\d{4})(?=-|$)", r"~\1", text) if re.search(r"\d{8,}.*-\d{4}", text) else text
        )
    first, dash, last = text.partition("-")
    return (first.strip(), last.strip()) if dash else None


def _range_matches(vr: str, want: str, have: str) -> bool:
    have = _plain(vr, have)
    limits = split_range(want, vr)
    if limits is None:
        if vr == "DA":
            return _plain(vr, want) == have
        return bool(have) and have.startswith(_plain(vr, want))  # 10 means all of 10 o'clock
    first, last = (_plain(vr, limit) for limit in limits)
    if not have:
        return False
    return (not first or have >= first) and (not last or have[: len(last)] <= last)


def _plain(vr: str, text: str) -> str:
    """Take the separators out that older versions of the standard allowed (2026.03.02, 10:30)."""
    return text.replace(".", "") if vr == "DA" else text.replace(":", "")


def _name_matches(want: str, have: str, case_sensitive: bool) -> bool:
    """Match a person's name: whole, or one of its component groups (alphabetic, ideographic, …)."""
    if not case_sensitive:
        want, have = want.upper(), have.upper()
    pattern = _pattern(_trim_name(want))
    groups = [_trim_name(group) for group in have.split("=")]
    if "=" in want:
        asked = want.split("=")
        return all(
            not group
            or bool(_pattern(_trim_name(group)).fullmatch(groups[at] if at < len(groups) else ""))
            for at, group in enumerate(asked)
        )
    return any(pattern.fullmatch(group) for group in groups)


def _trim_name(name: str) -> str:
    return name.strip().rstrip("^ ")


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    """Make a regular expression of a wildcard key; everything else in it is literal."""
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in text)
    return re.compile("".join(parts), re.DOTALL)


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
