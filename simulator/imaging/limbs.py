"""Hand, knee and ankle as bones and soft tissue, drawn straight into a projection.

Coordinates are mm in the picture: x to its right, z upwards; drawings show a left limb from the
front (a hand from its back) and are mirrored for a right one.
"""

import itertools
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.imaging import outlines
from simulator.imaging.beads import draw
from simulator.imaging.skeleton import Tube

Array = NDArray[np.float32]

PIXEL = 0.25  # mm
WIDTH, TOP, BOTTOM = 180.0, 230.0, -110.0  # mm; x runs from -90 to 90
CORTEX, SPONGE, FLESH = 1.25, 0.5, 1.0  # water = 1, per mm

Points = Sequence[tuple[float, float]]


def tube(points: Points, *radii: float) -> Tube:
    """Return a tube through (x, z) points; a single radius holds for all."""
    many = radii if len(radii) > 1 else radii * len(points)
    return Tube(line=tuple((float(x), 0.0, float(z)) for x, z in points), radii=tuple(many))


def long_bone(a: tuple[float, float], b: tuple[float, float], shaft: float, ends: float) -> Tube:
    """Return a bone from `a` to `b` with a waist."""
    steps = (0.0, 0.07, 0.2, 0.5, 0.8, 0.93, 1.0)
    widths = (ends * 0.85, ends, shaft * 1.15, shaft, shaft * 1.1, ends * 0.95, ends * 0.8)
    points = [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for t in steps]
    return tube(points, *widths)


# Finger by finger: the joints from the carpus to the tip, and how stout it is.
FINGERS = (
    (((-25, 32), (-48, 68), (-62, 98), (-70, 120)), 1.15),
    (((-15, 44), (-25, 108), (-32, 149), (-36, 173), (-38, 190)), 1.0),
    (((-4, 46), (-7, 110), (-9, 155), (-10, 184), (-11, 203)), 1.05),
    (((7, 44), (12, 104), (16, 146), (19, 173), (20, 191)), 0.95),
    (((15, 40), (28, 92), (37, 125), (41, 144), (44, 159)), 0.85),
)
CARPALS = ((-15, 22, 8.5), (-2, 18, 8), (9, 20, 6.5), (13, 24, 4.5), (-23, 31, 6.5), (-13, 36, 6),
           (-3, 34, 8.5), (8, 33, 7.5))  # fmt: skip


def hand() -> tuple[list[Tube], list[Tube], list[Tube]]:
    """Return cortical bones, spongy bones and flesh of a hand."""
    bones, flesh = [], [tube([(-1, -110), (-1, 0)], 25, 24)]
    for joints, stout in FINGERS:
        for i, (a, b) in enumerate(itertools.pairwise(joints)):
            gap = 0.06 if i else 0.03
            start = (a[0] + (b[0] - a[0]) * gap, a[1] + (b[1] - a[1]) * gap)
            last = i == len(joints) - 2
            bones.append(
                long_bone(start, b, (4.0 - 0.6 * i) * stout, (6.4 - (1.3 if last else 0.7) * i)
                          * stout)
            )  # fmt: skip
        flesh.append(tube([(-1, -6), (joints[0][0] * 0.8, joints[0][1]), joints[1]], 20, 15, 12))
        tip = (joints[-1][0] * 1.02, joints[-1][1] + 4)
        flesh.append(tube([*joints, tip], *[10.5 * stout] * len(joints), 7.0))
    bones.append(tube([(-12, -110), (-12, -20), (-13, -4), (-13, 7)], 7.5, 7.5, 11, 13))
    bones.append(tube([(14, -110), (14, -8), (13, 5)], 6.2, 5.6, 7.0))
    sponge = [tube([(x, z), (x + 0.5, z + 1)], r) for x, z, r in CARPALS]
    return bones, sponge, flesh


def knee() -> list[Tube]:
    """Return the flesh of a knee seen from the front; its bones are outlines."""
    return [
        tube([(2, 230), (0, 110), (0, 40), (0, -6), (3, -50), (4, -110)], 74, 63, 54, 51, 53, 55)
    ]


def ankle() -> list[Tube]:
    """Return the flesh of an ankle seen from the front; its bones are outlines."""
    return [tube([(6, 230), (3, 110), (1, 50), (1, 8), (0, -40), (2, -96)], 50, 40, 36, 39, 37, 40)]


OUTLINED = {"knee": knee, "ankle": ankle}
BREAK = (-12.0, -8.0)  # of a hand: (x, z) mm


@lru_cache(maxsize=2)
def projected(name: str, broken: bool) -> Array:
    """Return water-equivalent path lengths (mm) of a left limb, rows from top to bottom."""
    if name in OUTLINED:
        x = (np.arange(round(WIDTH / PIXEL)) + 0.5) * PIXEL - WIDTH / 2
        z = TOP - (np.arange(round((TOP - BOTTOM) / PIXEL)) + 0.5) * PIXEL
        flesh = OUTLINED[name]()
        image = outlines.drawn(name, broken, x.astype(np.float64), z.astype(np.float64))
    else:
        bones, sponge, flesh = hand()
        bones = [_broken(bone, BREAK) for bone in bones] if broken else bones
        image = _tubes(bones, sponge)
    image += _body(flesh, image.shape)
    image.flags.writeable = False
    return image


def _tubes(bones: list[Tube], sponge: list[Tube]) -> Array:
    """Return the bones of a hand."""
    from scipy.ndimage import gaussian_filter

    image = np.zeros((round((TOP - BOTTOM) / PIXEL), round(WIDTH / PIXEL)), np.float32)
    draw(image, bones, _place, PIXEL, CORTEX, hollow=0.74, wall=2.6)
    spongy = np.zeros_like(image)
    for part in sponge:  # what is one bone does not add up
        single = np.zeros_like(image)
        draw(single, [part], _place, PIXEL, SPONGE, hollow=0.9, wall=1.6)
        np.maximum(spongy, single, out=spongy)
    image = np.maximum(image, spongy) + np.float32(0.3) * np.minimum(image, spongy)
    gaussian_filter(image, 0.8, output=image)
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


def _broken(bone: Tube, where: tuple[float, float]) -> Tube:
    """Return a bone with a step where it passes near a point."""
    line = []
    near = any(abs(x - where[0]) < 12 for x, _, z in bone.line if abs(z - where[1]) < 30)
    if not near:
        return bone
    points, radii = _refined(bone)
    for x, y, z in points:
        line.append((x + (4.5 if z > where[1] else 0.0), y, z + (1.5 if z > where[1] else -1.5)))
    thin = [r * (0.35 if abs(z - where[1]) < 1.6 else 1.0)
            for r, (_, _, z) in zip(radii, line, strict=True)]  # fmt: skip
    return Tube(line=tuple(line), radii=tuple(thin))


def _refined(bone: Tube) -> tuple[list[tuple[float, float, float]], list[float]]:
    """Return the points of a tube every two millimetres or so."""
    points: list[tuple[float, float, float]] = []
    radii: list[float] = []
    pairs = zip(bone.line, bone.line[1:], bone.radii, bone.radii[1:], strict=False)
    for (xa, ya, za), (xb, yb, zb), ra, rb in pairs:
        count = max(1, int(abs(zb - za) / 1.5))
        for i in range(count):
            t = i / count
            points.append((xa + (xb - xa) * t, ya + (yb - ya) * t, za + (zb - za) * t))
            radii.append(ra + (rb - ra) * t)
    return [*points, bone.line[-1]], [*radii, bone.radii[-1]]
