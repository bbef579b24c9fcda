"""A beating heart under the ultrasound probe: four chambers from the apex."""

import math

import numpy as np

from simulator.imaging.scene import Grid, Scene

Points = list[tuple[float, float]]


def build_heart(grid: Grid, t: float, jitter: list[float]) -> Scene:
    """Return the scene at phase `t`, 0 to 1 of a cycle: systole is shortest near 0.35."""
    squeeze = _squeeze(t)
    scene = Scene(grid, -34.0)
    _lungs(scene)
    tilt = 0.08 * jitter[0]
    scene.organ(0, 84, 52, 62, -23, turn=tilt)  # the whole muscle
    wide = 1 - 0.32 * squeeze
    scene.organ(16 + 2 * jitter[1], 70, 17 * wide, 38 * (1 - 0.14 * squeeze), -60, turn=tilt)
    scene.organ(-19, 74, 13 * wide, 32 * (1 - 0.16 * squeeze), -59, turn=tilt)
    full = 0.8 + 0.26 * squeeze
    scene.organ(18, 122, 18 * full, 16 * full, -61)
    scene.organ(-20, 121, 17 * full, 15 * full, -60)
    scene.vessel([(-1, 38), (-1, 104)], 0.1, -19)
    scene.organ(-1, 70, 4.4, 33, -21, turn=tilt)
    scene.organ(-1, 122, 1.6, 16, -18)
    _valve(scene, 17.0, squeeze, t)
    _valve(scene, -19.0, squeeze, t)
    for side in (1.0, -1.0):  # the pericardium is brightest far away
        scene.organ(side * 54, 100, 2.2, 38, -5, turn=-0.10 * side)
    return scene


def _squeeze(t: float) -> float:
    """Return the contraction, 0 to 1, at a phase; rounded so that no libm shows through."""
    phase = t % 1.0
    if phase > 0.62:
        return 0.0
    return round(0.5 - 0.5 * math.cos(2 * math.pi * phase / 0.62), 9)


def _valve(scene: Scene, x: float, squeeze: float, t: float) -> None:
    """Paint two leaflets, shut in systole, hanging open in diastole."""
    opened = 0.0 if squeeze > 0.12 else 1.0 if (t % 1.0) > 0.62 else 0.5
    level = 106 - 4 * squeeze
    for side in (1.0, -1.0):
        tip = (x + side * 3 + side * 7 * opened, level - 3 - 15 * opened)
        _line(scene, [(x + side * 15, level), tip], 1.3, -8)


def _line(scene: Scene, points: Points, half: float, level: float) -> None:
    """Paint a bright line through points (mm)."""
    (x0, y0), (x1, y1) = points
    dx, dy = x1 - x0, y1 - y0
    unit = np.float32(1 / (dx * dx + dy * dy))
    x, y = scene.grid.x - np.float32(x0), scene.grid.y - np.float32(y0)
    along = np.clip((x * np.float32(dx) + y * np.float32(dy)) * unit, 0, 1)
    x -= along * np.float32(dx)
    y -= along * np.float32(dy)
    scene.level[x * x + y * y < half * half] = level


def _lungs(scene: Scene) -> None:
    """Paint the lungs' haze on both sides."""
    scene.level[abs(scene.grid.x) > 62] = -38
