"""The DICOM JSON model (PS3.18 Annex F): data sets as JSON, large values by reference.

pydicom's own `to_json_dict` does each element; what is invalid is left out element by element
here, because pydicom's way to do so changes a setting that all threads share.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.filewriter import correct_ambiguous_vr

INLINE = 1024  # bytes; what is longer is given by reference
_BINARY = {"OB", "OD", "OF", "OL", "OV", "OW", "UN"}
_CHARACTER_SET = 0x00080005

Reference = Callable[[str], str]  # of a path like '00540016/0/00181074' to a URL


def as_json(value: Any) -> bytes:
    """Return JSON as it goes over the wire."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def to_json(ds: Dataset, reference: Reference | None = None, above: str = "") -> dict[str, Any]:
    """Return a data set in the DICOM JSON model; what cannot be decoded is left out."""
    found: dict[str, Any] = {}
    for tag in sorted(ds.keys()):
        if tag.element == 0:
            continue  # group lengths say nothing here
        try:
            found[f"{tag:08X}"] = _element(ds[tag], reference, f"{above}{tag:08X}")
        except Exception:  # pydicom raises many kinds for bad values
            continue
    if f"{_CHARACTER_SET:08X}" in found:
        found[f"{_CHARACTER_SET:08X}"] = {"vr": "CS", "Value": ["ISO_IR 192"]}  # JSON is UTF-8
    return found


def resolve(ds: Dataset) -> Dataset:
    """Settle the VRs that Implicit VR leaves open (US or SS, OB or OW)."""
    try:
        return correct_ambiguous_vr(ds, is_little_endian=True)
    except Exception:  # the header lacks what decides it
        return ds


def _element(element: DataElement, reference: Reference | None, where: str) -> dict[str, Any]:
    if element.VR == "SQ":
        items = [
            to_json(item, reference, f"{where}/{at}/") for at, item in enumerate(element.value)
        ]
        return {"vr": "SQ", "Value": items} if items else {"vr": "SQ"}
    if " or " in element.VR:
        element = DataElement(element.tag, element.VR[-2:], element.value)
    if element.VR in _BINARY and reference and len(element.value or b"") > INLINE:
        return {"vr": element.VR, "BulkDataURI": reference(where)}
    made = element.to_json_dict(None, 0)
    if "Value" in made:
        made["Value"] = [_plain(value) for value in made["Value"]]
    return made


def _plain(value: Any) -> Any:
    """Return a value JSON can hold: numbers that are none are said in words (F.2.2)."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value
