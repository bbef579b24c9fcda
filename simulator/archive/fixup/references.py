"""Pointers between objects: which there are, and what they must say when objects get new UIDs.

KO and SR name what they speak of twice: as evidence by study, series and instance (PS3.3 C.17.2),
and in their content. A presentation state names images of its own study (C.11.11).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from simulator.archive.attributes import text
from simulator.archive.fixup.editing import Hand
from simulator.archive.original_attributes import write_values

Place = tuple[str, str, str]  # study, series, instance
Moved = Mapping[str, Place]  # by the SOP Instance UID of before
_SOP = "ReferencedSOPInstanceUID"
_HISTORY = "OriginalAttributesSequence"


def pointed_at(ds: Dataset) -> set[str]:
    """Return the SOP Instance UIDs that a data set refers to."""
    return {text(item, _SOP) for item in _items(ds) if _SOP in item}


def repoint(ds: Dataset, moved: Moved, hand: Hand) -> None:
    """Let a data set refer to objects by their new UIDs; the old pointers stay in its history."""
    values: dict[str, Any] = {}
    for element in ds:
        if (
            element.VR != "SQ"
            or element.keyword in (_HISTORY, "")
            or not _concerned(element, moved)
        ):
            continue
        changed = Sequence([deepcopy(item) for item in element.value])
        values[element.keyword] = _regrouped(element.keyword, changed, moved)
    write_values(ds, values, hand.now, hand.by)


def _concerned(element: Any, moved: Moved) -> bool:
    return any(pointed_at(item) & set(moved) for item in element.value) or any(
        text(item, _SOP) in moved for item in element.value
    )


def _items(ds: Dataset) -> Iterator[Dataset]:
    for element in ds:
        if element.VR == "SQ" and element.keyword != _HISTORY:
            for item in element.value:
                yield item
                yield from _items(item)


def _regrouped(keyword: str, items: Sequence, moved: Moved) -> Sequence:
    """Return a sequence with its items sorted into the studies and series they are in now."""
    if any("ReferencedSeriesSequence" in item for item in items):
        return _by_study(items, moved)
    if keyword == "ReferencedSeriesSequence":
        return _by_series(items, moved)
    for item in [*items, *(deep for one in items for deep in _items(one))]:
        if (uid := text(item, _SOP)) in moved:
            item.ReferencedSOPInstanceUID = moved[uid][2]
    return items


def _by_study(items: Sequence, moved: Moved) -> Sequence:
    studies: dict[str, Dataset] = {}
    for item in items:
        uid = text(item, "StudyInstanceUID")
        for series in item.get("ReferencedSeriesSequence") or []:
            for place, part in _parts(series, moved, uid):
                if place[0] not in studies:
                    studies[place[0]] = _empty(item, "ReferencedSeriesSequence")
                    studies[place[0]].StudyInstanceUID = place[0]
                _add(studies[place[0]].ReferencedSeriesSequence, part)
    return Sequence(list(studies.values()))


def _by_series(items: Sequence, moved: Moved) -> Sequence:
    found = Sequence()
    for series in items:
        for _, part in _parts(series, moved, ""):
            _add(found, part)
    return found


def _parts(series: Dataset, moved: Moved, study: str) -> Iterator[tuple[Place, Dataset]]:
    """Yield a series's references one by one, each in an item of the series it is in now."""
    name = next((e.keyword for e in series if e.VR == "SQ" and any(_SOP in i for i in e.value)), "")
    for item in series.get(name) or []:
        uid = text(item, _SOP)
        place = moved.get(uid, (study, text(series, "SeriesInstanceUID"), uid))
        item.ReferencedSOPInstanceUID = place[2]
        part = _empty(series, name)
        part.SeriesInstanceUID = place[1]
        part[name].value.append(item)
        yield place, part


def _add(into: Sequence, part: Dataset) -> None:
    """Add a reference to the item of its series, or as the first of it."""
    same = next((s for s in into if s.SeriesInstanceUID == part.SeriesInstanceUID), None)
    if same is None:
        into.append(part)
        return
    for element in part:
        if element.VR == "SQ" and element.keyword in same:
            same[element.keyword].value.extend(element.value)


def _empty(item: Dataset, keyword: str) -> Dataset:
    made = Dataset()
    for element in item:
        if element.keyword != keyword:
            made[element.tag] = deepcopy(element)
    setattr(made, keyword, Sequence())
    return made
