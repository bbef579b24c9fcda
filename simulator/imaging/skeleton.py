"""The bones and lung vessels of the torso as centre lines: painted into volumes and projected."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simulator.imaging.noise import generator

Line = tuple[tuple[float, float, float], ...]

# The middle of the vertebral bodies: height and depth (mm), a kyphosis above a lordosis.
SPINE_Z = (0, 40, 90, 150, 220, 290, 350, 450, 540, 600, 660)
SPINE_Y = (60, 78, 86, 58, 47, 54, 63, 72, 65, 52, 38)

# The inside of the rib cage: half width, half depth and middle (mm) by height.
CAGE_Z = (290, 330, 400, 450, 500, 550, 580, 600, 614)
CAGE_A = (134, 137, 137, 133, 124, 104, 84, 60, 20)
CAGE_B = (86, 90, 94, 93, 88, 76, 60, 42, 14)
CAGE_Y = (2, 2, 4, 4, 6, 10, 15, 20, 24)


@dataclass(frozen=True, kw_only=True)
class Tube:
    """A polyline (mm) with one radius (mm) per point."""

    line: Line
    radii: tuple[float, ...]


def spine_y(z: float) -> float:
    """Return the depth of the vertebral bodies' middle at a height (mm)."""
    return float(np.interp(z, SPINE_Z, SPINE_Y))


def cage(z: float) -> tuple[float, float, float]:
    """Return half width, half depth and middle of the rib cage's inside (mm)."""
    a, b, y = (float(np.interp(z, CAGE_Z, column)) for column in (CAGE_A, CAGE_B, CAGE_Y))
    return a, b, y


def vertebrae() -> Iterator[tuple[str, float, float]]:
    """Yield name, height of the middle and height of the body (mm), from L5 up to C6."""
    z = 150.0
    for name in ("L5", "L4", "L3", "L2", "L1"):
        yield name, z, 27.0
        z += 35
    z = 321.0
    for number in range(12, 0, -1):
        yield f"T{number}", z, 19.0
        z += 24.5
    yield "C7", z - 3, 14.0
    yield "C6", z + 15, 14.0


def _rib(number: int, side: float) -> Tube:
    """Return one rib, from its head at the spine round to the front."""
    head = 321 + (12 - number) * 24.5 + 6
    reach = {1: 2.5, 2: 2.7, 11: 1.75, 12: 1.25}.get(number, 2.75)  # radians round the chest
    drop = min(30 + 9 * number, 100) if number > 1 else 18
    line, radii = [], []
    for i in range(30):
        t = i / 29
        angle = 0.22 + t * (reach - 0.22)
        z = head + (6 * t if number > 9 else 0) - drop * t * t * (1.55 - 0.55 * t)
        a, b, y = cage(min(max(z, 300), 606))
        x = side * (a + 3) * math.sin(angle)
        line.append((round(x, 4), round(y + (b + 3) * math.cos(angle), 4), round(z, 4)))
        # The bone thins out into cartilage, which X-rays do not show.
        radii.append((4.4 + 1.4 * t if number > 1 else 4.2) * min(1.0, 0.25 + (1 - t) * 9))
    return Tube(line=tuple(line), radii=tuple(radii))


@lru_cache(maxsize=1)
def ribs() -> tuple[Tube, ...]:
    """Return the 24 ribs."""
    return tuple(_rib(n, side) for n in range(1, 13) for side in (1.0, -1.0))


@lru_cache(maxsize=1)
def clavicles() -> tuple[Tube, ...]:
    """Return both collar bones, S-shaped."""
    points = ((14, -72, 568), (40, -76, 576), (80, -58, 588), (120, -32, 596), (152, -18, 594))
    radii = (8.5, 6.5, 5.5, 5.5, 7.0)
    return tuple(
        Tube(line=tuple((side * x, float(y), float(z)) for x, y, z in points), radii=radii)
        for side in (1.0, -1.0)
    )


