"""Values that say nothing, one for each VR, and texts with an identity in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

REMOVED = "REMOVED"
TEXTS = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})
_DUMMIES: dict[str, Any] = {
    "AE": REMOVED, "AS": "000Y", "CS": REMOVED, "DA": "19000101", "DS": "0", "DT": "19000101000000",
    "FD": 0.0, "FL": 0.0, "IS": "0", "LO": REMOVED, "LT": REMOVED, "OB": b"\0\0", "OW": b"\0\0",
    "PN": REMOVED, "SH": REMOVED, "SL": 0, "SS": 0, "ST": REMOVED, "TM": "000000", "UC": REMOVED,
    "UL": 0, "UN": b"\0\0", "UR": "urn:removed", "US": 0, "UT": REMOVED,
}  # fmt: skip
_IDENTIFIERS = (
    "PatientID", "OtherPatientIDs", "AccessionNumber", "AdmissionID", "MedicalRecordLocator",
    "RequestedProcedureID", "ScheduledProcedureStepID", "PlacerOrderNumberImagingServiceRequest",
    "FillerOrderNumberImagingServiceRequest", "PatientBirthDate", "PatientTelephoneNumbers",
)  # fmt: skip
_SHORTEST = 3  # letters of a word that counts


def dummy(element: DataElement) -> Any:
    """Return a value that says nothing, right for the element's VR; None if there is no such."""
    return _DUMMIES.get(element.VR)


class Identity:
    """The words by which an object names people: to be looked for wherever they may hide."""

    def __init__(self, ds: Dataset) -> None:
        """Gather the names and numbers of `ds`, nested ones, too."""
        found: set[str] = set()
        for element in ds.iterall():
            if element.VR == "PN":
                found.update(_words(element.value))
            elif element.keyword in _IDENTIFIERS:
                found.update(text for text in map(str, _values(element.value)) if text)
        self.words = {word.casefold() for word in found if len(word) >= _SHORTEST}
        parts = "|".join(re.escape(word) for word in sorted(self.words, key=len, reverse=True))
        self._pattern = re.compile(rf"(?<!\w)(?:{parts})(?!\w)") if parts else None

    def is_in(self, text: str) -> bool:
        """Return whether a text holds one of the words, in whatever case."""
        return self._pattern is not None and bool(self._pattern.search(text.casefold()))


def _words(value: Any) -> Iterable[str]:
    for name in _values(value):
        yield from re.split(r"[\^=\s,]+", str(name))


def _values(value: Any) -> list[Any]:
    if value is None or isinstance(value, (str, bytes)):
        return [value] if value else []
    return list(value) if isinstance(value, (list, tuple)) or hasattr(value, "insert") else [value]


def said(element: DataElement) -> str:
    """Return an element's value as a text to look into."""
    return "\\".join(map(str, _values(element.value)))
