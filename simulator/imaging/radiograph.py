"""Pictures of plain radiography: path lengths, noise, display curve, and the lead marker."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.imaging import lettering, limbs, noise, projection
from simulator.imaging.frame import Take
from simulator.imaging.views import VIEWS, View

Plane = NDArray[np.float32]
Strip = Callable[[int, int], Plane]  # (first row, rows) to path lengths, mm

CURVE = 4096
BAND = 256  # rows computed at a time: a detector has five million pixels
STEPS = np.int32(CURVE - 1)


@lru_cache(maxsize=1)
def tone() -> NDArray[np.uint16]:
    """Return the display curve: a smooth S over 4096 steps, 0 to 4095, in exact arithmetic."""
    t = np.arange(CURVE) / (CURVE - 1)
    s = t * t * (3 - 2 * t)
    return np.rint((0.35 * t + 0.65 * s) * 3900 + 60).astype(np.uint16)


def picture(take: Take, index: int) -> NDArray[np.uint16]:
    """Return stored values (rows, columns), bone bright: 60 to 3960, the marker 4095."""
    view = VIEWS[take.series.recipe]
    strip = _limb(take) if view.beam == "limb" else _torso(take, view)
    shape = (take.size.rows, take.size.columns)
    rng = noise.generator(*take.key, index)
    grain = noise.crop(noise.tile("detector"), shape, rng)
    stored = np.empty(shape, "<u2")
    for first in range(0, shape[0], BAND):
        path = strip(first, min(BAND, shape[0] - first))
        stored[first : first + BAND] = _displayed(path, view, grain[first : first + BAND])
    _mark(stored, take, view)
    return stored


def _torso(take: Take, view: View) -> Strip:
    """Return how to compute strips of a torso's projection."""
    series, size, body = take.series, take.size, take.body
    pixel = series.fov / size.columns
    middle = (series.coverage[0] + series.coverage[1]) / 2 * body.scale[2]
    centre = 0.0 if view.beam == "front" else 4.0
    across = body.scale[0] if view.beam == "front" else body.scale[1]
    image = projection.patient(take.finding, body.sex, view.beam)
    top, left = middle + pixel * size.rows / 2, centre - series.fov / 2

    def strip(first: int, rows: int) -> Plane:
        return projection.sample(
            image, view.beam, top - pixel * first, left, pixel, (rows, size.columns),
            (body.scale[2], across),
        )  # fmt: skip

    return strip


def _limb(take: Take) -> Strip:
    """Return how to compute strips of a limb's projection; a right one is mirrored."""
    series, size, body = take.series, take.size, take.body
    broken = take.finding is not None and take.finding.name == "fracture"
    image = limbs.projected(take.protocol.anatomy, broken)
    pixel = series.fov / size.columns
    middle = (series.coverage[0] + series.coverage[1]) / 2
    grow = body.scale[2]
    x = (np.arange(size.columns) - (size.columns - 1) / 2) * pixel / grow
    if take.protocol.laterality == "R":
        x = -x
    column = (x + limbs.WIDTH / 2) / limbs.PIXEL

    def strip(first: int, rows: int) -> Plane:
        z = middle + (size.rows / 2 - np.arange(first, first + rows)) * pixel / grow
        return projection.taken(image, (limbs.TOP - z) / limbs.PIXEL, column)

    return strip


def _displayed(path: Plane, view: View, grain: NDArray[np.int16]) -> NDArray[np.uint16]:
    """Return stored values of path lengths (mm): noise, then the display curve."""
    level = path - np.float32(view.low)
    level *= np.float32((CURVE - 1) / (view.high - view.low))
    np.clip(level, 0, CURVE - 1, out=level)
    # Quantum noise grows with the tissue that swallowed the photons.
    level += (level * np.float32(0.008) + np.float32(6)) * grain * np.float32(1.0 / noise.UNIT)
    np.clip(level, 0, CURVE - 1, out=level)
    shown: NDArray[np.uint16] = tone().take(level.astype(np.int32))
    return shown


# Lead letters, five dots wide and seven high.
MARKS = {
    "L": ("#....", "#....", "#....", "#....", "#....", "#....", "#####"),
    "R": ("####.", "#...#", "#...#", "####.", "#.#..", "#..#.", "#...#"),
}


def _mark(stored: NDArray[np.uint16], take: Take, view: View) -> None:
    """Burn in the lead marker: L at the picture's right edge of a torso, or the limb's side."""
    rows, columns = stored.shape
    side = take.protocol.laterality or "L"
    dots = np.array([[c == "#" for c in line] for line in MARKS[side]])
    size = max(2, rows // 200)
    mask = dots.repeat(size, axis=0).repeat(size, axis=1)
    top, left = rows // 14, columns - rows // 10
    stored[top : top + mask.shape[0], left : left + mask.shape[1]][mask] = 4095
    if view.position == "AP" and view.beam == "front":
        lettering.write(stored, "AP", top + 8 * size, left, 3600, max(1, rows // 500))
