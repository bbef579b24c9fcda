"""Hours of the week: when a rule holds, and when what it wants may be sent; in hospital time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from simulator.errors import UsageError

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FORM = re.compile(r"(?:(?P<days>[A-Za-z,-]+)\s+)?(?P<from>\d\d:\d\d)-(?P<to>\d\d:\d\d)")
_REMEDY = "Write 18:00-06:00, or Mon-Fri 07:00-18:00, or Sat,Sun 00:00-24:00."


@dataclass(frozen=True, kw_only=True)
class Hours:
    """A span of the day on some days of the week; one past midnight belongs to the day before."""

    days: frozenset[int]
    start: int  # minutes since midnight
    end: int

    @classmethod
    @lru_cache(maxsize=256)
    def parse(cls, text: str) -> Hours:
        """Read '[DAYS ]HH:MM-HH:MM'; raises UsageError for what are no hours."""
        found = _FORM.fullmatch(text.strip().replace("–", "-"))
        if found is None:
            raise UsageError(f"'{text[:40]}' are no hours.", _REMEDY)
        start, end = (_minutes(found[name], text) for name in ("from", "to"))
        if start == end or start == 1440:
            raise UsageError(f"'{text}' is no span of time: it ends where it begins.", _REMEDY)
        return cls(days=_days(found["days"], text), start=start, end=end)

    def holds(self, now: datetime) -> bool:
        """Return whether a moment of hospital time lies within."""
        minute, day = now.hour * 60 + now.minute, now.weekday()
        if self.start < self.end:
            return day in self.days and self.start <= minute < self.end
        late = day in self.days and minute >= self.start
        return late or ((day - 1) % 7 in self.days and minute < self.end)


def checked(text: str) -> str:
    """Return hours as they are kept; raises UsageError for what are none. Empty: always."""
    if not isinstance(text, str):
        raise UsageError(f"{text!r} are no hours.", _REMEDY)
    plain = " ".join(text.replace("–", "-").split())
    if plain:
        Hours.parse(plain)
    return plain


def _minutes(text: str, whole: str) -> int:
    hour, minute = map(int, text.split(":"))
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        raise UsageError(f"There is no time {text} in '{whole}'.", _REMEDY)
    return hour * 60 + minute


def _days(text: str | None, whole: str) -> frozenset[int]:
    if not text:
        return frozenset(range(7))
    found: set[int] = set()
    for part in text.split(","):
        ends = [name.title() for name in part.split("-")]
        if len(ends) > 2 or any(name not in DAYS for name in ends):
            raise UsageError(f"'{part}' in '{whole}' is no day of the week.", _REMEDY)
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        found |= {(first + n) % 7 for n in range((last - first) % 7 + 1)}
    return frozenset(found)
