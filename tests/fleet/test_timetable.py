"""The day as simpy plays it: volumes, hours, weekdays, priorities; and shares among devices."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from simulator.fleet import volumes
from simulator.fleet.profile import load_profiles
from simulator.fleet.timetable import Visit, examined, timetable

PROFILES = load_profiles()
MONDAY, SUNDAY = datetime(2026, 3, 2), datetime(2026, 3, 8)


def day(beds: int = 300, start: datetime = MONDAY, hours: float = 24, seed: int = 1) -> list[Visit]:
    return timetable(PROFILES, beds=beds, start=start, hours=hours, seed=seed)


def test_the_same_seed_gives_the_same_day() -> None:
    assert day() == day()
    assert day() != day(seed=2)


@pytest.mark.parametrize(("beds", "low", "high"), [(50, 25, 60), (300, 190, 300), (1000, 700, 950)])
def test_a_larger_hospital_has_more_to_do(beds: int, low: int, high: int) -> None:
    assert low < sum(len(day(beds, seed=seed)) for seed in range(5)) / 5 < high


def test_the_weekend_is_quiet() -> None:
    weekday = sum(len(day(seed=seed)) for seed in range(5))
    weekend = sum(len(day(start=SUNDAY, seed=seed)) for seed in range(5))
    assert 0.35 < weekend / weekday < 0.6


def test_the_mix_is_that_of_real_hospitals() -> None:
    visits = [visit for seed in range(20) for visit in day(seed=seed)]
    counts = Counter(PROFILES[visit.device].modality for visit in visits)
    share = {name: count / len(visits) for name, count in counts.items()}
    assert share["DX"] + share["CR"] == pytest.approx(0.48, abs=0.05)
    assert share["US"] == pytest.approx(0.23, abs=0.04)
    assert share["CT"] == pytest.approx(0.125, abs=0.03)
    assert share["MR"] == pytest.approx(0.08, abs=0.03)


def test_outpatients_come_by_day_and_mobile_films_before_the_ward_round() -> None:
    visits = [visit for seed in range(10) for visit in day(seed=seed)]
    outside = [v.came.hour for v in visits if v.origin == "outpatient"]
    beds = Counter(v.came.hour for v in visits if v.protocol == "bedside")
    assert min(outside) >= 7 and max(outside) <= 18
    assert sum(beds[h] for h in (4, 5, 6)) > 0.3 * sum(beds.values())


def test_a_room_holds_one_patient_and_time_runs_forward() -> None:
    for beds, rooms in ((300, 1), (1000, 3)):
        visits = examined(day(beds))
        for visit in visits:
            assert visit.ordered <= visit.came <= visit.began < visit.ended
        for device in PROFILES:
            here = [v for v in visits if v.device == device]
            for visit in here:
                inside = [v for v in here if v.began <= visit.began < v.ended]
                assert len(inside) <= rooms


def test_some_do_not_come_have_no_name_or_are_mistaken() -> None:
    visits = [visit for seed in range(40) for visit in day(seed=seed)]
    assert 0.005 < sum(not v.shows_up for v in visits) / len(visits) < 0.05
    assert all(v.origin == "outpatient" for v in visits if not v.shows_up)
    assert all(v.origin == "emergency" for v in visits if not v.identified)
    found = Counter(v.error for v in visits)
    for error, rate in volumes.load().errors.items():
        assert found[error] / len(visits) == pytest.approx(rate, rel=0.7), error


def test_a_few_hours_are_a_few_hours() -> None:
    visits = day(hours=2.5, start=MONDAY + timedelta(hours=9))
    assert visits and max(v.came for v in visits) < MONDAY + timedelta(hours=11.5)


@pytest.mark.parametrize("count", [1, 8, 16, 24, 60, 200])
def test_quotas_follow_the_volumes_and_leave_nobody_out(count: int) -> None:
    names = volumes.quotas(count, PROFILES)
    found, wanted = Counter(names), volumes.weights(PROFILES)
    assert len(names) == count and names == volumes.quotas(count, PROFILES)
    assert len(found) == min(count, len(PROFILES))
    if count == 200:
        for name, weight in wanted.items():
            assert found[name] == pytest.approx(200 * weight / sum(wanted.values()), abs=2.5)


def test_busy_hours_are_by_day() -> None:
    assert volumes.busyness(MONDAY + timedelta(hours=11)) > 1
    assert volumes.busyness(MONDAY + timedelta(hours=3)) < 0.2
    assert volumes.busyness(SUNDAY + timedelta(hours=11)) < 0.7
