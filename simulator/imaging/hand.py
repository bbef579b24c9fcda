"""The bones of a left hand seen from its back, as outlines: fingers are made, the carpus is drawn.

Coordinates are mm as in limbs.py: x to the picture's right, z upwards.
"""

import itertools

from simulator.imaging.outlines import Outline, Point

# Finger by finger: the joints from the carpus to the tip, and how stout it is.
FINGERS: tuple[tuple[tuple[Point, ...], float], ...] = (
    (((-23, 31), (-46, 67), (-61, 98), (-70, 121)), 1.15),
    (((-15, 44), (-25, 108), (-32, 149), (-36, 173), (-38, 190)), 1.0),
    (((-4, 46), (-7, 110), (-9, 155), (-10, 184), (-11, 203)), 1.05),
    (((6, 44), (12, 104), (16, 146), (19, 173), (20, 191)), 0.95),
    (((14, 40), (28, 92), (37, 125), (41, 144), (44, 159)), 0.85),
)
# Half widths (mm) along a bone as (share of its length, metacarpal, phalanx, tip).
SHAPE = (
    (0.0, 5.0, 6.2, 4.6), (0.05, 7.2, 7.4, 5.8), (0.13, 6.6, 6.6, 4.8), (0.3, 4.5, 4.9, 3.2),
    (0.55, 4.1, 4.3, 2.6), (0.78, 5.0, 4.6, 2.7), (0.89, 7.0, 5.7, 3.6), (0.96, 6.6, 5.6, 4.0),
    (1.0, 3.8, 3.4, 2.4),
)  # fmt: skip
GAP = 1.1  # mm of cartilage on either side of a joint


def _bone(a: Point, b: Point, place: int, stout: float) -> Outline:
    """Return a long bone from joint `a` to joint `b`; `place` is its column in SHAPE."""
    dx, dz = b[0] - a[0], b[1] - a[1]
    length = (dx * dx + dz * dz) ** 0.5
    ux, uz = dx / length, dz / length
    left, right = [], []
    for share, *widths in SHAPE:
        half = widths[place] * stout
        along = GAP + (length - 2 * GAP) * share
        x, z = a[0] + ux * along, a[1] + uz * along
        left.append((x - uz * half, z + ux * half))
        right.append((x + uz * half, z - ux * half))
    low, high = min(a[1], b[1]), max(a[1], b[1])
    reach, wall = high - low, (2.0, 1.7, 1.3)[place] * stout
    walls = ((low, 0.7), (low + reach * 0.18, 0.9), (low + reach * 0.5, wall), (high, 0.7))
    return Outline((*left, *reversed(right)), (4.6, 4.2, 2.8)[place] * stout, walls)


def _fingers() -> tuple[Outline, ...]:
    """Return metacarpals and phalanges."""
    bones = []
    for joints, stout in FINGERS:
        pairs = list(itertools.pairwise(joints))
        for i, (a, b) in enumerate(pairs):
            place = 0 if i == 0 else 2 if i == len(pairs) - 1 else 1
            bones.append(_bone(a, b, place, stout * (1, 1, 0.86, 0.86)[i]))
    return tuple(bones)


_THIN = ((-120.0, 0.9), (60.0, 0.9))
# Scaphoid, lunate, triquetrum, pisiform; trapezium, trapezoid, capitate, hamate.
CARPUS = (
    Outline(((-20, 11), (-13, 10), (-8, 15), (-9, 22), (-15, 27), (-22, 29), (-26, 25), (-24, 17)),
            7.0, _THIN),
    Outline(((-7, 9), (2, 9), (6, 13), (4, 19), (-3, 18), (-8, 20), (-9, 14)), 6.5, _THIN),
    Outline(((7, 13), (14, 15), (17, 21), (13, 26), (7, 22), (5, 18)), 5.5, _THIN),
    Outline(((9, 16), (14, 17), (15, 22), (11, 24), (8, 21)), 4.0, _THIN, 0.6),
    Outline(((-31, 25), (-22, 27), (-16, 30), (-18, 37), (-26, 37), (-33, 32)), 6.5, _THIN),
    Outline(((-19, 32), (-13, 30), (-10, 36), (-11, 43), (-18, 43)), 5.5, _THIN, 0.85),
    Outline(((-8, 21), (-3, 19), (2, 21), (2, 32), (2, 44), (-10, 45), (-9, 35), (-8, 28)),
            7.0, _THIN),
    Outline(((3, 22), (9, 25), (14, 29), (18, 38), (12, 42), (3, 43), (3, 32)), 6.5, _THIN),
)  # fmt: skip
RADIUS = Outline(
    ((-20, -120), (-20, -60), (-21, -25), (-26, -10), (-28, 4), (-27, 14), (-22, 12), (-14, 7),
     (-6, 5), (1, 4), (3, -2), (1, -12), (-4, -28), (-7, -60), (-7, -120)),
    7.5, ((-120, 3.0), (-55, 2.6), (-20, 1.3), (5, 1.1)),
)  # fmt: skip
ULNA = Outline(
    ((7, -120), (8, -50), (8, -18), (5, -8), (5, 0), (9, 3), (14, 1), (17, 9), (19, 8), (19, -4),
     (18, -18), (19, -50), (19, -120)),
    5.5, ((-120, 2.4), (-40, 2.0), (-10, 1.0), (5, 0.9)),
)  # fmt: skip

HAND = (RADIUS, ULNA, *CARPUS, *_fingers())
