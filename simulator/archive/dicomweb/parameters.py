"""The query parameters of a search: an identifier, and what to give back (PS3.18 8.3.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pydicom.datadict import dictionary_VR, keyword_for_tag, tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from simulator.archive.dicomweb.call import WebCall
from simulator.errors import UsageError

PAGE_CAP = 10_000  # answers at once
_OWN = {"fuzzymatching", "emptyvaluematching", "includefield", "limit", "offset", "accept"}
_TAG = re.compile(r"[0-9A-Fa-f]{8}")
_DATES = re.compile(r"\d{8}(-(\d{8})?)?|-\d{8}")
_TIMES = re.compile(r"\d{2,6}(\.\d{1,6})?(-(\d{2,6}(\.\d{1,6})?)?)?|-\d{2,6}(\.\d{1,6})?")
_NUMBER_VRS = {"DS", "FD", "FL", "IS", "SL", "SS", "UL", "US", "SV", "UV"}


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is looked for, and how the answer is to be."""

    keys: Dataset = field(default_factory=Dataset)
    fields: list[str] = field(default_factory=list)  # keywords
    everything: bool = False
    limit: int = 0  # 0: no limit
    offset: int = 0
    fuzzy: bool = False
    empty_values: bool = False


def parse(call: WebCall) -> Search:
    """Read the parameters; raises UsageError saying which of them makes no sense."""
    keys, seen = Dataset(), set()
    for name, value in call.query:
        if name.lower() in _OWN:
            continue
        path = tuple(_tag(part) for part in name.split("."))
        if path in seen:
            raise UsageError(f"The attribute '{name}' is given twice.", "Separate UIDs by commas.")
        seen.add(path)
        _enter(keys, path, value.strip())
    fields = [
        f for name, text in call.query if name.lower() == "includefield" for f in text.split(",")
    ]
    return Search(
        keys=keys,
        fields=[keyword_for_tag(_tag(f.split(".")[0])) for f in fields if f and f.lower() != "all"],
        everything="all" in [f.lower() for f in fields],
        limit=_whole(call, "limit"),
        offset=_whole(call, "offset"),
        fuzzy=call.one("fuzzymatching").lower() == "true",
        empty_values=call.one("emptyvaluematching").lower() == "true",
    )


def _tag(text: str) -> int:
    """Return the tag of a keyword or of eight hexadecimal digits."""
    text = text.strip()
    if _TAG.fullmatch(text):
        return int(text, 16)
    tag = tag_for_keyword(text)
    if tag is None:
        raise UsageError(
            f"'{text[:64]}' is no attribute.", "Use a keyword (PatientID) or a tag (00100020)."
        )
    return tag


def _enter(keys: Dataset, path: tuple[int, ...], value: str) -> None:
    """Put a value into the identifier, in the one item of each sequence on the way."""
    *sequences, last = path
    for tag in sequences:
        if _vr(tag) != "SQ":
            raise UsageError(f"{_name(tag)} is no sequence.", "Only sequences have attributes.")
        if tag not in keys:
            keys.add_new(tag, "SQ", [Dataset()])
        keys = keys[tag].value[0]
    vr = _vr(last)
    if vr == "SQ":
        raise UsageError(f"{_name(last)} is a sequence.", "Name an attribute within it.")
    try:
        keys.add_new(last, vr, _checked(last, vr, value))
    except (ValueError, TypeError, OverflowError) as error:
        raise UsageError(f"'{value[:64]}' is no value for {_name(last)}: {error}.") from error


def _checked(tag: int, vr: str, value: str) -> str | list[str] | None:
    """Return the value as matching takes it; raises UsageError where its VR forbids it."""
    if not value or value in ("*", '""'):
        return None  # universal matching
    if vr in ("UI", "CS"):  # neither can hold a comma itself
        return [one.strip() for one in re.split(r"[,\\]", value) if one.strip()]
    pattern = {"DA": _DATES, "TM": _TIMES}.get(vr)
    if pattern and not pattern.fullmatch(value):
        raise UsageError(
            f"'{value[:64]}' is no value for {_name(tag)}.",
            "Dates are YYYYMMDD, times HHMMSS, ranges first-last (PS3.4 C.2.2.2.5).",
        )
    if vr in _NUMBER_VRS and not re.fullmatch(r"[-+.\dEe]+", value):
        raise UsageError(f"'{value[:64]}' is no number for {_name(tag)}.", "Give a number.")
    return value


def _vr(tag: int) -> str:
    try:
        return dictionary_VR(tag)
    except KeyError:
        raise UsageError(
            f"{Tag(tag)} is not in the data dictionary.", "Private attributes cannot be searched."
        ) from None


def _name(tag: int) -> str:
    return keyword_for_tag(tag) or str(Tag(tag))


def _whole(call: WebCall, name: str) -> int:
    text = call.one(name, "0")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UsageError(f"'{text[:20]}' is no {name}.", "Give a whole number.")
    return int(text)
