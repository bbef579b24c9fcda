"""`viewer()`: look at images with window, level, scrolling and cine. The picture is a PNG."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as w
from pydicom.dataset import Dataset

from simulator import viewer as ohif
from simulator.client import Client
from simulator.console import look, pixels
from simulator.console.pixels import Picture, Window
from simulator.console.tags import tag_table
from simulator.errors import UsageError

_KEPT = 150  # images kept in memory by a viewer
_AS_SENT = "as sent"
_LINK = "color:var(--jp-content-link-color,#0b5cad);text-decoration:underline"


@dataclass(frozen=True, kw_only=True)
class Slice:
    """One picture of a series: an instance, and a frame within it."""

    sop_uid: str
    frame: int = 0


def viewer(studies: str | Sequence[str], seat: Client | None = None) -> look.Widget:
    """Show a study (or several, to compare) by Study Instance UID."""
    chosen = [studies] if isinstance(studies, str) else list(studies)
    return Viewer(look.client(seat), chosen).widget


class Viewer:
    """The controls, and what they show."""

    def __init__(self, seat: Client, studies: Sequence[str]) -> None:
        """Open the first of `studies`."""
        self.seat, self.message = seat, look.Message()
        self._object = lru_cache(maxsize=_KEPT)(self.seat.archive.instance)
        self._read = lru_cache(maxsize=_KEPT)(self._fetch)
        self._slices: list[Slice] = []
        self._still = False  # while controls are being set, nothing is redrawn
        self._make_controls()
        self.widget = self._laid_out(len(studies) > 1)
        self._connect()
        self.message.guard(lambda: self.open(studies))

    # --- the controls -------------------------------------------------------------------------

    def _make_controls(self) -> None:
        self.study = look.choice("study", "study", [], width="460px")
        self.series = look.choice("series", "series", [], width="440px")
        self.preset = look.choice("window", "preset", [_AS_SENT, *pixels.PRESETS], width="190px")
        self.scroll, self.levels = look.row(), w.VBox([])
        self.image = look.mark(w.Image(format="png", width=440), "image")
        self.overlay = look.mark(w.HTML(), "overlay")
        self.words = look.text("search tags", "tag-search", width="250px", hint="e.g. patient")
        self.tags = look.mark(w.HTML(), "tags")
        self._make_sliders(1, Window(center=0, width=2), (0.0, 1.0))

    def _make_sliders(self, images: int, window: Window, ends: tuple[float, float]) -> None:
        """Make the sliders of a series.

        New ones each time: when the ends of one change, the browser sends its old value back.
        """
        low, high = ends
        self.slice = _slider("image", "slice", 1, images, images // 2 + 1 if images > 1 else 1)
        self.center = _slider("level", "level", low, high, window.center)
        self.width = _slider("width", "width", 2, high - low, window.width)
        self.play = look.mark(w.Play(min=1, max=images, interval=120, repeat=True), "play")
        self.play.value = self.slice.value
        w.link((self.play, "value"), (self.slice, "value"))
        for slider in (self.slice, self.center, self.width):
            look.watch(slider, self._changed, self.message)
        self.scroll.children, self.levels.children = (
            [self.play, self.slice],
            [self.center, self.width],
        )

    def _laid_out(self, several: bool) -> look.Widget:
        picture = w.VBox([self.image, self.scroll])
        side = w.VBox([self.preset, self.levels, self.overlay])
        fold = look.mark(
            w.Accordion([w.VBox([self.words, self.tags])], titles=("All tags",)), "fold"
        )
        fold.layout.width = "auto"
        self.elsewhere = look.mark(w.HTML(), "ohif")
        chosen = look.row(*([self.study] if several else []), self.series)
        return look.panel(
            "Viewer", self.message, chosen,
            look.columns((picture, "445px"), (side, "300px")), self.elsewhere, fold,
            name="viewer",
            hint="For training, not for diagnosis. Level is the brightness, width the contrast.",
        )  # fmt: skip

    def _connect(self) -> None:
        look.watch(self.study, self._open_study, self.message)
        look.watch(self.series, self._open_series, self.message)
        look.watch(self.preset, self._apply_preset, self.message)
        look.watch(self.words, self._draw_tags, self.message)
        self.widget.children[-1].observe(lambda change: self._draw_tags(), "selected_index")

    def _changed(self) -> None:
        if not self._still:
            self.draw()

    # --- opening --------------------------------------------------------------------------------

    def open(self, studies: Sequence[str]) -> None:
        """Offer these studies and show the first."""
        if not studies:
            raise UsageError("No study was given.", "Choose one in the study browser.")
        found = [self.seat.archive.study(uid) for uid in studies]
        self._trees = {study["study_uid"]: study["tree"] for study in found}
        look.offer(self.study, [(_study_name(study), study["study_uid"]) for study in found])

    def _open_study(self) -> None:
        tree = self._trees.get(self.study.value, [])
        self.elsewhere.value = in_ohif(self.seat.seat.folder, self.study.value or "")
        look.offer(self.series, [(_series_name(s), s["series_uid"]) for s in tree])

    def _open_series(self) -> None:
        if self.series.value is None:
            return
        series = next(
            s for s in self._trees[self.study.value] if s["series_uid"] == self.series.value
        )
        self._slices = slices(series)
        with self._quietly():
            self.preset.value = _AS_SENT
        self.preset.disabled = series["modality"] != "CT"  # the presets are in Hounsfield units
        self._make_sliders(len(self._slices), Window(center=0, width=2), (0.0, 1.0))
        image = self._picture()
        self._make_sliders(len(self._slices), image.window, ends(image, series["modality"]))
        self.center.disabled = self.width.disabled = image.is_colour
        self.draw()

    def _apply_preset(self) -> None:
        """Set both sliders, then draw once."""
        if self._still:
            return
        chosen = pixels.PRESETS.get(self.preset.value)
        window = Window(center=chosen[0], width=chosen[1]) if chosen else self._picture().window
        with self._quietly():
            self.center.value, self.width.value = window.center, window.width
        self.draw()

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        """Set controls without drawing each time."""
        self._still = True
        try:
            yield
        finally:
            self._still = False

    # --- drawing --------------------------------------------------------------------------------

    def draw(self) -> None:
        """Show the chosen image through the chosen window."""
        window = Window(center=self.center.value, width=self.width.value)
        self.image.value = pixels.png(self._picture(), window)
        self.image.layout.visibility = "visible"
        self.overlay.value = overlay(self.dataset, self.slice.value, len(self._slices), window)
        self._draw_tags()
        self.message.clear()

    def _draw_tags(self) -> None:
        if self.widget.children[-1].selected_index == 0:  # while folded, nobody reads them
            self.tags.value = look.scroll(tag_table(self.dataset, self.words.value))

    @property
    def chosen(self) -> Slice:
        """What is to be shown."""
        if not self._slices:
            raise UsageError("This series has no images.", "Choose another one.")
        number: int = min(self.slice.value, len(self._slices))
        return self._slices[number - 1]

    @property
    def dataset(self) -> Dataset:
        """The object that is shown."""
        return self._object(self.chosen.sop_uid)

    def _picture(self) -> Picture:
        """Return the picture; where there is none, an old one must not stay on the screen."""
        try:
            return self._read(self.chosen)
        except UsageError:
            self.image.layout.visibility, self.overlay.value = "hidden", ""
            self._draw_tags()
            raise

    def _fetch(self, wanted: Slice) -> Picture:
        return pixels.picture(self._object(wanted.sop_uid), wanted.frame)


def slices(series: dict[str, Any]) -> list[Slice]:
    """Return the pictures of a series, in the order of their instance numbers."""
    ordered = sorted(series["instances"], key=lambda one: (_whole(one["number"]), one["sop_uid"]))
    return [
        Slice(sop_uid=one["sop_uid"], frame=frame)
        for one in ordered
        for frame in range(max(1, _whole(one["frames"])))
    ]


def overlay(ds: Dataset, number: int, of: int, window: Window) -> str:
    """Return the key facts a reader needs beside the picture, as HTML."""
    facts = {
        "patient": ds.get("PatientName", ""),
        "patient ID": ds.get("PatientID", ""),
        "born, sex": f"{ds.get('PatientBirthDate', '')}  {ds.get('PatientSex', '')}",
        "accession": ds.get("AccessionNumber", ""),
        "study": f"{ds.get('StudyDate', '')}  {ds.get('StudyDescription', '')}",
        "series": f"{ds.get('SeriesNumber', '')}  {ds.get('SeriesDescription', '')}",
        "device": f"{ds.get('Modality', '')}  {ds.get('StationName', '')}",
        "image": f"{number} of {of}, {ds.get('Columns', '?')} × {ds.get('Rows', '?')}",
        "window": window,
    }
    lines = "".join(
        f"<tr><th>{escape(key)}</th><td>{escape(look.shown(value))}</td></tr>"
        for key, value in facts.items()
    )
    return f"<table class='pl-table'>{lines}</table>"


def in_ohif(seat: Path, study_uid: str) -> str:
    """Return a link that opens a study in JupyterLab's OHIF tab, or how OHIF is installed."""
    if not ohif.is_installed(seat):
        return f"<p class='pl-soft'>{escape(ohif.MISSING)}</p>"
    study = escape(json.dumps({"study": study_uid}), quote=True)
    return (
        f"<p><a href='#' style='{_LINK}' data-commandlinker-command='pacslab:viewer' "
        f"data-commandlinker-args='{study}'>Open this study in OHIF</a></p>"
    )


