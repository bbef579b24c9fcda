from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.clock import MAX_SPEED, Clock, ClockKeeper, ClockState, real_seconds
from simulator.errors import CannotError, UsageError

START = datetime(2026, 3, 2, 7)


@given(st.floats(0, 1e6), st.floats(0.1, 1000))
def test_time_passes_at_its_speed(seconds: float, speed: float) -> None:
    state = ClockState(hospital=START.isoformat(), real=1000.0, speed=speed)
    passed = state.at(1000.0 + seconds) - START
    assert abs(passed - timedelta(seconds=seconds * speed)) < timedelta(milliseconds=10)


@pytest.mark.parametrize("mode", ["paused", "stepped"])
def test_time_stands_still(mode: str) -> None:
    state = ClockState(hospital=START.isoformat(), real=0.0, mode=mode)
    assert state.at(1e6) == START


def test_a_machine_set_back_does_not_turn_hospital_time_back() -> None:
    assert ClockState(hospital=START.isoformat(), real=1000.0).at(900.0) == START


def test_without_a_file_time_stands_at_the_start(tmp_path: Path) -> None:
    assert Clock(tmp_path / "clock.json").now() == START


def test_every_reader_sees_a_change_at_once(clock: ClockKeeper) -> None:
    reader = Clock(clock.path)
    clock.pause()
    for hours in range(1, 30):  # many changes within one tick of the file system's clock
        to = START + timedelta(hours=hours)
        clock.jump(to)
        assert reader.now() == to


def test_pausing_and_resuming(clock: ClockKeeper) -> None:
    clock.pause()
    paused = clock.now()
    assert clock.now() == paused
    clock.resume()
    clock.set_speed(MAX_SPEED)
    assert clock.now() >= paused
    assert clock.state.mode == "running"


def test_a_jump_goes_forward_only(clock: ClockKeeper) -> None:
    clock.jump(datetime(2026, 3, 3, 8))
    with pytest.raises(UsageError, match="2026-03-03 08:00"):
        clock.jump(START)


@pytest.mark.parametrize("speed", [0, -1, MAX_SPEED * 2, float("nan"), float("inf")])
def test_an_impossible_speed_is_refused(clock: ClockKeeper, speed: float) -> None:
    before = clock.state.speed
    with pytest.raises(UsageError):
        clock.set_speed(speed)
    assert clock.state.speed == before


def test_stepping_holds_and_never_goes_back(clock: ClockKeeper) -> None:
    clock.step_to(START + timedelta(hours=2))
    clock.step_to(START + timedelta(hours=1))
    assert clock.now() == START + timedelta(hours=2)
    assert clock.state.mode == "stepped"


def test_a_restart_goes_on_where_the_clock_stood(clock: ClockKeeper) -> None:
    clock.step_to(START + timedelta(hours=3))
    again = ClockKeeper(clock.path, start="2030-01-01T00:00:00")
    assert again.now() == START + timedelta(hours=3)


def test_time_while_the_hospital_was_down_does_not_count(clock: ClockKeeper) -> None:
    """A hospital that was off for a day goes on at the minute it stopped."""
    clock.set_speed(60)
    yesterday = replace(clock.state, real=real_seconds() - 86400, hospital=START.isoformat())
    clock.path.write_text(json.dumps(vars(yesterday)))
    assert ClockKeeper(clock.path).now() - START < timedelta(minutes=30)


def test_rewind_is_the_one_way_back(clock: ClockKeeper) -> None:
    clock.pause()
    saved = clock.state
    clock.jump(START + timedelta(days=9))
    clock.rewind(saved)
    assert clock.now() - START < timedelta(seconds=10)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"hospital": "soon", "real": 1}',
        '{"hospital": "2026-03-02", "real": "now"}',
        '{"hospital": "9999-12-31T23:00:00", "real": 0, "speed": 1000}',
    ],
)
def test_a_spoilt_file_is_named_with_its_remedy(tmp_path: Path, text: str) -> None:
    path = tmp_path / "clock.json"
    path.write_text(text)
    with pytest.raises(CannotError, match=r"clock\.json"):
        Clock(path).now()


def test_many_threads_lose_no_change(clock: ClockKeeper) -> None:
    threads = [
        threading.Thread(target=clock.step_to, args=(START + timedelta(minutes=n),))
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock.now() == START + timedelta(minutes=19)
