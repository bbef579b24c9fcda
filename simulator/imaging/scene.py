"""Ultrasound scenes: what lies under the probe, painted in decibels on the polar grid."""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.imaging.finding import Finding
from simulator.imaging.noise import generator

# Sums, products and comparisons of float32 are the same on every CPU.
Array = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Where the samples lie: x to the right and y downwards from the skin, mm (samples, beams)."""

    x: Array
    y: Array


class Scene:
    """Echo levels (dB below full scale) and what each sample adds to all below it (dB)."""

    def __init__(self, grid: Grid, background: float) -> None:
        """Start with one level everywhere."""
        self.grid = grid
        self.shaded = False  # whether anything is in `shade`
        self.level: Array = np.full(grid.x.shape, background, np.float32)
        self.shade: Array = np.zeros(grid.x.shape, np.float32)

    def inside(self, x: float, y: float, rx: float, ry: float, turn: float = 0.0) -> Array:
        """Return the squared distance in radii from an ellipse's middle; `turn` is its slope."""
        length = (1 + turn * turn) ** 0.5
        c, s = 1 / length, turn / length
        u, v = self.grid.x - np.float32(x), self.grid.y - np.float32(y)
        if s:
            u, v = u * np.float32(c) + v * np.float32(s), v * np.float32(c) - u * np.float32(s)
        u *= np.float32(1 / rx)
        u *= u
        v *= np.float32(1 / ry)
        v *= v
        squared: Array = np.add(u, v, out=u)
        return squared

    def organ(
        self, x: float, y: float, rx: float, ry: float, level: float, *, turn: float = 0.0,
        rim: float | None = None, edge: float = 0.06, through: float = 0.0,
    ) -> None:  # fmt: skip
        """Paint an ellipse at `level`, its rim at `rim`; `through` dB per sample act below it."""
        r = self.inside(x, y, rx, ry, turn)
        if rim is not None:
            np.copyto(self.level, np.float32(rim), where=np.abs(r - 1) < edge * 2)
        np.copyto(self.level, np.float32(level), where=r < (1 - edge if rim is not None else 1))
        if through:
            np.copyto(self.shade, np.float32(through), where=r < 1)
            self.shaded = True

    def vessel(self, points: list[tuple[float, float]], radius: float, wall: float | None) -> None:
        """Paint an echo-free tube through points (mm), with a bright wall for portal branches."""
        best = np.full(self.level.shape, 1e9, np.float32)
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            dx, dy = x1 - x0, y1 - y0
            t = ((self.grid.x - x0) * dx + (self.grid.y - y0) * dy) / (dx * dx + dy * dy)
            t = np.clip(t, 0, 1)
            best = np.minimum(
                best, (self.grid.x - x0 - t * dx) ** 2 + (self.grid.y - y0 - t * dy) ** 2
            )
        if wall is not None:
            self.level[best < (radius + 1.4) ** 2] = wall
        self.level[best < radius * radius] = -62


def build(
    name: str,
    grid: Grid,
    seed: tuple[object, ...],
    finding: Finding | None = None,
    *,
    still: int = 0,
    breath: float = 0.0,
) -> Scene:
    """Return one named scene, different for each patient, and a little for each still.

    `breath`, 0 to 1, moves what lies under the wall once down and up again.
    """
    rng = generator("scene", *seed)
    jitter = [float(v) * 2 - 1 for v in rng.random(12)]
    scene = Scene(_seen(grid, jitter, still, breath), -24.0 + 3 * jitter[9])
    SCENES[name](scene, jitter)
    if finding is not None and (name, finding.name) in SEEN:
        SEEN[name, finding.name](scene, jitter)
    scene.grid = grid
    _abdominal_wall(scene, jitter[7])
    return scene


def _seen(grid: Grid, jitter: list[float], still: int, breath: float) -> Grid:
    """Return the grid as the probe meets the organs: in place and size no two are alike."""
    size = 1 + 0.10 * jitter[8]
    swing = 4 * abs(2 * (breath % 1.0) - 1) - 4 if breath else 0.0
    left = 5 * jitter[10] + (3 * (still % 3) - 3 if still else 0)
    down = 4 * jitter[11] + (2 * (still % 2) if still else 0) + swing
    slope = 0.05 * jitter[6]
    x, y = grid.x - np.float32(left), grid.y - np.float32(down)
    lean, unit = np.float32(slope), np.float32(1 / size)
    return Grid(x=(x + lean * y) * unit, y=(y - lean * x) * unit)


