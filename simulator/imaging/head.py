"""The head from chin to vertex as a label volume: 190 x 230 x 240 mm at 1 mm."""

import numpy as np
from numpy.typing import NDArray

from simulator.imaging import face, hindbrain
from simulator.imaging.canvas import Canvas, Labels, Volume
from simulator.imaging.noise import generator
from simulator.imaging.tissues import Tissue as T

BRAIN = (T.GREY, T.WHITE)
Field = NDArray[np.float32]
SLAB = 24  # planes painted at a time: temporaries of float32 are large

LOW, HIGH = (-95, -123, -135), (95, 115, 105)
BOX = ((-72, -92, -66), (72, 92, 88))  # what the brain can fill


def head(sex: str = "") -> Volume:
    """Return the head, the same for everybody."""
    canvas = Canvas(LOW, HIGH, (1, 1, 1))
    _outside(canvas)
    _skull(canvas)
    _cerebrum(canvas)
    _deep(canvas)
    _ventricles(canvas)
    hindbrain.paint(canvas)
    face.paint(canvas)
    face.paint_orbits(canvas)
    return canvas.finish()


def _outside(canvas: Canvas) -> None:
    """Paint scalp, face and neck."""
    neck = [(0.0, 28.0, -60.0), (0.0, 34.0, -150.0)]
    canvas.tube(T.FAT, neck, 58, squash=(1.0, 1.0, 1.0))
    canvas.tube(T.MUSCLE, neck, 53)
    canvas.ellipsoid(T.FAT, (0, -36, -68), (68, 62, 76))
    canvas.mirrored(T.MUSCLE, (84, 14, -38), (7, 16, 28))  # ears
    canvas.ellipsoid(T.SCALP, (0, 0, 6), (82, 102, 94))
    canvas.ellipsoid(T.FAT, (0, 0, 6), (80.5, 100.5, 92.5))
    canvas.mirrored(T.MUSCLE, (76, -22, -8), (7, 36, 40), over=(T.FAT, T.SCALP))  # temporalis
    canvas.ellipsoid(T.MUSCLE, (0, -34, -66), (61, 62, 72), over=(T.FAT, T.SCALP))
    canvas.tube(T.MUSCLE, neck, 53, over=(T.FAT, T.SCALP))
    face.paint_profile(canvas)


# The floor under the brain (mm) from front to back: to the side, and in the middle, where the
# sella and the clivus are.
FLOOR_Y = (-70, -46, -36, -24, -4, 10, 24, 46, 80)
FLOOR_Z = (-4, -13, -20, -35, -41, -44, -56, -62, -48)
MIDDLE_Y = (-70, -40, -28, -20, -14, -8, 2, 14, 26, 34, 80)
MIDDLE_Z = (-10, -16, -18, -27, -27, -20, -30, -44, -60, -64, -50)


def floor(x: Field, y: Field) -> Field:
    """Return the height (mm) of the skull base under the brain, (y, x)."""
    sides = np.interp(y[:, 0], FLOOR_Y, FLOOR_Z).astype(np.float32)[:, None]
    middle = np.interp(y[:, 0], MIDDLE_Y, MIDDLE_Z).astype(np.float32)[:, None]
    near = np.clip((np.float32(20) - np.abs(x)) / np.float32(9), 0, 1)
    roof = np.float32(9) * np.minimum((x / 38) ** 2, 1) * (y < -34)
    result: Field = (sides + roof) * (1 - near) + middle * near
    return result


def _skull(canvas: Canvas) -> None:
    """Paint the vault in three layers, the fluid in it, and the bone of the base."""
    for label, grow in ((T.BONE, 0.0), (T.MARROW, -2.0), (T.BONE, -4.2)):
        canvas.ellipsoid(label, (0, 0, 6), (76.5 + grow, 96.5 + grow, 88.5 + grow))
    view, (x, y, z) = canvas.window((-90, -110, -90), (90, 110, 100))
    base = floor(x[0], y[0])[None]
    for a in range(0, len(z), SLAB):
        _base(canvas, view[a : a + SLAB], (x, y, z[a : a + SLAB]), base)
    for side in (1.0, -1.0):
        ridge = [(side * 66.0, 24.0, -42.0), (side * 40.0, 10.0, -38.0), (side * 14.0, -4.0, -34.0)]
        canvas.tube(T.PETROUS, ridge, (13, 9, 6))
        canvas.tube(T.BONE, [(side * 64, 24, -44), (side * 60, 26, -62)], (13, 8))
        _air_cells(canvas, (side * 64.0, 26.0, -48.0))
        canvas.tube(T.GAS, [(side * 86, 12, -40), (side * 56, 10, -39)], 3.2)
    canvas.ellipsoid(T.GLAND, (0, -17, -25), (6, 5, 3.5), over=(T.CSF, T.BONE))  # pituitary
    canvas.tube(T.CSF, [(0, 38, -50), (0, 36, -70), (0, 32, -135)], 13)  # foramen magnum


