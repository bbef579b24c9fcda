"""Limbs from the front, bone by bone: an outline, how thick it is, and its cortex.

Coordinates are mm as in limbs.py: x to the picture's right, z upwards, of a left limb. The depth
of a bone at a point follows from the distance to its edge, as if it were rounded there.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.imaging import noise

Array = NDArray[np.float32]
Point = tuple[float, float]

CORTEX, SPONGE = 1.25, 0.42  # water = 1, per mm, on top of the flesh it replaces
_SMOOTH = 3  # rounds of corner cutting
_GRAIN = np.float32(0.07 / noise.UNIT)  # how much the trabeculae vary


class Outline(NamedTuple):
    """One bone: its corners, half its depth (mm), and its wall (mm) at heights from low to high."""

    corners: tuple[Point, ...]
    depth: float
    walls: tuple[tuple[float, float], ...]  # (z, wall)
    share: float = 1.0  # of what it would add: bones behind others show less


KNEE = (
    Outline(
        ((-14, 240), (-14, 140), (-16, 104), (-23, 74), (-35, 54), (-41, 40), (-41, 24), (-37, 11),
         (-27, 4), (-16, 4), (-8, 10), (-4, 19), (3, 19), (8, 9), (16, 3), (27, 4), (36, 12),
         (39, 25), (39, 40), (32, 54), (21, 76), (17, 104), (19, 140), (19, 240)),
        19, ((0, 1.3), (45, 1.4), (95, 3.0), (150, 5.5), (240, 6.5)),
    ),
    Outline(
        ((-39, -3), (-22, -5), (-9, -4), (-5, 3), (-2, -1), (2, -1), (5, 3), (9, -4), (22, -4),
         (38, -3), (41, -10), (37, -23), (26, -42), (17, -64), (14, -90), (13, -120), (-15, -120),
         (-15, -90), (-19, -64), (-28, -42), (-38, -23), (-42, -11)),
        18, ((-120, 5.5), (-70, 3.2), (-35, 1.6), (-5, 1.8)),
    ),
    Outline(
        ((27, -20), (33, -15), (40, -20), (43, -30), (39, -43), (37, -70), (37, -120), (28, -120),
         (28, -70), (29, -43), (26, -30)),
        6, ((-120, 2.6), (-50, 1.8), (-15, 1.0)), 0.8,
    ),
    Outline(
        ((-20, 52), (-12, 62), (0, 65), (12, 62), (20, 52), (20, 36), (11, 22), (0, 16), (-11, 22),
         (-20, 36)),
        9, ((0, 1.1), (80, 1.1)), 0.4,
    ),
)  # fmt: skip

ANKLE = (
    Outline(
        ((-15, 240), (-14, 120), (-15, 72), (-19, 42), (-24, 22), (-28, 10), (-28, -2), (-24, -10),
         (-19, -9), (-17, 0), (-15, 7), (0, 8), (14, 7), (17, 12), (16, 30), (12, 62), (10, 120),
         (11, 240)),
        15, ((-10, 1.2), (15, 1.5), (70, 3.0), (140, 5.0), (240, 5.5)),
    ),
    Outline(
        ((16, 240), (15, 120), (16, 62), (19, 22), (20, 2), (20, -12), (25, -21), (31, -15),
         (33, 0), (32, 18), (28, 42), (25, 82), (25, 120), (26, 240)),
        6, ((-20, 1.0), (30, 1.6), (240, 2.8)), 0.85,
    ),
    Outline(
        ((-15, 3), (0, 4), (15, 3), (18, -6), (17, -18), (11, -27), (0, -28), (-11, -27),
         (-16, -18), (-17, -6)),
        17, ((-40, 1.2), (10, 1.5)),
    ),
    Outline(  # the heel, behind the foot
        ((-9, -25), (5, -24), (17, -27), (25, -40), (24, -62), (16, -82), (4, -91), (-8, -88),
         (-14, -74), (-15, -50), (-14, -34)),
        22, ((-90, 1.3), (-20, 1.2)), 0.6,
    ),
    Outline(
        ((-24, -27), (-10, -25), (5, -28), (9, -38), (3, -48), (-12, -51), (-25, -47), (-30, -36)),
        9, ((-60, 1.1), (-20, 1.1)), 0.5,
    ),
    Outline(
        ((9, -37), (22, -34), (31, -42), (32, -57), (22, -64), (11, -60), (7, -48)),
        9, ((-70, 1.1), (-20, 1.1)), 0.42,
    ),
    *(
        Outline(
            ((x - 8, top), (x, top + 3), (x + 8, top), (x + 8, top - 22), (x + 7, top - 40),
             (x, top - 44), (x - 7, top - 40), (x - 8, top - 22)),
            6, ((-130, 1.5), (-20, 1.2)), 0.3,
        )
        for x, top in ((-24.0, -50.0), (-9.0, -54.0), (5.0, -60.0), (18.0, -66.0), (30.0, -70.0))
    ),
)  # fmt: skip

# A break: which bone, where its line crosses x = 0, how steep it is, and the slip (mm).
Break = tuple[int, float, float, float]
MARGIN = 6  # pixels around a bone that its blur reaches


def drawn(
    bones: tuple[Outline, ...], broken: Break | None, x: NDArray[Any], z: NDArray[Any]
) -> Array:
    """Return what bones add to the path lengths (mm) at columns `x` and falling rows `z` (mm)."""
    image = np.zeros((z.size, x.size), np.float32)
    pixel = abs(float(x[1] - x[0]))
    for number, bone in enumerate(bones):
        points = _rounded(bone.corners)
        slip = broken[3] if broken and number == broken[0] else 0.0
        rows, columns = _reach(-points[:, 1], -z, pixel), _reach(points[:, 0], x, pixel, slip)
        inside = _inside(points, x[columns], z[rows])
        if broken and number == broken[0]:
            inside = _broken(inside, broken, x[columns], z[rows], pixel)
        grain = noise.tile("soft").take(np.arange(rows.start, rows.stop) % noise.TILE, 0)
        grain = grain.take(np.arange(columns.start, columns.stop) % noise.TILE, 1)
        image[rows, columns] += _bone(inside, bone, z[rows], pixel, grain) * np.float32(bone.share)
    return image


def _reach(
    points: NDArray[np.float64], axis: NDArray[np.float64], pixel: float, slip: float = 0.0
) -> slice:
    """Return which pixels of a rising axis (mm) a bone can reach."""
    room = MARGIN * pixel + slip
    first, last = np.searchsorted(axis, (points.min() - room, points.max() + room))
    return slice(int(first), int(last))


def _rounded(corners: tuple[Point, ...]) -> NDArray[np.float64]:
    """Return the outline with its corners cut off again and again (Chaikin)."""
    points = np.array(corners, np.float64)
    for _ in range(_SMOOTH):
        ahead = np.roll(points, -1, axis=0)
        points = np.stack((0.75 * points + 0.25 * ahead, 0.25 * points + 0.75 * ahead), axis=1)
        points = points.reshape(-1, 2)
    return points


def _inside(
    points: NDArray[np.float64], x: NDArray[np.float64], z: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return which pixels the outline encloses: an odd number of edges lies to their left."""
    crossings = np.zeros((z.size, x.size), np.bool_)
    for (xa, za), (xb, zb) in zip(points, np.roll(points, -1, axis=0), strict=True):
        rows = np.flatnonzero((z >= min(za, zb)) & (z < max(za, zb)))
        if rows.size:
            edge = xa + (z[rows] - za) * ((xb - xa) / (zb - za))
            crossings[rows] ^= x[None, :] > edge[:, None]
    return crossings


