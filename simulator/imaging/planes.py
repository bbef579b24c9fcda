"""Planes through a label volume: where they lie in the patient, and how they are sampled."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.errors import UsageError
from simulator.fleet.profile import Series, Size
from simulator.imaging.body import Body
from simulator.imaging.canvas import Volume
from simulator.imaging.lesion import Lesion

Array = NDArray[np.float64]
Plane = NDArray[np.float32]

BAND = 1 << 16  # points handled at a time

# Row direction, column direction and normal as (axis, sign) of x y z (PS3.3 C.7.6.2.1.1).
_AXES = {
    "axial": ((0, 1), (1, 1), 2),
    "sagittal": ((1, 1), (2, -1), 0),
    "coronal": ((0, 1), (2, -1), 1),
}


@dataclass(frozen=True, kw_only=True)
class Stack:
    """The slices of one series, in mm of the patient."""

    plane: str
    size: Size
    spacing: float
    centre: tuple[float, float, float]
    positions: tuple[float, ...]

    @property
    def orientation(self) -> list[float]:
        """Return ImageOrientationPatient (0020,0037)."""
        across, down, _ = _AXES[self.plane]
        cosines = [0.0] * 6
        cosines[across[0]], cosines[3 + down[0]] = float(across[1]), float(down[1])
        return cosines

    def corner(self, index: int) -> tuple[float, float, float]:
        """Return ImagePositionPatient (0020,0032): the middle of the first pixel, mm."""
        across, down, normal = _AXES[self.plane]
        spot = list(self.centre)
        spot[across[0]] -= across[1] * self.spacing * (self.size.columns - 1) / 2
        spot[down[0]] -= down[1] * self.spacing * (self.size.rows - 1) / 2
        spot[normal] = self.positions[index]
        return spot[0], spot[1], spot[2]

    @property
    def step(self) -> float:
        """Return the distance between slices, mm."""
        return abs(self.positions[1] - self.positions[0]) if len(self.positions) > 1 else 0.0


def stack_of(
    series: Series, size: Size, body: Body, centre: tuple[float, float, float], slices: int = 0
) -> Stack:
    """Lay the slices of a series over the body; `centre` is in phantom mm.

    There are as many as the size has images, unless `slices` says otherwise.
    """
    count = slices or size.images
    if series.plane not in _AXES:
        raise UsageError(f"Series {series.description!r} has no plane {series.plane!r}.")
    first, last = series.coverage
    grow = body.scale[_AXES[series.plane][2]]
    step = (last - first) / max(1, count - 1)
    positions = tuple(round((first + step * i) * grow, 4) for i in range(count))
    middle = [round(c * s, 4) for c, s in zip(centre, body.scale, strict=True)]
    return Stack(
        plane=series.plane,
        size=size,
        spacing=round(series.fov / max(size.rows, size.columns), 6),
        centre=(middle[0], middle[1], middle[2]),
        positions=positions,
    )


class Sampler:
    """Maps planes of a volume onto the pixels of a stack, with the patient's bend.

    The map is one sparse matrix: its product runs in a plain C loop, not in BLAS, so it gives
    the same bits on every CPU, and it costs a tenth of map_coordinates. Sums and products in
    float32 are exact IEEE operations everywhere; only float32 transcendentals are not.
    """

    def __init__(
        self, volume: Volume, stack: Stack, body: Body, lesions: Sequence[Lesion] = ()
    ) -> None:
        """Prepare the map of a stack's pixels; `lesions` are painted into the planes."""
        self.volume, self.stack, self.body = volume, stack, body
        self.lesions = tuple(lesions)
        view = View(stack.plane, stack.size.rows, stack.size.columns, stack.spacing, stack.centre)
        self._matrix = _matrix(view, body, volume.spacing, volume.origin, volume.labels.shape)

    def slice(self, index: int, table: Plane, thickness: float) -> Plane:
        """Return `table`'s values (rows, columns) in one slice, averaged over `thickness` mm."""
        normal = _AXES[self.stack.plane][2]
        spacing = self.volume.spacing[normal]
        spot = self.stack.positions[index] / self.body.scale[normal] - self.volume.origin[normal]
        reach = max(spacing, thickness / 2)
        source: Plane | None = None
        total = 0.0
        for k in range(int((spot - reach) / spacing), int((spot + reach) / spacing) + 2):
            weight = 1 - abs(k * spacing - spot) / reach
            if weight > 1e-6:
                values = table.take(self._plane(normal, k)) * np.float32(weight)
                source = values if source is None else np.add(source, values, out=source)
                total += weight
        assert source is not None
        source *= np.float32(1 / total)
        flat: Plane = self._matrix @ source.ravel()
        return flat.reshape(self.stack.size.rows, self.stack.size.columns)

    def _plane(self, normal: int, k: int) -> NDArray[np.uint8]:
        """Return the labels of one plane, its edges repeated beyond the volume."""
        labels = self.volume.labels
        axis = 2 - normal
        k = min(max(k, 0), labels.shape[axis] - 1)
        plane = np.asarray(labels.take(k, axis))
        for lesion in self.lesions:
            lesion.paint(plane, normal, k, self.volume.spacing, self.volume.origin)
        return plane


