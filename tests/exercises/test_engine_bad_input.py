"""Whatever goes wrong around an exercise: one clear sentence, and a reset always works."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exercises import engine
from exercises.engine import desk, domains, scaffold, variables
from exercises.engine import exercise as known
from exercises.engine.attempt import AttemptFile
from exercises.engine.progress import Progress
from exercises.engine.variables import World
from simulator import console
from simulator.client import Client
from simulator.console.look import find
from simulator.errors import CannotError, PacsLabError, RefusedError, UsageError

A1, NEW = "room-cannot-send", "a-try"


@pytest.fixture
def seat(exercise_seat: Client) -> Iterator[Client]:
    """The seat with no exercise under way; whole again afterwards."""
    engine.reset_hospital(exercise_seat)
    yield exercise_seat
    engine.reset_hospital(exercise_seat)
    assert exercise_seat.modality("CT1").echo().ok


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new exercise in a folder of its own, where the desk finds it."""
    made = scaffold.new(NEW, tmp_path)
    loaded = known.load

    def load(name: str, folder: Path = known.FOLDER) -> Any:
        return loaded(name, tmp_path if name == NEW else folder)

    monkeypatch.setattr(known, "load", load)
    return made


def _one_sentence(error: pytest.ExceptionInfo[PacsLabError]) -> str:
    text = error.value.sentence
    assert text.endswith(".") and "\n" not in text and "Traceback" not in text
    return text


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


# --- what an author does --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("minutes = 10", "minutes = [", "is not valid TOML"),
        ('kind = "called-title"', 'kind = "gremlin"', "no kind of fault 'gremlin'"),
    ],
)
def test_a_broken_exercise_is_refused_and_the_running_one_goes_on(
    seat: Client, written: Path, old: str, new: str, said: str
) -> None:
    sheet = engine.start(seat, A1, seed=1)
    _edit(written / "exercise.toml", old, new)
    with pytest.raises(UsageError) as caught:
        engine.start(seat, NEW, seed=1)
    assert said in str(caught.value) and "exercise.toml" in str(caught.value)
    assert engine.current(seat) == sheet


