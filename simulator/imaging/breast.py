"""The breast as a mammogram shows it: skin line, gland, ligaments, vessels, pectoral muscle.

Fields are (rows, columns) on a coarse grid with the chest wall at the left edge; a right breast
is mirrored.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.imaging import noise
from simulator.imaging.beads import draw
from simulator.imaging.skeleton import Tube

Array = NDArray[np.float32]

PIXEL = 0.4  # mm of the coarse grid
TALL, DEEP = 240.0, 190.0  # mm: the detector's height and width


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The compressed breast: nipple's height and distance from the chest wall, half height, mm."""

    middle: float
    reach: float
    half: float
    density: float  # share of gland, 0.15 to 0.6
    oblique: bool


def shape_of(rng: np.random.Generator, oblique: bool) -> Shape:
    """Return a patient's breast; the oblique view reaches up to the armpit."""
    size, dense = (float(v) for v in rng.random(2))
    return Shape(
        middle=138.0 if oblique else 120.0,
        reach=92 + 62 * size,
        half=88 + 26 * size,
        density=0.18 + 0.4 * dense,
        oblique=oblique,
    )


def attenuation(shape: Shape, key: tuple[object, ...], mass: bool) -> tuple[Array, Array]:
    """Return the picture's level, 0 (air) to 1 (dense), and how thick the breast is, 0 to 1."""
    rows, columns = round(TALL / PIXEL), round(DEEP / PIXEL)
    z = (np.arange(rows, dtype=np.float32) * np.float32(PIXEL))[:, None]
    x = (np.arange(columns, dtype=np.float32) * np.float32(PIXEL))[None, :]
    across = (z - np.float32(shape.middle)) / np.float32(shape.half)
    if shape.oblique:  # the tail of the breast runs up into the armpit
        across = np.where(across < 0, across * np.float32(0.72), across)
    inside = 1 - (x / np.float32(shape.reach)) ** 2 - across * across * np.abs(across)
    thick = np.sqrt(np.clip(inside * 5, 0, 1))
    gland = _gland(shape, key, x, across, inside)
    fat = np.float32(0.24) + np.float32(0.035) * _octave((*key, "fat"), 10, thick.shape)
    level = thick * (fat + gland)
    level += _threads(key, level.shape) * thick
    skin = np.exp(-(((inside - np.float32(0.03)) / np.float32(0.022)).astype(np.float64) ** 2))
    level += (skin * 0.16).astype(np.float32)
    nipple = ((x - np.float32(shape.reach)) / 5) ** 2 + ((z - np.float32(shape.middle)) / 6) ** 2
    level += np.clip(1.2 - nipple, 0, 1) * np.float32(0.3)
    if shape.oblique:
        muscle = _pectoral(x, z + 3 * _octave((*key, "edge"), 40, thick.shape))
        grain = np.float32(0.64) + np.float32(0.04) * _octave((*key, "muscle"), 14, thick.shape)
        level = level * (1 - muscle) + np.maximum(level, grain) * muscle
    if mass:
        _paint_mass(level, shape, key)
    return np.clip(level, 0, 1.1), np.maximum(thick, (level > 0.3).astype(np.float32))


