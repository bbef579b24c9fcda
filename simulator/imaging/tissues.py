"""The tissues of the phantoms and what CT, MR and X-ray see in them."""

import math
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Tissue(IntEnum):
    """The labels of a volume."""

    AIR = 0
    FAT = 1
    MUSCLE = 2
    BONE = 3
    MARROW = 4
    LUNG = 5
    LUNG_VESSEL = 6
    ARTERY = 7
    VEIN = 8
    MYOCARDIUM = 9
    LIVER = 10
    LIVER_VEIN = 11
    SPLEEN = 12
    CORTEX = 13
    MEDULLA = 14
    URINE = 15
    PANCREAS = 16
    STOMACH = 17
    BOWEL = 18
    STOOL = 19
    GAS = 20
    BILE = 21
    DISC = 22
    CORD = 23
    CSF = 24
    GREY = 25
    WHITE = 26
    NUCLEI = 27
    VITREOUS = 28
    LENS = 29
    MUCOSA = 30
    GLAND = 31
    TABLE = 32
    VISCERAL = 33
    RIB = 34
    BREAST = 35
    SCALP = 36
    OMENTUM = 37
    CHAMBER = 38
    SINUS_WALL = 39
    PETROUS = 40
    TUMOUR = 41
    BLOOD = 42
    STONE = 43
    FLUID = 44
    CONSOLIDATION = 45
    CLOT = 46
    PLAQUE = 47
    CYST = 48
    OEDEMA = 49
    LEFT_HEART = 50


# What organs may be painted over: the fat around them, and the muscles too.
FILLING = (Tissue.VISCERAL, Tissue.OMENTUM)
SOFT = (*FILLING, Tissue.MUSCLE)


class Look(NamedTuple):
    """HU without contrast, in the arterial and in the portal phase; PD, T1, T2 (ms, 1.5 T)."""

    native: int
    arterial: int
    portal: int
    pd: float
    t1: float
    t2: float


LOOKS = {
    Tissue.AIR: Look(-1000, -1000, -1000, 0.0, 1000, 10),
    Tissue.FAT: Look(-105, -104, -103, 0.90, 260, 75),
    Tissue.MUSCLE: Look(55, 62, 68, 0.78, 900, 45),
    Tissue.BONE: Look(950, 950, 950, 0.03, 1000, 5),
    Tissue.MARROW: Look(230, 235, 240, 0.72, 420, 62),
    Tissue.LUNG: Look(-860, -852, -850, 0.08, 1200, 30),
    Tissue.LUNG_VESSEL: Look(20, 110, 70, 0.15, 1400, 60),
    Tissue.ARTERY: Look(42, 300, 155, 0.10, 1400, 60),
    Tissue.VEIN: Look(40, 110, 165, 0.14, 1400, 60),
    Tissue.MYOCARDIUM: Look(45, 105, 100, 0.80, 950, 50),
    Tissue.LIVER: Look(58, 72, 112, 0.75, 550, 45),
    Tissue.LIVER_VEIN: Look(40, 60, 168, 0.2, 1400, 60),
    Tissue.SPLEEN: Look(48, 128, 122, 0.82, 1000, 70),
    Tissue.CORTEX: Look(34, 190, 178, 0.82, 950, 75),
    Tissue.MEDULLA: Look(30, 70, 150, 0.86, 1300, 90),
    Tissue.URINE: Look(5, 6, 12, 1.0, 3500, 1200),
    Tissue.PANCREAS: Look(42, 108, 98, 0.78, 650, 50),
    Tissue.STOMACH: Look(22, 24, 26, 0.9, 1500, 150),
    Tissue.BOWEL: Look(34, 74, 84, 0.8, 1000, 70),
    Tissue.STOOL: Look(10, 10, 12, 0.6, 700, 60),
    Tissue.GAS: Look(-960, -960, -960, 0.0, 1000, 10),
    Tissue.BILE: Look(10, 10, 12, 1.0, 2200, 700),
    Tissue.DISC: Look(85, 88, 90, 0.75, 1100, 90),
    Tissue.CORD: Look(36, 40, 42, 0.72, 760, 80),
    Tissue.CSF: Look(7, 7, 7, 1.0, 4000, 1800),
    Tissue.GREY: Look(40, 47, 47, 0.84, 1010, 102),
    Tissue.WHITE: Look(28, 32, 32, 0.71, 560, 76),
    Tissue.NUCLEI: Look(38, 44, 44, 0.80, 860, 86),
    Tissue.VITREOUS: Look(10, 10, 10, 1.0, 3200, 1200),
    Tissue.LENS: Look(85, 85, 85, 0.6, 1000, 35),
    Tissue.MUCOSA: Look(40, 70, 80, 0.88, 1100, 110),
    Tissue.GLAND: Look(60, 140, 120, 0.82, 900, 80),
    Tissue.TABLE: Look(-350, -350, -350, 0.0, 1000, 10),
    Tissue.VISCERAL: Look(-108, -106, -104, 0.88, 270, 76),
    Tissue.RIB: Look(720, 720, 720, 0.10, 800, 20),
    Tissue.BREAST: Look(20, 30, 34, 0.85, 900, 70),
    Tissue.SCALP: Look(10, 14, 18, 0.80, 420, 60),
    Tissue.OMENTUM: Look(-92, -84, -72, 0.84, 300, 74),
    Tissue.CHAMBER: Look(42, 270, 150, 0.12, 1400, 60),
    Tissue.SINUS_WALL: Look(500, 500, 500, 0.2, 900, 40),
    Tissue.PETROUS: Look(1150, 1150, 1150, 0.05, 900, 20),
    Tissue.TUMOUR: Look(38, 72, 78, 0.84, 1100, 105),
    Tissue.BLOOD: Look(72, 73, 74, 0.80, 720, 60),
    Tissue.STONE: Look(820, 820, 820, 0.02, 1000, 8),
    Tissue.FLUID: Look(9, 9, 10, 0.98, 3000, 800),
    Tissue.CONSOLIDATION: Look(22, 48, 62, 0.80, 1100, 90),
    Tissue.CLOT: Look(48, 55, 58, 0.6, 900, 70),
    Tissue.PLAQUE: Look(24, 26, 28, 0.88, 1250, 150),
    Tissue.CYST: Look(4, 4, 5, 1.0, 3200, 1000),
    Tissue.OEDEMA: Look(20, 22, 22, 0.84, 1300, 140),
    Tissue.LEFT_HEART: Look(45, 112, 104, 0.80, 950, 50),
}

