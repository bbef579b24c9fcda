"""When a volume will reach its threshold: the trend of the daily ingest, with its uncertainty.

Ordinary least squares through the bytes of each whole day give a line; added up over the days to
come they give the use expected. Its variance is that of the line's two parameters and of the days
themselves, taken as independent; the band holds 90 % under a normal distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Any

from simulator.errors import RefusedError

LEAST_DAYS = 3  # with fewer there is no spread to speak of
_MOST_DAYS = 3650  # as far as is looked ahead
_Z90 = 1.645


@dataclass(frozen=True, kw_only=True)
class Trend:
    """The line through n days: bytes of day t = at_start + slope × t, days counted from 0."""

    days: int
    at_start: float
    slope: float
    spread: float  # standard deviation of a day around the line, in bytes
    mean_day: float
    square: float  # sum of (t - mean_day)²

    @classmethod
    def of(cls, ingest: Sequence[float]) -> Trend:
        """Fit a line; raises RefusedError for too few days."""
        n = len(ingest)
        if n < LEAST_DAYS:
            raise RefusedError(
                f"{n} whole days of ingest are too few for a trend.",
                f"Wait for {LEAST_DAYS} days of hospital time, or count by study date.",
                409,
            )
        mean_day, mean = (n - 1) / 2, sum(ingest) / n
        square = sum((t - mean_day) ** 2 for t in range(n))
        slope = sum((t - mean_day) * (y - mean) for t, y in enumerate(ingest)) / square
        start = mean - slope * mean_day
        rest = sum((y - start - slope * t) ** 2 for t, y in enumerate(ingest))
        spread = sqrt(rest / (n - 2))
        return cls(days=n, at_start=start, slope=slope, spread=spread, mean_day=mean_day,
                   square=square)  # fmt: skip

    def ahead(self, days: int) -> tuple[float, float]:
        """Return the bytes expected over the next days, and their standard deviation."""
        sum_t = days * (self.days + (days - 1) / 2 - self.mean_day)  # of t - mean_day
        middle = self.at_start + self.slope * self.mean_day
        expected = days * middle + self.slope * sum_t
        variance = days + days**2 / self.days + sum_t**2 / self.square
        return expected, self.spread * sqrt(variance)


def ingest_by_day(rows: Sequence[tuple[str, int]], today: date) -> tuple[date, list[float]]:
    """Return the first day and the bytes of each whole day since; the day `today` is not over."""
    days: dict[date, float] = {}
    for text, size in rows:
        day = date.fromisoformat(text)
        if day < today:
            days[day] = days.get(day, 0.0) + size
    if not days:
        return today, []
    first = min(days)
    span = (today - first).days
    return first, [days.get(first + timedelta(days=n), 0.0) for n in range(span)]


def forecast(
    used: float, limit: float, ingest: Sequence[float], today: date, horizon: int
) -> dict[str, Any]:
    """Return the curve of use to come and the days it reaches `limit`: likely, earliest, latest."""
    trend = Trend.of(ingest)
    reach = {name: _reach(trend, used, limit, z) for name, z in
             (("likely", 0.0), ("earliest", _Z90), ("latest", -_Z90))}  # fmt: skip
    longest = max((days for days in reach.values() if days is not None), default=0)
    span = min(_MOST_DAYS, max(horizon, min(longest, 4 * horizon)))
    curve = []
    for days in range(span + 1):
        grown, error = trend.ahead(days)
        curve.append({"day": (today + timedelta(days=days)).isoformat(), "used": used + grown,
                      "low": used + max(0.0, grown - _Z90 * error),
                      "high": used + grown + _Z90 * error})  # fmt: skip
    return {
        "per_day": sum(ingest) / len(ingest), "slope": trend.slope, "spread": trend.spread,
        "days": len(ingest), "curve": curve,
        "reached": {
            name: None if days is None else (today + timedelta(days=days)).isoformat()
            for name, days in reach.items()
        },
    }  # fmt: skip


def _reach(trend: Trend, used: float, limit: float, z: float) -> int | None:
    """Return in how many days the use comes to the limit; None: not within ten years."""
    for days in range(_MOST_DAYS + 1):
        grown, error = trend.ahead(days)
        if used + grown + z * error >= limit:
            return days
        if z < 0 and trend.slope <= 0 and days > trend.days and grown < 0:
            return None
    return None
