"""The forecast: a line through the daily ingest, what it comes to, and how sure that is."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest

from simulator.archive.lifecycle.forecast import Trend, forecast, ingest_by_day
from simulator.errors import RefusedError, UsageError
from tests.archive.support import Lab, study

TODAY = date(2026, 3, 2)


def test_a_steady_ingest_is_followed_exactly() -> None:
    found = forecast(1000, 2000, [100.0] * 10, TODAY, 30)
    assert found["reached"] == dict.fromkeys(("likely", "earliest", "latest"), "2026-03-12")
    assert found["per_day"] == 100 and found["spread"] == pytest.approx(0)
    assert found["curve"][10]["used"] == pytest.approx(2000)


def test_a_growing_ingest_is_reached_sooner() -> None:
    found = forecast(0, 1000, [10.0 * n for n in range(10)], TODAY, 30)
    total, days = 0.0, 0
    while total < 1000:
        total += 10.0 * (10 + days)
        days += 1
    assert found["reached"]["likely"] == (TODAY + timedelta(days=days)).isoformat()


def test_the_line_is_that_of_least_squares() -> None:
    numpy = pytest.importorskip("numpy")
    days = [random.Random(1).uniform(50, 150) for _ in range(3)] + [80.0, 120.0, 95.0, 300.0]
    trend = Trend.of(days)
    slope, start = numpy.polyfit(range(len(days)), days, 1)
    assert trend.slope == pytest.approx(slope) and trend.at_start == pytest.approx(start)
    expected = sum(start + slope * t for t in range(7, 17))
    assert trend.ahead(10)[0] == pytest.approx(expected)


def test_nine_of_ten_bands_hold_what_comes() -> None:
    """The uncertainty is an honest one: tried on days whose future is known."""
    dice, inside, tries = random.Random(7), 0, 400
    for _ in range(tries):
        days = [max(0.0, dice.gauss(100 + 0.5 * n, 25)) for n in range(60)]
        grown, error = Trend.of(days[:30]).ahead(30)
        inside += abs(sum(days[30:]) - grown) <= 1.645 * error
    assert 0.86 <= inside / tries <= 0.94


def test_days_of_nothing_count_and_today_does_not() -> None:
    rows = [("2026-02-26", 50), ("2026-02-28", 30), ("2026-03-02", 999)]
    assert ingest_by_day(rows, TODAY) == (date(2026, 2, 26), [50.0, 0.0, 30.0, 0.0])
    with pytest.raises(RefusedError, match="2 whole days"):
        forecast(0, 1, [1.0, 2.0], TODAY, 10)


def test_a_shrinking_ingest_never_gets_there() -> None:
    found = forecast(0, 10_000, [100.0, 80.0, 60.0, 40.0, 20.0], TODAY, 30)
    assert found["reached"]["likely"] is None


def test_an_archive_looks_ahead(lab: Lab) -> None:
    life, clock = lab.archive.lifecycle, lab.archive.clock
    with pytest.raises(RefusedError, match="no size"):
        life.capacity.forecast("ONLINE1")
    life.volumes.change("ONLINE1", {"capacity": "200 kB", "threshold": 50, "low": 10})
    with pytest.raises(RefusedError, match="too few"):
        life.capacity.forecast("ONLINE1")
    for number in range(1, 6):
        lab.store(*study(number))
        moved: Any = clock
        moved.jump(clock.now() + timedelta(days=1))
    facts = life.capacity.forecast("ONLINE1")
    size = lab.archive.index.locate([])[0].size
    assert facts["used"] == 5 * size and len(facts["ingest"]) == 5
    assert facts["per_day"] == pytest.approx(size, rel=0.01)
    days = -(-(100_000 - 5 * size) // size)
    expected = clock.now().date() + timedelta(days=days)
    assert abs(date.fromisoformat(facts["reached"]["likely"]) - expected) <= timedelta(days=1)
    assert facts["said"].startswith("ONLINE1 reaches its threshold of 50 % about ")
    life.volumes.fill("ONLINE1", "logs", "120 kB")
    assert "above its threshold" in life.capacity.forecast("ONLINE1")["said"]


def test_days_of_studies_can_be_counted_instead(lab: Lab) -> None:
    life = lab.archive.lifecycle
    life.volumes.change("ONLINE1", {"capacity": "1 MB"})
    for number in range(1, 5):
        lab.store(*study(number, StudyDate=f"2026022{number}"))
    facts = life.capacity.forecast("ONLINE1", basis="study_date")
    assert facts["first"] == "2026-02-21" and len(facts["ingest"]) == 9


@pytest.mark.parametrize(
    "asked", [{"basis": "moon"}, {"back": 2}, {"ahead": 0}, {"back": 9999}, {"ahead": -1}]
)
def test_what_is_no_question(lab: Lab, asked: dict[str, Any]) -> None:
    lab.archive.lifecycle.volumes.change("ONLINE1", {"capacity": "1 MB"})
    with pytest.raises(UsageError):
        lab.archive.lifecycle.capacity.forecast("ONLINE1", **asked)
