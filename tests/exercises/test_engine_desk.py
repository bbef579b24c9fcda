"""The desk on a running seat: start, survive, switch, hint, diagnose, note, reset, give up."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import exercises
from exercises import engine
from exercises.engine.attempt import AttemptFile
from exercises.engine.exercise import load, right_cause
from simulator.client import Client, connect
from simulator.errors import RefusedError, UsageError

A1, H2 = "room-cannot-send", "access-review"
SHAPE = {"id", "seed", "passed", "score", "parts", "checks"}


def test_an_attempt_survives_a_new_kernel_and_holds_no_cause(exercise_seat: Client) -> None:
    sheet = engine.start(exercise_seat, A1, seed=7)
    again = connect(exercise_seat.seat.folder)
    assert engine.current(again) == sheet
    text = (exercise_seat.seat.folder / "progress" / "attempt.json").read_text("utf-8")
    assert right_cause(load(A1), {}).id not in text
    assert exercise_seat.fleet.status()["state"] == "paused"


def test_the_result_has_the_shape_others_rely_on(exercise_seat: Client) -> None:
    engine.start(exercise_seat, A1, seed=7)
    marks = engine.check(exercise_seat)
    assert set(marks) == SHAPE and marks["passed"] is False and marks["score"] == 0
    assert set(marks["parts"]) == {"diagnosis", "repair", "harm", "note"}
    for row in marks["checks"]:
        assert set(row) == {"goal", "points", "passed", "message"} and row["message"]


def test_full_marks_take_diagnosis_repair_and_note(exercise_seat: Client) -> None:
    lab = exercises.start(A1, exercise_seat, seed=8)
    best = engine.catalogue(exercise_seat).one(id=A1)["best"]
    (rejected,) = exercise_seat.journal.entries(
        kind="association.rejected", since=AttemptFile(_progress(lab)).need()[0].since
    )
    assert not lab.diagnose("caller-unknown", rejected.id).accepted
    assert lab.diagnose("called-title", rejected.id).accepted
    device = exercise_seat.modality(rejected.facts["calling"])
    device.set("archive.ae", "PACSLAB")
    device.send()
    why = f"It called {rejected.facts['called']} since the maintenance."
    prevention = "An echo belongs to every maintenance."
    assert lab.note(f"{device.name} could not send its exams.", why, prevention).points == 10
    marks = lab.check()
    assert marks["passed"] and marks["parts"] == {
        "diagnosis": 22,
        "repair": 50,
        "harm": 10,
        "note": 10,
    }
    lab.hint()
    assert lab.check()["score"] == marks["score"] - 5
    assert engine.catalogue(exercise_seat).one(id=A1)["best"] == max(best, marks["score"])


def test_hints_come_in_levels_and_the_last_one_is_charged_once(exercise_seat: Client) -> None:
    engine.start(exercise_seat, H2, seed=3)
    hints = [engine.hint(exercise_seat) for _ in range(4)]
    assert [hint.cost for hint in hints] == [5, 10, 20, 0]
    assert hints[2].text == hints[3].text and "{" not in hints[2].text


def test_another_exercise_takes_over_cleanly(exercise_seat: Client) -> None:
    engine.start(exercise_seat, A1, seed=1)
    sheet = engine.start(exercise_seat, H2, seed=1)
    assert engine.current(exercise_seat) == sheet
    assert not any(
        d["changed"] for d in exercise_seat.fleet.devices() if "archive.ae" in d["changed"]
    )
    lab = exercises.start(H2, exercise_seat)  # the cell is run again: it goes on
    assert lab.ticket == sheet


def test_a_reset_brings_the_fault_back_and_giving_up_takes_it_away(exercise_seat: Client) -> None:
    engine.start(exercise_seat, A1, seed=5)
    broken = [d["name"] for d in exercise_seat.fleet.devices() if "archive.ae" in d["changed"]]
    exercise_seat.modality(broken[0]).set("archive.ae", "PACSLAB")
    engine.reset(exercise_seat)
    assert not exercise_seat.modality(broken[0]).echo().ok
    debrief = engine.give_up(exercise_seat)
    assert broken[0] in debrief and exercise_seat.modality(broken[0]).echo().ok
    assert engine.current(exercise_seat) is None
    with pytest.raises(RefusedError, match="No exercise is running"):
        engine.check(exercise_seat)


def test_bad_requests_leave_the_running_exercise_alone(exercise_seat: Client) -> None:
    sheet = engine.start(exercise_seat, A1, seed=2)
    with pytest.raises(UsageError, match="There is no exercise"):
        engine.start(exercise_seat, "nothing-like-it")
    with pytest.raises(UsageError, match="is no seed"):
        engine.start(exercise_seat, A1, seed=-1)
    with pytest.raises(UsageError, match="There is no cause"):
        engine.diagnose(exercise_seat, "magic", "archive-000001")
    assert engine.current(exercise_seat) == sheet


def test_nothing_in_the_journal_says_that_it_was_an_exercise(exercise_seat: Client) -> None:
    engine.start(exercise_seat, A1, seed=4)
    since = AttemptFile(exercise_seat.seat.folder / "progress").need()[0].since
    entries = exercise_seat.journal.entries(since=since)
    words = " ".join(f"{entry.kind} {entry.text} {entry.facts}".lower() for entry in entries)
    assert "fault" not in words and "exercise" not in words and "inject" not in words
    changes = [e for e in entries if e.kind == "device.setting.changed"]
    assert len({(e.facts["device"], e.facts["key"]) for e in changes}) >= 2
    assert all(e.facts["actor"] not in ("", "instructor", "trainee") for e in changes)


@pytest.mark.parametrize("name", [A1, H2])
def test_start_check_and_reset_take_at_most_two_seconds(exercise_seat: Client, name: str) -> None:
    took = {}
    for what, call in (
        ("start", lambda: engine.start(exercise_seat, name, seed=1)),
        ("check", lambda: engine.check(exercise_seat)),
        ("reset", lambda: engine.reset(exercise_seat)),
    ):
        begun = time.monotonic()
        call()
        took[what] = time.monotonic() - begun
    assert max(took.values()) < 6, took  # 2 s on a quiet machine; tests run side by side


def _progress(lab: exercises.Lab) -> Path:
    return lab.seat.seat.folder / "progress"
