"""The belly and the pelvis: organs below the diaphragm, bowel, hip bones."""

import itertools
from collections.abc import Callable

import numpy as np

from simulator.imaging.canvas import Canvas
from simulator.imaging.noise import generator
from simulator.imaging.thorax import diaphragm
from simulator.imaging.tissues import FILLING, SOFT
from simulator.imaging.tissues import Tissue as T


def _below_diaphragm(
    canvas: Canvas, label: int, centre: tuple[float, ...], radii: tuple[float, ...]
) -> None:
    """Paint an ellipsoid cut off by the diaphragm and the wall of the belly."""
    low = [c - r for c, r in zip(centre, radii, strict=True)]
    high = [c + r for c, r in zip(centre, radii, strict=True)]
    view, (x, y, z) = canvas.window(low, high)
    inside = sum(((q - c) / r) ** 2 for q, c, r in zip((x, y, z), centre, radii, strict=True)) <= 1
    canvas.put(view, inside & (z < diaphragm(x, y) - 4), label, FILLING)


def paint_organs(canvas: Canvas) -> None:
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


def paint_bowel(canvas: Canvas) -> None:
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


def paint_pelvis(canvas: Canvas) -> None:
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
        root = at((40, 76, 124), (66, 56, 124), (90, 22, 114), (110, -14, 118))
        radii = [9 * thick, 8 * thick, 11 * thick, 8 * thick]
        canvas.tube(label, root, radii, squash=(1.0, 1.0, 3.2 * tall / thick), over=over)


def _sided(side: float) -> Callable[..., list[tuple[float, float, float]]]:
    """Return a function that puts points on one side of the body."""
    return lambda *points: [(side * x, y, z) for x, y, z in points]
