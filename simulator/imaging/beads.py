"""Tubes drawn sharply into a projection: each is a union of balls that adds its chord length."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.imaging.canvas import along
from simulator.imaging.skeleton import Tube

Array = NDArray[np.float32]
Place = Callable[[Sequence[float]], tuple[float, float]]  # a point (mm) to (row, column)


def draw(
    image: Array, tubes: Iterable[Tube], place: Place, pixel: float, density: float,
    hollow: float, step: float = 0.4, wall: float = 1e3,
) -> None:  # fmt: skip
    """Add the chords of tubes times `density`; `pixel` is mm.

    A hollow tube has a core of `hollow` times its radius that lets four fifths of the rays pass;
    its shell is at most `wall` mm thick. Balls are `step` radii apart.
    """
    for tube in tubes:
        beads = along(tube.line, tube.radii, step=step, least=pixel)
        spots = [(place(spot), r / pixel) for spot, r in beads]
        reach = max(r for _, r in spots) + 2
        rows, columns = [s[0][0] for s in spots], [s[0][1] for s in spots]
        top, left = int(min(rows) - reach), int(min(columns) - reach)
        height, width = int(max(rows) + reach) - top + 1, int(max(columns) + reach) - left + 1
        chord = np.zeros((height, width), np.float32)
        core = np.zeros_like(chord) if hollow else chord
        for (row, column), r in spots:
            raise_ball(chord, row - top, column - left, r)
            if hollow:
                raise_ball(core, row - top, column - left, max(r * hollow, r - wall / pixel))
        added = chord - np.float32(0.8) * core if hollow else chord
        add(image, added * np.float32(density * pixel), top, left)


def raise_ball(chord: Array, row: float, column: float, r: float, tall: float = 1.0) -> None:
    """Raise `chord` to the chord length (pixels) through one ball, `tall` times as high as wide."""
    a, b = max(0, int(row - r * tall)), max(0, int(column - r))
    patch = chord[a : max(a, int(row + r * tall) + 2), b : max(b, int(column + r) + 2)]
    down = (np.arange(a, a + patch.shape[0], dtype=np.float32) - np.float32(row)) / np.float32(tall)
    across = np.arange(b, b + patch.shape[1], dtype=np.float32) - np.float32(column)
    inside = np.float32(r * r) - (down * down)[:, None] - (across * across)[None, :]
    np.maximum(patch, 2 * np.sqrt(np.maximum(inside, 0)), out=patch)


def add(image: Array, patch: Array, top: int, left: int) -> None:
    """Add a patch to an image, cut to its edges."""
    a, b = max(0, top), max(0, left)
    c = min(image.shape[0], top + patch.shape[0])
    d = min(image.shape[1], left + patch.shape[1])
    if a < c and b < d:
        image[a:c, b:d] += patch[a - top : c - top, b - left : d - left]