def _base(canvas: Canvas, view: Labels, axes: tuple[Field, Field, Field], base: Field) -> None:
    """Paint fluid above the base of the skull, bone and muscle below it, in a slab (z, y, x)."""
    x, y, z = axes
    cavity = (x / 70) ** 2 + (y / 90) ** 2 + ((z - 6) / 82) ** 2 <= 1
    canvas.put(view, cavity & (z > base), T.CSF)
    canvas.put(view, cavity & (z <= base), T.MUSCLE)
    canvas.put(view, cavity & (z <= base) & (z > base - 15) & (np.abs(x) < 17), T.MARROW)
    canvas.put(view, cavity & (z <= base) & (z > base - np.where(y < -30, 2.4, 4.0)), T.BONE)
    canvas.put(view, (z < base - 6) & (z < -46) & (y < 10), T.MUSCLE, (T.BONE, T.MARROW))
    canvas.put(view, (z < -16) & (y < -50), T.MUSCLE, (T.BONE, T.MARROW))


def _air_cells(canvas: Canvas, middle: tuple[float, float, float]) -> None:
    """Riddle the mastoid with air cells."""
    rng = generator("mastoid")
    for _ in range(40):
        u, v, w = (float(q) for q in rng.random(3) * 2 - 1)
        spot = (middle[0] + 8 * u, middle[1] + 9 * v, middle[2] + 11 * w)
        canvas.ellipsoid(T.GAS, spot, (2.2, 2.2, 2.4), over=(T.BONE, T.PETROUS))


