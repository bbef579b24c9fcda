"""`capacity()`: volumes with bars, when they will be full, and what can be done about it."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.console import look
from simulator.console.capacity_compression import Compression
from simulator.console.capacity_holds import Holds
from simulator.console.capacity_plot import forecast_png
from simulator.console.capacity_retention import Retention
from simulator.errors import PacsLabError

_RECALLS = {"number": "no.", "state": "state", "volume": "from", "study_uid": "study",
            "due": "ready about", "by": "asked by", "note": "note"}  # fmt: skip
_SIGNS = {"fine": "✔", "full": "✘", "above its threshold": "!", "not mounted": "–",
          "read only": "!"}  # fmt: skip
_KINDS = ("logs", "cache", "temp")


def capacity(seat: Client | None = None) -> look.Widget:
    """Show the archive's volumes, a forecast, retention, holds, compression and recalls."""
    return _Panel(look.client(seat)).widget


class _Panel:
    def __init__(self, seat: Client) -> None:
        self.seat, self.message = seat, look.Message()
        self.rows: list[dict[str, Any]] = []
        self._make()
        self.retention = Retention(seat, self.message, self.refresh)
        self.holds = Holds(seat, self.message)
        self.compression = Compression(seat, self.message, self.refresh)
        self.widget = self._laid_out()
        self.message.guard(self.refresh)

    def _make(self) -> None:
        self.bars = look.mark(w.HTML(), "bars")
        self.recalls = look.mark(w.HTML(), "recalls")
        self.picture = look.mark(w.Image(format="png"), "forecast-picture")
        self.picture.layout.max_width, self.picture.layout.display = "100%", "none"
        self.volume = look.choice("volume", "volume", [], width="200px")
        self.kind = look.choice("clear", "kind", _KINDS, width="150px")
        self.basis = look.choice("count by", "basis", ("received", "study_date"), width="200px")
        self.study = look.text("study", "study", width="420px", hint="Study Instance UID")

    def _laid_out(self) -> look.Widget:
        make, message = look.button, self.message
        disks = look.row(
            self.volume, make("Refresh", self.refresh, message, "refresh"),
            make("Verify", self.verify, message, "verify", tip="compare files with digests"),
            make("Plan cleaning", self.plan, message, "plan"),
            make("Clean", self.clean, message, "clean", style="warning"),
            self.kind, make("Clear", self.clear, message, "clear", style="warning"),
        )  # fmt: skip
        ahead = look.row(self.basis, make("Look ahead", self.ahead, message, "ahead"))
        back = w.VBox([
            look.row(self.study, make("Recall", self.recall, message, "recall"),
                     make("Mount the volume", self.mount, message, "mount")),
            self.recalls,
        ])  # fmt: skip
        parts = {
            "Retention: rules, and what would expire": self.retention.widget,
            "Legal holds": self.holds.widget,
            "Compression: rules, and what they save": self.compression.widget,
            "Recalls from other tiers": back,
        }
        fold = look.mark(w.Accordion(list(parts.values()), titles=tuple(parts)), "fold")
        return look.panel(
            "Capacity", message, self.bars, disks, ahead, self.picture, fold, name="capacity",
            hint="The line across a bar is its threshold. A full disk refuses images: 0xA700.",
        )  # fmt: skip

    # --- looking ------------------------------------------------------------------------------

    def refresh(self) -> str:
        """Read volumes, recalls, rules and holds again."""
        self.rows = self.seat.storage.list()
        look.offer(self.volume, [row["name"] for row in self.rows])
        self.bars.value = bars(self.rows)
        found = self.seat.storage.recalls()
        self.recalls.value = look.scroll(look.table(found, _RECALLS, empty="no recalls"))
        for part in (self.retention, self.holds, self.compression):
            part.draw()
        trouble = [r["name"] for r in self.rows if r["state"] in ("full", "above its threshold")]
        if not trouble:
            return "No volume is above its threshold."
        self.message.say(f"Act on {', '.join(trouble)}.")
        return ""

    def ahead(self) -> str:
        """Draw the forecast of the chosen volume."""
        self.picture.layout.display = "none"
        facts = self.seat.storage.forecast(self.volume.value, basis=self.basis.value)
        self.picture.value = forecast_png(facts)
        self.picture.layout.display = "block"
        return str(facts["said"])

    # --- acting -------------------------------------------------------------------------------

    def verify(self) -> str:
        """Compare every file of the chosen volume with its digest."""
        report = self.seat.storage.verify(self.volume.value)
        if report["bad"]:
            raise PacsLabError(
                f"{len(report['bad'])} of {report['checked']} files are bad: "
                f"{report['bad'][0]['sop_uid']} is {report['bad'][0]['what']}.",
                f"Mend them: pacslab archive volume verify {self.volume.value} --mend",
            )
        return f"All {report['checked']} files of {self.volume.value} are what was stored."

    def plan(self) -> str:
        """Say what cleaning would free."""
        return self._cleaned(self.seat.storage.clean(self.volume.value, dry_run=True), "would free")

    def clean(self) -> str:
        """Free the oldest studies that have another good copy."""
        done = self.seat.storage.clean(self.volume.value)
        self.refresh()
        return self._cleaned(done, "freed")

    def _cleaned(self, report: dict[str, Any], verb: str) -> str:
        kept = len(report["kept"])
        return (
            f"Cleaning {report['volume']} {verb} {look.size(report['freed'])} of "
            f"{look.size(report['wanted'])} wanted: {look.count(len(report['studies']), 'study')}; "
            f"{kept} stay: no second copy, or on hold."
        )

    def clear(self) -> str:
        """Clear what is not images."""
        freed = self.seat.storage.clear(self.volume.value, self.kind.value)
        self.refresh()
        return f"{look.size(freed)} of {self.kind.value} were cleared on {self.volume.value}."

    def recall(self) -> str:
        """Ask for the study in the field."""
        row = self.seat.storage.recall(self.study.value.strip())
        self.refresh()
        said = row["note"] or f"ready about {row['due'][11:16]}"
        return f"Recall {row['number']} from {row['volume']}: {said}."

    def mount(self) -> str:
        """Mount the chosen volume."""
        waited = self.seat.storage.mount(self.volume.value)
        self.refresh()
        return f"{self.volume.value} is mounted; {look.count(waited, 'recall')} waited for it."


