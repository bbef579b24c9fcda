"""`anatomy_atlas()`: a body in slices: three planes, and the names of what is seen in them."""

from __future__ import annotations

import io
from typing import Any

import ipywidgets as w
import numpy as np
from numpy.typing import NDArray

from simulator.client import Client
from simulator.console import look
from simulator.imaging.anatomy import volume_of
from simulator.imaging.canvas import Volume
from simulator.imaging.tissues import Tissue

_BODIES = {"chest and belly, man": ("torso", "M"), "chest and belly, woman": ("torso", "F"),
           "head": ("head", "")}  # fmt: skip
_PLANES = {  # name: axis of the slices (z, y, x), what is at the edges: left, right, top, bottom
    "axial: from the feet upwards": (0, "R", "L", "front", "back"),
    "coronal: from front to back": (1, "R", "L", "head", "feet"),
    "sagittal: from right to left": (2, "front", "back", "head", "feet"),
}
_NAMES = {  # what a newcomer should be able to point at, by the tissues it is made of
    "lung": ("LUNG", "LUNG_VESSEL"), "heart": ("MYOCARDIUM", "CHAMBER", "LEFT_HEART"),
    "liver": ("LIVER", "LIVER_VEIN"), "spleen": ("SPLEEN",), "kidney": ("CORTEX", "MEDULLA"),
    "stomach": ("STOMACH",), "bowel": ("BOWEL", "STOOL"), "pancreas": ("PANCREAS",),
    "artery": ("ARTERY",), "vein": ("VEIN",), "bladder and urine": ("URINE",),
    "gallbladder": ("BILE",), "bone": ("BONE", "MARROW", "RIB", "PETROUS"),
    "disc": ("DISC",), "spinal cord": ("CORD",), "grey matter": ("GREY", "NUCLEI"),
    "white matter": ("WHITE",), "fluid (CSF)": ("CSF",), "eye": ("VITREOUS", "LENS"),
}  # fmt: skip
_COLOURS = (
    *("#9ecae1", "#de2d26", "#a65628", "#7a0177", "#e7298a", "#fdae6b", "#c7a76c", "#ffd92f"),
    *("#ff0000", "#2b6cb0", "#ffff66", "#33a02c", "#f7f3e3", "#66c2a5", "#fc8d62", "#8c8c8c"),
    *("#e0e0e0", "#6baed6", "#b2df8a"),
)
_BASE = {"AIR": "#000000", "FAT": "#4a4333", "MUSCLE": "#6b3a33", "SCALP": "#5b4a3a"}
_OTHER = "#3d3a34"
_LEAST = 60  # pixels that make a name worth writing


def anatomy_atlas(seat: Client | None = None, body: str = "") -> look.Widget:
    """Show the training body: choose body and plane, and move through it."""
    return _Atlas(body).widget


class _Atlas:
    def __init__(self, body: str) -> None:
        self.message = look.Message()
        self.body = look.choice("body", "body", list(_BODIES), width="280px")
        self.plane = look.choice("plane", "plane", list(_PLANES), width="280px")
        if body:
            self.body.value = next((name for name in _BODIES if body in name), self.body.value)
        self.at = look.mark(w.IntSlider(50, 0, 100, description="where (%)"), "at")
        self.picture = look.mark(w.Image(format="png", layout={"max_width": "760px"}), "picture")
        self.widget = look.panel(
            "Anatomy", self.message, look.row(self.body, self.plane, self.at), self.picture,
            name="anatomy",
            hint="The pictures of this hospital are made from this invented body.",
        )  # fmt: skip
        for control in (self.body, self.plane, self.at):
            look.watch(control, self.draw, self.message)
        self.message.guard(self.draw)

    def draw(self) -> None:
        """Cut the body and name what is seen."""
        volume = volume_of(*_BODIES[self.body.value])
        self.picture.value = figure(volume, self.plane.value, self.at.value / 100)


def figure(volume: Volume, plane: str, share: float) -> bytes:
    """Return a slice as PNG: `share` of the way through the body, with names and directions."""
    from matplotlib.figure import Figure

    axis, *edges = _PLANES[plane]
    labels, stretch = _cut(volume, axis, share)
    drawing = Figure(figsize=(7.6, 5.2), dpi=100, facecolor="white")
    axes = drawing.add_axes((0.05, 0.05, 0.62, 0.9))
    axes.imshow(_coloured(labels), aspect=stretch, interpolation="nearest")
    axes.set_axis_off()
    where = ((-0.02, 0.5), (1.02, 0.5), (0.5, 1.02), (0.5, -0.02))
    sides = (("right", "center"), ("left", "center"), ("center", "bottom"), ("center", "top"))
    for text, (x, y), (ha, va) in zip(edges, where, sides, strict=True):
        axes.text(x, y, text, transform=axes.transAxes, ha=ha, va=va, fontsize=10, weight="bold")
    _legend(drawing, axes, labels)
    out = io.BytesIO()
    drawing.savefig(out, format="png")
    return out.getvalue()


def _cut(volume: Volume, axis: int, share: float) -> tuple[NDArray[Any], float]:
    """Return the labels of a slice as it is looked at, and how tall a pixel is for its width."""
    size = volume.labels.shape[axis]
    index = min(size - 1, max(0, round(share * (size - 1))))
    cut = np.take(volume.labels, index, axis=axis)
    x, y, z = volume.spacing
    tall, wide = ((y, x), (z, x), (z, y))[axis]
    shown: NDArray[Any] = cut if axis == 0 else cut[::-1]
    return shown, tall / wide


def _coloured(labels: NDArray[Any]) -> NDArray[Any]:
    table = np.zeros((256, 3), np.uint8)
    table[:] = _rgb(_OTHER)
    for name, colour in _BASE.items():
        table[Tissue[name]] = _rgb(colour)
    for (_, members), colour in zip(_NAMES.items(), _COLOURS, strict=True):
        for member in members:
            table[Tissue[member]] = _rgb(colour)
    coloured: NDArray[Any] = table[labels]
    return coloured


def _legend(drawing: Any, axes: Any, labels: NDArray[Any]) -> None:
    """Write the names beside the picture, each with a line to a place where it is."""
    found = []
    for (name, members), colour in zip(_NAMES.items(), _COLOURS, strict=True):
        rows, columns = np.nonzero(np.isin(labels, [int(Tissue[member]) for member in members]))
        if len(rows) >= _LEAST:
            middle = int(np.argsort(np.abs(rows - np.median(rows)))[0])
            found.append((rows[middle], columns[middle], name, colour))
    found.sort(key=lambda item: int(item[0]))
    for number, (row, column, name, colour) in enumerate(found):
        y = 0.93 - number * min(0.075, 0.86 / max(1, len(found)))
        axes.annotate(
            name, (int(column), int(row)), (0.72, y), textcoords=drawing.transFigure, fontsize=10,
            va="center", arrowprops={"arrowstyle": "-", "color": "#888888", "lw": 0.9},
            bbox={"boxstyle": "round,pad=0.2", "fc": colour, "ec": "#555555", "alpha": 0.55},
        )  # fmt: skip


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
