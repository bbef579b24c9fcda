"""The torso from the pubis to the lower neck as a label volume: 460 x 320 x 660 mm."""

import itertools
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.imaging import skeleton
from simulator.imaging.canvas import Canvas, Volume
from simulator.imaging.noise import generator
from simulator.imaging.tissues import Tissue as T

LOW, HIGH = (-230, -160, 0), (230, 160, 660)  # mm
SPACING = (1.25, 1.25, 2.5)  # mm: fine in the axial plane, where CT shows it

# Half width and half depth of the body (mm) by height.
BODY_Z = (0, 60, 150, 230, 320, 430, 500, 540, 575, 600, 622, 660)
BODY_A = (178, 180, 168, 152, 158, 170, 186, 200, 203, 178, 96, 64)
BODY_B = (112, 116, 106, 100, 108, 117, 114, 106, 92, 78, 66, 62)
BODY_Y = (6, 6, 2, 0, 0, 2, 4, 6, 8, 12, 16, 18)

FILLING = (T.VISCERAL, T.OMENTUM)
SOFT = (T.VISCERAL, T.OMENTUM, T.MUSCLE)
Plane = NDArray[np.float32]


@lru_cache(maxsize=2)
def torso(sex: str) -> Volume:
    """Return the torso of a woman (F) or a man."""
    if sex == "F":
        return _woman(torso("M"))
    canvas = Canvas(LOW, HIGH, SPACING)
    _layers(canvas)
    _lungs(canvas)
    _spine(canvas)
    _thorax_bones(canvas)
    _mediastinum(canvas)
    _abdomen(canvas)
    _bowel(canvas)
    _pelvis(canvas)
    canvas.ellipsoid(T.GLAND, (0, 8, 34), (22, 17, 17))  # prostate
    _table(canvas)
    return canvas.finish()


def _woman(man: Volume) -> Volume:
    """Return a copy of the man's torso with womb, ovaries and breasts, and no prostate."""
    canvas = Canvas(LOW, HIGH, SPACING, man.labels)
    canvas.ellipsoid(T.VISCERAL, (0, 8, 34), (22, 17, 17), over=(T.GLAND,))
    canvas.ellipsoid(T.MYOCARDIUM, (2, 12, 92), (27, 20, 26))
    canvas.mirrored(T.MEDULLA, (42, 18, 92), (12, 10, 13), over=FILLING)
    _breasts(canvas)
    return canvas.finish()


def _super(axis: Plane, half: float, middle: float) -> Plane:
    """Return |u|**2.5 for a superellipse, by square root only: exact on every CPU."""
    u = np.abs((axis - np.float32(middle)) / np.float32(half))
    result: Plane = u * u * np.sqrt(u)
    return result


def _layers(canvas: Canvas) -> None:
    """Paint fat, the muscular wall and the fat of the belly, plane by plane."""
    x, y, heights = canvas.axes
    for k, z in enumerate(heights):
        a, b, middle = (float(np.interp(z, BODY_Z, c)) for c in (BODY_A, BODY_B, BODY_Y))
        wall = float(np.interp(z, (50, 130, 330), (62, 27, 25)))
        for label, dx, dy in ((T.FAT, 0, 0), (T.MUSCLE, 15, 11), (T.VISCERAL, wall + 7, wall - 3)):
            if label == T.VISCERAL and z > 330:
                continue
            shift = -6.0 if label == T.VISCERAL else 0.0
            across = _super(x, a - dx, 0)
            down = _super(y, b - dy, middle + shift)
            inside = down[:, None] + across[None, :] <= 1
            np.copyto(canvas.labels[k], np.uint8(label), where=inside)


def diaphragm(x: Plane, y: Plane) -> Plane:
    """Return the height of the diaphragm (mm) over (x, y): two domes and the central tendon."""
    right = 410 - 80 * (((x + 66) / 80) ** 2 + ((y + 8) / 88) ** 2)
    left = 396 - 80 * (((x - 68) / 78) ** 2 + ((y + 8) / 88) ** 2)
    middle = 382 - 90 * ((x / 66) ** 2 + ((y + 30) / 70) ** 2)
    result: Plane = np.maximum(np.maximum(right, left), middle)
    return result