def bars(rows: list[dict[str, Any]]) -> str:
    """Return the volumes as a table with a bar each: images, what else is there, threshold."""
    lines = "".join(_line(row) for row in rows)
    head = "".join(f"<th>{word}</th>" for word in ("volume", "tier", "use", "in words", "state"))
    return f"<table class='pl-table'><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def _line(row: dict[str, Any]) -> str:
    other = sum(row["other"].values())
    words = f"{look.size(row['images'])} in {row['files']} files"
    words += "".join(
        f", {look.size(value)} {kind}" for kind, value in row["other"].items() if value
    )
    if row["capacity"]:
        words += f" of {look.size(row['capacity'])}: {row['percent']:g} %"
    sign = _SIGNS.get(row["state"], "")
    cells = (escape(row["name"]), escape(row["tier"]), _bar(row, other), escape(words),
             escape(f"{sign} {row['state']}"))  # fmt: skip
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _bar(row: dict[str, Any], other: float) -> str:
    if not row["capacity"]:
        return "<span class='pl-soft'>as large as the machine's disk</span>"
    images = min(100.0, 100 * row["images"] / row["capacity"])
    rest = min(100.0 - images, 100 * other / row["capacity"])
    colour = {"full": "#B42318", "above its threshold": "#D98A00"}.get(row["state"], "#0072B2")
    box = "position:absolute;top:0;bottom:0;"
    return (
        "<div style='position:relative;width:220px;height:14px;background:#8883;'>"
        f"<div style='{box}left:0;width:{images:.1f}%;background:{colour}'></div>"
        f"<div style='{box}left:{images:.1f}%;width:{rest:.1f}%;background:repeating-linear-"
        f"gradient(45deg,{colour},{colour} 3px,#fff8 3px,#fff8 6px)'></div>"
        f"<div style='{box}left:{row['threshold']}%;width:2px;background:currentColor'></div></div>"
    )