def _study_name(study: dict[str, Any]) -> str:
    parts = (study["patient_name"], study["patient_id"], study["date"], study["description"])
    return look.shown(" · ".join(filter(None, parts)))


def _series_name(series: dict[str, Any]) -> str:
    what = f"{series['modality']} {series['number']}: {series['description']}"
    return look.shown(f"{what} ({look.count(len(series['instances']), 'image')})")


def ends(image: Picture, modality: str) -> tuple[float, float]:
    """Return the lowest and the highest level that make sense for a series."""
    low, high = min(image.low, image.window.center), max(image.high, image.window.center)
    if modality == "CT":  # every series of a CT has the same ones, so that presets always fit
        low, high = min(low, -1100.0), max(high, 2000.0)
    return float(int(low) - 1), float(int(high) + 1 + int(image.window.width))


def _slider(label: str, name: str, low: float, high: float, value: float) -> look.Widget:
    """Return a slider in whole steps."""
    low, high = int(low), max(int(high), int(low) + (name != "slice"))
    made = w.IntSlider(
        description=label, min=low, max=high, value=min(high, max(low, round(value)))
    )
    made.layout.width, made.layout.max_width = "94%", "370px"  # else its number is cut off
    made.style.description_width = "45px"
    return look.mark(made, name)


def _whole(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0
