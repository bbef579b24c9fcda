"""Seeded generators and ready-made correlated noise, cropped at random instead of drawn anew."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.imaging.uids import digest

TILE = 1024  # pixels per side; tiles wrap round
UNIT = 256  # the value of one standard deviation in a tile

# Blur (pixels) of the grain, and of the copy subtracted from it: a band-pass.
_GRAIN = {"white": (0.0, 0.0), "soft": (0.9, 3.5), "sharp": (0.45, 1.1), "detector": (0.6, 0.0)}


def generator(*parts: object) -> np.random.Generator:
    """Return the generator that belongs to these parts."""
    return np.random.Generator(np.random.PCG64(digest("noise", *parts)))


@lru_cache(maxsize=8)
def tile(grain: str) -> NDArray[np.int16]:
    """Return (1024, 1024) Gaussian noise whose standard deviation is 256."""
    from scipy.ndimage import gaussian_filter

    fine, coarse = _GRAIN[grain]
    field = generator("tile", grain).standard_normal((TILE, TILE))
    if fine:
        field = gaussian_filter(field, fine, mode="wrap")
    if coarse:
        field = field - gaussian_filter(field, coarse, mode="wrap")
    scaled = field * (UNIT / float(field.std()))
    return np.clip(np.rint(scaled), -32767, 32767).astype(np.int16)


def crop(field: NDArray[Any], shape: tuple[int, int], rng: np.random.Generator) -> NDArray[Any]:
    """Cut a random piece of `shape` out of a wrapping tile, sometimes mirrored."""
    row, column, flip = (int(v) for v in rng.integers(0, (TILE, TILE, 4)))
    rows, columns = shape
    if rows <= TILE // 2 and columns <= TILE // 2:
        row, column = row % (TILE - rows), column % (TILE - columns)
        piece = field[row : row + rows, column : column + columns]
    else:
        down = np.arange(row, row + rows) % TILE
        across = np.arange(column, column + columns) % TILE
        piece = field[down].take(across, axis=1)
    return piece[:: -1 if flip & 1 else 1, :: -1 if flip & 2 else 1]
