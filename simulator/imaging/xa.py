"""Angiography: a run of frames while contrast flows through a beating tree (PS3.3 A.14)."""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.imaging import noise, projection, vessels
from simulator.imaging.body import Body
from simulator.imaging.fluoroscopy import describe_run
from simulator.imaging.frame import Frame, Pixels, Take

if TYPE_CHECKING:
    from pydicom import Dataset

Array = NDArray[np.float32]

PIXELS = Pixels(8)
VARYING = ("AcquisitionTime",)
OPAQUE = np.float32(260.0)
BEATS = (0.0, 0.35, 0.85, 1.0, 0.7, 0.35, 0.1, 0.0)  # contraction through one cycle
STENOSIS = {"lca": (12.0, 27.0), "rca": (-38.0, 18.0), "aorta": (-14.0, -46.0)}


def frames(take: Take) -> Iterator[Frame]:
    """Yield one run an image."""
    for index in range(take.size.images):
        yield Frame(pixels=_run(take, index))


def _run(take: Take, index: int) -> Iterator[NDArray[np.uint8]]:
    """Yield the frames of a run (rows, columns): contrast is dark, it comes and washes out."""
    size, series = take.size, take.series
    name = series.recipe
    shape, pixel = (size.rows, size.columns), series.fov / size.columns
    behind = background(take, name)
    beats = BEATS if name != "aorta" else (0.0,)
    phases = _phases(name, take.body, shape, pixel, _narrowed(take, name))
    dark = np.float32(30.0 if name != "aorta" else 8.0)  # grey values a millimetre
    tile = noise.tile("detector")
    for number in range(size.frames):
        depth, arrival = phases[beats[number % len(beats)]]
        front = np.float32(260.0 * (number + 1) / size.frames * 1.3 - 30)
        tail = np.float32(max(0.0, (number / size.frames - 0.62) * 700))
        filled = np.clip((front - arrival) * np.float32(1 / 18), 0, 1)
        filled *= np.clip((arrival - tail) * np.float32(1 / 60) + 1, 0.05, 1)
        shade = filled * depth * dark
        shade *= OPAQUE / (shade + OPAQUE)  # thick vessels hide no more than all there is
        rng = noise.generator(*take.key, index, number)
        grey = behind - shade
        grey += noise.crop(tile, shape, rng) * np.float32(4.5 / noise.UNIT)
        yield np.clip(np.rint(grey, out=grey), 0, 255, out=grey).astype(np.uint8)


@lru_cache(maxsize=1)
def _phases(
    name: str, body: Body, shape: tuple[int, int], pixel: float, narrow: vessels.Point | None
) -> dict[float, tuple[Array, Array]]:
    """Return depth and arrival by contraction: the runs of one artery share them."""
    tree = vessels.tree(name, (body.scale, body.bend))
    beats = BEATS if name != "aorta" else (0.0,)
    return {b: vessels.drawn(tree, shape, pixel, b, narrow) for b in sorted(set(beats))}


def _narrowed(take: Take, name: str) -> tuple[float, float] | None:
    found = take.finding is not None and take.finding.name == "stenosis"
    return STENOSIS[name] if found and name != "rca" else None


@lru_cache(maxsize=2)
def _still(sex: str, name: str, rows: int, columns: int, fov: float) -> Array:
    """Return the chest or pelvis behind the vessels as grey values."""
    from scipy.ndimage import gaussian_filter

    middle = 430.0 if name in ("lca", "rca") else 170.0
    image = projection.processed(sex, "front")
    pixel = fov / columns
    left = (34.0 if name in ("lca", "rca") else 0.0) - fov / 2
    path = projection.sample(image, "front", middle + pixel * rows / 2, left, pixel,
                             (rows, columns), (1.0, 1.0))  # fmt: skip
    smooth: Array = gaussian_filter(path, 2.0)
    low, high = (float(np.percentile(smooth, q)) for q in (2, 98))
    smooth = (np.float32(high) - smooth) * np.float32(75 / max(1.0, high - low)) + np.float32(130)
    return np.clip(smooth, 100, 225)


def background(take: Take, name: str) -> Array:
    """Return the still picture with a round collimator's dim corners."""
    size = take.size
    return _still(take.body.sex, name, size.rows, size.columns, take.series.fov)


def describe(ds: "Dataset", take: Take) -> None:
    """Add the X-Ray Angiographic modules (PS3.3 C.8.7)."""
    describe_run(ds, take)
    angles = {"lca": (30, 20), "rca": (-30, 0), "aorta": (0, 0)}[take.series.recipe]
    ds.PositionerPrimaryAngle, ds.PositionerSecondaryAngle = angles
    ds.PositionerMotion = "STATIC"
    ds.ContrastBolusAgent, ds.ContrastBolusRoute = "Iohexol 350", "Intra-arterial"
    ds.ContrastBolusVolume = 8
