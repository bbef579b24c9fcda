"""A label volume and the painter that fills it, shape by shape, inside bounding boxes.

Coordinates are millimetres in the patient's axes (PS3.3 C.7.6.2): x to the left, y to the back,
z to the head; arrays are indexed (z, y, x). Only additions, products and comparisons are used,
so the labels are the same on every CPU.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SLAB = 1 << 18  # voxels painted at a time, to keep temporaries small

Point = Sequence[float]
Labels = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class Volume:
    """Labels (z, y, x) with the spacing and the centre of the first voxel, mm, in (x, y, z)."""

    labels: Labels
    spacing: tuple[float, float, float]
    origin: tuple[float, float, float]


class Canvas:
    """An empty volume to paint on; later shapes cover earlier ones."""

    def __init__(self, low: Point, high: Point, spacing: Point) -> None:
        """Span the empty box from `low` to `high` (mm, x y z)."""
        self.spacing = tuple(float(s) for s in spacing)
        self.axes = [
            np.arange(a, b, s, dtype=np.float32) for a, b, s in zip(low, high, spacing, strict=True)
        ]
        self._origin = tuple(float(axis[0]) for axis in self.axes)
        x, y, z = self.axes
        self.labels: Labels = np.zeros((len(z), len(y), len(x)), np.uint8)

    def finish(self) -> Volume:
        """Return the volume, read-only from now on."""
        self.labels.flags.writeable = False
        x, y, z = (float(axis[0]) for axis in self.axes)
        sx, sy, sz = self.spacing
        return Volume(labels=self.labels, spacing=(sx, sy, sz), origin=(x, y, z))

    def window(self, low: Point, high: Point) -> tuple[Labels, list[NDArray[np.float32]]]:
        """Return the labels inside a box and broadcastable x, y, z coordinates."""
        cuts = [
            slice(max(0, math.ceil((a - o) / s)), max(0, math.floor((b - o) / s) + 1))
            for a, b, o, s in zip(low, high, self._origin, self.spacing, strict=True)
        ]
        x, y, z = (axis[cut] for axis, cut in zip(self.axes, cuts, strict=True))
        view = self.labels[cuts[2], cuts[1], cuts[0]]
        return view, [x[None, None, :], y[None, :, None], z[:, None, None]]

    def put(
        self, view: Labels, mask: NDArray[np.bool_], label: int, over: Iterable[int] | None = None
    ) -> None:
        """Set `label` where the mask holds, only over the labels in `over` when given."""
        if over is not None:
            allowed = np.zeros(256, np.bool_)
            allowed[list(over)] = True
            mask = mask & allowed[view]
        np.copyto(view, np.uint8(label), where=mask)

    def ellipsoid(
        self,
        label: int,
        centre: Point,
        radii: Point,
        *,
        over: Iterable[int] | None = None,
        turn: tuple[float, float] = (1.0, 0.0),
        tilt: tuple[float, float] = (1.0, 0.0),
        hollow: float = 0.0,
    ) -> None:
        """Paint an ellipsoid; `turn` is (cos, sin) about z, `tilt` about y.

        A hollow one is a shell from `hollow`, a share of the radii, outwards.
        """
        reach = list(radii)
        if turn[1]:
            reach[0] = reach[1] = max(radii[0], radii[1])
        if tilt[1]:
            reach[0] = reach[2] = max(reach[0], radii[2])
        low = [c - r for c, r in zip(centre, reach, strict=True)]
        high = [c + r for c, r in zip(centre, reach, strict=True)]
        view, (x, y, z) = self.window(low, high)
        if not view.size:
            return
        slab = max(1, SLAB // (view.shape[1] * view.shape[2]))
        for a in range(0, len(z), slab):
            up = z[a : a + slab] - centre[2]
            u, v, w = _rotated(x - centre[0], y - centre[1], up, turn, tilt)
            squared = (u / radii[0]) ** 2 + (v / radii[1]) ** 2 + (w / radii[2]) ** 2
            inside = squared <= 1
            if hollow:
                inside &= squared >= np.float32(hollow * hollow)
            self.put(view[a : a + slab], inside, label, over)

    def mirrored(
        self,
        label: int,
        centre: Point,
        radii: Point,
        *,
        over: Iterable[int] | None = None,
        turn: tuple[float, float] = (1.0, 0.0),
        hollow: float = 0.0,
    ) -> None:
        """Paint an ellipsoid on the left, and its mirror image on the right."""
        over = tuple(over) if over is not None else None
        for side in (1.0, -1.0):
            spot = (side * centre[0], centre[1], centre[2])
            way = (turn[0], side * turn[1])
            self.ellipsoid(label, spot, radii, over=over, turn=way, hollow=hollow)

    def tube(
        self,
        label: int,
        points: Sequence[Point],
        radius: float | Sequence[float],
        *,
        over: Iterable[int] | None = None,
        squash: Point = (1.0, 1.0, 1.0),
    ) -> None:
        """Paint a tube through the points (mm); the radius may change along it."""
        over = tuple(over) if over is not None else None
        radii = [radius] * len(points) if isinstance(radius, int | float) else list(radius)
        if len(points) == 1:
            points, radii = [points[0]] * 2, radii * 2
        for a, b, ra, rb in zip(points, points[1:], radii, radii[1:], strict=False):
            self._capsule(label, a, b, (ra, rb), over, squash)

    def _capsule(
        self,
        label: int,
        a: Point,
        b: Point,
        radii: tuple[float, float],
        over: Iterable[int] | None,
        squash: Point,
    ) -> None:
        """Paint the stretch of a tube from `a` to `b`, round at both ends."""
        most = max(radii)
        low = [min(p, q) - most * s for p, q, s in zip(a, b, squash, strict=True)]
        high = [max(p, q) + most * s for p, q, s in zip(a, b, squash, strict=True)]
        view, axes = self.window(low, high)
        if not view.size:
            return
        x, y, z = (
            (axis - np.float32(p)) * np.float32(1 / s)
            for axis, p, s in zip(axes, a, squash, strict=True)
        )
        dx, dy, dz = (np.float32((q - p) / s) for p, q, s in zip(a, b, squash, strict=True))
        length = float(dx * dx + dy * dy + dz * dz)
        if length < 1e-9:
            self.put(view, x * x + y * y + z * z <= np.float32(most * most), label, over)
            return
        t = (x * dx + y * dy + z * dz) * np.float32(1 / length)
        np.clip(t, 0, 1, out=t)
        r = np.float32(radii[0]) + np.float32(radii[1] - radii[0]) * t
        away = (x - dx * t) ** 2 + (y - dy * t) ** 2 + (z - dz * t) ** 2
        self.put(view, away <= r * r, label, over)


def _rotated(
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    z: NDArray[np.float32],
    turn: tuple[float, float],
    tilt: tuple[float, float],
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Turn coordinates about z, then about y."""
    if turn[1]:
        x, y = x * turn[0] + y * turn[1], y * turn[0] - x * turn[1]
    if tilt[1]:
        x, z = x * tilt[0] + z * tilt[1], z * tilt[0] - x * tilt[1]
    return x, y, z


def along(
    points: Sequence[Point],
    radius: float | Sequence[float],
    step: float = 0.6,
    least: float = 0.0,
) -> list[tuple[list[float], float]]:
    """Return beads along a polyline as (centre, radius), `step` radii and `least` mm apart."""
    radii = [radius] * len(points) if isinstance(radius, int | float) else list(radius)
    beads: list[tuple[list[float], float]] = []
    for a, b, ra, rb in zip(points, points[1:], radii, radii[1:], strict=False):
        length = sum((q - p) ** 2 for p, q in zip(a, b, strict=True)) ** 0.5
        count = max(1, int(length / max(step * min(ra, rb), least)))
        for i in range(count):
            t = i / count
            spot = [p + (q - p) * t for p, q in zip(a, b, strict=True)]
            beads.append((spot, ra + (rb - ra) * t))
    return [*beads, (list(points[-1]), radii[-1])]
