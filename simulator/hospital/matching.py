"""Attribute matching of a C-FIND identifier against one entry, without a database.

The rules are those of PS3.4 C.2.2.2: universal (empty key), single value, list of UIDs, range
(DA, TM, DT), wildcards (* and ?) and sequence matching. `matches` decides, `answer` picks the
requested return keys, `check` refuses a query that means nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from pydicom.datadict import keyword_for_tag
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from simulator.network.dimse import DATASET_DOES_NOT_MATCH_CLASS, DimseError

WILDCARDS = {"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"}  # PS3.4 C.2.2.2.4
RANGES = {"DA", "TM", "DT"}  # PS3.4 C.2.2.2.5
# Said about the query itself, never matched (PS3.4 C.2.2.2, PS3.3 C.12.1.1)
ABOUT_QUERY = {"SpecificCharacterSet", "TimezoneOffsetFromUTC", "QueryRetrieveLevel"}
# Ranges of these are one range of moments, not two of dates and times (PS3.4 Table K.6-1)
_PAIRS = (("ScheduledProcedureStepStartDate", "ScheduledProcedureStepStartTime"),)
_EXACT = "PN, case heeded"
_SHAPES = {"DA": r"\d{8}|\d{4}\.\d\d\.\d\d", "TM": r"\d{2}(:?\d{2}(:?\d{2}(\.\d{1,6})?)?)?"}


def check(query: Dataset) -> None:
    """Raise DimseError 0xA900 for keys that have no meaning."""
    for key in query:
        if key.VR == "SQ":
            if len(key.value or []) > 1:
                raise _nonsense(key, "a query's sequence has one item")
            for item in key.value or []:
                check(item)
        elif key.VR in _SHAPES and not is_universal(key):
            ends = _ends(str(key.value))
            if not all(not end or re.fullmatch(_SHAPES[key.VR], end) for end in ends):
                raise _nonsense(key, f"'{str(key.value)[:20]}' is no {key.VR} value or range")


def matches(query: Dataset, entry: Dataset, *, exact_names: bool = False) -> bool:
    """Return whether every key of `query` matches `entry`; `exact_names` heeds case in names."""
    apart = [key for pair in _PAIRS if _is_moment(query, *pair) for key in pair]
    return all(
        _element_matches(key, entry.get(key.tag), exact_names)
        for key in query
        if key.keyword not in (*ABOUT_QUERY, *apart)
        and not key.tag.is_private
        and key.tag.element != 0
    ) and all(_in_moments(query, entry, *pair) for pair in _PAIRS if _is_moment(query, *pair))


def _is_moment(query: Dataset, date: str, time: str) -> bool:
    """Return whether date and time are both ranges, which then are one."""
    return "-" in str(query.get(date) or "") and "-" in str(query.get(time) or "")


def _in_moments(query: Dataset, entry: Dataset, date: str, time: str) -> bool:
    """Return whether an entry's date and time lie in the one range of both keys."""
    days, times = (_ends(str(query.get(key))) for key in (date, time))
    at = _bare(str(entry.get(date) or "")), _bare(str(entry.get(time) or ""))
    first = _bare(days[0]), _bare(times[0])
    last = _bare(days[1]), _bare(times[1])
    if not at[0] or at < first:
        return False
    return not last[0] or (at[0], at[1][: len(last[1])] if last[1] else "") <= last


def is_universal(key: DataElement) -> bool:
    """Return whether a key matches everything: empty, or nothing but asterisks."""
    if key.VR == "SQ":
        return all(map(is_universal, _keys_inside(key)))
    return key.is_empty or (key.VR in WILDCARDS and not str(key.value).strip("* "))


