"""Sealed attempts: what lies on the seat tells nothing; only its secret opens an exam."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import exercises
from exercises import engine
from exercises.engine import exam, sealing
from exercises.engine import exercise as known
from exercises.engine.attempt import Attempt, AttemptFile, values_of
from exercises.engine.exercise import load, right_cause
from exercises.engine.progress import Progress
from simulator.cli import app
from simulator.client import Client
from simulator.errors import CannotError, PacsLabError, RefusedError, UsageError

A1, RECORD = "room-cannot-send", "was-my-record-viewed"
SECRET = "a secret of the spring course 26"


@pytest.fixture
def seat(exercise_seat: Client) -> Client:
    """The seat with no exercise under way."""
    engine.reset_hospital(exercise_seat)
    return exercise_seat


def _file(seat: Client, secret: str = "") -> AttemptFile:
    return AttemptFile(seat.seat.folder / "progress", secret)


def _repair(seat: Client) -> str:
    """Repair A1 as a trainee does; returns the journal line that shows the cause."""
    rejected = seat.journal.entries(kind="association.rejected")[-1]
    device = seat.modality(rejected.facts["calling"])
    device.set("archive.ae", "PACSLAB")
    device.send()
    return rejected.id


# --- sealing ----------------------------------------------------------------------------------


def test_only_the_key_opens_what_was_sealed() -> None:
    key, other = sealing.key_of_course(SECRET), sealing.key_of_course(SECRET + "x")
    text = sealing.seal({"seed": 7}, key)
    assert sealing.unseal(text, key) == {"seed": 7} and "seed" not in text
    for wrong in ((text, other), (text[:-9] + "AAAAAAAA=", key), ("", key)):
        with pytest.raises(RefusedError, match="another secret"):
            sealing.unseal(*wrong)
    with pytest.raises(UsageError, match="too short"):
        sealing.key_of_course("123456")


def test_a_guided_attempt_shows_nothing_of_the_variant(seat: Client) -> None:
    engine.start(seat, A1, seed=7, trainee="ana", secret=SECRET)
    table = json.loads(_file(seat).path.read_text("utf-8"))
    assert not {"seed", "secret", "world", "before", "since", "ready", "evidence"} & set(table)
    attempt, exercise = _file(seat).need()
    assert attempt.before and attempt.seed == 7
    wrong = str(values_of(attempt, exercise)["wrong"])
    assert wrong not in _file(seat).path.read_text("utf-8")
    holders = [path for path in _small_files(seat) if SECRET in path.read_text("utf-8", "replace")]
    assert not holders


def _small_files(seat: Client) -> list[Path]:
    found = [path for path in seat.seat.folder.rglob("*") if path.is_file()]
    return [path for path in found if "files" not in path.parts and "devices" not in path.parts]


def test_an_attempt_of_the_first_format_is_still_read(tmp_path: Path) -> None:
    old = {"format": 1, "exercise": A1, "seed": 3, "world": {}, "before": {"node": {}}, "log": []}
    (tmp_path / "attempt.json").write_text(json.dumps(old), "utf-8")
    attempt, _ = AttemptFile(tmp_path).need()
    assert attempt.seed == 3 and attempt.before == {"node": {}} and attempt.ready


def test_a_trainees_variant_follows_from_the_course_secret() -> None:
    own = exam.personal(SECRET, "ana", A1)
    others = [(SECRET, "ben", A1), (SECRET + "!", "ana", A1), (SECRET, "ana", RECORD)]
    assert own == exam.personal(SECRET, "ana", A1)
    assert len({own, *(exam.personal(*other) for other in others)}) == 4
    assert SECRET not in own
    with pytest.raises(UsageError, match="somebody's"):
        exam.personal(SECRET, " ", A1)


# --- an exam ----------------------------------------------------------------------------------


def test_an_exam_is_worked_without_key_and_files_and_marked_with_the_secret(
    seat: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = engine.start(seat, A1, seed=7, trainee="ana", secret=SECRET, exam=True)
    assert sheet.exam and sheet.seed == 0 and "exam" in str(sheet)
    cause = right_cause(load(A1), {}).id

    def gone(*_: Any, **__: Any) -> Any:
        raise AssertionError("the trainee's account cannot read the exercises")

    with monkeypatch.context() as trainee:
        trainee.setattr(known, "load", gone)
        trainee.setattr(known, "all", gone)
        assert engine.current(seat) == sheet
        for closed in (engine.check, engine.hint, engine.review, engine.reset):
            with pytest.raises(RefusedError):
                closed(seat)
        evidence = _repair(seat)
        first = engine.diagnose(seat, "caller-unknown", evidence)
        assert engine.diagnose(seat, cause, evidence).message == first.message
        with pytest.raises(UsageError, match="no journal entry"):
            engine.diagnose(seat, cause, "archive-999999")
        device = str(seat.journal.find(evidence).facts["calling"])  # type: ignore[union-attr]
        called = str(seat.journal.find(evidence).facts["called"])  # type: ignore[union-attr]
        said = engine.note(
            seat, f"{device} could not send its exams.", f"It called {called}.", "Echo afterwards."
        )
        assert "after the exam" in str(said)
        assert "handed in" in engine.finish(seat)
        with pytest.raises(RefusedError, match="sealed"):
            engine.mark(seat)
    assert engine.current(seat) is None
    with pytest.raises(RefusedError, match="another secret"):
        engine.mark(seat, SECRET + "x")
    marks = engine.mark(seat, SECRET, 8, "Say who noticed it.")
    full = {"diagnosis": 30, "repair": 50, "harm": 10, "note": 8}
    assert marks["passed"] and marks["parts"] == full, marks
    record = Progress(seat.seat.folder / "progress").of(A1)
    assert record["runs"][-1]["score"] == 98 and record["runs"][-1]["remark"].startswith("Say")
    assert "★" in str(engine.review(seat))  # it is open now


def test_the_trainee_cannot_open_an_exam_with_what_the_seat_holds(seat: Client) -> None:
    engine.start(seat, A1, seed=7, trainee="ana", secret=SECRET, exam=True)
    attempt = _file(seat).running()
    assert attempt.locked and not (attempt.seed or attempt.secret or attempt.world)
    with pytest.raises(RefusedError, match="another secret"):
        sealing.unseal(attempt.locked, sealing.key_of_seat(seat.seat.folder))
    admin, instructor = seat.seat.secrets["admin"], seat.seat.secrets["instructor"]
    for guess in (admin["password"], instructor["token"]):
        with pytest.raises(PacsLabError):
            sealing.unseal(attempt.locked, sealing.key_of_course(guess))
    for path in _small_files(seat):
        assert SECRET not in path.read_text("utf-8", "replace"), path
    opened, exercise = _file(seat, SECRET).need()
    guessed = replace(opened, secret="", seed=7)  # what the trainee knows is not enough
    assert values_of(guessed, exercise)["accession"] != values_of(opened, exercise)["accession"]


def test_an_exam_is_not_left_by_accident_and_ends_with_a_reset(seat: Client) -> None:
    engine.start(seat, A1, seed=7, trainee="ana", secret=SECRET, exam=True)
    with pytest.raises(RefusedError, match="under way"):
        engine.start(seat, RECORD, seed=1)
    engine.reset_hospital(seat)
    assert engine.current(seat) is None
    with pytest.raises(RefusedError, match="reset during the exam"):
        engine.mark(seat, SECRET)


def test_what_is_changed_after_handing_in_counts_against_it(seat: Client) -> None:
    engine.start(seat, A1, seed=7, trainee="ana", secret=SECRET, exam=True)
    engine.finish(seat)
    _repair(seat)
    marks = engine.mark(seat, SECRET)
    assert not marks["passed"] and "After it was handed in" in str(marks)


def test_lists_are_handed_in_during_an_exam(seat: Client) -> None:
    with pytest.raises(UsageError, match="needs the course secret"):
        engine.start(seat, RECORD, trainee="ana", exam=True)
    lab_sheet = engine.start(seat, RECORD, seed=2, trainee="ana", secret=SECRET, exam=True)
    name = lab_sheet.answers[0][0]
    lab = exercises.Lab(seat, lab_sheet)
    assert lab.answer(name, ["a"]) == ["a"]
    with pytest.raises(UsageError, match="No list"):
        lab.answer("nothing-like-it", ["a"])


def test_the_commands_of_an_exam(seat: Client, tmp_path: Path) -> None:
    secret = tmp_path / "course.secret"
    secret.write_text(SECRET + "\n", "utf-8")

    def run(*words: str) -> Any:
        return CliRunner().invoke(app, ["exercise", *words, "--seat", str(seat.seat.folder)])

    begun = run("start", A1, "--exam", "--trainee", "ana", "--secret-file", str(secret))
    assert begun.exit_code == 0 and "exam" in begun.output, begun.output
    assert run("check").exit_code == 1
    assert run("finish").exit_code == 0
    marked = run("mark", "--secret-file", str(secret), "--note", "3", "--json")
    assert marked.exit_code == 0, marked.output
    assert json.loads(marked.stdout)["parts"]["note"] == 3
    missing = run("mark", "--secret-file", str(tmp_path / "none"))
    assert isinstance(missing.exception, CannotError) and "cannot be read" in str(missing.exception)


# --- the instructor's mark of a note ------------------------------------------------------------


def test_an_instructor_may_mark_the_note_of_a_guided_attempt(seat: Client) -> None:
    engine.start(seat, A1, seed=8)
    with pytest.raises(RefusedError, match="Nothing was checked yet"):
        engine.mark(seat, points=3)
    _repair(seat)
    before = engine.check(seat)
    marks = engine.mark(seat, points=7, remark="Good.")
    assert marks["parts"]["note"] == 7 and marks["score"] == before["score"] + 7
    assert engine.check(seat)["score"] == before["score"] + 7
    engine.finish(seat)
    assert engine.mark(seat, points=2)["score"] == before["score"] + 2
    run = Progress(seat.seat.folder / "progress").of(A1)["runs"][-1]
    assert run["score"] == before["score"] + 2
    with pytest.raises(UsageError, match="0 to 10"):
        engine.mark(seat, points=11)


def test_a_first_attempt_has_no_marks(tmp_path: Path) -> None:
    assert Attempt(exercise=A1).note_mark is None
    assert AttemptFile(tmp_path).load() is None
