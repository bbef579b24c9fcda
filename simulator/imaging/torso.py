"""The torso from the pubis to the lower neck as a label volume: 460 x 320 x 660 mm."""

import numpy as np
from numpy.typing import NDArray

from simulator.imaging import abdomen, muscles, skeleton, thorax
from simulator.imaging.canvas import Canvas, Volume
from simulator.imaging.tissues import FILLING, SOFT
from simulator.imaging.tissues import Tissue as T

LOW, HIGH = (-230, -160, 0), (230, 160, 660)  # mm
SPACING = (1.25, 1.25, 2.5)  # mm: fine in the axial plane, where CT shows it

# Half width and half depth of the body (mm) by height.
BODY_Z = (0, 60, 150, 230, 320, 430, 500, 540, 575, 600, 622, 660)
BODY_A = (178, 180, 168, 152, 158, 170, 186, 200, 203, 178, 96, 64)
BODY_B = (112, 116, 106, 100, 108, 117, 114, 106, 92, 78, 66, 62)
BODY_Y = (6, 6, 2, 0, 0, 2, 4, 6, 8, 12, 16, 18)

Plane = NDArray[np.float32]


def torso(sex: str) -> Volume:
    """Return the torso of a woman (F) or a man."""
    canvas = Canvas(LOW, HIGH, SPACING)
    _layers(canvas)
    thorax.paint_lungs(canvas)
    muscles.paint_sheaths(canvas)
    muscles.paint_streaks(canvas)
    _spine(canvas)
    thorax.paint_bones(canvas)
    thorax.paint_mediastinum(canvas)
    abdomen.paint_organs(canvas)
    abdomen.paint_bowel(canvas)
    abdomen.paint_pelvis(canvas)
    if sex == "F":
        canvas.ellipsoid(T.MYOCARDIUM, (2, 12, 92), (27, 20, 26))  # womb
        canvas.mirrored(T.GLAND, (42, 18, 92), (12, 10, 13), over=FILLING)
        _breasts(canvas)
    else:
        canvas.ellipsoid(T.GLAND, (0, 8, 34), (22, 17, 17))  # prostate
    paint_table(canvas)
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
    for name, z, tall in levels:
        _foramina(canvas, z, tall, 17.0 if name[0] == "L" else 14.0)
    for x, y in ((-4, 2), (-2, 3), (0, 4), (2, 3), (4, 2)):  # the horse's tail
        roots = [(float(x), p[1] + y, p[2]) for p in canal if p[2] < 290]
        canvas.tube(T.CORD, roots, 1.0, over=(T.CSF,))


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


def _foramina(canvas: Canvas, z: float, tall: float, ry: float) -> None:
    """Paint the fat and the nerve in the openings between two arches."""
    y, up = skeleton.spine_y(z) + ry + 5, z + tall / 2 + 1
    over = (T.FAT, T.BONE, T.DISC, *SOFT)
    for side in (1.0, -1.0):
        canvas.ellipsoid(T.VISCERAL, (side * 17, y, up - 2), (6, 4.5, 8), over=over)
        root = [(side * 9.0, y + 2, up + 3), (side * 18.0, y, up), (side * 26.0, y - 6, up - 8)]
        canvas.tube(T.CORD, root, 2.0, over=(*over, T.CSF))


def _breasts(canvas: Canvas) -> None:
    """Add the breasts in front of the chest wall."""
    canvas.mirrored(T.FAT, (74, -96, 452), (54, 44, 54), over=(T.AIR,))
    canvas.mirrored(T.BREAST, (78, -112, 448), (26, 18, 28), over=(T.FAT,))


def paint_table(canvas: Canvas) -> None:
    """Paint the patient table: a thin curved shell under the back, only where there is air."""
    x, y, _ = canvas.axes
    sag = 124 + (1 - (x / 230) ** 2) * np.float32(22)
    shell = (np.abs(y[:, None] - sag[None, :]) < 1.3) & (np.abs(x)[None, :] < 215)
    for plane in canvas.labels:
        canvas.put(plane, shell, T.TABLE, (T.AIR,))
