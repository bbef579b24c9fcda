"""Conditions of rules: 'Modality=MR', 'StudyDescription=*BRAIN*', 'SourceAE!=CT1|CT2'.

They match as a query does (PS3.4 C.2.2.2): wildcards, ranges of dates, and case counts except in
names. Several values stand with | between them; a condition with != holds where none matches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from pydicom.datadict import dictionary_VR, tag_for_keyword

from simulator.archive.attributes import KEEP, LEVELS, level_of
from simulator.archive.matching import WILDCARD_VRS, value_test
from simulator.archive.records import Record, texts
from simulator.errors import UsageError

SOURCE = "SourceAE"  # of an instance: who sent it; no attribute of the object
ORDER_WORDS = ("RequestedProcedureDescription", "ScheduledStationAETitle")  # only orders have them
_FORM = re.compile(r"\s*(\w+)\s*(!?=)\s*(.*\S)\s*", re.DOTALL)
_REMEDY = "Write KEYWORD=VALUE or KEYWORD!=VALUE, such as StudyDescription=*BRAIN*."
Values = Callable[[str], Sequence[str]]  # the values of a keyword


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One condition: the values of a keyword against patterns."""

    keyword: str
    patterns: tuple[str, ...]
    negated: bool = False

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Read a condition; raises UsageError for what is none, or can never be looked at."""
        found = _FORM.fullmatch(text) if isinstance(text, str) and len(text) < 400 else None
        if found is None:
            raise UsageError(f"'{str(text)[:60]}' is no condition.", _REMEDY)
        keyword, sign, value = found.groups()
        _check_keyword(keyword)
        patterns = tuple(part.strip() for part in value.split("|"))
        return cls(keyword=keyword, patterns=patterns, negated=sign == "!=")

    def __str__(self) -> str:
        """Return it as it is written."""
        return f"{self.keyword}{'!=' if self.negated else '='}{'|'.join(self.patterns)}"

    @cached_property
    def _tests(self) -> list[Callable[[str], bool]]:
        return [value_test(vr_of(self.keyword), pattern) for pattern in self.patterns]

    def matches(self, found: Sequence[str]) -> bool:
        """Return whether an attribute with these values fulfils the condition."""
        return any(test(have) for test in self._tests for have in found or ("",)) != self.negated

    def holds(self, values: Values) -> bool:
        """Return whether it holds for what `values` says of its keyword."""
        return self.matches(values(self.keyword))


def vr_of(keyword: str) -> str:
    """Return the VR by which the values of a keyword are compared."""
    return "AE" if keyword == SOURCE else dictionary_VR(keyword)


def values_of(record: Record, source: str) -> Values:
    """Return how the values of an instance's kept attributes are found."""

    def values(keyword: str) -> list[str]:
        if keyword == SOURCE:
            return [source]
        return texts(record.get(tag_for_keyword(keyword) or 0))

    return values


def first_missed(conditions: Sequence[Condition], values: Values) -> Condition | None:
    """Return the first condition that does not hold, None where all do."""
    return next((one for one in conditions if not one.holds(values)), None)


def _check_keyword(keyword: str) -> None:
    if keyword == SOURCE or keyword in ORDER_WORDS:
        return
    if tag_for_keyword(keyword) is None:
        raise UsageError(
            f"There is no DICOM attribute '{keyword[:64]}'.",
            f"Write its keyword as PS3.6 does, such as StudyDescription, or {SOURCE}.",
        )
    if level_of(keyword) is None or vr_of(keyword) == "SQ":
        kept = [w for name in LEVELS for w in KEEP[name] if vr_of(w) in WILDCARD_VRS]
        raise UsageError(
            f"The index does not keep {keyword}, so no rule can look at it.",
            f"It keeps {', '.join(kept[:12])} and others.",
        )