def _gallstone(scene: Scene, j: list[float]) -> None:
    """Add stones with their shadow."""
    scene.organ(4, 72, 6, 4.5, 5, through=-1.8)
    scene.organ(-5, 70, 3.4, 2.8, 4, through=-1.2)


def _stone(scene: Scene, j: list[float]) -> None:
    """Add a wide pelvis and a stone in it with its shadow."""
    scene.organ(6, 84, 24, 9, -60, turn=0.16)
    scene.organ(-8, 79, 10, 6, -60)
    scene.organ(24, 88, 4.5, 3.4, 6, through=-1.7)


def _cyst(scene: Scene, j: list[float]) -> None:
    """Add an echo-free ball with a bright back."""
    scene.organ(-16 + 6 * j[3], 62, 14 + 3 * j[4], 13 + 3 * j[4], -64, through=0.10)


def _metastases(scene: Scene, j: list[float]) -> None:
    """Add targets: a dark halo round a brighter middle."""
    for x, y, r in ((-20, 58, 11), (18, 66, 9), (-2, 88, 8)):
        scene.organ(x + 4 * j[2], y, r, r * 0.9, -36)
        scene.organ(x + 4 * j[2], y, r * 0.62, r * 0.55, -17)


SEEN = {
    ("gallbladder", "gallstone"): _gallstone,
    ("kidney", "stone"): _stone,
    ("kidney-left", "stone"): _stone,
    ("liver", "cyst"): _cyst,
    ("liver", "metastases"): _metastases,
    ("portal", "metastases"): _metastases,
}


def _abdominal_wall(scene: Scene, thick: float) -> None:
    """Paint skin, fat and muscle: bright layers along the probe's face."""
    depth = scene.grid.y + scene.grid.x * scene.grid.x / 900
    fat, muscle = 11 + 3 * thick, 20 + 4 * thick
    scene.level[depth < muscle] = -20
    scene.level[depth < fat] = -30
    scene.level[np.abs(depth - fat) < 0.7] = -6
    scene.level[np.abs(depth - muscle) < 0.8] = -4
    scene.level[np.abs(depth - (fat + muscle) / 2) < 0.5] = -12
    scene.level[depth < 2.4] = -3


def _diaphragm(scene: Scene, x: float, y: float, r: float) -> None:
    """Paint the bright arc of the diaphragm, and the lung's reverberation behind it."""
    d = scene.inside(x, y, r, r)
    below = scene.grid.y > y
    scene.level[(d > 1) & below] = -40
    scene.level[(np.abs(d - 1) < 0.035) & below] = 2


def _portal_tree(scene: Scene, j: list[float]) -> None:
    scene.vessel([(-52, 92 + 4 * j[0]), (-14, 78), (22, 70), (44, 52)], 5.0, -7)
    scene.vessel([(-10, 77), (6, 98), (24, 110)], 3.4, -9)
    scene.vessel([(20, 70), (34, 84), (52, 92)], 2.6, -10)


def _liver(scene: Scene, j: list[float]) -> None:
    """Right lobe with hepatic veins running to the cava under the diaphragm."""
    _diaphragm(scene, -6 + 5 * j[0], 62, 70 + 4 * j[1])
    scene.vessel([(-40, 58), (-14, 84), (4, 112)], 4.2, None)
    scene.vessel([(34, 52), (20, 82), (6, 112)], 4.6, None)
    scene.vessel([(-2, 50), (2, 84), (6, 112)], 3.0, None)
    scene.organ(8, 116, 11, 8, -62)
    scene.vessel([(-52, 72), (-36, 92), (-22, 98)], 2.8, -9)
    scene.vessel([(46, 72), (38, 90)], 2.4, -10)


def _portal(scene: Scene, j: list[float]) -> None:
    """Liver hilum: the portal vein with its bright walls, the cava behind."""
    _diaphragm(scene, 0, 66, 72 + 3 * j[1])
    _portal_tree(scene, j)
    scene.organ(-30, 114, 10, 7, -62)