def _octave(key: tuple[object, ...], step: int, shape: tuple[int, int]) -> Array:
    """Return smooth noise with grains of `step` grid points, unit deviation."""
    from scipy.ndimage import zoom

    coarse = (shape[0] // step + 4, shape[1] // step + 4)
    rng = noise.generator("breast", *key, step)
    raw = rng.standard_normal(coarse).astype(np.float32)
    fine = zoom(raw, step, order=1)[: shape[0], : shape[1]] if step > 1 else raw
    result: Array = fine[: shape[0], : shape[1]]
    return result


def _gland(shape: Shape, key: tuple[object, ...], x: Array, across: Array, inside: Array) -> Array:
    """Return the gland: a fan behind the nipple, streaky, denser in dense breasts."""
    field = sum(
        _octave(key, step, inside.shape) * np.float32(weight)
        for step, weight in ((48, 0.5), (24, 0.42), (12, 0.3), (6, 0.2), (3, 0.12))
    )
    fan = 1 - ((x / np.float32(shape.reach) - np.float32(0.52)) / np.float32(0.42)) ** 2
    fan = fan - (across / np.float32(0.55)) ** 2
    bulk = np.clip(fan + np.float32(shape.density - 0.2) + field * np.float32(0.42), 0, 1)
    streaks = np.clip(field * np.float32(0.35) + np.float32(0.62), 0.1, 1)
    result: Array = bulk * streaks * np.float32(0.42 + 0.5 * shape.density)
    return result


def _threads(key: tuple[object, ...], shape: tuple[int, int]) -> Array:
    """Return Cooper's ligaments, ducts and vessels: thin lines that fan out from the nipple."""
    rng = noise.generator("threads", *key)
    image = np.zeros(shape, np.float32)
    tubes = []
    for number in range(90):
        a, b, c, d = (float(v) for v in rng.random(4))
        start = (30 + 90 * a, 0.0, TALL * (0.15 + 0.7 * b))
        bend = 60 * (c - 0.5)
        long = 20 + 50 * d
        up = (b - 0.5) * 1.2
        line = tuple(
            (start[0] - long * t, 0.0, start[2] + up * long * t + bend * t * (1 - t))
            for t in (0.0, 0.25, 0.5, 0.75, 1.0)
        )
        thin = 0.25 + 0.25 * a if number > 8 else 0.7
        tubes.append(Tube(line=line, radii=(thin,) * 5))
    draw(image, tubes, _place, PIXEL, 0.085, 0.0)
    return image


def _pectoral(x: Array, z: Array) -> Array:
    """Return the muscle: a bright triangle at the chest wall's upper end."""
    edge = 66 - np.float32(0.42) * z - np.float32(0.0006) * z * z - x
    result: Array = np.clip(edge / np.float32(9), 0, 1)
    return result


def _paint_mass(level: Array, shape: Shape, key: tuple[object, ...]) -> None:
    """Add a spiculated mass in the upper outer quadrant, with a few calcifications in it."""
    rng = noise.generator("mass", *key)
    x, z = shape.reach * 0.55, shape.middle - 34.0
    core = [Tube(line=((x, 0.0, z), (x + 3, 0.0, z + 2)), radii=(7.0, 6.0))]
    draw(level, core, _place, PIXEL, 0.034, 0.0)
    spikes = []
    for angle in range(16):
        u, v = _direction(angle)
        long = 12 + 8 * float(rng.random())
        start, tip = (x + 5 * u, 0.0, z + 5 * v), (x + long * u, 0.0, z + long * v)
        spikes.append(Tube(line=(start, tip), radii=(0.8, 0.2)))
    draw(level, spikes, _place, PIXEL, 0.10, 0.0)
    for _ in range(9):
        a, b = (float(v) * 10 - 5 for v in rng.random(2))
        grain = Tube(line=((x + a, 0.0, z + b), (x + a + 0.2, 0.0, z + b)), radii=(0.35, 0.35))
        draw(level, [grain], _place, PIXEL, 0.9, 0.0)


def _place(spot: Sequence[float]) -> tuple[float, float]:
    """Return the (row, column) of a point (mm)."""
    return spot[2] / PIXEL, spot[0] / PIXEL


def _direction(step: int) -> tuple[float, float]:
    """Return one of sixteen directions, from a table that is the same everywhere."""
    table = (0.0, 0.3827, 0.7071, 0.9239, 1.0, 0.9239, 0.7071, 0.3827)
    sine = table[step % 8] * (1 if step % 16 < 8 else -1)
    turned = (step + 4) % 16
    cosine = table[turned % 8] * (1 if turned < 8 else -1)
    return cosine, sine
