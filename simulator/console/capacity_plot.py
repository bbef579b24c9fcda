"""The picture of a forecast: the daily ingest so far, and the use to come with its band."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from textwrap import fill
from typing import Any

from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.figure import Figure

_mdates: Any = dates  # it has no types
_INK, _PALE, _BLUE, _BAND, _RED, _ORANGE = (
    "#333333", "#E4E4E4", "#0072B2", "#BFDDF0", "#B42318", "#B26B00"
)  # fmt: skip
# By hand: matplotlib's own layout draws everything twice.
_PLACE = {"left": 0.045, "right": 0.985, "top": 0.82, "bottom": 0.11, "wspace": 0.11,
          "width_ratios": (1, 1.9)}  # fmt: skip
_QUICK = {"compress_level": 1}  # a sixth larger, but packed at once
_UNITS = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def forecast_png(facts: dict[str, Any]) -> bytes:
    """Draw a forecast's facts (archive/lifecycle/capacity.py) as a PNG."""
    figure = Figure(figsize=(11, 4.4), dpi=110, facecolor="white")
    left, right = figure.subplots(1, 2, gridspec_kw=_PLACE)
    _ingest(left, facts)
    _use(right, facts)
    words = fill(facts["said"], 110)
    figure.suptitle(words, x=0.01, ha="left", fontsize=11, color=_INK, weight="bold")
    out = BytesIO()
    figure.savefig(out, format="png", pil_kwargs=_QUICK)
    return out.getvalue()


def _unit(most: float) -> tuple[float, str]:
    return next(((size, name) for size, name in _UNITS if most >= size), (1.0, "bytes"))


def _ingest(axes: Axes, facts: dict[str, Any]) -> None:
    """Draw what came each day, and the line through it."""
    size, unit = _unit(max(facts["ingest"]))
    days = _days(facts["first"], len(facts["ingest"]))
    values = [value / size for value in facts["ingest"]]
    axes.vlines(
        days, 0, values, color=_BLUE, lw=min(14.0, max(1.0, 220 / len(days)))
    )  # one artist, not 90
    middle, slope = (len(days) - 1) / 2, facts["slope"]
    ends = [facts["per_day"] + slope * (t - middle) for t in (0, len(days) - 1)]
    axes.plot([days[0], days[-1]], [end / size for end in ends], color=_INK, lw=1.4, ls="--")
    _heading(axes, f"ingest a day, {unit}; dashed: its trend")
    axes.set_ylim(bottom=0)
    _dates(axes, most=5)


def _use(axes: Axes, facts: dict[str, Any]) -> None:
    """Draw the use to come, the threshold, the size, and when they are met."""
    size, unit = _unit(facts["capacity"])
    days = [_number(row["day"]) for row in facts["curve"]]
    curve = {key: [row[key] / size for row in facts["curve"]] for key in ("low", "used", "high")}
    axes.fill_between(days, curve["low"], curve["high"], color=_BAND, lw=0, label="90 % band")
    axes.plot(days, curve["used"], color=_BLUE, lw=2, label="expected use")
    _level(axes, days[0], facts["limit"] / size, f"threshold, {facts['threshold']} %", _ORANGE)
    _level(axes, days[0], facts["capacity"] / size, "full: 0xA700", _RED)
    for reached, level, colour in (
        (facts["reached"]["likely"], facts["limit"], _ORANGE),
        (facts["full"]["likely"], facts["capacity"], _RED),
    ):
        _mark(axes, reached, level / size, days, colour)
    axes.set_ylim(0, facts["capacity"] / size * 1.18)
    _heading(axes, f"use of {facts['volume']}, {unit}")
    axes.legend(frameon=False, fontsize=9, loc="lower right")
    _dates(axes, most=8)


def _heading(axes: Axes, words: str) -> None:
    """Write over a plot; matplotlib's own title measures every label to find its place."""
    axes.text(0, 1.03, words, transform=axes.transAxes, fontsize=10, color=_INK)


def _level(axes: Axes, at: float, value: float, text: str, colour: str) -> None:
    axes.axhline(value, color=colour, lw=1.2, ls=(0, (6, 3)))
    axes.text(at, value, f" {text}", color=colour, fontsize=9, va="bottom")


def _mark(axes: Axes, day: str | None, value: float, days: list[float], colour: str) -> None:
    """Mark the day a level is met, where it is in the picture."""
    at = _number(day) if day else None
    if at is None or not days[0] <= at <= days[-1]:
        return
    axes.plot([at], [value], "o", color=colour, ms=6, zorder=5)
    axes.annotate(
        str(day), (at, value), xytext=(-6, 5), textcoords="offset points", fontsize=9,
        color=colour, ha="right" if at > sum(days) / len(days) else "left", weight="bold",
    )  # fmt: skip


def _days(first: str, count: int) -> list[float]:
    return [_number(first) + n for n in range(count)]


def _number(day: str) -> float:
    """Return a day as matplotlib counts them: 1970-01-01 is 0."""
    return float((date.fromisoformat(day) - date(1970, 1, 1)).days)


def _dates(axes: Axes, *, most: int) -> None:
    locator = _mdates.AutoDateLocator(minticks=2, maxticks=most)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(_mdates.ConciseDateFormatter(locator))
    axes.yaxis.grid(True, color=_PALE)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color("#BBBBBB")
    axes.tick_params(colors=_INK, length=0, labelsize=9)
