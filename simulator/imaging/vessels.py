"""Arteries with contrast running through them: trees of tubes, drawn with arrival times.

Coordinates are mm on the detector, x to the right and z upwards, the middle at zero.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.imaging.beads import raise_ball
from simulator.imaging.canvas import along
from simulator.imaging.noise import generator

Array = NDArray[np.float32]
Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Vessel:
    """A stretch of artery: its points, radii at both ends (mm), and the path length before it."""

    points: tuple[Point, ...]
    radii: tuple[float, float]
    before: float


# Trunks as (points, first and last radius): the left and right coronary tree, and a leg.
TRUNKS: dict[str, tuple[tuple[tuple[Point, ...], float, float], ...]] = {
    "lca": (
        (((-34, 38), (-22, 42), (-12, 40)), 2.4, 2.2),
        (((-12, 40), (2, 36), (18, 22), (30, 0), (36, -24), (32, -46), (24, -56)), 2.0, 0.8),
        (((-12, 40), (-18, 24), (-28, 4), (-32, -18), (-24, -36)), 1.8, 0.8),
        (((6, 34), (20, 34), (36, 24), (48, 4)), 1.2, 0.5),
        (((22, 16), (38, 8), (50, -10)), 1.1, 0.5),
        (((-20, 20), (-8, 2), (-4, -20), (2, -36)), 1.3, 0.5),
        (((-29, 2), (-44, -12), (-48, -30)), 1.2, 0.5),
    ),
    "rca": (
        (((-10, 40), (-26, 38), (-38, 20), (-40, -4), (-30, -26), (-10, -36)), 2.2, 1.6),
        (((-10, -36), (8, -40), (28, -42), (44, -38)), 1.4, 0.6),
        (((-10, -36), (2, -26), (16, -18), (30, -14)), 1.2, 0.5),
        (((-38, 14), (-52, 2), (-58, -14)), 1.0, 0.5),
        (((-40, -6), (-54, -22), (-56, -38)), 1.0, 0.5),
    ),
    "aorta": (
        (((0, 90), (1, 40), (0, -10)), 9.0, 8.0),
        (((0, -8), (-10, -34), (-24, -70), (-34, -100)), 5.0, 3.6),
        (((0, -8), (10, -34), (24, -70), (34, -100)), 5.0, 3.6),
        (((-4, 36), (-30, 40), (-56, 30)), 3.0, 1.8),
        (((5, 30), (30, 34), (58, 22)), 3.0, 1.8),
        (((2, 60), (16, 66), (44, 58), (60, 66)), 2.8, 1.2),
        (((0, 54), (-14, 60), (-44, 66)), 2.6, 1.2),
        (((-10, -34), (-18, -56), (-8, -86)), 2.2, 1.0),
        (((10, -34), (18, -56), (8, -86)), 2.2, 1.0),
    ),
}
STARTS = {"lca": (0, 28, 28, 40, 70, 46, 52), "rca": (0, 130, 130, 44, 72),
          "aorta": (0, 100, 100, 54, 60, 32, 38, 128, 128)}  # fmt: skip


def tree(name: str, key: tuple[object, ...]) -> list[Vessel]:
    """Return a patient's tree: the trunks, a little different for everybody, with twigs."""
    rng = generator("vessels", name, *key)
    vessels = []
    for (points, first, last), before in zip(TRUNKS[name], STARTS[name], strict=True):
        moved = _smooth([_jittered(p, rng) for p in points])
        vessels.append(Vessel(points=moved, radii=(first, last), before=float(before)))
        if name != "aorta":
            vessels += _twigs(moved, last, before, rng)
    return vessels


def _jittered(point: Point, rng: np.random.Generator) -> Point:
    """Return a point moved by up to two millimetres."""
    a, b = (float(v) * 4 - 2 for v in rng.random(2))
    return point[0] + a, point[1] + b


def _smooth(points: Sequence[Point]) -> tuple[Point, ...]:
    """Round the corners twice (Chaikin)."""
    line = list(points)
    for _ in range(2):
        rounded = [line[0]]
        for (ax, ay), (bx, by) in itertools.pairwise(line):
            rounded.append((ax * 0.75 + bx * 0.25, ay * 0.75 + by * 0.25))
            rounded.append((ax * 0.25 + bx * 0.75, ay * 0.25 + by * 0.75))
        line = [*rounded, line[-1]]
    return tuple(line)


def _twigs(
    points: Sequence[Point], radius: float, before: float, rng: np.random.Generator
) -> list[Vessel]:
    """Return thin branches that leave a trunk on both sides."""
    twigs = []
    for i in range(3, len(points) - 1, 3):
        (x, z), (px, pz) = points[i], points[i - 1]
        side = 1.0 if rng.random() < 0.5 else -1.0
        dx, dz = (z - pz) * side, (px - x) * side
        size = (dx * dx + dz * dz) ** 0.5 or 1.0
        a, b, c = (float(v) for v in rng.random(3))
        long = 12 + 20 * a
        tip = (x + (dx / size + b - 0.5) * long, z + (dz / size + c - 0.9) * long)
        middle = ((x + tip[0]) / 2 + 2 * (b - 0.5), (z + tip[1]) / 2 + 2 * (c - 0.5))
        twigs.append(
            Vessel(points=((x, z), middle, tip), radii=(min(0.8, radius * 0.9), 0.3),
                   before=before + 6.0 * i)
        )  # fmt: skip
    return twigs


def drawn(
    vessels: Sequence[Vessel], shape: tuple[int, int], pixel: float, beat: float,
    narrow: Point | None,
) -> tuple[Array, Array]:  # fmt: skip
    """Return contrast depth (mm) and arrival (mm of path) on the detector, (rows, columns).

    `beat`, 0 to 1, is how far the heart has contracted; `narrow` is where a vessel is stenosed.
    """
    depth = np.zeros(shape, np.float32)
    arrival = np.full(shape, 1e6, np.float32)
    for vessel in vessels:
        line = [(x, 0.0, z) for x, z in vessel.points]
        count = len(line) - 1
        first, last = vessel.radii
        radii = [first + (last - first) * i / count for i in range(len(line))]
        travelled = vessel.before
        previous = line[0]
        for (x, _, z), r in along(line, radii, step=0.4, least=pixel):
            travelled += ((x - previous[0]) ** 2 + (z - previous[2]) ** 2) ** 0.5
            previous = (x, 0.0, z)
            if narrow and (x - narrow[0]) ** 2 + (z - narrow[1]) ** 2 < 12:
                r *= 0.32
            row = shape[0] / 2 - (z * (1 - 0.10 * beat) - 5 * beat) / pixel
            column = shape[1] / 2 + x * (1 - 0.16 * beat) / pixel
            _stamp(depth, arrival, row, column, r / pixel, travelled)
    return depth * np.float32(pixel), arrival


def _stamp(
    depth: Array, arrival: Array, row: float, column: float, r: float, travelled: float
) -> None:
    """Raise the depth to a ball's chord and note when contrast gets there."""
    raise_ball(depth, row, column, max(r, 0.7))
    a, b = max(0, int(row - r)), max(0, int(column - r))
    patch = arrival[a : max(a, int(row + r) + 2), b : max(b, int(column + r) + 2)]
    np.minimum(patch, np.float32(travelled), out=patch)
