"""Fluoroscopy: barium on its way down the gullet (PS3.3 A.16)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.imaging import noise, projection
from simulator.imaging.beads import raise_ball
from simulator.imaging.canvas import along
from simulator.imaging.fluoroscopy import describe_run
from simulator.imaging.frame import Frame, Pixels, Take

if TYPE_CHECKING:
    from pydicom import Dataset

Array = NDArray[np.float32]

PIXELS = Pixels(8)
VARYING = ("AcquisitionTime",)

# The way down, mm (x, z) of the phantom, and the stomach it ends in.
GULLET = ((2.0, 0.0, 650.0), (3.0, 0.0, 590.0), (6.0, 0.0, 530.0), (4.0, 0.0, 470.0),
          (10.0, 0.0, 420.0), (26.0, 0.0, 392.0), (44.0, 0.0, 378.0))  # fmt: skip
LENGTH = 285.0  # mm


def frames(take: Take) -> Iterator[Frame]:
    """Yield one swallow an image."""
    for index in range(take.size.images):
        yield Frame(pixels=_swallow(take, index))


def _swallow(take: Take, index: int) -> Iterator[NDArray[np.uint8]]:
    """Yield frames (rows, columns): barium is dark as on an image intensifier."""
    size = take.size
    behind = _background(take)
    tile = noise.tile("detector")
    for number in range(size.frames):
        grey = behind - _barium(take, number / max(1, size.frames - 1)) * np.float32(9.5)
        rng = noise.generator(*take.key, index, number)
        grey += noise.crop(tile, behind.shape, rng) * np.float32(5.0 / noise.UNIT)
        yield np.clip(np.rint(grey, out=grey), 0, 255, out=grey).astype(np.uint8)


def _background(take: Take) -> Array:
    """Return the chest behind as grey values: bone dark, lung bright."""
    size, series = take.size, take.series
    pixel = series.fov / size.columns
    middle = (series.coverage[0] + series.coverage[1]) / 2
    image = projection.processed(take.body.sex, "front")
    path = projection.sample(image, "front", middle + pixel * size.rows / 2, -series.fov / 2,
                             pixel, (size.rows, size.columns), (1.0, 1.0))  # fmt: skip
    grey = np.float32(265) - path * np.float32(0.8)
    return np.clip(grey, 30, 235, out=grey)


def _barium(take: Take, t: float) -> Array:
    """Return the barium's depth (mm) at a moment from 0 to 1: a bolus, its tail, the stomach."""
    size, series = take.size, take.series
    pixel = series.fov / size.columns
    middle = (series.coverage[0] + series.coverage[1]) / 2
    depth = np.zeros((size.rows, size.columns), np.float32)
    head, done = t * (LENGTH + 60), 0.0
    beads = along(GULLET, 5.0, step=0.5)
    step = LENGTH / len(beads)
    for (x, _, z), _ in beads:
        done += step
        behind = head - done
        r = _calibre(behind)
        if r > 0:
            row, column = size.rows / 2 + (middle - z) / pixel, size.columns / 2 + x / pixel
            raise_ball(depth, row, column, r / pixel, 1.2)
    if head > LENGTH:
        full = min(1.0, (head - LENGTH) / 40)
        for x, z, r in ((58.0, 360.0, 26.0), (64.0, 344.0, 30.0), (50.0, 322.0, 26.0)):
            row, column = size.rows / 2 + (middle - z) / pixel, size.columns / 2 + x / pixel
            raise_ball(depth, row, column, r * full / pixel)
    return depth * np.float32(pixel)


def _calibre(behind: float) -> float:
    """Return the gullet's filled radius (mm) so far behind the head of the bolus."""
    if behind < 0:
        return 0.0
    if behind < 12:
        return 5.0 + behind * 0.45
    return max(2.2, 10.4 - (behind - 12) * 0.075)


def describe(ds: "Dataset", take: Take) -> None:
    """Add the X-Ray RF modules (PS3.3 C.8.7)."""
    describe_run(ds, take)
    ds.ColumnAngulation = 0
    ds.ContrastBolusAgent, ds.ContrastBolusRoute = "Barium sulfate", "Oral"
    ds.ContrastBolusVolume = 120
