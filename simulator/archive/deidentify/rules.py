"""What becomes of an attribute: the Basic Profile's action, or what an option says instead.

Where the standard leaves the choice to the attribute's type in the IOD (X/Z/D), the choice is one
that is right for every type: a dummy value, else an empty one; sequences that may go are taken out,
unless the IOD wants them at least empty.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from simulator.errors import UsageError

_TABLE = Path(__file__).parent / "table.toml"
_ACQUISITION_CONTEXT, _PERFORMED_STEP = 0x00400555, 0x00081111
_PRESENTATION_CREATED = (0x00700082, 0x00700083)  # date and time
_REFERENCED_REQUEST = 0x0040A370
_OF_A_REQUEST = {0x00081110, 0x00321060, 0x00321064, 0x00401001, 0x00402016, 0x00402017}
_REPORTS = "1.2.840.10008.5.1.4.1.1.88."
BASIC = ("113100", "Basic Application Confidentiality Profile")


@dataclass(frozen=True, kw_only=True)
class Option:
    """An option of the profile: its column of the table, its code (CID 7050), and what it does."""

    column: str
    code: str
    meaning: str
    what: str


OPTIONS = {
    "retain-uids": Option(
        column="uids", code="113110", meaning="Retain UIDs Option",
        what="keep the UIDs: the study can be found again by whoever has the original"),
    "retain-device": Option(
        column="device", code="113109", meaning="Retain Device Identity Option",
        what="keep what identifies the device"),
    "retain-institution": Option(
        column="institution", code="113112", meaning="Retain Institution Identity Option",
        what="keep what identifies the hospital"),
    "retain-patient-characteristics": Option(
        column="patient", code="113108", meaning="Retain Patient Characteristics Option",
        what="keep sex, age, size, weight and the like"),
    "retain-dates": Option(
        column="dates", code="113106",
        meaning="Retain Longitudinal Temporal Information Full Dates Option",
        what="keep dates and times as they are"),
    "modified-dates": Option(
        column="modified", code="113107",
        meaning="Retain Longitudinal Temporal Information Modified Dates Option",
        what="shift dates, each patient's by the same number of days"),
    "clean-descriptors": Option(
        column="descriptors", code="113105", meaning="Clean Descriptors Option",
        what="keep descriptions in which no identity is found"),
    "clean-structured": Option(
        column="structured", code="113104", meaning="Clean Structured Content Option",
        what="keep the codes and measurements of reports, not their names and texts"),
    "clean-graphics": Option(
        column="graphics", code="113103", meaning="Clean Graphics Option",
        what="keep drawn annotations without their texts; overlays go in any case"),
    "retain-safe-private": Option(
        column="private", code="113111", meaning="Retain Safe Private Option",
        what="keep private attributes that their own object declares safe"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Profile:
    """The Basic Profile with some of its options."""

    options: tuple[str, ...] = ()
    columns: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Refuse options there are not, and two that contradict."""
        unknown = [name for name in self.options if name not in OPTIONS]
        if unknown:
            raise UsageError(
                f"There is no option '{unknown[0]}'.", f"There are: {', '.join(OPTIONS)}."
            )
        if {"retain-dates", "modified-dates"} <= set(self.options):
            raise UsageError("Dates are either kept or shifted.", "Choose one of the two options.")
        columns = frozenset(OPTIONS[name].column for name in self.options)
        object.__setattr__(self, "columns", columns)

    def has(self, column: str) -> bool:
        """Return whether the option of this column of the table is chosen."""
        return column in self.columns

    def action(self, tag: int, *, is_sequence: bool = False) -> str:
        """Return X, Z, D, U, K or C; an attribute that the table does not name is kept."""
        row = _table().get(tag)
        if row is None:
            return "K"
        said = {row[column] for column in self.columns if column in row}
        if said:
            return "K" if "K" in said else "C"
        return _resolved(row["basic"].split("/"), is_sequence=is_sequence)

    @property
    def codes(self) -> list[tuple[str, str]]:
        """Code value and meaning of the profile and of each option (CID 7050)."""
        return [BASIC, *((OPTIONS[name].code, OPTIONS[name].meaning) for name in self.options)]


def _resolved(choices: list[str], *, is_sequence: bool) -> str:
    if "U*" in choices:
        return "U"
    order = "UXZD" if is_sequence else "UDZX"
    return next(letter for letter in order if letter in choices)


def named(tag: int) -> bool:
    """Return whether the table names an attribute."""
    return tag in _table()


def instead_of_removal(tag: int, parent: int, sop_class: str) -> str:
    """Return X, or what keeps the object valid where the IOD wants an attribute: Z or D.

    Only what the table takes out although an IOD has it as type 1 or 2 (PS3.3 C.7.6.14, C.11.10,
    C.17).
    """
    if parent == _REFERENCED_REQUEST:
        return "Z" if tag in _OF_A_REQUEST else "X"
    if tag in _PRESENTATION_CREATED:
        return "D"
    of_report = tag == _PERFORMED_STEP and sop_class.startswith(_REPORTS)
    return "Z" if of_report or tag == _ACQUISITION_CONTEXT else "X"


def is_graphic(group: int) -> bool:
    """Return whether a group holds curves or overlays (PS3.3 C.9.2, 50xx and 60xx)."""
    return group & 0xFF00 in (0x5000, 0x6000)


@lru_cache(maxsize=1)
def _table() -> dict[int, dict[str, str]]:
    rows = tomllib.loads(_TABLE.read_text("utf-8"))
    return {int(tag, 16): row for tag, row in rows.items()}


def as_options(names: Iterable[str]) -> Profile:
    """Return the profile with the options named, in the table's order, each once."""
    asked = list(names)
    known = [name for name in OPTIONS if name in asked]
    return Profile(options=(*known, *(name for name in asked if name not in OPTIONS)))