def answer(query: Dataset, entry: Dataset) -> tuple[Dataset, list[str]]:
    """Return what `query` asked for of `entry`, and the keys that entries do not have."""
    reply, missing = Dataset(), []
    for key in query:
        if key.keyword in ABOUT_QUERY or key.tag.element == 0:
            continue
        element = entry.get(key.tag)
        if element is None:
            missing.append(key.keyword or str(key.tag))
        elif key.VR == "SQ" and list(_keys_inside(key)):
            items = [answer(key.value[0], item) for item in element.value or []]
            reply.add_new(key.tag, "SQ", [item for item, _ in items])
            missing += items[0][1] if items else []
        else:  # an empty sequence asks for everything in it (PS3.4 C.2.2.2.6)
            reply.add(element)
    for keyword in ("SpecificCharacterSet", "TimezoneOffsetFromUTC"):
        if keyword in entry:
            setattr(reply, keyword, entry[keyword].value)
    return reply, missing


def _element_matches(
    key: DataElement, element: DataElement | None, exact_names: bool = False
) -> bool:
    if is_universal(key):
        return True
    if element is None:
        return True  # not an attribute of the entry: an unsupported optional key, told by 0xFF01
    if key.VR == "SQ":
        inside = element.value or []
        return any(matches(key.value[0], item, exact_names=exact_names) for item in inside)
    rule = _rule(key, exact_names)
    return any(rule(value) for value in _values(element))


def _rule(key: DataElement, exact_names: bool) -> Callable[[str], bool]:
    """Choose how the key's value is compared."""
    vr = _EXACT if exact_names and key.VR == "PN" else key.VR
    if key.VR in RANGES:
        return _range(key)
    if key.VR == "UI":
        wanted = set(_values(key))
        return lambda value: value in wanted
    text = str(key.value).strip(" ")
    if key.VR in WILDCARDS and re.search(r"[*?]", text):
        pattern = _wildcard(_folded(text, vr))
        return lambda value: pattern.fullmatch(_folded(value, vr)) is not None
    return lambda value: _folded(value, vr) == _folded(text, vr)


def _folded(text: str, vr: str) -> str:
    """Return the text as it is compared: person names without regard to case or empty ends."""
    if vr == _EXACT:
        return text.rstrip("^ ")
    return text.rstrip("^ ").casefold() if vr == "PN" else text.strip(" ")


@lru_cache(maxsize=256)
def _wildcard(text: str) -> re.Pattern[str]:
    """Translate * and ? and nothing else: every other character stands for itself."""
    pattern = "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in re.sub(r"\*+", "*", text))
    return re.compile(pattern, re.DOTALL)


def _range(key: DataElement) -> Callable[[str], bool]:
    """Compare as text: the parts of DA, TM and DT stand in order of weight."""
    first, last = (_bare(end) for end in _ends(str(key.value)))
    # "10" as the end of a range means all of the hour: compare up to the precision given.
    return lambda value: (
        bool(value) and (_bare(value) >= first and (not last or _bare(value)[: len(last)] <= last))
    )


def _ends(text: str) -> tuple[str, str]:
    """Split 'a-b', 'a-', '-b'; a single value is the range from itself to itself."""
    first, hyphen, last = text.partition("-")
    return (first.strip(), last.strip()) if hyphen else (text.strip(), text.strip())


def _bare(text: str) -> str:
    """Drop the punctuation of old forms (10:30, 2026.03.02), as PS3.5 6.2 lets them in."""
    whole, point, fraction = text.strip().partition(".")
    if re.fullmatch(r"\d{4}\.\d\d\.\d\d", text.strip()):
        return text.strip().replace(".", "")
    return whole.replace(":", "") + (point + fraction).rstrip(".0" if point else "")


def _values(element: DataElement) -> Iterable[str]:
    value = element.value
    if value is None:
        return [""]
    return [str(part) for part in value] if element.VM > 1 else [str(value)]


def _keys_inside(key: DataElement) -> list[DataElement]:
    return list(key.value[0]) if key.value else []


def _nonsense(key: DataElement, why: str) -> DimseError:
    name = keyword_for_tag(key.tag) or str(key.tag)
    return DimseError(DATASET_DOES_NOT_MATCH_CLASS, f"{name}: {why}", int(key.tag))