def _lungs(canvas: Canvas) -> None:
    """Fill the rib cage with lung above the diaphragm, with the mediastinum left out."""
    view, (x, y, z) = canvas.window((-150, -110, 320), (150, 120, 614))
    floor = diaphragm(x[0], y[0])
    gap = np.interp(y[0, :, 0], (-95, -60, -20, 20, 60, 100), (5, 12, 20, 19, 14, 15))
    for k, height in enumerate(z[:, 0, 0]):
        a, b, middle = skeleton.cage(float(height))
        wall = (x[0] / np.float32(a)) ** 2 + ((y[0] - np.float32(middle)) / np.float32(b)) ** 2
        cavity = wall <= 1
        broad = float(np.interp(height, (330, 430, 520, 590), (0.8, 0.8, 1.0, 1.45)))
        outside = np.abs(x[0]) > (gap * broad).astype(np.float32)[:, None]
        canvas.put(view[k], cavity, T.VISCERAL)
        if height < 420:
            canvas.put(view[k], cavity & (height > floor - 3), T.MUSCLE)
        canvas.put(view[k], cavity & outside & (height > floor), T.LUNG)


def _spine(canvas: Canvas) -> None:
    """Paint back muscles, vertebrae with their arches, discs, the canal and the cord."""
    for side in (1.0, -1.0):
        path = [(side * 28.0, skeleton.spine_y(z) + 34, float(z)) for z in range(100, 640, 20)]
        canvas.tube(T.MUSCLE, path, 20, squash=(1.1, 0.85, 1.0), over=(T.FAT, *SOFT))
    levels = list(skeleton.vertebrae())
    for name, z, tall in levels:
        _vertebra(canvas, name, z, tall)
    heights = [float(z) for z in range(130, 656, 6)]
    canal = [(0.0, skeleton.spine_y(z) + (24 if z < 310 else 21), z) for z in heights]
    canvas.tube(T.CSF, canal, 8.5, squash=(1.15, 0.85, 1.0))
    canvas.tube(T.CORD, [p for p in canal if p[2] > 285], 4.8)


def _vertebra(canvas: Canvas, name: str, z: float, tall: float) -> None:
    """Paint one vertebra: a cylinder with a cortical rim, pedicles, processes, disc above."""
    lumbar = name[0] == "L"
    rx, ry = (23.0, 17.0) if lumbar else (15.0 + max(0.0, (450 - z) / 40), 14.0)
    y = skeleton.spine_y(z)
    gap = 4.5 if lumbar else 2.5
    for label, grow, half in (
        (T.DISC, -1.0, tall / 2 + gap), (T.BONE, 0.0, tall / 2), (T.MARROW, -1.8, tall / 2 - 1.6),
    ):  # fmt: skip
        view, (u, v, w) = canvas.window((-rx, y - ry, z - half), (rx, y + ry, z + half))
        round_ = (u / (rx + grow)) ** 2 + ((v - y) / (ry + grow)) ** 2 <= 1
        canvas.put(view, round_ & (w > -1), label)
    back = y + ry
    for side in (1.0, -1.0):
        arch = [(side * 11.0, back - 2, z + 3), (side * 14.0, back + 9, z), (0.0, back + 19, z - 4)]
        canvas.tube(T.BONE, arch, 4.2)
        wing = [(side * 12.0, back + 6, z), (side * (40.0 if lumbar else 30.0), back + 9, z + 3)]
        canvas.tube(T.BONE, wing, 3.8)
    canvas.tube(T.BONE, [(0, back + 18, z - 3), (0, back + (29 if lumbar else 27), z - 12)], 4.2)
    canvas.tube(T.MARROW, [(0, back + 20, z - 5), (0, back + 25, z - 9)], 2.2)


def _thorax_bones(canvas: Canvas) -> None:
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
            humerus = [(side * 168, 8, 578), (side * 176, 7, 555), (side * 186, 4, 505)]
            canvas.tube(label, humerus, [24 * r, 15 * r, 10.5 * r])
    canvas.mirrored(T.BONE, (108, 84, 520), (40, 3.4, 62), turn=(0.86, -0.5), over=(T.FAT, *SOFT))
    canvas.mirrored(T.BONE, (132, 62, 570), (34, 5, 9), turn=(0.86, -0.5), over=(T.FAT, *SOFT))