def scapulae() -> tuple[Tube, ...]:
    """Return the edges of both shoulder blades, rolled out of the lungs as for a chest film."""
    edges = (
        (((146, 60, 562), (132, 80, 520), (112, 90, 468), (104, 90, 452)), (6.0, 4.0, 3.2, 4.5)),
        (((92, 84, 566), (90, 92, 520), (104, 90, 452)), (2.2, 2.0, 3.0)),
        (((94, 90, 552), (124, 84, 572), (156, 50, 600)), (3.0, 4.0, 5.5)),
        (((146, 60, 566), (132, 30, 584), (140, 14, 576)), (5.5, 4.5, 4.0)),
    )
    return tuple(
        Tube(line=tuple((side * x, float(y), float(z)) for x, y, z in points), radii=radii)
        for points, radii in edges
        for side in (1.0, -1.0)
    )


def arms(side: float) -> tuple[Tube, Tube]:
    """Return humerus and flesh of an arm that hangs, its elbow turned outwards."""
    points = ((172, 0, 578), (184, 0, 540), (206, 0, 470), (228, 0, 380), (240, 0, 280))
    line = tuple((side * x, float(y), float(z)) for x, y, z in points)
    bone = Tube(line=line, radii=(22.0, 13.0, 10.5, 10.5, 14.0))
    return bone, Tube(line=line, radii=(40.0, 46.0, 44.0, 42.0, 38.0))


@lru_cache(maxsize=1)
def lung_vessels() -> tuple[Tube, ...]:
    """Return the pulmonary trees, branching from each hilum towards the pleura."""
    rng = generator("lung vessels")
    tubes: list[Tube] = []
    for side in (1.0, -1.0):
        hilum = (side * 34.0, 14.0, 470.0 if side > 0 else 462.0)
        for aim in _fan(side):
            start = tuple(h + 13 * a for h, a in zip(hilum, aim, strict=True))
            _branch(tubes, rng, (start[0], start[1], start[2]), aim, 5.2, 4)
    return tuple(tubes)


def _fan(side: float) -> Iterator[tuple[float, float, float]]:
    """Yield the directions of the segmental arteries of one lung."""
    for x, y, z in (
        (0.5, -0.25, 1.0), (0.35, 0.35, 0.9), (0.9, -0.5, 0.35), (0.95, 0.3, 0.3),
        (0.9, -0.7, -0.3), (0.95, 0.0, -0.45), (0.7, 0.55, -0.6), (0.45, 0.45, -1.0),
        (0.6, -0.35, -0.9), (0.75, 0.2, -0.9),
    ):  # fmt: skip
        yield side * x, y, z


def _branch(
    tubes: list[Tube],
    rng: np.random.Generator,
    start: tuple[float, float, float],
    aim: tuple[float, float, float],
    radius: float,
    depth: int,
) -> None:
    """Grow one vessel along `aim`, then its two daughters."""
    line = [start]
    x, y, z = start
    ax, ay, az = aim
    length = (52, 26, 20, 22, 30)[depth] * (0.8 + 0.4 * rng.random())
    for _ in range(5):
        wobble = rng.random(3) * 0.36 - 0.18
        ax, ay, az = ax + float(wobble[0]), ay + float(wobble[1]), az + float(wobble[2])
        size = math.sqrt(ax * ax + ay * ay + az * az)
        ax, ay, az = ax / size, ay / size, az / size
        x, y, z = x + ax * length / 5, y + ay * length / 5, z + az * length / 5
        if not _inside(x, y, z):
            break
        line.append((x, y, z))
    if len(line) > 1:
        end = radius * 0.72
        step = (radius - end) / (len(line) - 1)
        tubes.append(
            Tube(line=tuple(line), radii=tuple(radius - step * i for i in range(len(line))))
        )
    if depth and len(line) == 6:
        spread = rng.random((2, 3)) * 1.3 - 0.65
        for i, turn in enumerate(spread):
            way = (ax + float(turn[0]), ay + float(turn[1]), az + float(turn[2]))
            _branch(tubes, rng, line[-1], way, radius * (0.72, 0.6)[i], depth - 1)


def _inside(x: float, y: float, z: float) -> bool:
    """Tell whether a point (mm) lies within the rib cage with a little room to spare."""
    a, b, middle = cage(z)
    return z > 335 and z < 606 and (x / (a - 5)) ** 2 + ((y - middle) / (b - 5)) ** 2 < 1
