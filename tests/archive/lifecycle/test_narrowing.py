"""What SQL lets through: every study whose time is over, and little else; what a preview names."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from simulator.archive.lifecycle.amounts import later
from simulator.archive.lifecycle.narrowing import last_day, may_have_expired
from simulator.archive.lifecycle.rules import Rule, term_of
from tests.archive.nonsense import served
from tests.archive.support import Lab, study

TODAY = date(2026, 3, 2)  # the hospital's day
DATES = ("20100115", "2010-01-15", "2010.01.15", "20251201", "20260101", "", "soon", "20261399")


@pytest.fixture
def index(lab: Lab) -> Any:
    """A study for each way to write a date, CT and DX by turns."""
    for number, day in enumerate(DATES):
        lab.store(*study(number, StudyDate=day, Modality=("CT", "DX")[number % 2]))
    return lab.archive.index


@pytest.mark.parametrize(
    "rules",
    [
        [], [Rule(name="off", keep="1d", enabled=False)], [Rule(name="all", keep="10y")],
        [Rule(name="DX", keep="60d", modality="DX")], [Rule(name="slip", keep="1d")],
        [Rule(name="CT", keep="10y", modality="CT"), Rule(name="DX", keep="1m", modality="DX")],
        [Rule(name="long", keep="100y"), Rule(name="short", keep="1m", modality="CT")],
    ],
)  # fmt: skip
def test_none_that_has_expired_is_missed(index: Any, rules: list[Rule]) -> None:
    for today in (TODAY, TODAY + timedelta(days=400)):
        let_through = {row["study_uid"] for row in index.studies([may_have_expired(rules, today)])}
        over = {r["study_uid"] for r in index.studies() if term_of(r, rules).expired(today)}
        assert over <= let_through
        enabled = [rule for rule in rules if rule.enabled]
        assert let_through or not enabled or not over
        assert enabled or not let_through


def test_what_is_too_young_stays_in_the_index(index: Any) -> None:
    ten = [Rule(name="all", keep="10y")]
    found = {row["date"] for row in index.studies([may_have_expired(ten, TODAY)])}
    assert "20100115" in found and not found & {"20251201", "20260101"}


@pytest.mark.parametrize("period", ["1d", "30d", "1m", "6m", "1y", "10y", "100y"])
def test_no_day_whose_period_is_over_comes_after_the_last(period: str) -> None:
    for number in range(366 * 4):
        today = date(2024, 1, 1) + timedelta(days=number)
        last = last_day(today, period)
        assert later(last + timedelta(days=1), period) > today
        assert later(last - timedelta(days=4), period) <= today


def test_a_preview_names_all_that_go_and_some_that_stay(
    lab: Lab, index: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.archive.lifecycle.retention._KEPT_SHOWN", 2)
    retention = lab.archive.lifecycle.retention
    retention.rules.put("old", {"keep": "10y"})
    report = retention.preview("test")
    going = [row["study_uid"] for row in report["studies"] if row["expires"]]
    stay = [row["until"] for row in report["studies"] if not row["expires"]]
    assert len(going) == report["expiring"] == sum(day.startswith("2010") for day in DATES)
    assert len(stay) == 2 and stay == sorted(stay)
    assert report["kept"] == len(DATES) - len(going)
    assert retention.run(report["number"], "test")["expiring"] == len(going)


def test_the_answer_is_cut_and_the_report_is_not(lab: Lab, index: Any) -> None:
    with served(lab) as call:
        call("PUT", "/api/retention/rules/old", {"keep": "10y"})
        answer = call("POST", "/api/retention/preview?limit=1", {}).json()
        whole = call("GET", f"/api/retention/reports/{answer['number']}", None).json()
        assert call("POST", "/api/retention/preview?limit=x", {}).status_code == 400
    assert len(answer["studies"]) == 1 < answer["expiring"] == whole["expiring"]
    assert len(whole["studies"]) == len(DATES)


def test_the_days_of_a_forecast_are_added_up_in_the_index(lab: Lab, index: Any) -> None:
    life, clock = lab.archive.lifecycle, lab.archive.clock
    life.volumes.change("ONLINE1", {"capacity": "1 MB"})
    sizes = {row["date"]: row["bytes"] for row in index.studies()}
    lab.store(*study(90, StudyDate="2026-02-20"), *study(91, StudyDate=TODAY.strftime("%Y%m%d")))
    moved: Any = clock
    moved.jump(clock.now() + timedelta(days=4))
    by_study = life.capacity.forecast("ONLINE1", basis="study_date", back=80)
    days = [sizes["20260101"], index.study("1.2.3.90")["bytes"], index.study("1.2.3.91")["bytes"]]
    assert by_study["first"] == "2026-01-01" and [x for x in by_study["ingest"] if x] == days
    by_arrival = life.capacity.forecast("ONLINE1")
    assert by_arrival["first"] == TODAY.isoformat()
    assert by_arrival["ingest"] == [life.volumes.used(life.volumes.get("ONLINE1")), 0.0, 0.0, 0.0]