def _bone(
    inside: NDArray[np.bool_], bone: Outline, z: NDArray[np.float64], pixel: float,
    grain: NDArray[np.int16],
) -> Array:  # fmt: skip
    """Return the path lengths of one bone: its wall dense, its inside spongy."""
    from scipy.ndimage import distance_transform_edt, gaussian_filter

    depth = distance_transform_edt(inside).astype(np.float32) * np.float32(pixel)
    heights, walls = zip(*bone.walls, strict=True)
    wall = np.interp(z, heights, walls).astype(np.float32)[:, None]
    outer, inner = _chord(depth, bone.depth), _chord(depth - wall, bone.depth - wall)
    sponge = np.float32(SPONGE) * inner * (1 + _GRAIN * grain)
    added = np.where(inside, np.float32(CORTEX) * (outer - inner) + sponge, np.float32(0))
    smooth: Array = gaussian_filter(added.astype(np.float32), 1.2)
    return smooth


def _chord(depth: Array, radius: Array | float) -> Array:
    """Return how long a ray is inside a body rounded with `radius`, `depth` mm from its edge."""
    r = np.maximum(np.asarray(radius, np.float32), np.float32(0.5))
    d = np.clip(depth, 0, r)
    chord: Array = 2 * np.sqrt(2 * r * d - d * d)
    return chord


def _broken(
    inside: NDArray[np.bool_], how: Break, x: NDArray[np.float64],
    z: NDArray[np.float64], pixel: float,
) -> NDArray[np.bool_]:  # fmt: skip
    """Return the bone in two pieces, the upper one slipped sideways, with a gap between them."""
    _, height, steep, slip = how
    middle = float(x[np.flatnonzero(inside.any(axis=0))].mean())
    line = height + steep * (x[None, :] - middle)
    upper, lower = z[:, None] > line + 0.8, z[:, None] < line - 0.8
    moved = np.roll(inside, round(slip / pixel), axis=1)
    return (moved & upper) | (inside & lower)
