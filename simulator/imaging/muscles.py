"""What makes muscle more than one grey: the fat between muscles and the streaks within them."""

from simulator.imaging.canvas import Canvas
from simulator.imaging.noise import generator
from simulator.imaging.tissues import Tissue as T

# The sheaths of muscles as ellipsoids on the left: centre and radii, mm.
SHOULDER = (
    ((152, 4, 570), (44, 52, 62)),  # deltoid
    ((66, -76, 520), (66, 26, 54)),  # greater pectoral
    ((84, -58, 528), (48, 22, 44)),  # lesser pectoral
    ((112, 46, 530), (44, 32, 70)),  # subscapular
    ((116, 92, 524), (46, 24, 66)),  # infraspinatus
    ((50, 88, 560), (64, 24, 80)),  # trapezius
    ((134, 58, 440), (26, 58, 80)),  # broad muscle of the back
    ((40, 14, 640), (34, 30, 60)),  # neck
)
HIP = (
    ((92, 82, 84), (70, 36, 96)),  # greater gluteal
    ((122, 30, 112), (38, 48, 72)),  # middle gluteal
    ((112, 22, 118), (26, 34, 58)),  # lesser gluteal
    ((70, -40, 40), (40, 34, 76)),  # thigh, front
    ((124, -30, 36), (38, 44, 74)),  # tensor of the fascia
    ((62, 20, 36), (34, 40, 66)),  # adductors
    ((104, 40, 20), (42, 40, 60)),  # quadratus and rotators
)
FLANK = (
    ((60, 92, 230), (52, 22, 150)),  # erector of the spine
    ((92, 70, 250), (30, 26, 90)),  # quadratus lumborum
)


def paint_sheaths(canvas: Canvas) -> None:
    """Paint fat between the muscles of shoulder, back and hip."""
    for centre, radii in (*SHOULDER, *HIP, *FLANK):
        thin = 1 - 2.4 / min(radii)
        canvas.mirrored(T.FAT, centre, radii, over=(T.MUSCLE,), hollow=thin)


def paint_streaks(canvas: Canvas) -> None:
    """Paint thin strands of fat along the fibres."""
    rng = generator("streaks")
    for centre, radii in (*SHOULDER, *HIP):
        for _ in range(7):
            u, v, w = (float(q) * 1.5 - 0.75 for q in rng.random(3))
            x, y, z = (c + r * t for c, r, t in zip(centre, radii, (u, v, w), strict=True))
            for side in (1.0, -1.0):
                line = [(side * x, y, z - 22), (side * (x + 6 * v), y + 5 * u, z + 22)]
                canvas.tube(T.FAT, line, 1.5, squash=(1.6, 0.8, 1.0), over=(T.MUSCLE,))
