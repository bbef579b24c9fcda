"""The attempt under way, in `progress/attempt.json`: it survives any restart.

The cause is not in it: the variables follow from the seed again. `world` is the hospital before
anything was broken (to draw from), `before` the picture that harm is measured against.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from exercises.engine import exercise as exercises
from exercises.engine import variables
from exercises.engine.exercise import Exercise
from exercises.engine.variables import World
from simulator.clock import real_now
from simulator.errors import CannotError, RefusedError
from simulator.files import read_json, write_json

FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One run of one exercise."""

    exercise: str
    seed: int
    trainee: str = ""
    secret: str = ""
    started: str = ""  # the machine's time; journal entries since then are evidence
    since: str = ""  # the same, but of the last reset
    hints: int = 0
    hint_cost: int = 0
    diagnosed: bool = False
    wrong_diagnoses: int = 0
    note: dict[str, str] = field(default_factory=dict)
    answers: dict[str, list[str]] = field(default_factory=dict)  # lists that were handed in
    score: int = 0
    passed: bool = False
    ended: str = ""  # finished | given up | left; empty while it runs
    closed: str = ""  # when it ended; what comes later is not part of it
    log: list[dict[str, str]] = field(default_factory=list)  # at, until, what: done at the desk
    world: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)

    def seconds(self) -> int:
        """Return how long it has been going on."""
        return int((real_now() - datetime.fromisoformat(self.started)).total_seconds())

    def logged(self, at: str, what: str) -> list[dict[str, str]]:
        """Return the log with one more line: something done at the desk from `at` until now."""
        until = real_now().isoformat(timespec="milliseconds")
        return [*self.log, {"at": at, "until": until, "what": what}]

    def run(self, ended: str) -> dict[str, Any]:
        """Return what the progress file keeps of it."""
        return {
            "seed": self.seed,
            "started": self.started,
            "seconds": self.seconds(),
            "score": self.score,
            "passed": self.passed,
            "hints": self.hints,
            "ended": ended,
        }


def values_of(attempt: Attempt, exercise: Exercise) -> dict[str, Any]:
    """Draw the variables of an attempt: always the same ones."""
    return variables.resolve(
        exercise.variables,
        World(**attempt.world),
        secret=attempt.secret,
        trainee=attempt.trainee,
        exercise=attempt.exercise,
        seed=attempt.seed,
    )


class AttemptFile:
    """Where the attempt under way is written down."""

    def __init__(self, folder: Path) -> None:
        """Use the seat's `progress` folder."""
        self.path = folder / "attempt.json"

    def load(self) -> Attempt | None:
        """Return the last attempt, running or ended; None if there never was one."""
        if not self.path.exists():
            return None
        table = read_json(self.path, "file of the exercise under way")
        known = {item.name for item in fields(Attempt)}
        if table.pop("format", None) != FORMAT or not set(table) <= known:
            raise CannotError(
                f"{self.path} was written by another version of PACS Lab.", "Remove it."
            )
        return Attempt(**table)

    def need(self) -> tuple[Attempt, Exercise]:
        """Return the attempt that runs, and its exercise; raises RefusedError if none does."""
        attempt = self.load()
        if attempt is None or attempt.ended:
            raise RefusedError(
                "No exercise is running on this seat.", "Start one: 'pacslab exercise start ID'."
            )
        return attempt, exercises.load(attempt.exercise)

    def save(self, attempt: Attempt, **changes: Any) -> Attempt:
        """Write it down with these changes; returns it as it is then."""
        changed = replace(attempt, **changes)
        write_json(self.path, {"format": FORMAT, **asdict(changed)})
        return changed
