"""Exercise folders: complete, tidy, and refused with a clear sentence if they are not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from exercises.engine import checks, scaffold
from exercises.engine.exercise import all as all_exercises
from exercises.engine.exercise import load
from simulator import faults
from simulator.errors import RefusedError, UsageError

EXERCISES = all_exercises()
TAG = re.compile(r"(CIIP:[a-z-]+|PARCA:[A-Z]+)")
FILES = ["check.py", "debrief.md", "exercise.toml", "shortcuts.py", "solution.py"]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_every_exercise_is_complete(exercise: Any) -> None:
    found = sorted(p.name for p in exercise.folder.iterdir() if p.name != "__pycache__")
    assert found == FILES
    assert len(exercise.hints) == 3 and len(exercise.quiz) >= 3 and len(exercise.causes) >= 4
    assert exercise.catalogue and exercise.teaches and 1 <= exercise.level <= 3
    assert exercise.tags and all(TAG.fullmatch(tag) for tag in exercise.tags)
    assert exercise.note_facts.what and exercise.note_facts.why
    assert sum("routine" in table["kind"] for table in exercise.faults) >= 1, "no decoys"


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_every_function_of_an_exercise_says_what_it_is(exercise: Any) -> None:
    solutions = checks.functions(exercise.folder / "solution.py")
    shortcuts = checks.functions(exercise.folder / "shortcuts.py")
    goals = checks.functions(exercise.folder / "check.py", "check_")
    assert [f.__name__ for f in solutions] == ["solve"]
    assert len(shortcuts) >= 3 and len(goals) >= 2
    assert all(function.__doc__ for function in (*solutions, *shortcuts, *goals))


def test_no_folder_gives_the_cause_away() -> None:
    assert len(EXERCISES) >= 6
    names = {cause.id for exercise in EXERCISES for cause in exercise.causes}
    assert not names & {exercise.id for exercise in EXERCISES}


def written(folder: Path, change: Any = lambda text: text) -> Path:
    made = scaffold.new("new-one", folder)
    path = made / "exercise.toml"
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    return folder


def test_a_scaffold_can_be_loaded_and_is_not_written_over(tmp_path: Path) -> None:
    exercise = load("new-one", written(tmp_path))
    assert exercise.id == "new-one" and exercise.folder == tmp_path / "new-one"
    with pytest.raises(RefusedError, match="already"):
        scaffold.new("new-one", tmp_path)
    with pytest.raises(UsageError, match="no name"):
        scaffold.new("../Evil", tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("minutes = 10", "minutes = 10\ncolour = 'red'", "unknown key 'colour'"),
        ("minutes = 10", "minutes = 'ten'", "key 'minutes' must be of type int"),
        ("minutes = 10\n", "", "lacks the key 'minutes'"),
        ("minutes = 10", "minutes = 10\nid = 'x'", "unknown key 'id'"),
        ('kind = "called-title"', 'kind = "gremlin"', "no kind of fault 'gremlin'"),
        ('title = "{wrong}"\nby', 'titel = "{wrong}"\nby', "has no 'titel'"),
        ('by = "{worker.name}"', "", "lacks 'by'"),
        ('title = "{wrong}"\nby', 'title = "{wrongg}"\nby', "'{wrongg}' is no variable"),
        ('kind = "called-title"', 'kind = "called-title"\nwhen = ["x"]', "names no cause: x"),
        ("right = true", "", "which cause is right"),
        ('answer = "Yes"', 'answer = "Perhaps"', "not among its choices"),
        ("minutes = 10", "minutes = [", "is not valid TOML"),
        ("[variables]", "[weights]\nrepair = 60\n[variables]", "add up to 100"),
    ],
)
def test_what_is_wrong_is_named_with_its_file(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    folder = written(tmp_path, lambda text: text.replace(old, new, 1))
    with pytest.raises(UsageError) as caught:
        load("new-one", folder)
    assert said in str(caught.value) and "exercise.toml" in str(caught.value)


def test_an_unknown_exercise_is_refused_with_the_names_there_are() -> None:
    for name in ("nothing", "../simulator", "a/b", ""):
        with pytest.raises(UsageError, match="access-review"):
            load(name)


def test_every_fault_has_a_kind_and_can_be_lifted() -> None:
    for kind in faults.kinds():
        with pytest.raises(UsageError, match="has no 'nonsense'"):
            faults.check(kind, {"nonsense": 1}, "here")
    made = faults.make("called-title", {"device": "CT1", "title": "X", "by": "a"})
    assert callable(made.apply) and callable(made.lift)
    with pytest.raises(UsageError, match="must be of type str"):
        faults.make("called-title", {"device": "CT1", "title": 7, "by": "a"})