def _mediastinum(canvas: Canvas) -> None:
    """Paint heart, great vessels, airways, gullet, thyroid and the vessels of the lungs."""
    for tube in skeleton.lung_vessels():
        canvas.tube(T.LUNG_VESSEL, tube.line, tube.radii, over=(T.LUNG,))
    turn, tilt = (0.80, -0.60), (0.92, 0.38)
    canvas.ellipsoid(T.VISCERAL, (26, -26, 424), (70, 52, 54), turn=turn, tilt=tilt,
                     over=(T.LUNG, *SOFT))  # fmt: skip
    canvas.ellipsoid(T.MYOCARDIUM, (28, -26, 424), (65, 47, 50), turn=turn, tilt=tilt)
    canvas.ellipsoid(
        T.CHAMBER, (44, -22, 418), (36, 22, 27), turn=turn, tilt=tilt
    )  # left ventricle
    canvas.ellipsoid(T.CHAMBER, (8, -52, 420), (40, 15, 32), turn=turn, tilt=tilt)  # right one
    canvas.ellipsoid(T.CHAMBER, (10, 10, 446), (38, 17, 24))  # left atrium
    canvas.ellipsoid(T.CHAMBER, (-30, -20, 430), (20, 28, 30))  # right atrium
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


def _below_diaphragm(
    canvas: Canvas, label: int, centre: tuple[float, ...], radii: tuple[float, ...]
) -> None:
    """Paint an ellipsoid cut off by the diaphragm and the wall of the belly."""
    low = [c - r for c, r in zip(centre, radii, strict=True)]
    high = [c + r for c, r in zip(centre, radii, strict=True)]
    view, (x, y, z) = canvas.window(low, high)
    inside = sum(((q - c) / r) ** 2 for q, c, r in zip((x, y, z), centre, radii, strict=True)) <= 1
    canvas.put(view, inside & (z < diaphragm(x, y) - 4), label, FILLING)


def _abdomen(canvas: Canvas) -> None:
    """Paint liver, gall bladder, spleen, kidneys, pancreas, stomach and the great vessels."""
    over = (T.VISCERAL, T.OMENTUM)
    canvas.mirrored(T.MUSCLE, (34, 62, 200), (19, 17, 120), over=over)
    _below_diaphragm(canvas, T.LIVER, (-62, -2, 345), (88, 92, 78))
    _below_diaphragm(canvas, T.LIVER, (4, -48, 362), (74, 36, 40))
    _below_diaphragm(canvas, T.LIVER, (-92, 8, 300), (42, 52, 56))
    _below_diaphragm(canvas, T.SPLEEN, (104, 46, 352), (30, 44, 48))
    canvas.ellipsoid(T.VISCERAL, (74, 36, 340), (26, 34, 34), over=(T.SPLEEN,))
    _below_diaphragm(canvas, T.STOMACH, (62, -22, 356), (44, 46, 40))
    canvas.tube(T.STOMACH, [(62, -34, 346), (44, -56, 318), (4, -58, 306)], (32, 24, 15), over=over)
    canvas.ellipsoid(T.GAS, (58, -50, 366), (30, 16, 22), over=(T.STOMACH,))
    for points, r in (
        ([(-18, 20, 385), (-50, -10, 372), (-92, -8, 350)], 5.0),
        ([(-16, 20, 385), (-30, -30, 372), (-60, -58, 352)], 4.5),
        ([(-14, 20, 385), (10, -30, 374)], 4.0),
        ([(-14, 8, 322), (-40, -2, 334), (-78, 4, 326), (-104, 10, 316)], 6.0),
        ([(-40, -2, 334), (-26, -36, 352), (-4, -52, 356)], 4.5),
        ([(-78, 4, 326), (-96, -26, 338)], 3.8),
    ):  # fmt: skip
        canvas.tube(T.LIVER_VEIN, points, r, over=(T.LIVER, *over))
    for label, grow in ((T.MUCOSA, 1.6), (T.BILE, 0.0)):
        canvas.ellipsoid(label, (-48, -50, 304), (14 + grow, 19 + grow, 25 + grow))
    _kidneys(canvas)
    canvas.tube(T.PANCREAS, [(-22, -14, 300), (0, -12, 312), (36, 2, 322), (72, 22, 336)],
                (14, 10, 9, 8), over=over)  # fmt: skip
    canvas.tube(
        T.VEIN,
        [(-16, 18, 400), (-20, 30, 340), (-20, 32, 200)],
        (11, 10.5, 10),
        over=(T.LIVER, *SOFT),
    )
    canvas.tube(T.VEIN, [(70, 24, 340), (20, 0, 322), (-14, 4, 320)], 4.6, over=(T.PANCREAS, *over))
    canvas.tube(T.VEIN, [(-8, -6, 312), (-8, -20, 240)], 5, over=over)
    canvas.tube(T.ARTERY, [(4, 20, 305), (2, -14, 280), (0, -20, 230)], 3.6, over=over)
    for side in (1.0, -1.0):
        at = _sided(side)
        artery, vein = at((30, 40, 150), (62, 0, 70)), at((28, 50, 150), (54, 8, 70))
        canvas.tube(T.ARTERY, [(6, 28, 205), *artery, *at((66, -40, 20))], 5.2, over=SOFT)
        canvas.tube(T.VEIN, [(-18, 32, 205), *vein, *at((58, -34, 20))], 6, over=SOFT)
        canvas.tube(T.MUSCLE, at((16, 40, 345), (40, 30, 338)), 3, over=over)  # adrenals