def _gyri(shape: tuple[int, int, int], wave: float) -> Field:
    """Return band-passed noise (z, y, x) of unit deviation: its zero surfaces are the sulci."""
    from scipy.ndimage import gaussian_filter

    step = 3
    coarse = tuple(n // step + 3 for n in shape)
    raw = generator("gyri").standard_normal(coarse)
    sigma = wave / step / 4.4
    band = gaussian_filter(raw, sigma) - gaussian_filter(raw, sigma * 1.6)
    field: Field = np.rint(band / band.std() * 4096).astype(np.float32) / np.float32(4096)
    for axis in (2, 1, 0):  # the last one makes it large
        field = _stretched(field, axis, shape[axis], step)
    return field


def _stretched(field: Field, axis: int, count: int, step: int) -> Field:
    """Enlarge a field along one axis by linear interpolation."""
    spot = np.arange(count, dtype=np.float32) / step
    index = spot.astype(np.intp)
    weight = (spot - index).reshape([-1 if a == axis else 1 for a in range(3)])
    low = field.take(index, axis)
    result: Field = field.take(index + 1, axis)
    result -= low
    result *= weight
    result += low
    return result


def _cerebrum(canvas: Canvas) -> None:
    """Paint white matter, the cortical ribbon and the sulci between the gyri, slab by slab."""
    view, (x, y, z) = canvas.window(*BOX)
    base = floor(x[0], y[0])[None]
    gyri = _gyri(view.shape, 19.0)
    for a in range(0, len(z), SLAB):
        slab = slice(a, a + SLAB)
        _cortex(canvas, view[slab], (x, y, z[slab]), base, gyri[slab])
    for side in (1.0, -1.0):
        cleft = [(side * 62.0, -6.0, 4.0), (side * 44.0, -6.0, 4.0), (side * 40.0, 2.0, 6.0)]
        canvas.tube(T.GREY, cleft, 5.2, squash=(1.0, 3.0, 1.0), over=(T.WHITE,))
        canvas.tube(T.CSF, cleft, 1.8, squash=(1.0, 5.0, 1.2), over=BRAIN)


def _cortex(
    canvas: Canvas, view: Labels, axes: tuple[Field, Field, Field], base: Field, signed: Field
) -> None:
    """Paint the cerebrum in a slab (z, y, x); `signed` is the field of the gyri."""
    x, y, z = axes
    radius = (x / 67.5) ** 2 + (y / 87) ** 2 + ((z - 6) / 78.5) ** 2
    brain = (radius <= 1) & (z > base + 2)
    brain &= ~((z < -22) & (y > 8))  # below the tentorium: the hindbrain's place
    field = np.abs(signed)
    # Sulci grow narrower inwards and end some 25 mm below the surface.
    # The inner faces of the hemispheres have sulci too.
    depth = np.clip((radius - 0.32) * np.float32(1.9), 0, 1)
    medial = np.clip(1.1 - np.abs(x) / np.float32(13), 0, 1) * ((z > 34) | (y < -44) | (y > 40))
    depth = np.maximum(depth, medial * np.float32(0.9))
    middle = np.abs(x + signed * np.float32(0.9))
    canvas.put(view, brain, T.WHITE)
    canvas.put(view, brain & (field < 0.56 * depth), T.GREY)
    canvas.put(view, brain & ((radius > 0.905) | (z < base + 4.5)), T.GREY)
    canvas.put(view, brain & (middle < 2.8), T.GREY)
    canvas.put(view, brain & (field < 0.14 * depth), T.CSF)
    canvas.put(view, brain & (middle < 0.55), T.CSF)


def _deep(canvas: Canvas) -> None:
    """Paint the nuclei and the callosal body between the hemispheres."""
    arch = [(0, -28, 3), (0, -40, 5), (0, -46, 15), (0, -34, 29), (0, -4, 36), (0, 22, 33),
            (0, 38, 22), (0, 34, 14)]  # fmt: skip
    canvas.tube(T.CSF, arch, 6, squash=(1.2, 1.0, 1.0))
    canvas.tube(T.WHITE, arch, (2, 4, 5, 4.2, 3.6, 3.6, 5, 5.5), squash=(3.6, 1.0, 1.0))
    canvas.ellipsoid(T.GREY, (0, -8, 19), (2.4, 34, 13))  # septum
    canvas.ellipsoid(T.WHITE, (0, 4, -6), (11, 26, 15))
    fornix = [(0, 30, 22), (0, 6, 23), (0, -16, 14), (0, -18, -2)]
    canvas.tube(T.WHITE, fornix, 2.4, squash=(1.6, 1.0, 1.0))
    for side in (1.0, -1.0):
        canvas.ellipsoid(T.WHITE, (side * 22, -2, 10), (18, 34, 18))
        canvas.ellipsoid(T.NUCLEI, (side * 11, 10, 8), (8.5, 14, 10))
        canvas.ellipsoid(T.NUCLEI, (side * 26, -8, 6), (5.5, 18, 11), turn=(0.97, side * -0.24))
        canvas.ellipsoid(T.NUCLEI, (side * 13, -27, 14), (6, 9, 9))
        canvas.tube(T.NUCLEI, [(side * 15, -22, 22), (side * 19, 4, 25)], (5, 3))


def _ventricles(canvas: Canvas) -> None:
    """Paint the lateral, third and fourth ventricles and the basal cisterns."""
    for side in (1.0, -1.0):
        body = [(side * 8.0, -34.0, 14.0), (side * 7.0, -18.0, 23.0), (side * 9.0, 8.0, 27.0),
                (side * 17.0, 28.0, 20.0), (side * 22.0, 38.0, 8.0)]  # fmt: skip
        canvas.tube(T.CSF, body, (3.5, 5.0, 5.2, 6.2, 5.0), squash=(0.9, 1.0, 1.15))
        canvas.tube(T.CSF, [(side * 23, 34, 8), (side * 22, 56, 8)], (5, 2))
        canvas.tube(
            T.CSF, [(side * 23, 34, 6), (side * 30, 12, -14), (side * 29, -6, -20)], (4, 2.4, 1.8)
        )
        canvas.ellipsoid(T.GLAND, (side * 19, 32, 14), (2.2, 4, 3), over=(T.CSF,))  # choroid plexus
    canvas.ellipsoid(T.CSF, (0, 2, 5), (2.6, 17, 11))
    canvas.ellipsoid(T.NUCLEI, (0, 4, 8), (4, 5.5, 5))  # where the thalami touch
    canvas.ellipsoid(T.CSF, (0, -12, -18), (14, 11, 7))