def test_a_broken_exercise_does_not_hide_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (NEW, "another-try"):
        scaffold.new(name, tmp_path)
    _edit(tmp_path / NEW / "exercise.toml", "minutes = 10", "minutes = [")
    read = known.readable
    monkeypatch.setattr(known, "readable", lambda: read(tmp_path))
    rows = {row["id"]: row for row in engine.catalogue()}
    assert rows["another-try"]["lacks"] == "" and rows["another-try"]["minutes"] == 10
    assert rows[NEW]["title"] == "(broken)" and "is not valid TOML" in rows[NEW]["lacks"]
    assert domains.by_domain(tmp_path).one(domain="CIIP:image-management")["of"] == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise KeyError('x')", "not your fault (KeyError: 'x')"),
        ("raise SystemExit(3)", "not your fault (SystemExit: 3)"),
        ("import time; time.sleep(30)", "longer than"),
        ("seat.archive.set('query.limit', 9)", "The check itself changes nothing"),
        ("seat.modality('CT1').set('timeouts.acse', 9.0)", "The check itself changes nothing"),
    ],
)
def test_a_check_that_raises_hangs_or_changes_something_is_told(
    seat: Client, written: Path, body: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exercises.engine.checks.run.__defaults__", (0.6,))
    engine.start(seat, NEW, seed=1)
    text = f'def check_it(seat):\n    """It is so."""\n    {body}\n'
    (written / "check.py").write_text(text, "utf-8")
    marks = engine.check(seat)
    assert said in str(marks), marks
    assert not [row for row in marks["checks"] if row["goal"].startswith("Nobody")]
    if "changes" in said:  # and it is not held against the trainee the next time
        (written / "check.py").write_text(text.replace(body, "pass"), "utf-8")
        again = engine.check(seat)
        assert not [row for row in again["checks"] if "put back" in row["goal"]]


def test_a_check_that_cannot_be_loaded_is_named(seat: Client, written: Path) -> None:
    engine.start(seat, NEW, seed=1)
    (written / "check.py").write_text("def check_it(seat: \n", "utf-8")
    with pytest.raises(UsageError, match=r"check\.py cannot be loaded"):
        engine.check(seat)
    assert engine.reset(seat).id == NEW


def test_a_seed_that_clashes_leaves_a_whole_hospital(seat: Client, written: Path) -> None:
    fault = '[[faults]]\nkind = "account"\nname = "{worker.name}"\nby = "{worker.name}"\n'
    fault += 'status = "vanished"\n\n'
    _edit(written / "exercise.toml", "[[causes]]", f"{fault}[[causes]]")
    with pytest.raises(CannotError) as caught:
        engine.start(seat, NEW, seed=1)
    assert "seed 1 cannot be prepared" in _one_sentence(caught)
    assert "--seed" in caught.value.remedy
    assert engine.current(seat) is None and engine.running(seat) == ""
    assert all(seat.modality(name).echo().ok for name in ("CT1", "MR1"))


def test_numbers_that_are_taken_are_drawn_again() -> None:
    recipes = {name: {"accession": True} for name in ("one", "two")}
    facts: dict[str, Any] = {"secret": "", "trainee": "", "exercise": "x", "seed": 1}
    first = variables.resolve(recipes, World(), **facts)
    studies = [{"accession": first["one"], "study_uid": "1", "patient_id": "", "modalities": []}]
    again = variables.resolve(recipes, World(studies=studies), **facts)
    assert again["one"] != first["one"] and again["two"] == first["two"]
    people = {f"p{n}": {"person": True} for n in range(40)}
    numbers = [row["mrn"] for row in variables.resolve(people, World(), **facts).values()]
    assert len(set(numbers)) == 40


# --- what a trainee does --------------------------------------------------------------------------


def test_an_exercise_started_twice_begins_anew(seat: Client) -> None:
    first = engine.start(seat, A1, seed=2)
    assert engine.start(seat, A1, seed=2) == first
    runs = Progress(seat.seat.folder / "progress").of(A1)["runs"]
    assert runs[-1]["ended"] == "left" and engine.running(seat) == A1


def test_two_starts_at_once_do_not_meet(seat: Client) -> None:
    lock = seat.seat.lock("exercise")
    assert lock.take()
    try:
        for act in (
            lambda: engine.start(seat, A1, seed=1),
            lambda: engine.reset_hospital(seat),
        ):
            with pytest.raises(RefusedError, match="just being prepared") as caught:
                act()
            _one_sentence(caught)
    finally:
        lock.free()
    assert engine.start(seat, A1, seed=1)


_KILLED = """
import os, sys
from exercises.engine import desk, preparing
from simulator.client import connect
preparing._settle = lambda client: os._exit(9)
desk.start(connect(sys.argv[1]), {name!r}, 3)
"""


@pytest.mark.timeout(180)
def test_a_kernel_killed_in_the_middle_can_go_on(seat: Client) -> None:
    words = [sys.executable, "-c", _KILLED.format(name=A1), str(seat.seat.folder)]
    assert subprocess.run(words, check=False, timeout=60).returncode == 9
    with pytest.raises(RefusedError, match="was interrupted") as caught:
        engine.check(seat)
    _one_sentence(caught)
    assert engine.current(seat) is None and engine.running(seat) == A1
    assert engine.reset(seat).id == A1
    assert not engine.check(seat)["passed"]
    assert subprocess.run(words, check=False, timeout=60).returncode == 9
    assert engine.give_up(seat)
    assert seat.modality("CT1").echo().ok


@pytest.mark.timeout(180)
@pytest.mark.parametrize("service", ["archive", "hospital"])
def test_a_service_that_the_trainee_stopped_is_told_and_started(seat: Client, service: str) -> None:
    engine.start(seat, A1, seed=1)
    seat.seat.service("stop", service)
    marks = engine.check(seat)
    assert not marks["passed"] and f"The {service} does not answer" in str(marks)
    assert "Traceback" not in str(marks)
    assert engine.reset(seat).id == A1
    assert seat.seat.is_up("archive") and seat.seat.is_up("hospital")
    seat.seat.service("stop", service)
    assert engine.start(seat, A1, seed=1).id == A1


def test_a_spoilt_attempt_file_is_named_and_written_over(seat: Client) -> None:
    engine.start(seat, A1, seed=1)
    path = AttemptFile(seat.seat.folder / "progress").path
    path.write_text("{ half", "utf-8")
    with pytest.raises(CannotError, match=r"attempt\.json cannot be read"):
        engine.check(seat)
    assert engine.start(seat, A1, seed=1)
    path.write_text("{ half", "utf-8")
    engine.reset_hospital(seat)


# --- resets from elsewhere ------------------------------------------------------------------------


def test_a_reset_from_the_board_ends_the_exercise(seat: Client) -> None:
    engine.start(seat, A1, seed=1)
    board = console.status_board(seat)
    find(board, "sure").value = True
    find(board, "reset").click()
    assert "has ended with it" in find(board, "message").value
    _is_ended(seat)


def test_a_reset_by_command_ends_the_exercise(seat: Client) -> None:
    from typer.testing import CliRunner

    from simulator.cli import app

    engine.start(seat, A1, seed=1)
    assert CliRunner().invoke(app, ["reset", "--seat", str(seat.seat.folder)]).exit_code == 0
    _is_ended(seat)


def test_a_reset_behind_the_desks_back_ends_the_exercise(seat: Client) -> None:
    engine.start(seat, A1, seed=1)
    seat.seat.reset()
    with pytest.raises(RefusedError, match="was reset meanwhile") as caught:
        engine.check(seat)
    _one_sentence(caught)
    _is_ended(seat)


def _is_ended(seat: Client) -> None:
    assert desk.current(seat) is None and engine.running(seat) == ""
    attempt = AttemptFile(seat.seat.folder / "progress").load()
    assert attempt is not None and attempt.ended == "reset" and attempt.closed
    assert Progress(seat.seat.folder / "progress").of(A1)["runs"][-1]["ended"] == "reset"
    with pytest.raises(RefusedError, match="No exercise is running"):
        engine.check(seat)


def test_a_folder_without_an_exercise_is_nothing(tmp_path: Path) -> None:
    made = scaffold.new(NEW, tmp_path)
    shutil.rmtree(made)
    with pytest.raises(UsageError, match="There are: none"):
        known.load(NEW, tmp_path)
