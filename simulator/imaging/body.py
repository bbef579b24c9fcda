"""How one patient differs from the phantom: size, and a smooth bend of the plane."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.imaging.exam import Exam
from simulator.imaging.noise import generator

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Body:
    """Scale factors along (x, y, z), six bend coefficients, height (m) and weight (kg)."""

    sex: str
    scale: tuple[float, float, float]
    bend: tuple[float, ...]
    height: float
    weight: float

    def bent(self, u: Array, v: Array) -> tuple[Array, Array]:
        """Return small shifts (as fractions) at plane coordinates from -1 to 1."""
        a, b, c, d, e, f = self.bend
        return a * u * v + b * v * v * u + c * v, d * u * v + e * u * u + f * u


def age_in_years(exam: Exam) -> int | None:
    """Return the age on the day of the exam, or None without a birth date."""
    birth = exam.birth_date
    if len(birth) != 8 or not birth.isdigit():
        return None
    today = exam.started.year * 10000 + exam.started.month * 100 + exam.started.day
    return max(0, (today - int(birth)) // 10000)


def body_of(exam: Exam, seed: int) -> Body:
    """Return the patient's body: the same for every exam of this patient under one seed."""
    rng = generator("body", seed, exam.issuer, exam.patient_id)
    tall, stout, deep = (float(v) for v in rng.random(3))
    sex = "F" if exam.sex == "F" else "M"
    age = age_in_years(exam)
    growth = 1.0 if age is None or age >= 16 else 0.5 + age / 32
    base = 0.95 if sex == "F" else 1.0
    height = (1.62 + 0.24 * tall) * base * growth
    girth = (0.92 + 0.14 * stout) * base * growth
    scale = (girth, girth * (0.97 + 0.08 * deep), height / 1.75)
    weight = 21 * (0.8 + 0.7 * stout) * height * height
    bend = tuple(float(v) * 0.10 - 0.05 for v in rng.random(6))
    return Body(sex=sex, scale=scale, bend=bend, height=round(height, 2), weight=round(weight, 1))
