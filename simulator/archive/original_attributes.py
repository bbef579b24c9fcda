"""Changing values in a data set, and remembering what they replace (PS3.3 C.12.1.1.9)."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence


def write_values(
    ds: Dataset,
    changes: dict[str, Any],
    now: datetime,
    by: str,
    *,
    source: str = "",
    reason: str = "CORRECT",
) -> None:
    """Write values into a data set; the old ones go into its Original Attributes Sequence.

    `by` says who or which rule changed them, `source` where the old values came from, `reason` is
    CORRECT or COERCE (0400,0565).
    """
    if not changes:
        return
    if not all(value.isascii() for value in changes.values() if isinstance(value, str)):
        _to_unicode(ds)
    before = Dataset()
    for keyword, value in changes.items():
        if keyword in ds:
            before[keyword] = deepcopy(ds[keyword])  # setattr changes an element in place
        elif reason == "COERCE":
            setattr(before, keyword, None)  # it was not there: that is remembered, too
        setattr(ds, keyword, value)
    item = Dataset()
    item.ModifiedAttributesSequence = Sequence([before])
    item.AttributeModificationDateTime = now.strftime("%Y%m%d%H%M%S")
    item.ModifyingSystem = f"PACS Lab ({by})"[:64]
    item.SourceOfPreviousValues = source or None
    item.ReasonForTheAttributeModification = reason
    items = list(ds.get("OriginalAttributesSequence") or [])
    ds.OriginalAttributesSequence = Sequence([*items, item])


def _to_unicode(ds: Dataset) -> None:
    """Declare UTF-8, in which every name can be written."""
    for _ in ds.iterall():
        pass  # decodes every text while the old character set is known
    ds.SpecificCharacterSet = "ISO_IR 192"
