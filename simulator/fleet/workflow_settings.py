"""What a device's console makes of the worklist, and how it tells the RIS what it did.

What a console requires and reads is what its maker's conformance statement says; a service engineer
can set it, but software that was built for less does not become better by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydicom.datadict import tag_for_keyword

from simulator.fleet.setting import listed, one_of, setting
from simulator.network import charsets

NONE = "none"
WORKLIST, SHIFTED = "worklist", "shifted"
REFERENCES = (WORKLIST, SHIFTED, NONE)


def _words(value: Any) -> tuple[str, ...]:
    words = listed(value)
    return () if words == (NONE,) else tuple(dict.fromkeys(words))


def _keywords(value: Any) -> tuple[str, ...]:
    words = _words(value)
    if len(words) > 32 or any(tag_for_keyword(word) is None for word in words):
        raise ValueError("DICOM keywords such as StudyInstanceUID, or none")
    return words


def _charsets(value: Any) -> tuple[str, ...]:
    """Read defined terms, which have blanks inside and are therefore parted by commas."""
    is_list = isinstance(value, (list, tuple))
    terms = [str(v).strip() for v in (value if is_list else str(value).split(","))]
    terms = [term for term in terms if term not in ("", NONE)]
    if not all(charsets.known(term) for term in terms):
        raise ValueError("defined terms such as ISO_IR 100, commas between them, or none")
    return tuple(dict.fromkeys(terms))


@dataclass(frozen=True, kw_only=True)
class WorkflowSettings:
    """The settings of one device about worklist entries and performed steps."""

    worklist_needs: tuple[str, ...] = setting(
        "worklist.needs", _keywords,
        "attributes without which its console shows no entry; none: it takes what comes", (),
    )  # fmt: skip
    worklist_charsets: tuple[str, ...] = setting(
        "worklist.charsets", _charsets,
        "character sets that its console reads, it shows no entry in any other; none: all", (),
    )  # fmt: skip
    mpps_reference: str = setting(
        "mpps.reference", one_of(REFERENCES),
        "what its MPPS says of the scheduled step: what the worklist said, the same in the wrong "
        "fields (shifted), or none", WORKLIST,
    )  # fmt: skip
