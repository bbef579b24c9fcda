"""Radiographs: a label volume summed along the beam, with ribs and vessels drawn sharply on top."""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.imaging import skeleton
from simulator.imaging.anatomy import volume_of
from simulator.imaging.canvas import along
from simulator.imaging.tissues import attenuation

Array = NDArray[np.float64]

PIXEL = 0.5  # mm of the cached projections
TOP = 660.0  # mm: the first row's upper edge
WIDTH = {"front": 460.0, "side": 320.0}  # mm
START = {"front": -230.0, "side": -160.0}

# What ribs and vessels add per millimetre, in units of water = 1: cortical shell and blood.
SHELL, BLOOD = 1.35, 0.92


@lru_cache(maxsize=4)
def projected(sex: str, beam: str) -> Array:
    """Return water-equivalent path lengths (mm), rows from head to foot, at 0.5 mm.

    `beam` is `front` (through the back, columns to the patient's left) or `side` (columns to
    the back).
    """
    from scipy.ndimage import gaussian_filter

    volume = volume_of("torso", sex)
    sx, sy, sz = volume.spacing
    table, axis = attenuation(), 0 if beam == "front" else 1
    # Sums of integers are exact, in whatever order a CPU adds them.
    sums = np.stack([table.take(plane).sum(axis=axis) for plane in volume.labels])
    path = sums[::-1] * ((sy if beam == "front" else sx) / 1000)
    fine = _enlarged(path, sz / PIXEL, (sx if beam == "front" else sy) / PIXEL)
    fine = gaussian_filter(fine, 1.6)
    result: Array = fine + _lines(beam)
    result.flags.writeable = False
    return result


@lru_cache(maxsize=2)
def _lines(beam: str) -> Array:
    """Return what ribs and vessels add, the same for women and men."""
    from scipy.ndimage import gaussian_filter

    image = np.zeros((round(TOP / PIXEL), round(WIDTH[beam] / PIXEL)))
    _draw(image, skeleton.ribs(), beam, SHELL, hollow=0.80)
    _draw(image, skeleton.lung_vessels(), beam, BLOOD, hollow=0.0)
    lines: Array = gaussian_filter(image, 0.7)
    return lines


def _enlarged(image: Array, down: float, across: float) -> Array:
    """Enlarge an image linearly by the two factors."""
    for axis, factor in enumerate((down, across)):
        count = round(image.shape[axis] * factor)
        spot = np.clip((np.arange(count) + 0.5) / factor - 0.5, 0, image.shape[axis] - 1.001)
        image = _lerp(image, spot, axis)
    return image


def _lerp(image: Array, spot: Array, axis: int) -> Array:
    """Sample an image along one axis at fractional indices."""
    index = spot.astype(np.intp)
    shape = (-1, 1) if axis == 0 else (1, -1)
    weight = (spot - index).reshape(shape)
    low = image.take(index, axis)
    result: Array = low + (image.take(index + 1, axis) - low) * weight
    return result


def _draw(
    image: Array, tubes: Iterable[skeleton.Tube], beam: str, density: float, hollow: float
) -> None:
    """Add the chords of tubes: each tube is the union of its beads, hollow ones lose a core."""
    for tube in tubes:
        beads = along(tube.line, tube.radii, step=0.55, least=0.6)
        spots = [(_place(spot, beam), r / PIXEL) for spot, r in beads]
        reach = max(r for _, r in spots) + 2
        rows, columns = [s[0][0] for s in spots], [s[0][1] for s in spots]
        top, left = int(min(rows) - reach), int(min(columns) - reach)
        height, width = int(max(rows) + reach) - top + 1, int(max(columns) + reach) - left + 1
        chord = np.zeros((height, width))
        core = np.zeros((height, width)) if hollow else chord
        for (row, column), r in spots:
            _bead(chord, row - top, column - left, r)
            if hollow:
                _bead(core, row - top, column - left, r * hollow)
        added = (chord - 0.8 * core if hollow else chord) * (density * PIXEL)
        _add(image, added, top, left)


def _place(spot: list[float], beam: str) -> tuple[float, float]:
    """Return the (row, column) of a point (mm)."""
    across = spot[0] if beam == "front" else spot[1]
    return (TOP - spot[2]) / PIXEL, (across - START[beam]) / PIXEL


def _bead(chord: Array, row: float, column: float, r: float) -> None:
    """Raise `chord` to the chord length (pixels) through one ball."""
    a, b = max(0, int(row - r)), max(0, int(column - r))
    patch = chord[a : int(row + r) + 2, b : int(column + r) + 2]
    down = np.arange(a, a + patch.shape[0]) - row
    across = np.arange(b, b + patch.shape[1]) - column
    inside = r * r - (down * down)[:, None] - (across * across)[None, :]
    np.maximum(patch, 2 * np.sqrt(np.maximum(inside, 0)), out=patch)


def _add(image: Array, patch: Array, top: int, left: int) -> None:
    """Add a patch to an image, cut to its edges."""
    a, b = max(0, top), max(0, left)
    c = min(image.shape[0], top + patch.shape[0])
    d = min(image.shape[1], left + patch.shape[1])
    if a < c and b < d:
        image[a:c, b:d] += patch[a - top : c - top, b - left : d - left]


@lru_cache(maxsize=4)
def processed(sex: str, beam: str) -> Array:
    """Return the projection with the large shadows flattened, as a detector's software does."""
    from scipy.ndimage import gaussian_filter

    path = projected(sex, beam)
    coarse = gaussian_filter(path[::8, ::8], 9.0)
    shadow = _enlarged(coarse, 8.0, 8.0)[: path.shape[0], : path.shape[1]]
    flat = path.copy()
    flat[: shadow.shape[0], : shadow.shape[1]] -= 0.42 * (shadow - 150)
    return flat


def sample(image: Array, beam: str, top: float, left: float, pixel: float, shape: tuple[int, int],
           scale: tuple[float, float]) -> Array:  # fmt: skip
    """Return (rows, columns) of a projection from its corner (mm), for a scaled patient."""
    row = (TOP - (top - np.arange(shape[0]) * pixel) / scale[0]) / PIXEL
    column = ((left + np.arange(shape[1]) * pixel) / scale[1] - START[beam]) / PIXEL
    down = _lerp(image, np.clip(row, 0, image.shape[0] - 1.001), 0)
    return _lerp(down, np.clip(column, 0, image.shape[1] - 1.001), 1)
