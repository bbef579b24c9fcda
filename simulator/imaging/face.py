"""The face: its profile, sinuses, jaws, mouth and throat, and the eyes."""

from simulator.imaging.canvas import Canvas
from simulator.imaging.tissues import Tissue as T

FACE = (T.FAT, T.MUSCLE, T.SCALP)


def paint_profile(canvas: Canvas) -> None:
    """Paint what a face shows from the side: the nose, the lips and the chin."""
    for label, r in ((T.FAT, 1.0), (T.MUSCLE, 0.7)):
        canvas.tube(label, [(0, -93, -14), (0, -98, -30), (0, -104, -52)], (7 * r, 8 * r, 11 * r))
        canvas.mirrored(label, (8, -95, -55), (8 * r, 10 * r, 7 * r))
    canvas.ellipsoid(T.MUSCLE, (0, -86, -90), (30, 13, 34), over=(T.AIR, T.FAT, T.SCALP))
    for spot, radii in (((0, -98, -76), (20, 7, 6)), ((0, -97, -88), (18, 7, 6)),
                        ((0, -90, -112), (17, 10, 13))):  # fmt: skip
        canvas.ellipsoid(T.MUSCLE, spot, radii, over=(T.AIR, T.FAT))


def paint(canvas: Canvas) -> None:
    """Paint sinuses, nose, jaws, teeth, tongue and throat."""
    for side in (1.0, -1.0):
        for label, grow in ((T.SINUS_WALL, 1.6), (T.GAS, 0.0)):
            canvas.ellipsoid(label, (side * 27, -62, -58), (13 + grow, 17 + grow, 15 + grow))
            canvas.ellipsoid(label, (side * 12, -86, -6), (11 + grow, 5 + grow, 9 + grow))
        canvas.tube(
            T.BONE,
            [(side * 42, -72, -44), (side * 64, -48, -48), (side * 70, -14, -46)],
            (5, 3.4, 3),
        )
    for label, grow in ((T.SINUS_WALL, 1.5), (T.GAS, 0.0)):
        canvas.ellipsoid(label, (7, -22, -38), (7 + grow, 10 + grow, 8 + grow))
        canvas.ellipsoid(label, (-7, -20, -37), (6 + grow, 9 + grow, 7 + grow))
        for y in range(-78, -38, 9):
            canvas.mirrored(label, (6, y, -30), (3.6 + grow, 4 + grow, 8 + grow))
    canvas.ellipsoid(T.GAS, (0, -52, -78), (24, 38, 15), over=(T.MUSCLE,))  # the mouth
    canvas.ellipsoid(T.MUCOSA, (0, -50, -94), (23, 36, 27), over=(T.MUSCLE, T.GAS))
    canvas.ellipsoid(T.MUSCLE, (0, -50, -95), (21, 33, 25), over=(T.MUCOSA,))
    canvas.tube(T.FAT, [(0, -78, -106), (0, -50, -112)], 3, over=(T.MUSCLE,))
    canvas.ellipsoid(T.MUCOSA, (0, -60, -58), (13, 36, 18))
    canvas.tube(T.BONE, [(0, -86, -72), (0, -44, -71)], 2.4, squash=(8.0, 1.0, 1.0))  # palate
    canvas.tube(T.MUCOSA, [(0, -44, -71), (0, -28, -76), (0, -20, -88)], (4, 5, 3),
                squash=(2.5, 1.0, 1.0))  # fmt: skip
    for side in (1.0, -1.0):
        canvas.ellipsoid(T.GAS, (side * 5, -64, -62), (3, 36, 17))
        canvas.ellipsoid(T.MUCOSA, (side * 7, -58, -66), (3, 24, 4))
        canvas.ellipsoid(T.MUCOSA, (side * 7, -56, -54), (2.6, 20, 4))
    canvas.tube(
        T.GAS, [(0, -22, -58), (0, -10, -80), (0, -8, -140)], (9, 8, 9), squash=(1.3, 0.8, 1.0)
    )
    for z, label, radius in (
        (-78, T.BONE, 6.5),
        (-84, T.PETROUS, 4.5),
        (-94, T.PETROUS, 4.5),
        (-106, T.BONE, 7.0),
    ):
        arch = [(0.0, -92.0, z), (22.0, -84.0, z), (36.0, -62.0, z), (42.0, -36.0, z)]
        for side in (1.0, -1.0):
            canvas.tube(
                label, [(side * p, q, r) for p, q, r in arch], radius, squash=(1.0, 1.0, 1.2)
            )
            if label == T.BONE and z < -100:
                canvas.tube(T.MARROW, [(side * p, q, r) for p, q, r in arch], 3.5)
    for side in (1.0, -1.0):
        ramus = [(side * 42, -36, -106), (side * 48, -12, -78), (side * 48, -2, -48)]
        canvas.tube(T.BONE, ramus, (7, 5, 5), squash=(0.6, 1.5, 1.2))
        canvas.ellipsoid(T.MUSCLE, (side * 55, -26, -80), (7, 17, 28), over=FACE)
        canvas.ellipsoid(T.FAT, (side * 44, -48, -72), (9, 12, 20), over=(T.MUSCLE,))
        canvas.ellipsoid(T.GLAND, (side * 58, 6, -82), (11, 14, 22), over=FACE)
        canvas.mirrored(T.VEIN, (36, 12, -110), (6, 6, 30), over=FACE)


def paint_orbits(canvas: Canvas) -> None:
    """Paint the bony sockets, fat, muscles, optic nerves and eyes."""
    for side in (1.0, -1.0):
        turn = (0.94, side * 0.34)
        canvas.ellipsoid(T.SINUS_WALL, (side * 32, -58, -32), (21, 32, 20), turn=turn)
        canvas.ellipsoid(T.FAT, (side * 32, -60, -32), (19, 31, 18), turn=turn)
        canvas.ellipsoid(T.MUSCLE, (side * 34, -93, -32), (19, 8, 14))
        apex = (side * 18.0, -34.0, -29.0)
        for dx, dz in ((11, 0), (-10, 0), (0, 10), (0, -10)):
            canvas.tube(T.MUSCLE, [(side * (32 + dx), -68, -32.0 + dz), apex], 2.4)
        canvas.tube(T.WHITE, [(side * 31, -64, -32), apex, (0, -16, -18)], 2.3)
        canvas.ellipsoid(T.MUSCLE, (side * 33, -74, -32), (13, 13, 13))
        canvas.ellipsoid(T.VITREOUS, (side * 33, -74, -32), (11.6, 11.6, 11.6))
        canvas.ellipsoid(T.LENS, (side * 33.5, -82, -32), (4.6, 2.2, 4.6))
