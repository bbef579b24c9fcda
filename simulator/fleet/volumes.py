"""What a hospital's day is made of: day.toml, and which device does how much of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from simulator.config import build, read_toml
from simulator.fleet.profile import ModalityProfile

PATH = Path(__file__).parent / "day.toml"
BEDS = 300  # what the volumes are for
PORTABLE = "bedside"  # the protocol of the round with the mobile unit


@dataclass(frozen=True, kw_only=True)
class Week:
    """Factors for Monday to Sunday."""

    factors: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Chances:
    """Parts of those they concern; minutes."""

    walk_in: float
    no_show: float
    unidentified: float
    stat: float
    downtime: float
    downtime_minutes: float


@dataclass(frozen=True, kw_only=True)
class Volumes:
    """The facts of day.toml; each key is explained there."""

    volumes: dict[str, float]
    share: dict[str, float]
    week: Week
    origin: dict[str, tuple[float, ...]]
    hours: dict[str, tuple[float, ...]]
    chances: Chances
    errors: dict[str, float]


@cache
def load() -> Volumes:
    """Read day.toml."""
    return build(Volumes, read_toml(PATH), str(PATH))


def weights(profiles: Mapping[str, ModalityProfile]) -> dict[str, float]:
    """Return how many examinations each device does in a day of 300 beds."""
    facts = load()
    found = {name: facts.share.get(name, 1.0) for name in profiles}
    total: dict[str, float] = {}
    for name, profile in profiles.items():
        total[profile.modality] = total.get(profile.modality, 0.0) + found[name]
    return {
        name: facts.volumes.get(profile.modality, 1.0) * found[name] / total[profile.modality]
        for name, profile in profiles.items()
    }


def quotas(count: int, profiles: Mapping[str, ModalityProfile]) -> list[str]:
    """Return `count` device names by volume, spread evenly; every device that fits comes once.

    Each next one is the device that lags behind its share the most.
    """
    wanted = weights(profiles)
    total, given = sum(wanted.values()), dict.fromkeys(profiles, 0)
    order: list[str] = []
    spare = count - len(profiles)
    for n in range(count):
        left = [name for name in profiles if not given[name]]
        must = bool(left) and count - n <= len(left)
        pool = left if must or spare < 0 else list(profiles)
        name = max(pool, key=lambda one: (n + 1) * wanted[one] / total - given[one])
        given[name] += 1
        order.append(name)
    return order


def busyness(moment: datetime) -> float:
    """Return how busy an hour is; 1 is the mean of a weekday between 8 and 18 o'clock."""
    facts = load()
    mixed = [
        sum(part * shape[hour] / sum(shape) for part, shape in _shapes(facts)) for hour in range(24)
    ]
    day = sum(mixed[8:18]) / 10 * sum(facts.week.factors[:5]) / 5
    return mixed[moment.hour] * facts.week.factors[moment.weekday()] / day


def _shapes(facts: Volumes) -> list[tuple[float, tuple[float, ...]]]:
    names = ("inpatient", "outpatient", "emergency")
    return [(p, facts.hours[n]) for p, n in zip(facts.origin["any"], names, strict=True)]
