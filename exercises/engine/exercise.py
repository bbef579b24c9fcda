"""What an exercise is: one folder, whose `exercise.toml` is read once into frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from exercises.engine import variables
from simulator import faults
from simulator.backends.capabilities import check_need
from simulator.config import build, read_toml
from simulator.errors import PacsLabError, UsageError

FOLDER = Path(__file__).resolve().parent.parent
HINT_COSTS = (5, 10, 20)  # points of 100; the last one repeats for further hints
_OURS = ("id", "folder")


@dataclass(frozen=True, kw_only=True)
class Weights:
    """How many of the 100 points each part is worth."""

    diagnosis: int = 30
    repair: int = 50
    harm: int = 10
    note: int = 10


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Which journal entries show a cause: a kind (or its beginning) and facts they must hold."""

    kind: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One possible cause a trainee may name; `right` unless the variable `cause` decides."""

    id: str
    says: str
    right: bool = False
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Question:
    """A multiple-choice question of our own on the same idea."""

    question: str
    choices: tuple[str, ...]
    answer: str
    why: str


@dataclass(frozen=True, kw_only=True)
class NoteFacts:
    """What a good incident note mentions, field by field; 'a|b' means either."""

    what: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    prevention: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """A broken department: the complaint, what is broken, and what a trainee may change."""

    title: str
    catalogue: tuple[str, ...]
    minutes: int
    level: int  # 1 first steps, 2 everyday work, 3 needs a method
    needs: tuple[str, ...]  # capabilities of the backend, or kinds of it; empty: any will do
    teaches: tuple[str, ...]
    tags: tuple[str, ...]
    ticket: str
    hints: tuple[str, ...]
    weights: Weights = Weights()
    variables: dict[str, dict[str, Any]] = field(default_factory=dict)
    may_change: tuple[str, ...] = ()  # patterns "area/item/key", see harm.py
    note_facts: NoteFacts = NoteFacts()
    answers: dict[str, str] = field(default_factory=dict)  # lists to hand in: what each is
    faults: tuple[dict[str, Any], ...] = ()
    causes: tuple[Cause, ...] = ()
    quiz: tuple[Question, ...] = ()
    id: str = ""  # the folder's name
    folder: Path = Path()

    def cost(self, level: int) -> int:
        """Return what hint number `level` (from 1) costs."""
        return HINT_COSTS[min(level, len(HINT_COSTS)) - 1]

    def debrief(self) -> str:
        """Return the method and the reference route, to read afterwards."""
        path = self.folder / "debrief.md"
        return path.read_text("utf-8") if path.exists() else ""


def load(name: str, folder: Path = FOLDER) -> Exercise:
    """Read one exercise; raises UsageError naming the file and what is wrong in it."""
    path = folder / name / "exercise.toml"
    if "/" in name or "\\" in name or not path.is_file():
        known = ", ".join(ids(folder)) or "none"
        raise UsageError(f"There is no exercise '{name}'.", f"There are: {known}.")
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=1024)
def _read(path: Path, changed: int) -> Exercise:
    """Read a file, once for each state it was in: panels ask for all of them at each redraw."""
    table = read_toml(path)
    for key in _OURS:
        if key in table:
            raise UsageError(f"{path} has an unknown key '{key}'.", "The folder's name says it.")
    exercise = build(Exercise, table, str(path))
    exercise = replace(exercise, id=path.parent.name, folder=path.parent)
    _check(exercise, str(path))
    return exercise


def ids(folder: Path = FOLDER) -> list[str]:
    """Return the names of all exercises."""
    return sorted(path.parent.name for path in folder.glob("*/exercise.toml"))


def all(folder: Path = FOLDER) -> list[Exercise]:
    """Read every exercise, the easy ones first."""
    found = [load(name, folder) for name in ids(folder)]
    return sorted(found, key=lambda exercise: (exercise.level, exercise.id))


def readable(folder: Path = FOLDER) -> tuple[list[Exercise], dict[str, str]]:
    """Return the exercises that can be read, easy ones first, and of the others what is wrong."""
    found, broken = [], {}
    for name in ids(folder):
        try:
            found.append(load(name, folder))
        except PacsLabError as error:
            broken[name] = error.sentence
    return sorted(found, key=lambda exercise: (exercise.level, exercise.id)), broken


def _check(exercise: Exercise, where: str) -> None:
    """Refuse what would only fail later, in front of a trainee."""
    weights = exercise.weights
    if weights.diagnosis + weights.repair + weights.harm + weights.note != 100:
        raise UsageError(f"{where}: the weights must add up to 100.")
    if not exercise.hints or not exercise.ticket.strip():
        raise UsageError(f"{where}: an exercise needs a ticket and at least one hint.")
    for need in exercise.needs:
        if not check_need(need):
            raise UsageError(f"{where}: no backend and no capability is called '{need}'.")
    known = variables.check(exercise.variables, where)
    _check_faults(exercise, known, where)
    _check_causes(exercise, where)
    for text in (
        exercise.ticket,
        *exercise.hints,
        *exercise.may_change,
        *exercise.answers.values(),
    ):
        variables.check_text(text, known, where)
    for item in exercise.quiz:
        if item.answer not in item.choices:
            raise UsageError(f"{where}: the answer of '{item.question}' is not among its choices.")


def _check_faults(exercise: Exercise, known: set[str], where: str) -> None:
    for table in exercise.faults:
        faults.check(table.get("kind", ""), parameters(table), where)
        variables.check_text(table, known, where)
        strange = set(table.get("when", [])) - {cause.id for cause in exercise.causes}
        if strange:
            raise UsageError(f"{where}: 'when' names no cause: {', '.join(sorted(strange))}.")


def _check_causes(exercise: Exercise, where: str) -> None:
    names = [cause.id for cause in exercise.causes]
    chosen = exercise.variables.get("cause", {}).get("choose")
    right = list(chosen) if chosen else [cause.id for cause in exercise.causes if cause.right]
    if len(set(names)) != len(names):
        raise UsageError(f"{where}: two causes have the same id.")
    if (not chosen and len(right) != 1) or not set(right) <= set(names):
        raise UsageError(
            f"{where}: it must be clear which cause is right.",
            "Mark one with 'right = true', or let a variable 'cause' choose among their ids.",
        )
    for cause in exercise.causes:
        if cause.id in right and not cause.evidence:
            raise UsageError(f"{where}: the cause '{cause.id}' lacks 'evidence'.")


def parameters(table: dict[str, Any]) -> dict[str, Any]:
    """Return a fault's own parameters, without `kind` and `when`."""
    return {key: value for key, value in table.items() if key not in ("kind", "when")}


def chosen_faults(exercise: Exercise, values: dict[str, Any]) -> list[faults.Fault]:
    """Return what this variant breaks: `when` names the causes a fault belongs to."""
    right = right_cause(exercise, values).id
    return [
        faults.make(table["kind"], variables.fill(parameters(table), values), exercise.id)
        for table in exercise.faults
        if right in table.get("when", [right])
    ]


def right_cause(exercise: Exercise, values: dict[str, Any]) -> Cause:
    """Return the cause of this variant."""
    chosen = values.get("cause")
    return next(
        cause for cause in exercise.causes if cause.id == chosen or (not chosen and cause.right)
    )
