"""Reports, documents and drawings: what is left of them (PS3.15 E.3.4, E.3.5)."""

from __future__ import annotations

from collections.abc import Callable

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from simulator.archive.deidentify.values import REMOVED
from simulator.imaging.pdf import page

_NAMES = {"PNAME": "PersonName", "TEXT": "TextValue"}
_KEPT = ("CONTAINER", "CODE", "NUM", "IMAGE", "COMPOSITE", "WAVEFORM", "SCOORD", "SCOORD3D",
         "TCOORD", "UIDREF", "DATE", "TIME", "DATETIME")  # fmt: skip


def nothing_said() -> Items:
    """Return the content of a report that says no more than that it was removed."""
    item, name = Dataset(), Dataset()
    name.CodeValue, name.CodingSchemeDesignator, name.CodeMeaning = "121106", "DCM", "Comment"
    item.RelationshipType, item.ValueType = "CONTAINS", "TEXT"
    item.ConceptNameCodeSequence = [name]
    item.TextValue = REMOVED
    return Items([item])


def clean_items(items: Items, walk: Callable[[Dataset], None]) -> Items:
    """Return content items without names and texts; `walk` applies the profile to each.

    Codes and numbers stay: what was measured, and where. An item of an unknown kind goes.
    """
    found = []
    for item in items:
        kind = str(item.get("ValueType", "CONTAINER"))
        if kind not in (*_NAMES, *_KEPT):
            continue
        children = item.get("ContentSequence")
        if children is not None:
            del item["ContentSequence"]
        walk(item)
        if kind in _NAMES:
            setattr(item, _NAMES[kind], REMOVED)
        if children is not None:
            item.ContentSequence = clean_items(children, walk)
        found.append(item)
    return Items(found)


def clean_graphics(items: Items, walk: Callable[[Dataset], None]) -> Items:
    """Return graphic annotations whose texts say nothing (PS3.3 C.10.5)."""
    for item in items:
        walk(item)
        for written in item.get("TextObjectSequence") or []:
            written.UnformattedTextValue = REMOVED
    return items


def empty_document(ds: Dataset) -> bytes:
    """Return a document of the same kind that says no more than that it was removed."""
    kind = str(ds.get("MIMETypeOfEncapsulatedDocument", ""))
    if kind == "application/pdf":
        made = page("Removed", ["This document was removed by de-identification."])
    else:
        made = b"<removed/>" if "xml" in kind else REMOVED.encode("ascii")
    if "EncapsulatedDocumentLength" in ds:
        ds.EncapsulatedDocumentLength = len(made)
    return made + b"\0" * (len(made) % 2)
