"""A finding in a label volume: an ellipsoid of another tissue, painted into planes as they are cut.

The cached volumes belong to everybody; what is this patient's own is painted into copies.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.imaging.tissues import Tissue


@dataclass(frozen=True, kw_only=True)
class Lesion:
    """An ellipsoid (mm, x y z of the phantom) of `tissue`, only over the tissues in `over`."""

    tissue: Tissue
    centre: tuple[float, float, float]
    radii: tuple[float, float, float]
    over: tuple[Tissue, ...]

    def paint(
        self,
        plane: NDArray[np.uint8],
        normal: int,
        k: int,
        spacing: tuple[float, float, float],
        origin: tuple[float, float, float],
    ) -> None:
        """Paint where plane `k` across axis `normal` (0 x, 1 y, 2 z) cuts the ellipsoid."""
        away = (k * spacing[normal] + origin[normal] - self.centre[normal]) / self.radii[normal]
        if abs(away) >= 1:
            return
        down, across = (axis for axis in (2, 1, 0) if axis != normal)
        rows, v = self._axis(down, plane.shape[0], spacing, origin)
        columns, u = self._axis(across, plane.shape[1], spacing, origin)
        view = plane[rows, columns]
        allowed = np.zeros(256, np.bool_)
        allowed[list(self.over)] = True
        inside = (v * v)[:, None] + (u * u)[None, :] <= 1 - away * away
        view[inside & allowed.take(view)] = self.tissue

    def _axis(
        self, axis: int, count: int, spacing: tuple[float, ...], origin: tuple[float, ...]
    ) -> tuple[slice, NDArray[Any]]:
        """Return which indices of an axis the ellipsoid can reach, and where they lie in radii."""
        middle = (self.centre[axis] - origin[axis]) / spacing[axis]
        reach = self.radii[axis] / spacing[axis]
        first = min(max(0, int(middle - reach)), count)
        last = min(max(first, int(middle + reach) + 2), count)
        return slice(first, last), (np.arange(first, last) - middle) / reach
