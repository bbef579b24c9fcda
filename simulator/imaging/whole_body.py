"""A torso with its head on, as PET and the CT beside it scan them: 460 x 320 x 900 mm."""

import numpy as np

from simulator.imaging import torso
from simulator.imaging.canvas import Canvas, Volume
from simulator.imaging.head import head

TALL = 900  # mm
# Where the head's zero lies in the torso's axes (mm); it meets the neck at the torso's top.
HEAD_AT = (0.0, -14.0, 787.0)


def whole_body(sex: str) -> Volume:
    """Return the body of a woman (F) or a man from the pubis to the vertex, without arms."""
    trunk = torso.torso(sex)
    canvas = Canvas(torso.LOW, (*torso.HIGH[:2], TALL), torso.SPACING)
    canvas.labels[: len(trunk.labels)] = trunk.labels
    _set_on(canvas, head(), len(trunk.labels))
    torso.paint_table(canvas)
    return canvas.finish()


def _set_on(canvas: Canvas, top: Volume, first: int) -> None:
    """Copy the head's nearest voxels into the planes from `first` upwards."""
    spots = []
    for axis, spot, start, step, count in zip(
        canvas.axes, HEAD_AT, top.origin, top.spacing, top.labels.shape[::-1], strict=True
    ):
        index = np.rint((axis - np.float32(spot + start)) / np.float32(step)).astype(np.intp)
        here = np.flatnonzero((index >= 0) & (index < count))
        spots.append((here, index[here]))
    (x, u), (y, v), (z, w) = spots
    for k, source in zip(z, w, strict=True):
        if k >= first:
            canvas.labels[k][np.ix_(y, x)] = top.labels[source][np.ix_(v, u)]