def _gallbladder(scene: Scene, j: list[float]) -> None:
    """Gall bladder below the liver, brighter behind."""
    scene.organ(40, 124, 60, 30, -15)
    scene.vessel([(-58, 62), (-40, 74), (-34, 90)], 3.0, -9)
    scene.vessel([(44, 44), (52, 60)], 2.4, -10)
    scene.organ(-6 + 4 * j[2], 64, 33 + 4 * j[3], 14 + 2 * j[4], -64, turn=0.45, rim=-8, edge=0.08,
                through=0.085)  # fmt: skip


def _kidney_body(scene: Scene, x: float, y: float, j: list[float]) -> None:
    """Paint a kidney lengthwise: capsule, dark cortex, darker pyramids, bright sinus."""
    scene.organ(x, y, 58 + 4 * j[0], 27 + 2 * j[1], -29, turn=0.16, rim=-9, edge=0.05)
    for i in range(7):
        px = x - 38 + 13 * i
        for side in (-1, 1):
            scene.organ(px, y + 0.16 * (px - x) + side * 13.5, 5.2, 5.0, -39)
    scene.organ(x, y, 36, 9, -9, turn=0.16)
    scene.organ(x - 12, y - 2, 14, 6, -5, turn=0.1)
    scene.organ(x + 16, y + 3, 12, 5, -6, turn=0.2)
    scene.organ(x + 2, y, 7, 2.4, -50, turn=0.16)


def _kidney(scene: Scene, j: list[float]) -> None:
    """Right kidney behind the liver, psoas behind the kidney."""
    scene.level[scene.grid.y > 70 + 0.22 * scene.grid.x + 30] = -17
    scene.vessel([(-50, 42), (-24, 54), (4, 50)], 2.6, -9)
    scene.organ(4, 134, 70, 16, -30, turn=0.1, rim=-12, edge=0.05)
    _kidney_body(scene, 2, 86, j)


def _kidney_left(scene: Scene, j: list[float]) -> None:
    """Left kidney behind the spleen's tip."""
    scene.level[scene.grid.y > 52] = -18
    scene.organ(-40, 50, 52, 24, -22, turn=0.2, rim=-12)
    _kidney_body(scene, 6, 84, j)


def _spleen(scene: Scene, j: list[float]) -> None:
    """Spleen: an even crescent, the diaphragm at its back, gas of the stomach beside it."""
    scene.level[:] = -19
    _diaphragm(scene, -2, 60, 68)
    scene.organ(-4, 70, 56 + 4 * j[0], 30 + 3 * j[1], -20, turn=-0.2, rim=-8, edge=0.05)
    scene.vessel([(30, 84), (12, 78), (0, 68)], 2.8, -14)
    scene.organ(56, 66, 14, 8, 4, through=-0.6)


def _bladder(scene: Scene, j: list[float]) -> None:
    """Paint a full bladder across, brighter behind it, and the bowel's gas beside it."""
    scene.level[:] = -20
    scene.organ(0, 66, 42 + 6 * j[0], 27 + 4 * j[1], -65, rim=-10, edge=0.05, through=0.08)
    scene.organ(0, 112, 22, 12, -27, rim=-14)
    scene.organ(-64, 70, 14, 8, 3, through=-0.6)


def _aorta(scene: Scene, j: list[float]) -> None:
    """Aorta lengthwise behind the left lobe, with its first two branches and the spine behind."""
    scene.level[scene.grid.y > 60] = -17
    scene.vessel([(-80, 88), (0, 92 + 3 * j[0]), (80, 100)], 9 + j[1], -6)
    scene.vessel([(-22, 82), (-14, 66), (2, 58)], 2.8, -8)
    scene.vessel([(-8, 84), (10, 72), (60, 74)], 3.0, -8)
    for i in range(-3, 4):
        scene.organ(i * 30 + 6, 118 + 2.2 * i, 13, 4, 2, through=-1.2)


SCENES = {
    "liver": _liver,
    "portal": _portal,
    "gallbladder": _gallbladder,
    "kidney": _kidney,
    "kidney-left": _kidney_left,
    "spleen": _spleen,
    "aorta": _aorta,
    "bladder": _bladder,
}
