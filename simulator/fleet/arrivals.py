"""Who comes next in the gentle day, when, and to which device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from simulator.fleet.placing import PlacedOrder
from simulator.fleet.volumes import busyness, weights
from simulator.imaging.uids import digest

if TYPE_CHECKING:
    from simulator.fleet.modality import Modality

_DAY = range(7, 18)  # hours in which patients come at the pace that is set
_NIGHT = 0.25  # of that pace at least, also when a real hospital is still


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A patient who is there: the exam on `device` is over at `due` (ISO, hospital time)."""

    accession: str
    device: str
    scheduled: str
    due: str
    attempts: int = 0


def gap(now: datetime, pace_minutes: float, seed: int, n: int) -> timedelta:
    """Return the time from `now` to arrival `n`: exponential, so arrivals are independent."""
    share = 1.0 if now.hour in _DAY else min(1.0, max(_NIGHT, busyness(now)))
    chance = Random(digest("arrival", seed, n))
    return timedelta(seconds=max(1, round(chance.expovariate(share / (pace_minutes * 60)))))


def next_station(devices: Mapping[str, Modality], seed: int, n: int) -> str:
    """Return the AE title whose turn it is: patients are shared out by a real day's volumes."""
    volumes = weights({name: device.profile for name, device in devices.items()})
    chance = Random(digest("station", seed, n))
    name = chance.choices(list(volumes), list(volumes.values()))[0]
    return devices[name].profile.ae_title


def right_device(devices: Mapping[str, Modality], order: PlacedOrder) -> Modality | None:
    """Return where the patient goes: what can do it, whatever the RIS wrote down."""
    able = [d for d in devices.values() if order.procedure.protocol in d.profile.protocols]
    modality = getattr(order.procedure, "modality", "")
    able = [d for d in able if d.profile.modality == modality] or able
    named = [d for d in able if d.profile.ae_title == order.station_ae]
    return next(iter(named or able), None)
