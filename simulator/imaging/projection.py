"""Radiographs: a label volume summed along the beam, with ribs and vessels drawn sharply on top."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.imaging import skeleton
from simulator.imaging.anatomy import volume_of
from simulator.imaging.beads import Place, draw, raise_ball
from simulator.imaging.findings import Finding
from simulator.imaging.tissues import Tissue, attenuation

Array = NDArray[np.float32]

PIXEL = 0.5  # mm of the cached projections
TOP = 660.0  # mm: the first row's upper edge
WIDTH = {"front": 460.0, "side": 320.0}  # mm
START = {"front": -230.0, "side": -160.0}

# What ribs and vessels add per millimetre, in units of water = 1: cortical shell and blood.
SHELL, BLOOD = 1.35, 0.92

# What a finding adds over what it replaces: lung, fat or bile.
ADDED = {Tissue.TUMOUR: 0.9, Tissue.CONSOLIDATION: 0.55, Tissue.FLUID: 0.85, Tissue.STONE: 1.6}


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
    path = (sums[::-1] * ((sy if beam == "front" else sx) / 1000)).astype(np.float32)
    fine = _enlarged(path, sz / PIXEL, (sx if beam == "front" else sy) / PIXEL)
    gaussian_filter(fine, 1.6, output=fine)
    place = _placing(beam)
    draw(fine, skeleton.ribs(), place, PIXEL, SHELL, hollow=0.80)
    draw(fine, skeleton.lung_vessels(), place, PIXEL, BLOOD, hollow=0.0)
    gaussian_filter(fine, 0.7, output=fine)
    return fine


def _enlarged(image: Array, down: float, across: float) -> Array:
    """Enlarge an image linearly by the two factors."""
    for axis, factor in enumerate((down, across)):
        count = round(image.shape[axis] * factor)
        spot = np.clip((np.arange(count) + 0.5) / factor - 0.5, 0, image.shape[axis] - 1.001)
        image = _lerp(image, spot, axis)
    return image


def _lerp(image: Array, spot: NDArray[np.float64], axis: int) -> Array:
    """Sample an image along one axis at fractional indices."""
    index = spot.astype(np.intp)
    shape = (-1, 1) if axis == 0 else (1, -1)
    weight = (spot - index).reshape(shape).astype(np.float32)
    low = image.take(index, axis)
    result: Array = image.take(index + 1, axis)
    result -= low
    result *= weight
    result += low
    return result


def _placing(beam: str) -> Place:
    """Return what turns a point (mm) into (row, column)."""
    axis = 0 if beam == "front" else 1
    return lambda spot: ((TOP - spot[2]) / PIXEL, (spot[axis] - START[beam]) / PIXEL)


def patient(finding: Finding | None, sex: str, beam: str) -> Array:
    """Return the processed projection with what this patient has."""
    image = processed(sex, beam)
    if finding is None or not any(lesion.tissue in ADDED for lesion in finding.lesions):
        return image
    image = image.copy()
    place, added = _placing(beam), np.zeros_like(image)
    for lesion in finding.lesions:
        row, column = place(lesion.centre)
        across, tall = lesion.radii[0 if beam == "front" else 1], lesion.radii[2]
        ball = np.zeros_like(image)
        raise_ball(ball, row, column, across / PIXEL, tall / across)
        deep = lesion.radii[1 if beam == "front" else 0] / across
        np.maximum(added, ball * np.float32(PIXEL * deep * ADDED.get(lesion.tissue, 0)), out=added)
    return image + added


@lru_cache(maxsize=4)
def processed(sex: str, beam: str) -> Array:
    """Return the projection with the large shadows flattened, as a detector's software does."""
    from scipy.ndimage import gaussian_filter

    flat = projected(sex, beam)
    coarse = gaussian_filter(flat[::8, ::8], 9.0)
    shadow = _enlarged(coarse, 8.0, 8.0)[: flat.shape[0], : flat.shape[1]]
    flat[: shadow.shape[0], : shadow.shape[1]] -= np.float32(0.42) * (shadow - np.float32(150))
    flat.flags.writeable = False
    return flat


def sample(image: Array, beam: str, top: float, left: float, pixel: float, shape: tuple[int, int],
           scale: tuple[float, float]) -> Array:  # fmt: skip
    """Return (rows, columns) of a projection from its corner (mm), for a scaled patient."""
    row = (TOP - (top - np.arange(shape[0]) * pixel) / scale[0]) / PIXEL
    column = ((left + np.arange(shape[1]) * pixel) / scale[1] - START[beam]) / PIXEL
    return taken(image, row, column)


def taken(image: Array, row: NDArray[Any], column: NDArray[Any]) -> Array:
    """Sample an image at all crossings of fractional rows and columns; its edges repeat."""
    down = _lerp(image, np.clip(row, 0, image.shape[0] - 1.001), 0)
    return _lerp(down, np.clip(column, 0, image.shape[1] - 1.001), 1)
