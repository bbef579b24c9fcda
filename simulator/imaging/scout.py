"""The localizer of a CT: the body seen from the front, from which the slices are planned."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.imaging import noise
from simulator.imaging.anatomy import volume_of
from simulator.imaging.frame import Take
from simulator.imaging.planes import Stack
from simulator.imaging.projection import taken
from simulator.imaging.tissues import hounsfield

Array = NDArray[np.float32]


@lru_cache(maxsize=2)
def _summed(anatomy: str, sex: str) -> Array:
    """Return attenuation summed from front to back, water = 1 per mm, rows (z) upwards."""
    volume = volume_of(anatomy, sex)
    table = np.maximum(hounsfield("") + np.float32(1000), 0)
    sums = np.stack([table.take(plane).sum(axis=0, dtype=np.float64) for plane in volume.labels])
    summed: Array = (sums * (volume.spacing[1] / 1000)).astype(np.float32)
    return summed


def picture(take: Take, where: Stack) -> NDArray[np.uint16]:
    """Return stored values (rows, columns), 1024 above what is shown as HU."""
    body, size = take.body, take.size
    volume = volume_of(take.protocol.anatomy, body.sex)
    x0, _, z0 = where.corner(0)
    x = (x0 + np.arange(size.columns) * where.spacing) / body.scale[0]
    z = (z0 - np.arange(size.rows) * where.spacing) / body.scale[2]
    row = (z - volume.origin[2]) / volume.spacing[2]
    column = (x - volume.origin[0]) / volume.spacing[0]
    path = taken(_summed(take.protocol.anatomy, body.sex), row, column)
    path[(row < 0) | (row > volume.labels.shape[0] - 1)] = 0
    rng = noise.generator(*take.key, 0)
    path *= np.float32(3.6)
    path += noise.crop(noise.tile("white"), path.shape, rng) * np.float32(8 / noise.UNIT)
    path += np.float32(174)  # air shows as -850
    return np.clip(np.rint(path, out=path), 0, 4095, out=path).astype("<u2")
