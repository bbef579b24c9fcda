"""The picture of a day's run: objects by hour and modality, and what each modality came to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

# One colour a modality, whatever the day had; told apart by people who do not see red or green.
_COLOURS = {
    "CT": "#0072B2", "MR": "#56B4E9", "DX": "#D55E00", "CR": "#E69F00", "US": "#009E73",
    "MG": "#CC79A7", "XA": "#7A4EAB", "RF": "#B79AD8", "NM": "#8C8C8C", "PT": "#4D4D4D",
    "OT": "#C8C8C8",
}  # fmt: skip
_INK, _PALE = "#333333", "#E4E4E4"


def save_day(facts: dict[str, Any], path: Path) -> Path:
    """Draw a run's facts (fleet/tally.py) as a PNG; returns its path."""
    figure = Figure(figsize=(11, 5.2), dpi=120, facecolor="white", layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 1.55))
    names = [name for name in _COLOURS if name in facts["rows"]]
    _hours(left, facts, names)
    _modalities(right, facts, names)
    figure.suptitle(_title(facts), x=0.01, ha="left", fontsize=13, color=_INK, weight="bold")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    return path


def _title(facts: dict[str, Any]) -> str:
    pace = facts["hours_run"] * 3600 / facts["seconds"] if facts["seconds"] else 0
    return (
        f"{_number(facts['beds'])} beds, {facts['hours_run']:g} hours: "
        f"{_number(facts['done'])} examinations, {_number(facts['objects'])} objects, "
        f"{facts['bytes'] / 1e9:.2f} GB in {facts['seconds']:.0f} s, "
        f"{_number(pace)} × real time"
    )


def _number(value: float) -> str:
    """Write a number with thin spaces between the thousands."""
    return f"{value:,.0f}".replace(",", "\u2009")


def _hours(axes: Axes, facts: dict[str, Any], names: list[str]) -> None:
    """Draw what was sent in each hour, modality on modality."""
    hours = sorted({int(hour) for name in names for hour in facts["hours"][name]})
    span = range(max(hours, default=0) + 1)
    first = int(facts["start"][11:13])
    base = [0] * len(span)
    for name in names:
        counts = [facts["hours"][name].get(str(hour), 0) for hour in span]
        axes.bar(span, counts, bottom=base, width=0.82, color=_COLOURS[name], label=name)
        base = [a + b for a, b in zip(base, counts, strict=True)]
    step = 2 if len(span) > 12 else 1
    axes.set_xticks(list(span)[::step], [f"{(first + hour) % 24:02d}" for hour in span][::step])
    axes.set_xlabel("hour of the day, hospital time", color=_INK)
    axes.set_title("objects sent in each hour", loc="left", fontsize=10, color=_INK)
    axes.yaxis.grid(True, color=_PALE)
    axes.legend(ncols=2, frameon=False, fontsize=9, loc="upper right")
    _quiet(axes)


def _modalities(axes: Axes, facts: dict[str, Any], names: list[str]) -> None:
    """Draw the examinations of each modality, with objects and bytes in words."""
    names = sorted(names, key=lambda name: facts["rows"][name][0])
    counts = [facts["rows"][name][0] for name in names]
    axes.barh(names, counts, color=[_COLOURS[name] for name in names], height=0.7)
    for place, name in enumerate(names):
        exams, objects, size = facts["rows"][name]
        text = f" {exams}: {_number(objects)} obj, {_number(size / 1e6)} MB"
        axes.text(exams, place, text, va="center", fontsize=8.5, color=_INK)
    axes.set_xlim(0, max(counts, default=1) * 1.95)
    axes.set_xticks([])
    axes.set_title("examinations", loc="left", fontsize=10, color=_INK)
    _quiet(axes)
    axes.spines["bottom"].set_visible(False)


def _quiet(axes: Axes) -> None:
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color("#BBBBBB")
    axes.tick_params(colors=_INK, length=0)
