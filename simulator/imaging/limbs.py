"""Hand, knee and ankle as bones and soft tissue, drawn straight into a projection.

Coordinates are mm in the picture: x to its right, z upwards; drawings show a left limb from the
front (a hand from its back) and are mirrored for a right one.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.imaging import outlines
from simulator.imaging.beads import draw
from simulator.imaging.hand import FINGERS, HAND
from simulator.imaging.skeleton import Tube

Array = NDArray[np.float32]

PIXEL = 0.25  # mm
WIDTH, TOP, BOTTOM = 180.0, 230.0, -110.0  # mm; x runs from -90 to 90
FLESH = 1.0  # water = 1, per mm

Points = Sequence[tuple[float, float]]


def tube(points: Points, *radii: float) -> Tube:
    """Return a tube through (x, z) points; a single radius holds for all."""
    many = radii if len(radii) > 1 else radii * len(points)
    return Tube(line=tuple((float(x), 0.0, float(z)) for x, z in points), radii=tuple(many))


def hand() -> list[Tube]:
    """Return the flesh of a hand."""
    flesh = [tube([(x - 2, -110), (x - 1, -20), (x - 1, 10), (x * 1.3, 34)], 14, 15, 15, 14)
             for x in (-13.0, 0.0, 13.0)]  # fmt: skip
    for joints, stout in FINGERS:
        flesh.append(tube([(-1, -6), (joints[0][0] * 0.8, joints[0][1]), joints[1]], 16, 14, 12))
        tip = (joints[-1][0] * 1.02, joints[-1][1] + 4)
        flesh.append(tube([*joints, tip], *[10.0 * stout] * len(joints), 6.5))
    return flesh


def knee() -> list[Tube]:
    """Return the flesh of a knee seen from the front; its bones are outlines."""
    return [
        tube([(2, 230), (0, 110), (0, 40), (0, -6), (3, -50), (4, -110)], 64, 57, 53, 51, 53, 55)
    ]


def ankle() -> list[Tube]:
    """Return the flesh of an ankle seen from the front; its bones are outlines."""
    middle = [(6, 230), (3, 110), (1, 50), (1, 8), (0, -40), (3, -80), (4, -112)]
    return [tube(middle, 50, 40, 36, 39, 42, 47, 44)]


LIMBS = {
    "hand": (HAND, hand), "knee": (outlines.KNEE, knee), "ankle": (outlines.ANKLE, ankle),
}  # fmt: skip
# Which bone breaks, where it crosses x = 0, how steep the line is, and how far it has slipped (mm).
BREAKS = {"hand": (0, -12.0, 0.3, 3.0), "knee": (1, -36.0, 0.5, 3.0), "ankle": (1, 22.0, 1.1, 3.5)}


@lru_cache(maxsize=2)
def projected(name: str, broken: bool) -> Array:
    """Return water-equivalent path lengths (mm) of a left limb, rows from top to bottom."""
    x = (np.arange(round(WIDTH / PIXEL)) + 0.5) * PIXEL - WIDTH / 2
    z = TOP - (np.arange(round((TOP - BOTTOM) / PIXEL)) + 0.5) * PIXEL
    bones, flesh = LIMBS[name]
    image = outlines.drawn(bones, BREAKS[name] if broken else None, x, z)
    image += _body(flesh(), image.shape)
    image.flags.writeable = False
    return image


def _body(flesh: list[Tube], shape: tuple[int, ...]) -> Array:
    """Return the flesh: one body, so its tubes do not add up."""
    from scipy.ndimage import gaussian_filter

    body = np.zeros(shape, np.float32)
    for part in flesh:
        single = np.zeros_like(body)
        draw(single, [part], _place, PIXEL, FLESH, 0.0, step=0.12)
        np.maximum(body, single, out=body)
    gaussian_filter(body, 5.0, output=body)
    return body


def _place(spot: Sequence[float]) -> tuple[float, float]:
    """Return the (row, column) of a point (mm)."""
    return (TOP - spot[2]) / PIXEL, (spot[0] + WIDTH / 2) / PIXEL
