"""The chest: lungs above the diaphragm, the bones of its wall, heart, vessels and airways."""

import numpy as np
from numpy.typing import NDArray

from simulator.imaging import skeleton
from simulator.imaging.canvas import Canvas
from simulator.imaging.tissues import SOFT
from simulator.imaging.tissues import Tissue as T

Plane = NDArray[np.float32]


# How broad the mediastinum is, left and right, by height (mm): the arch, the vena cava, the neck.
BROAD_AT = (330, 400, 440, 475, 505, 530, 560, 590, 614)
BROAD = ((0.84, 0.78, 0.92, 1.02, 0.9, 0.98, 1.2, 1.32, 1.1),
         (0.78, 0.8, 0.88, 1.08, 1.02, 1.22, 1.4, 1.36, 1.1))  # fmt: skip


def diaphragm(x: Plane, y: Plane) -> Plane:
    """Return the height of the diaphragm (mm) over (x, y): two domes and the central tendon."""
    right = 410 - 80 * (((x + 66) / 80) ** 2 + ((y + 8) / 88) ** 2)
    left = 396 - 80 * (((x - 68) / 78) ** 2 + ((y + 8) / 88) ** 2)
    middle = 399 - 44 * ((x / 84) ** 2 + ((y + 8) / 84) ** 2)
    result: Plane = np.maximum(np.maximum(right, left), middle)
    return result


def paint_lungs(canvas: Canvas) -> None:
    """Fill the rib cage with lung above the diaphragm, with the mediastinum left out."""
    view, (x, y, z) = canvas.window((-150, -110, 320), (150, 120, 614))
    floor = diaphragm(x[0], y[0])
    gap = np.interp(y[0, :, 0], (-95, -60, -20, 20, 60, 100), (2, 5, 17, 22, 20, 16))
    for k, height in enumerate(z[:, 0, 0]):
        a, b, middle = skeleton.cage(float(height))
        wall = (x[0] / np.float32(a)) ** 2 + ((y[0] - np.float32(middle)) / np.float32(b)) ** 2
        cavity = wall <= 1
        left, right = (float(np.interp(height, BROAD_AT, broad)) for broad in BROAD)
        beside = np.where(x[0] > 0, x[0] / np.float32(left), x[0] / np.float32(-right))
        outside = beside > gap.astype(np.float32)[:, None]
        canvas.put(view[k], cavity, T.VISCERAL)
        if height < 420:
            canvas.put(view[k], cavity & (np.abs(height - floor) < 4), T.MUSCLE)
        canvas.put(view[k], cavity & outside & (height > floor), T.LUNG)


def paint_bones(canvas: Canvas) -> None:
    """Paint ribs, sternum, collar bones, shoulder blades and the heads of the humeri."""
    for side in (1.0, -1.0):
        pectoral = [(side * 40.0, -96.0, 500.0), (side * 95.0, -84.0, 540.0)]
        canvas.tube(T.MUSCLE, pectoral, 22, squash=(1.2, 0.5, 1.2), over=(T.FAT,))
    canvas.mirrored(T.FAT, (146, -8, 530), (30, 34, 62), over=(T.MUSCLE,))  # the armpits
    canvas.mirrored(T.FAT, (136, 52, 478), (7, 44, 70), turn=(0.93, -0.36), over=(T.MUSCLE,))
    canvas.mirrored(T.FAT, (92, 90, 520), (44, 6, 60), turn=(0.86, -0.5), over=(T.MUSCLE,))
    for rib in skeleton.ribs():
        canvas.tube(T.RIB, rib.line, rib.radii, over=(T.LUNG, T.FAT, *SOFT))
        canvas.tube(T.MARROW, rib.line, [r * 0.5 for r in rib.radii], over=(T.RIB,))
    for bone in skeleton.clavicles():
        canvas.tube(T.BONE, bone.line, bone.radii)
        canvas.tube(T.MARROW, bone.line, [r * 0.55 for r in bone.radii])
    for label, r in ((T.BONE, 1.0), (T.MARROW, 0.72)):
        canvas.tube(label, [(0, -84, 556), (0, -97, 500), (0, -102, 420)], 15 * r,
                    squash=(1.2, 0.42 * r, 1.0))  # fmt: skip
        for side in (1.0, -1.0):
            humerus = [(side * 168, 8, 578), (side * 172, 4, 590)]  # the arms are raised
            canvas.tube(label, humerus, [23 * r, 17 * r])
    canvas.mirrored(T.BONE, (108, 84, 520), (40, 3.4, 62), turn=(0.86, -0.5), over=(T.FAT, *SOFT))
    canvas.mirrored(T.BONE, (132, 62, 570), (34, 5, 9), turn=(0.86, -0.5), over=(T.FAT, *SOFT))


