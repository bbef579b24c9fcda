"""What a plan would do, as rows a person compares: before and after, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from pydicom.dataset import Dataset

from simulator.archive.attributes import text
from simulator.archive.fixup.plan import Plan, Step
from simulator.archive.fixup.swap import header_of
from simulator.archive.store import FileStore

_UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
_NOT_SHOWN = {*_UIDS, "OriginalAttributesSequence", "SpecificCharacterSet"}


def preview(
    plan: Plan, store: FileStore, destinations: Callable[[str], list[str]]
) -> dict[str, Any]:
    """Return what a plan would change, without doing it."""
    return {
        "kind": plan.kind,
        "text": plan.text,
        "studies": plan.studies,
        "objects": sum(1 for step in plan.steps if step.before),
        **compared(_both(step, store) for step in plan.steps),
        "references": plan.references,
        "destinations": {uid: found for uid in plan.studies if (found := destinations(uid))},
        "warnings": plan.warnings,
    }


def compared(pairs: Iterable[tuple[Dataset, Dataset]]) -> dict[str, list[dict[str, Any]]]:
    """Return what differs between data sets before and after: attributes, and new UIDs."""
    rows: dict[tuple[str, ...], int] = {}
    uids: list[dict[str, str]] = []
    for before, after in pairs:
        if not before:
            continue
        for found in _differences(before, after):
            key = text(before, "StudyInstanceUID"), *found
            rows[key] = rows.get(key, 0) + 1
        if new := _new_uids(before, after):
            uids.append(new)
    names = ("study", "attribute", "before", "after")
    said = [dict(zip(names, key, strict=True)) | {"objects": n} for key, n in rows.items()]
    return {"changes": said, "new_uids": uids}


def _both(step: Step, store: FileStore) -> tuple[Dataset, Dataset]:
    before = header_of(store, step.before.location) if step.before else Dataset()
    if step.change is not None:
        after = deepcopy(before)
        step.change(after)
        return before, after
    if step.made is not None:
        return before, step.made
    return before, before  # it is taken out of sight, as it is


def _differences(before: Dataset, after: Dataset) -> list[tuple[str, str, str]]:
    words = {e.keyword for ds in (before, after) for e in ds if e.keyword} - _NOT_SHOWN
    pairs = [(word, _shown(before, word), _shown(after, word)) for word in sorted(words)]
    return [(word, old, new) for word, old, new in pairs if old != new]


def _shown(ds: Dataset, keyword: str) -> str:
    if keyword not in ds:
        return ""
    if ds[keyword].VR == "SQ":
        said = ["; ".join(f"{e.keyword} {e.value}" for e in item) for item in ds[keyword].value]
        return " | ".join(said)[:200]
    return text(ds, keyword)[:200]


def _new_uids(before: Dataset, after: Dataset) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in _UIDS:
        old, new = (text(ds, word) for ds in (before, after))
        if old != new:
            found |= {f"{word} before": old, f"{word} after": new}
    return found
