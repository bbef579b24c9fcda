"""The gentle day and the first studies: seeded, stepped, and not stopped by one failure."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.fleet.conftest import Ward, build
from tests.net import free_port, no_thread_left, wait_for

START = datetime(2026, 3, 2, 7, 0)


def contents(ward: Ward) -> dict[str, str]:
    return {uid: hashlib.sha256(data).hexdigest() for uid, data in ward.shelf.stored.items()}


def test_a_stepped_day_repeats_exactly(tmp_path: Path) -> None:
    days = []
    for name in ("one", "two"):
        ward = build(tmp_path / name)
        day = ward.fleet.open_day(ward.ris.book.place_next, 8.0)
        events = day.step_until(ward.clock, START + timedelta(minutes=60))
        assert ward.clock.now() == START + timedelta(minutes=60)
        assert ward.clock.state.mode == "stepped"
        assert day.performed > 1 and events == day.arrivals + day.performed
        days.append((contents(ward), [order.facts() for order in ward.ris.book.find()]))
        ward.close()  # type: ignore[attr-defined]
    assert days[0] == days[1]


def test_the_first_studies_are_the_same_whatever_the_threads(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        ward = build(tmp_path / name)
        outcome = ward.fleet.baseline(8, ward.ris.book.place_next, START)
        assert outcome["failed"] == 0, outcome
        assert ward.fleet.facts()["baseline"] == {"done": 8, "of": 8, "failed": 0}
        assert {order.status for order in ward.ris.book.find()} == {"completed"}
        times = [order.scheduled for order in ward.ris.book.find()]
        assert START - timedelta(hours=20) <= min(times) and max(times) < START
        made.append(contents(ward))
        ward.close()  # type: ignore[attr-defined]
    assert made[0] == made[1] and made[0]


def test_nothing_happens_while_the_clock_stands(ward: Ward) -> None:
    with no_thread_left():
        day = ward.fleet.open_day(ward.ris.book.place_next, 1.0).start()
        ward.clock.step_to(START + timedelta(hours=3))
        day._stopped.wait(0.4)
        assert day.arrivals == 0
        ward.fleet.stop()


def test_a_running_day_examines_patients(ward: Ward) -> None:
    ward.clock.set_speed(3600)
    ward.clock.resume()
    day = ward.fleet.open_day(ward.ris.book.place_next, 10.0).start()
    wait_for(lambda: day.performed >= 2, 8)
    day.pause()
    arrivals, stored = day.arrivals, len(ward.shelf.stored)
    day._stopped.wait(0.4)
    assert (day.arrivals, len(ward.shelf.stored)) == (arrivals, stored) and stored > 0
    day.resume()
    wait_for(lambda: day.arrivals > arrivals, 5)


@pytest.mark.parametrize("changes", [{"ris.ae": "WRONG"}, {"archive.port": "free"}])
def test_a_failing_device_does_not_stop_the_others(ward: Ward, changes: dict[str, str]) -> None:
    device = ward.fleet.modality("CT1")
    device.change({k: free_port() if v == "free" else v for k, v in changes.items()})
    day = ward.fleet.open_day(ward.ris.book.place_next, 5.0)
    day.step_until(ward.clock, START + timedelta(minutes=90))
    finished = [order for order in ward.ris.book.find(status="completed")]
    assert {order.station_ae for order in finished} - {"CT1"}
    if "ris.ae" in changes:
        assert day.failed + len(day.waiting) > 0
        assert ward.events.entries(kind="device.worklist.failed")
    else:
        assert device.queue()


def test_the_queue_is_cleared_when_the_way_is_free_again(ward: Ward) -> None:
    device = ward.fleet.modality("CT1")
    device.change({"archive.port": free_port()})
    day = ward.fleet.open_day(ward.ris.book.place_next, 5.0)
    day.step_until(ward.clock, START + timedelta(minutes=60))
    assert device.queue()
    device.change({"archive.port": ward.shelf.peer.port})
    day.step_until(ward.clock, START + timedelta(minutes=150))
    assert device.queue() == []


def test_the_day_goes_on_after_a_restart_and_a_reset(tmp_path: Path) -> None:
    ward = build(tmp_path)
    day = ward.fleet.open_day(ward.ris.book.place_next, 2.0)
    day.step_until(ward.clock, START + timedelta(minutes=10))
    before = day.facts()
    assert before["waiting"]
    ward.fleet.snapshot(tmp_path / "copy")
    day.step_until(ward.clock, START + timedelta(minutes=25))
    ward.fleet.restore(tmp_path / "copy")
    assert day.facts() == before
    ward.close()  # type: ignore[attr-defined]
    again = build(tmp_path)
    assert again.fleet.open_day(again.ris.book.place_next, 2.0).facts() == before
    again.close()  # type: ignore[attr-defined]