_PHASES = {"": 0, "native": 0, "arterial": 1, "portal": 2}


def _table(values: dict[Tissue, float]) -> NDArray[np.float32]:
    """Spread values over a 256-entry lookup table, rounded so that no libm shows through."""
    table = np.zeros(256, np.float32)
    for tissue, value in values.items():
        table[tissue] = round(value, 4)
    return table


@lru_cache(maxsize=8)
def hounsfield(phase: str) -> NDArray[np.float32]:
    """Return HU by label for one contrast phase."""
    table = _table({tissue: look[_PHASES[phase]] for tissue, look in LOOKS.items()})
    table[len(LOOKS) :] = -1000
    return table


@lru_cache(maxsize=2)
def attenuation(*, hard: bool = False) -> NDArray[np.int32]:
    """Return X-ray attenuation by label, water = 1000, at a chest tube voltage.

    A `hard` beam, filtered by the middle of the chest, leaves little of the spine.

    Ribs and lung vessels count as what surrounds them: the projection draws them sharply later.
    """
    hu = hounsfield("")
    mu = {t: (1000 + float(hu[t])) * (1.0 + max(0.0, float(hu[t])) / 3200) for t in Tissue}
    mu[Tissue.STONE] = 2600.0
    mu[Tissue.RIB], mu[Tissue.LUNG_VESSEL] = mu[Tissue.MUSCLE], mu[Tissue.LUNG]
    mu[Tissue.TABLE] = 0.0
    # Arches and pelvis are painted solid, but are spongy inside; a hard beam sees little of them.
    mu[Tissue.BONE], mu[Tissue.MARROW], mu[Tissue.VISCERAL] = 1480.0, 1130.0, 960.0
    if hard:
        mu[Tissue.BONE], mu[Tissue.MARROW], mu[Tissue.DISC] = 1110.0, 1010.0, 1000.0
    return np.rint(_table(mu)).astype(np.int32)


def spin_echo(look: Look, tr: float, te: float) -> float:
    """Return the spin-echo signal, 0 to 1 (times in ms)."""
    return look.pd * (1 - math.exp(-tr / look.t1)) * math.exp(-te / look.t2)


def inversion(look: Look, tr: float, te: float, ti: float) -> float:
    """Return the magnitude of an inversion-recovery signal, 0 to 1 (times in ms)."""
    recovered = 1 - 2 * math.exp(-ti / look.t1) + math.exp(-tr / look.t1)
    return abs(look.pd * recovered * math.exp(-te / look.t2))


def gradient_echo(look: Look, tr: float, te: float, flip: float) -> float:
    """Return a spoiled gradient-echo signal, 0 to 1 (times in ms, angle in degrees)."""
    e1, angle = math.exp(-tr / look.t1), math.radians(flip)
    steady = math.sin(angle) * (1 - e1) / (1 - math.cos(angle) * e1)
    return look.pd * steady * math.exp(-te / (look.t2 * 0.6))


# Apparent diffusion coefficients, 1e-6 mm2/s; 1000 for all others.
DIFFUSION = {
    Tissue.CSF: 3000, Tissue.GREY: 850, Tissue.WHITE: 740, Tissue.NUCLEI: 780, Tissue.FAT: 60,
    Tissue.VISCERAL: 60, Tissue.SCALP: 60, Tissue.BONE: 0, Tissue.MARROW: 200, Tissue.AIR: 0,
    Tissue.GAS: 0, Tissue.VITREOUS: 2600, Tissue.OEDEMA: 380, Tissue.PLAQUE: 1300,
    Tissue.TUMOUR: 900, Tissue.PETROUS: 0, Tissue.SINUS_WALL: 0, Tissue.CYST: 2800,
}  # fmt: skip


@lru_cache(maxsize=1)
def diffusion() -> NDArray[np.float32]:
    """Return apparent diffusion coefficients by label, 1e-6 mm2/s."""
    return _table({t: float(DIFFUSION.get(t, 1000)) for t in LOOKS})


@lru_cache(maxsize=16)
def signal(tr: float, te: float, ti: float, flip: float, b: int = 0) -> NDArray[np.float32]:
    """Return the MR signal by label, 0 to 1000: IR when TI is given, GRE for small flip angles.

    `b` (s/mm2) dims what diffuses freely.
    """
    if ti:
        values = {t: 1000 * inversion(k, tr, te, ti) for t, k in LOOKS.items()}
    elif flip < 80:
        values = {t: 1000 * gradient_echo(k, tr, te, flip) for t, k in LOOKS.items()}
    else:
        values = {t: 1000 * spin_echo(k, tr, te) for t, k in LOOKS.items()}
    if b:  # fat is suppressed in echo-planar imaging
        values = {t: v * math.exp(-b * DIFFUSION.get(t, 1000) / 1e6) for t, v in values.items()}
        for fatty in (Tissue.FAT, Tissue.VISCERAL, Tissue.SCALP, Tissue.MARROW):
            values[fatty] *= 0.1
    return _table(values)