class View(NamedTuple):
    """What of a stack decides where its pixels lie in their plane; lengths in mm."""

    plane: str
    rows: int
    columns: int
    spacing: float
    centre: tuple[float, float, float]


@lru_cache(maxsize=2)
def _matrix(
    view: View,
    body: Body,
    spacing: tuple[float, float, float],
    origin: tuple[float, float, float],
    shape: tuple[int, int, int],
) -> Any:
    """Return the sparse bilinear map from a volume's plane to the stack's pixels."""
    across, down, _ = _AXES[view.plane]
    half = view.spacing / 2
    c: Array = np.asarray(np.arange(view.columns) * 2.0 - (view.columns - 1))[None, :]
    r: Array = np.asarray(np.arange(view.rows) * 2.0 - (view.rows - 1))[:, None]
    reach = view.spacing * view.columns / 2
    du, dv = body.bent(c * half / reach, r * half / reach)
    x = (c * half * across[1] + view.centre[across[0]] + du * (reach * 0.5)) / body.scale[across[0]]
    column = (x - origin[across[0]]) / spacing[across[0]]
    y = (r * half * down[1] + view.centre[down[0]] + dv * (reach * 0.5)) / body.scale[down[0]]
    row = (y - origin[down[0]]) / spacing[down[0]]
    return bilinear((shape[2 - down[0]], shape[2 - across[0]]), row, column)


def bilinear(shape: tuple[int, int], row: Array, column: Array) -> Any:
    """Return the sparse matrix that samples an image of `shape`; its edges repeat beyond it."""
    from scipy.sparse import csr_array

    count = row.size
    indices = np.empty((count, 4), np.int32)
    weights = np.empty((count, 4), np.float32)
    row, column = row.ravel(), column.ravel()
    for a in range(0, count, BAND):  # in bands, so that the temporaries stay small
        b = min(a + BAND, count)
        _corners(shape, row[a:b], column[a:b], indices[a:b], weights[a:b])
    rows = np.arange(0, 4 * count + 1, 4, dtype=np.int32)
    return csr_array((weights.ravel(), indices.ravel(), rows), (count, shape[0] * shape[1]))


def _corners(
    shape: tuple[int, int], row: Array, column: Array, indices: NDArray[np.int32], weights: Plane
) -> None:
    """Fill in the four neighbours of each point and their weights, (points, 4)."""
    row = np.clip(row, 0, shape[0] - 1.001)
    column = np.clip(column, 0, shape[1] - 1.001)
    r, c = row.astype(np.int32), column.astype(np.int32)
    fr, fc = row - r, column - c
    start = r * np.int32(shape[1]) + c
    corners = (
        (0, (1 - fr) * (1 - fc)),
        (1, (1 - fr) * fc),
        (shape[1], fr * (1 - fc)),
        (shape[1] + 1, fr * fc),
    )
    for i, (jump, weight) in enumerate(corners):
        indices[:, i] = start + np.int32(jump)
        weights[:, i] = weight
