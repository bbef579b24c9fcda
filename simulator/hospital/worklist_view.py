"""How a worklist entry is written for one device: character set, time zone, what is left out."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydicom.charset import python_encoding
from pydicom.dataset import Dataset
from pydicom.valuerep import PersonName

from simulator.hospital.orders import Order

_TEXTS = ("PN", "LO", "SH", "ST", "LT", "UT", "UC")  # in the character set of (0008,0005)


@dataclass(frozen=True, kw_only=True)
class View:
    """In which time zone scheduled times are given: minutes ahead of hospital time."""

    shift: int = 0
    said: str = ""  # (0008,0201) of the answer

    def applied(self, entry: Dataset) -> Dataset:
        """Return the entry with its times in this zone."""
        if self.said:
            entry.TimezoneOffsetFromUTC = self.said
        if self.shift:
            for step in entry.ScheduledProcedureStepSequence:
                _move(step, timedelta(minutes=self.shift))
        return entry


def _move(step: Dataset, by: timedelta) -> None:
    date, time = step.ScheduledProcedureStepStartDate, step.ScheduledProcedureStepStartTime
    at = datetime.strptime(f"{date}{time}", "%Y%m%d%H%M%S") + by
    step.ScheduledProcedureStepStartDate = f"{at:%Y%m%d}"
    step.ScheduledProcedureStepStartTime = f"{at:%H%M%S}"


def minutes(offset: str) -> int:
    """Return an offset from UTC (+0130) in minutes; 0 for what is none (PS3.3 C.12.1.1.8)."""
    if len(offset) != 5 or offset[0] not in "+-" or not offset[1:].isdigit():
        return 0
    return (int(offset[1:3]) * 60 + int(offset[3:])) * (-1 if offset[0] == "-" else 1)


def without(ds: Dataset, keywords: set[str]) -> Dataset:
    """Return a data set without these attributes, at any depth."""
    if not keywords:
        return ds
    kept = deepcopy(ds)
    for keyword in keywords:
        if keyword in kept:
            delattr(kept, keyword)
    for element in kept:
        if element.VR == "SQ":
            element.value = [without(item, keywords) for item in element.value or []]
    return kept


def charset_of(order: Order) -> str:
    """Return Latin-1 as long as it can say everything, otherwise UTF-8 (PS3.3 C.12.1.1.2)."""
    try:
        "".join(map(str, order.facts().values())).encode("latin-1")
    except UnicodeEncodeError:
        return "ISO_IR 192"
    return "ISO_IR 100"


def first_charset(query: Dataset) -> str:
    """Return the first character set a query names, if it is one we can write."""
    value = query.get("SpecificCharacterSet") or ""
    term = value if isinstance(value, str) else str(next(iter(value), ""))
    return term if term in python_encoding else ""


def in_charset(ds: Dataset, term: str) -> Dataset:
    """Return a data set whose texts this character set can write; other letters become '?'."""
    made = deepcopy(ds)
    codec = python_encoding[term]
    for element in made.iterall():
        if element.VR in _TEXTS and element.value:
            text = str(element.value).encode(_plain(codec), "replace").decode(_plain(codec))
            element.value = PersonName(text) if element.VR == "PN" else text
    made.SpecificCharacterSet = "" if term == "ISO_IR 6" else term
    return made


def _plain(codec: str) -> str:
    """Return ASCII for the default repertoire, which pydicom reads as Latin-1."""
    return "ascii" if codec == "iso8859" else codec