def _kidneys(canvas: Canvas) -> None:
    """Paint both kidneys: cortex, pyramids, and the pelvis open towards the middle."""
    rng = generator("kidneys")
    for side, z in ((1.0, 288.0), (-1.0, 276.0)):
        turn = (0.85, side * 0.52)
        canvas.ellipsoid(T.CORTEX, (side * 64, 42, z), (25, 30, 54), turn=turn, over=SOFT)
        for _ in range(26):
            u, v, w = (float(q) for q in rng.random(3) * 2 - 1)
            spot = (side * 64 + 11 * u, 42 + 15 * v, z + 36 * w)
            canvas.ellipsoid(T.MEDULLA, spot, (6.5, 6.5, 7.5), over=(T.CORTEX,))
        canvas.ellipsoid(T.VISCERAL, (side * 52, 34, z), (15, 13, 24), over=(T.CORTEX, T.MEDULLA))
        canvas.ellipsoid(T.URINE, (side * 52, 34, z), (7, 6, 10), over=FILLING)
        canvas.tube(T.VEIN, [(-18, 30, z + 8), (side * 46, 30, z + 2)], 4.2, over=FILLING)
        canvas.tube(T.ARTERY, [(6, 28, z + 6), (side * 46, 38, z - 2)], 3, over=FILLING)


def _bowel(canvas: Canvas) -> None:
    """Paint colon with stool and gas, and loops of small bowel."""
    over = FILLING
    rng = generator("bowel")
    for _ in range(100):
        u, v, w = (float(q) for q in rng.random(3))
        start = (150 * u - 75, -58 + 44 * v, 95 + 175 * w)
        p, q, r = (float(t) for t in rng.random(3) * 2 - 1)
        path = [start, (start[0] + 26 * p, start[1] + 12 * q, start[2] + 14 * r),
                (start[0] + 34 * q, start[1] + 10 * r, start[2] - 16 * p)]  # fmt: skip
        inner = (T.STOOL, T.STOMACH, T.BOWEL, T.STOMACH)[int(rng.integers(4))]
        canvas.tube(T.BOWEL, path, 11, over=over)
        canvas.tube(inner, path, 7.5, over=(T.BOWEL,))
        if rng.random() < 0.3:
            canvas.ellipsoid(
                T.GAS,
                (path[1][0], path[1][1] - 3, path[1][2]),
                (7, 4, 6),
                over=(T.BOWEL, T.STOMACH),
            )
    colon = [(-70, -20, 120), (-80, -24, 180), (-104, -10, 250), (-88, -52, 268), (-30, -74, 250),
             (40, -74, 252), (92, -40, 290), (112, 14, 300), (112, 12, 240), (82, -18, 170),
             (66, -18, 120), (40, 10, 95), (10, 44, 85)]  # fmt: skip
    canvas.tube(T.BOWEL, colon, [24, 24, 22, 21, 20, 20, 20, 18, 17, 16, 15, 15, 17], over=over)
    canvas.tube(
        T.STOOL, colon, [21, 21, 19, 18, 17, 17, 17, 15, 14, 13, 12, 12, 14], over=(T.BOWEL,)
    )
    for spot, r in _beads(colon, rng):
        canvas.ellipsoid(T.GAS, spot, (r, r * 0.7, r * 1.1), over=(T.STOOL,))


def _beads(
    path: list[tuple[int, int, int]], rng: np.random.Generator
) -> list[tuple[tuple[float, float, float], float]]:
    """Return gas bubbles strewn along the colon, in the front half of its lumen."""
    beads = []
    for a, b in itertools.pairwise(path):
        for _ in range(4):
            t, r = (float(v) for v in rng.random(2))
            x, y, z = (p + (q - p) * t for p, q in zip(a, b, strict=True))
            beads.append(((x, y - 7.0, z), 5 + 11 * r * r))
    return beads


