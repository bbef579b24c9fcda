"""Attribute matching of C-FIND, as PS3.4 C.2.2.2 defines it: pure functions, no SQL.

The index narrows the candidates down; what stands here decides. A key is made into a test once, and
the test is then put to thousands of values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pydicom.dataelem import DataElement

WILDCARD_VRS = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})
RANGE_VRS = frozenset({"DA", "TM", "DT"})
EMPTY = '""'  # asks for what has no value, where that was negotiated (Empty Value Matching)
Test = Callable[[str], bool]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What the standard leaves open, or lets the two ends agree on."""

    case_sensitive_names: bool = False
    match_unknown: bool = False  # what has no value matches every key (C.2.2.1.2)
    value_lists: bool = True  # any of several values, in other keys than UIDs
    empty_values: bool = False
    combined: bool = False  # date and time ranges of a pair are one range (C.2.2.2.5.4)


DEFAULT = Rules()


def values_test(vr: str, wanted: Sequence[str], rules: Rules = DEFAULT) -> Callable[..., bool]:
    """Return a test of a stored attribute's values (none: it is empty, or not there)."""
    if not wanted:
        return lambda found: True
    if rules.empty_values and list(wanted) == [EMPTY]:
        return lambda found: not found
    if not rules.value_lists and vr != "UI":
        wanted = ["\\".join(wanted)]
    tests = [value_test(vr, want, rules) for want in wanted]

    def run(found: Sequence[str]) -> bool:
        if not found and rules.match_unknown:
            return True
        return any(test(have) for test in tests for have in found or ("",))

    return run


def value_test(vr: str, want: str, rules: Rules = DEFAULT) -> Test:
    """Return a test of one stored value against one value of a key."""
    if vr in RANGE_VRS:
        return _range_test(vr, want)
    if vr == "PN":
        return _name_test(want, rules.case_sensitive_names)
    if vr in ("IS", "DS"):
        number = _number(want)
        return lambda have: _number(have) == number
    if vr in WILDCARD_VRS and has_wildcard(want):
        pattern = _pattern(want)
        return lambda have: bool(pattern.fullmatch(have))
    return lambda have: have == want


def values(element: DataElement) -> list[str]:
    """Return an element's values as text, without the empty ones."""
    raw = element.value
    if raw is None:
        return []
    many = raw if isinstance(raw, Sequence) and not isinstance(raw, (str, bytes)) else [raw]
    return [text for value in many if (text := str(value).strip())]


def has_wildcard(text: str) -> bool:
    """Return whether `*` or `?` stand in `text`."""
    return "*" in text or "?" in text


# --- dates and times ------------------------------------------------------------------------------


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


def in_range(have: str, first: str, last: str) -> bool:
    """Return whether a value lies within; an end of less precision reaches to its own end."""
    return bool(have) and (not first or have >= first) and (not last or have[: len(last)] <= last)


def _range_test(vr: str, want: str) -> Test:
    limits = split_range(want, vr)
    if limits is not None:
        first, last = (plain(vr, limit) for limit in limits)
        return lambda have: in_range(plain(vr, have), first, last)
    wanted = plain(vr, want)
    if vr == "DA":
        return lambda have: plain(vr, have) == wanted
    return lambda have: bool(have) and plain(vr, have).startswith(wanted)  # 10: all of 10 o'clock


def plain(vr: str, text: str) -> str:
    """Return a date or time in the form that compares.

    Older versions of the standard allowed 2026.03.02 and 10:30; 103000.000 is 103000.
    """
    if vr == "DA":
        return text.replace(".", "")
    text = text.replace(":", "")
    return text.rstrip("0").rstrip(".") if vr == "TM" and "." in text else text


def combined_test(dates: str, times: str) -> Callable[[str, str], bool] | None:
    """Return a test of a date and its time as one moment; None unless both are like ranges.

    PS3.4 C.2.2.2.5.4: both "specify the same form", a-b, a- or -b.
    """
    date_ends, time_ends = split_range(dates), split_range(times)
    if date_ends is None or time_ends is None:
        return None
    if [bool(end) for end in date_ends] != [bool(end) for end in time_ends]:
        return None
    first, last = (
        plain("DA", day) + plain("TM", time) for day, time in zip(date_ends, time_ends, strict=True)
    )
    return lambda day, time: (
        bool(day) and in_range(plain("DA", day) + plain("TM", time), first, last)
    )


# --- names ----------------------------------------------------------------------------------------


def _name_test(want: str, case_sensitive: bool) -> Test:
    """Test a person's name by its component groups: alphabetic, ideographic, phonetic.

    A key without `=` may match any of the groups; with it, each group that is given must match.
    """
    asked = [_pattern(trim_name(group)) if trim_name(group) else None
             for group in fold_name(want, case_sensitive).split("=")]  # fmt: skip

    def run(have: str) -> bool:
        groups = [trim_name(group) for group in fold_name(have, case_sensitive).split("=")]
        if len(asked) == 1:
            return asked[0] is None or any(asked[0].fullmatch(group) for group in groups)
        return all(
            pattern is None or bool(pattern.fullmatch(groups[at] if at < len(groups) else ""))
            for at, pattern in enumerate(asked)
        )

    return run


def fold_name(name: str, case_sensitive: bool) -> str:
    """Return a name in the form that is compared."""
    return name if case_sensitive else name.upper()


def trim_name(name: str) -> str:
    """Return a component group without empty components at its end."""
    return name.strip().rstrip("^ ")


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    """Make a regular expression of a wildcard key; everything else in it is literal.

    What stands between two stars is taken at its first place and never looked at again (an atomic
    group), so that no key, however many stars it has, makes us slow.
    """
    first, *rest = (
        "".join("." if c == "?" else re.escape(c) for c in part)
        for part in re.sub(r"\*+", "*", text).split("*")
    )
    if not rest:
        return re.compile(first, re.DOTALL)
    *middle, last = rest
    inner = "".join(f"(?>.*?{part})" for part in middle)
    return re.compile(f"{first}{inner}.*{last}", re.DOTALL)


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
