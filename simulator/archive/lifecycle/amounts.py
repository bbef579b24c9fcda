"""Sizes and periods as people write them: 500 MB, 2 TB; 30d, 6m, 10y."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Any

from simulator.errors import UsageError

_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?) ?(|B|kB|KB|MB|GB|TB|PB)")
_UNITS = {"": 1, "B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
          "PB": 10**15}  # fmt: skip
_MOST = 10**18  # bytes; a column holds 64 bits
_PERIOD = re.compile(r"([0-9]{1,5})(d|m|y)")
_LONGEST = {"d": 36_500, "m": 1_200, "y": 100}
_WORDS = {"d": "day", "m": "month", "y": "year"}


def size_of(value: Any, what: str) -> int:
    """Return a size in bytes; raises UsageError for what is none, or is negative."""
    found = _SIZE.fullmatch(str(value).strip()) if isinstance(value, (int, str)) else None
    if isinstance(value, bool) or found is None:
        raise UsageError(f"'{str(value)[:40]}' is no size for {what}.", "Write 500MB, or 2 GB.")
    made = int(float(found[1]) * _UNITS[found[2]]) if "." in found[1] else (
        int(found[1]) * _UNITS[found[2]])  # fmt: skip
    if made > _MOST:
        raise UsageError(f"{value} is too much for {what}.", "At most 1000 PB.")
    return made


def size_text(size: float) -> str:
    """Return a size as a person reads it."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if abs(size) < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} PB"


def period_of(value: Any, what: str, *, zero: bool = False) -> str:
    """Return a period in its short form; raises UsageError for what is none, or not positive."""
    text = value.strip().lower().replace(" ", "") if isinstance(value, str) else str(value)
    found = _PERIOD.fullmatch(text)
    if found is None or (int(found[1]) == 0 and not zero) or int(found[1]) > _LONGEST[found[2]]:
        raise UsageError(
            f"'{str(value)[:40]}' is no period for {what}.",
            "Write days, months or years, up to 100 years: 30d, 6m, 10y.",
        )
    return f"{int(found[1])}{found[2]}"


def period_text(period: str) -> str:
    """Return a period in words."""
    number, unit = int(period[:-1]), _WORDS[period[-1]]
    return f"{number} {unit}{'' if number == 1 else 's'}"


def later(day: date, period: str) -> date:
    """Return the day a period after `day`; the 29th of February becomes the 28th."""
    number, unit = int(period[:-1]), period[-1]
    if unit == "d":
        return day + timedelta(days=number)
    months = day.year * 12 + day.month - 1 + number * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_of(text: str) -> date | None:
    """Return a DICOM date (DA, PS3.5 6.2) as a day; None where it is none."""
    plain = text.replace(".", "").replace("-", "")[:8]
    if not (len(plain) == 8 and plain.isascii() and plain.isdigit()):
        return None
    try:
        return date(int(plain[:4]), int(plain[4:6]), int(plain[6:]))
    except ValueError:
        return None