def _pelvis(canvas: Canvas) -> None:
    """Paint hip bones, sacrum, femora, bladder and rectum."""
    over = (T.FAT, *SOFT)
    canvas.mirrored(T.MUSCLE, (92, 66, 90), (62, 40, 80), over=over)
    for label, r in ((T.BONE, 1.0), (T.MARROW, 0.86)):
        _iliac_wings(canvas, label, 1.0 if label == T.BONE else 0.6, (T.BONE, *over))
        canvas.mirrored(label, (86, 18, 72), (28 * r, 34 * r, 34 * r))
        canvas.mirrored(label, (64, 46, 34), (16 * r, 18 * r, 34 * r))
        canvas.mirrored(label, (34, -44, 44), (36 * r, 11 * r, 13 * r), turn=(0.93, -0.37))
        sacrum = [(0, 76, 138), (0, 88, 112), (0, 98, 84), (0, 92, 58)]
        canvas.tube(label, sacrum, [20 * r, 18 * r, 12 * r, 6 * r], squash=(2.6, 0.9, 0.9))
    for side in (1.0, -1.0):
        canvas.tube(T.MUSCLE, [(side * 48, 48, 150), (side * 72, -4, 95), (side * 86, -8, 40)], 20,
                    over=FILLING)  # fmt: skip
        canvas.tube(T.MUSCLE, [(side * 54, 20, 100), (side * 50, 0, 50)], 9, over=FILLING)
    canvas.ellipsoid(T.VISCERAL, (0, 24, 60), (62, 62, 62), over=(T.MUSCLE, T.BONE, T.MARROW))
    for side in (1.0, -1.0):
        neck = [(side * 92.0, 14.0, 66.0), (side * 132.0, 22.0, 40.0), (side * 138.0, 22.0, 0.0)]
        canvas.tube(T.CSF, [neck[0]], 26.5)
        canvas.tube(T.BONE, neck, (24, 19, 18))
        canvas.tube(T.MARROW, neck, (22, 16, 11))
    canvas.ellipsoid(T.BOWEL, (2, 52, 62), (17, 15, 40))
    canvas.ellipsoid(T.STOOL, (2, 52, 62), (12, 10, 36))
    for label, r in ((T.MUSCLE, 1.0), (T.URINE, 0.92)):
        canvas.ellipsoid(label, (0, -22, 70), (38 * r, 32 * r, 28 * r))


def _iliac_wings(canvas: Canvas, label: int, thick: float, over: tuple[int, ...]) -> None:
    """Paint the blades of the hip bones, from the sacrum round to the front."""
    tall = 0.4 + 0.6 * thick
    for side in (1.0, -1.0):
        at = _sided(side)
        crest = at((36, 82, 138), (66, 66, 158), (90, 48, 168), (112, 20, 166), (125, -18, 138))
        radii = [9 * thick, 7 * thick, 7 * thick, 6.5 * thick, 5.5 * thick]
        canvas.tube(label, crest, radii, squash=(1.0, 1.0, 5.2 * tall / thick), over=over)
        root = at((40, 76, 118), (66, 56, 116), (88, 20, 100), (106, -14, 108))
        radii = [9 * thick, 8 * thick, 11 * thick, 8 * thick]
        canvas.tube(label, root, radii, squash=(1.0, 1.0, 2.6 * tall / thick), over=over)


def _sided(side: float) -> Callable[..., list[tuple[float, float, float]]]:
    """Return a function that puts points on one side of the body."""
    return lambda *points: [(side * x, y, z) for x, y, z in points]


def _breasts(canvas: Canvas) -> None:
    """Add the breasts in front of the chest wall."""
    canvas.mirrored(T.FAT, (74, -96, 452), (54, 44, 54), over=(T.AIR,))
    canvas.mirrored(T.BREAST, (78, -112, 448), (26, 18, 28), over=(T.FAT,))


def _table(canvas: Canvas) -> None:
    """Paint the patient table: a thin curved shell under the back, only where there is air."""
    x, y, _ = canvas.axes
    sag = 124 + (1 - (x / 230) ** 2) * np.float32(22)
    shell = (np.abs(y[:, None] - sag[None, :]) < 1.3) & (np.abs(x)[None, :] < 215)
    for plane in canvas.labels:
        canvas.put(plane, shell, T.TABLE, (T.AIR,))