def paint_mediastinum(canvas: Canvas) -> None:
    """Paint heart, great vessels, airways, gullet, thyroid and the vessels of the lungs."""
    for tube in skeleton.lung_vessels():
        canvas.tube(T.LUNG_VESSEL, tube.line, tube.radii, over=(T.LUNG,))
    _heart(canvas)
    canvas.tube(
        T.CHAMBER, [(6, -40, 462), (14, -30, 480), (30, 0, 484), (44, 14, 476)], (15, 14, 12, 9)
    )
    canvas.tube(T.CHAMBER, [(14, -12, 482), (-20, -2, 478), (-40, 10, 468)], (12, 10, 9))
    arch = [
        (2, -28, 448),
        (-14, -34, 480),
        (-8, -26, 508),
        (12, 0, 522),
        (26, 26, 512),
        (26, 44, 490),
    ]
    canvas.tube(T.ARTERY, arch, 14.5)
    descending = [(26, 44, 490), (24, 48, 430), (16, 46, 380), (8, 34, 320), (6, 28, 200)]
    canvas.tube(T.ARTERY, descending, (12.5, 12, 11.5, 11, 9))
    canvas.tube(T.VEIN, [(-26, -22, 445), (-26, -24, 520), (-22, -24, 555)], 9.5)
    for points in (
        [(-4, -18, 518), (-14, -8, 560), (-24, 0, 640)], [(12, -4, 522), (22, 2, 640)],
        [(22, 10, 518), (40, 14, 560), (80, 10, 585)],
    ):  # fmt: skip
        canvas.tube(T.ARTERY, points, 5)
    canvas.tube(T.VEIN, [(-22, -24, 552), (10, -36, 548), (60, -24, 572)], 6.5)
    canvas.mirrored(T.VEIN, (32, 2, 625), (7, 7, 36))
    _airways(canvas)
    canvas.mirrored(T.GLAND, (15, 0, 622), (8, 10, 20))
    canvas.tube(T.MUSCLE, [(2, 34, 655), (4, 38, 560), (6, 34, 440), (14, 20, 392)], 6)


# The heart from its base to its apex, mm: the left cone, and the right one in front of it.
LEFT_CONE = ((10.0, 2.0, 446.0), (38.0, -20.0, 424.0), (66.0, -46.0, 402.0))
RIGHT_CONE = ((-20.0, -34.0, 438.0), (12.0, -54.0, 414.0), (50.0, -64.0, 398.0))
OUTFLOW = ((-4.0, -48.0, 430.0), (8.0, -42.0, 458.0), (14.0, -32.0, 478.0))


def _heart(canvas: Canvas) -> None:
    """Paint the heart: two cones that share a septum, atria behind them, fat around."""
    for label, grow in ((T.VISCERAL, 4.0), (T.MYOCARDIUM, 0.0)):
        over = (T.LUNG, *SOFT) if grow else None
        canvas.tube(label, RIGHT_CONE, (28 + grow, 25 + grow, 10 + grow), over=over)
        canvas.tube(label, OUTFLOW, 17 + grow, over=over)
        canvas.tube(label, LEFT_CONE, (34 + grow, 38 + grow, 20 + grow), over=over)
        canvas.ellipsoid(label, (-30, -16, 426), (27 + grow, 30 + grow, 38 + grow), over=over)
        canvas.ellipsoid(label, (8, 16, 448), (42 + grow, 20 + grow, 27 + grow), over=over)
    canvas.tube(T.CHAMBER, RIGHT_CONE, (24, 21, 6))
    canvas.tube(T.CHAMBER, OUTFLOW, 13.5)
    canvas.ellipsoid(T.CHAMBER, (-30, -16, 426), (24, 27, 34))  # right atrium
    canvas.tube(T.LEFT_HEART, [LEFT_CONE[1], LEFT_CONE[2]], (34, 18))
    canvas.tube(T.CHAMBER, [LEFT_CONE[0], LEFT_CONE[1], (58, -39, 408)], (17, 22, 8))
    canvas.ellipsoid(T.CHAMBER, (8, 16, 448), (39, 17, 24))  # left atrium


def _airways(canvas: Canvas) -> None:
    """Paint windpipe and main bronchi: a wall, then the air in it."""
    trachea = [(0, 12, 656), (0, 16, 580), (-2, 22, 505)]
    for label, grow in ((T.MUCOSA, 1.8), (T.GAS, 0.0)):
        canvas.tube(label, trachea, 8.5 + grow)
        canvas.tube(
            label, [(-2, 22, 505), (-22, 22, 484), (-40, 24, 468)], (7 + grow, 6 + grow, 4.5 + grow)
        )
        canvas.tube(
            label, [(-2, 22, 505), (24, 24, 480), (42, 26, 468)], (6.5 + grow, 5.5 + grow, 4 + grow)
        )
