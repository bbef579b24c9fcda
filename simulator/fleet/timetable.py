"""A day of the hospital as simpy plays it: who comes when, waits how long, and is examined where.

Nothing is sent here: the result is a list of visits in hospital time, which `fleet run` then
performs. The same seed, beds and hours give the same list.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import simpy

from simulator.fleet.profile import ModalityProfile
from simulator.fleet.volumes import BEDS, PORTABLE, Volumes, load, weights
from simulator.imaging.uids import digest

ORIGINS = ("inpatient", "outpatient", "emergency")
_FIRST, _ROUTINE, _REPAIR = 0, 1, -1  # priorities: the lower number goes first
_APPOINTMENT = 90.0  # minutes before it, at most, that an outpatient's order is placed

Steps = Generator[simpy.Event, Any, None]


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One patient at one device; times are hospital time.

    `ordered` is when the order is placed, `came` when the patient is there. `error` is a key of
    day.toml's [errors]. Who does not show up is never examined; who is not `identified` has no
    order.
    """

    number: int
    device: str
    protocol: str
    origin: str
    ordered: datetime
    came: datetime
    began: datetime
    ended: datetime
    stat: bool = False
    walk_in: bool = False
    shows_up: bool = True
    identified: bool = True
    error: str = ""

    @property
    def waited(self) -> float:
        """Minutes between coming and being examined."""
        return (self.began - self.came).total_seconds() / 60


class _Hospital:
    """The rooms, and what happens in them; time is in minutes from the start."""

    def __init__(
        self, profiles: Mapping[str, ModalityProfile], beds: int, start: datetime, hours: float,
        seed: int,
    ) -> None:  # fmt: skip
        self.profiles, self.beds, self.start, self.hours = profiles, beds, start, hours
        self.facts: Volumes = load()
        self.key = ("day", seed, beds, start.isoformat())
        self.environment = simpy.Environment()
        rooms = max(1, round(beds / BEDS))
        self.rooms = {
            name: simpy.PriorityResource(self.environment, capacity=rooms) for name in profiles
        }
        self.visits: list[Visit] = []

    def play(self) -> list[Visit]:
        """Return the visits of the day, by the time they end."""
        for name in self.profiles:
            self.environment.process(self._repairs(name))
        for minute, chance, device, origin in self._arrivals():
            self.environment.process(self._patient(minute, chance, device, origin))
        self.environment.run(until=(self.hours + 24) * 60)
        return sorted(self.visits, key=lambda visit: (visit.ended, visit.device))

    def _arrivals(self) -> Iterator[tuple[float, Random, str, str]]:
        """Draw who comes in each hour, device by device, from a Poisson distribution."""
        for hour in range(int(-(-self.hours // 1))):
            share = min(1.0, self.hours - hour)
            for name, mean in self._means(self.start + timedelta(hours=hour)).items():
                chance = Random(digest(*self.key, hour, name))
                for _ in range(_poisson(mean[0] * share, chance)):
                    origin = chance.choices(ORIGINS, mean[1])[0]
                    yield 60.0 * (hour + share * chance.random()), chance, name, origin

    def _means(self, moment: datetime) -> dict[str, tuple[float, list[float]]]:
        """Return for each device how many come in this hour, and from where (weights)."""
        facts, factor = self.facts, self.beds / BEDS * self.facts.week.factors[moment.weekday()]
        found = {}
        for name, volume in weights(self.profiles).items():
            parts = facts.origin.get(self.profiles[name].modality, facts.origin["any"])
            rates = []
            for origin, part in zip(ORIGINS, parts, strict=True):
                portable = origin == "inpatient" and PORTABLE in self.profiles[name].protocols
                shape = facts.hours["portable" if portable else origin]
                rates.append(volume * factor * part * shape[moment.hour] / sum(shape))
            found[name] = (sum(rates), rates)
        return found

    def _patient(self, minute: float, chance: Random, device: str, origin: str) -> Steps:
        """Come, wait for the room, be examined, go."""
        facts, profile = self.facts.chances, self.profiles[device]
        appointment = origin == "outpatient" and chance.random() >= facts.walk_in
        lead = chance.uniform(20, _APPOINTMENT) if appointment else chance.uniform(1, 15)
        absent = appointment and chance.random() < facts.no_show
        stat = origin == "emergency" and chance.random() < facts.stat
        protocol = _protocol(profile, origin, chance)
        yield self.environment.timeout(minute)
        came = self.environment.now
        if absent:
            self._note(device, protocol, origin, chance, came - lead, came, came, came, False)
            return
        with self.rooms[device].request(priority=_FIRST if stat else _ROUTINE) as turn:
            yield turn
            began = self.environment.now
            yield self.environment.timeout(profile.minutes_per_exam * chance.uniform(0.7, 1.4))
        self._note(
            device, protocol, origin, chance, came - lead, came, began, self.environment.now, True,
            stat=stat, walk_in=origin == "outpatient" and not appointment,
        )  # fmt: skip

    def _repairs(self, device: str) -> Steps:
        """Take a room out of use now and then."""
        chance = Random(digest(*self.key, "repair", device))
        facts = self.facts.chances
        while self.environment.now < self.hours * 60:
            yield self.environment.timeout(60 * chance.expovariate(facts.downtime))
            with self.rooms[device].request(priority=_REPAIR) as turn:
                yield turn
                minutes = facts.downtime_minutes * chance.uniform(0.5, 2.0)
                yield self.environment.timeout(minutes)

    def _note(
        self, device: str, protocol: str, origin: str, chance: Random, ordered: float, came: float,
        began: float, ended: float, shows_up: bool, **more: Any,
    ) -> None:  # fmt: skip
        facts = self.facts
        errors = list(facts.errors)
        careless = self.profiles[device].careless
        spoiled = [facts.errors[key] * careless for key in errors]
        error = chance.choices(["", *errors], [max(0.0, 1 - sum(spoiled)), *spoiled])[0]
        known = origin != "emergency" or chance.random() >= facts.chances.unidentified
        self.visits.append(
            Visit(
                number=len(self.visits),
                device=device,
                protocol=protocol,
                origin=origin,
                ordered=self._moment(max(0.0, ordered)),
                came=self._moment(came),
                began=self._moment(began),
                ended=self._moment(ended),
                shows_up=shows_up,
                identified=known,
                error=error if shows_up else "",
                **more,
            )
        )

    def _moment(self, minute: float) -> datetime:
        return self.start + timedelta(seconds=round(minute * 60))


def _protocol(profile: ModalityProfile, origin: str, chance: Random) -> str:
    """Return what is done; inpatients of a mobile unit are examined in bed."""
    if origin == "inpatient" and PORTABLE in profile.protocols:
        return PORTABLE
    return chance.choice(sorted(profile.protocols))


def _poisson(mean: float, chance: Random) -> int:
    """Draw how many there are (by the gaps between them)."""
    count, left = 0, mean - chance.expovariate(1.0)
    while left > 0:
        count, left = count + 1, left - chance.expovariate(1.0)
    return count


def timetable(
    profiles: Mapping[str, ModalityProfile], *, beds: int, start: datetime, hours: float, seed: int
) -> list[Visit]:
    """Return the visits of a day in the order in which they end."""
    return _Hospital(profiles, beds, start, hours, seed).play()


def examined(visits: Sequence[Visit]) -> list[Visit]:
    """Return those who were there."""
    return [visit for visit in visits if visit.shows_up]
