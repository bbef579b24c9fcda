"""The cerebellum with its leaves, the brain stem, and the neck's part of the spine."""

import numpy as np
from numpy.typing import NDArray

from simulator.imaging.canvas import Canvas, Labels
from simulator.imaging.tissues import Tissue as T

Field = NDArray[np.float32]


def paint(canvas: Canvas) -> None:
    """Paint the cerebellum with its folia, the brain stem and the cord."""
    view, (x, y, z) = canvas.window((-58, 8, -66), (58, 86, -14))
    radius = ((x / 52) ** 2 + ((y - 46) / 36) ** 2 + ((z + 38) / 23) ** 2).astype(np.float32)
    inside: NDArray[np.bool_] = (radius <= 1) & (
        (x / 69) ** 2 + (y / 88) ** 2 + ((z - 6) / 80) ** 2 <= 1
    )
    canvas.put(view, inside, T.GREY)
    _folia(canvas, view, inside, radius, (x, y, z))
    for side in (1.0, -1.0):
        canvas.ellipsoid(T.WHITE, (side * 20, 40, -37), (17, 11, 7))
    canvas.ellipsoid(T.CSF, (0, 6, -40), (11, 5, 17))  # in front of the stem
    canvas.tube(T.CSF, [(0, 33, -44), (0, 36, -62)], 8)  # behind it
    canvas.tube(T.CORD, [(0, 29, -60), (0, 33, -80), (0, 33, -140)], (7, 6, 5.5))
    stem = [(0, 16, -6), (0, 17, -16), (0, 19, -42), (0, 29, -60)]
    canvas.tube(T.WHITE, stem, (11, 10, 9, 7), squash=(1.2, 0.9, 1.0))
    canvas.ellipsoid(T.WHITE, (0, 14, -29), (17, 11, 13))  # the pons
    canvas.ellipsoid(T.CSF, (0, 30, -33), (7, 4, 9))
    canvas.tube(T.CSF, [(0, 26, -26), (0, 23, -8), (0, 14, 2)], 1.4)
    canvas.ellipsoid(T.CSF, (0, 34, -9), (8, 5, 6))
    canvas.ellipsoid(T.NUCLEI, (0, 29, -8), (7, 4, 8))  # the four hills
    canvas.ellipsoid(T.GLAND, (0, 32, 1), (3, 4, 3))  # the pineal
    for z0 in (-78.0, -100.0, -122.0):
        _vertebra(canvas, z0)
        for side in (1.0, -1.0):
            arch = [
                (side * 14.0, 16.0, z0),
                (side * 22.0, 24.0, z0),
                (side * 14.0, 44.0, z0),
                (0.0, 54.0, z0 - 2),
            ]
            canvas.tube(T.BONE, arch, 4)


def _folia(
    canvas: Canvas, view: Labels, inside: NDArray[np.bool_], radius: Field,
    axes: tuple[Field, Field, Field],
) -> None:  # fmt: skip
    """Paint the leaves of the cerebellum: they fan out behind the fourth ventricle.

    Their direction is measured round a square, which needs no arc tangent.
    """
    x, y, z = axes
    back, up = np.maximum(y - 22 - (x / 52) ** 2 * 8, np.float32(0.5)), z + 36
    turn = up / (back + np.abs(up)) + np.float32(0.02) * (np.abs(x) / 8 + radius * 3)
    for count, white, fluid, start in ((9.0, 0.30, 0.09, 0.0), (17.0, 0.30, 0.10, 0.5)):
        phase = turn * np.float32(count)
        phase = np.abs(phase - np.floor(phase) - np.float32(0.5)) * 2
        where = inside & (radius > start)
        canvas.put(
            view, where & (phase < white) & (radius < 0.88 - start * 0.2), T.WHITE, (T.GREY,)
        )
        canvas.put(view, where & (phase > 1 - fluid) & (radius > 0.3), T.CSF)


def _vertebra(canvas: Canvas, z0: float) -> None:
    """Paint a vertebral body of the neck with the disc below it."""
    for label, r, low, high in (
        (T.DISC, 12.5, -13.0, -7.0), (T.BONE, 13.5, -8.0, 8.0), (T.MARROW, 11.5, -6.4, 6.4),
    ):  # fmt: skip
        view, (x, y, z) = canvas.window((-r, 2, z0 + low), (r, 24, z0 + high))
        round_ = (x / r) ** 2 + ((y - 13) / (r * 0.68)) ** 2 <= 1
        canvas.put(view, round_ & (z > -1000), label)
