"""The attempt under way, in `progress/attempt.json`: it survives any restart.

The cause is not in it: the variables follow from the seed again. `world` is the hospital before
anything was broken (to draw from), `before` the picture that harm is measured against. These and
what a variant is drawn from are sealed; in an exam only the course secret opens them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from exercises.engine import exercise as exercises
from exercises.engine import sealing, variables
from exercises.engine.evidence import Seal
from exercises.engine.exercise import Exercise
from exercises.engine.variables import World
from simulator.clock import real_now, real_stamp
from simulator.errors import CannotError, RefusedError
from simulator.files import read_json, write_json

FORMAT = 2
_READ = (1, FORMAT)  # in the first format nothing was sealed
_NO_MOMENT = "9999"  # of an attempt in that format nothing in between is known
_SEALED = ("seed", "secret", "world", "before", "since", "ready", "evidence")


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One run of one exercise."""

    exercise: str
    seed: int = 0
    trainee: str = ""
    secret: str = ""  # of this trainee and exercise alone, made of the course secret
    started: str = ""  # the machine's time
    since: str = ""  # journal entries since then are evidence: the last reset
    ready: str = ""  # from here on it is the trainee's doing; empty while it is being prepared
    exam: bool = False
    sheet: dict[str, Any] = field(default_factory=dict)  # of an exam: what the trainee may read
    hints: int = 0
    hint_cost: int = 0
    diagnosed: bool = False
    wrong_diagnoses: int = 0
    named: dict[str, str] = field(default_factory=dict)  # of an exam: cause and evidence
    note: dict[str, str] = field(default_factory=dict)
    note_mark: int | None = None  # the instructor's, instead of the engine's
    remark: str = ""
    answers: dict[str, list[str]] = field(default_factory=dict)  # lists that were handed in
    score: int = 0
    parts: dict[str, int] = field(default_factory=dict)  # of the last check
    passed: bool = False
    ended: str = ""  # finished | given up | left | reset | handed in | marked; empty: it runs
    closed: str = ""  # when it ended; what comes later is not part of it
    log: list[dict[str, str]] = field(default_factory=list)  # at, until, what: done at the desk
    world: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    evidence: Seal = field(default_factory=dict)
    locked: str = ""  # the sealed part, of an exam whose secret is not at hand

    def seconds(self) -> int:
        """Return how long it has been going on."""
        return int((real_now() - datetime.fromisoformat(self.started)).total_seconds())

    def logged(self, at: str, what: str) -> list[dict[str, str]]:
        """Return the log with one more line: something done at the desk from `at` until now."""
        return [*self.log, {"at": at, "until": real_stamp(), "what": what}]

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

    def __init__(self, folder: Path, secret: str = "") -> None:
        """Use the seat's `progress` folder; an exam is opened with the course's `secret`."""
        self.path, self.secret = folder / "attempt.json", secret

    def load(self) -> Attempt | None:
        """Return the last attempt, running or ended; None if there never was one."""
        if not self.path.exists():
            return None
        table = read_json(self.path, "file of the exercise under way")
        text = table.pop("sealed", "")
        if table.get("format") == 1 and table.get("before"):
            table["ready"] = _NO_MOMENT
        known = {item.name for item in fields(Attempt)}
        if table.pop("format", None) not in _READ or not set(table) <= known:
            raise CannotError(
                f"{self.path} was written by another version of PACS Lab.", "Remove it."
            )
        return Attempt(**table, **self._opened(text, exam=table.get("exam", False)))

    def _opened(self, text: str, *, exam: bool) -> dict[str, Any]:
        if not text:
            return {}
        if exam and not self.secret:
            return {"locked": text}
        found = sealing.unseal(text, self._key(exam=exam))
        found["evidence"] = {name: tuple(seal) for name, seal in found["evidence"].items()}
        return found

    def _key(self, *, exam: bool) -> bytes:
        if exam:
            return sealing.key_of_course(self.secret)
        return sealing.key_of_seat(self.path.parent.parent)

    def running(self) -> Attempt:
        """Return the attempt that runs; raises RefusedError if none does."""
        attempt = self.load()
        if attempt is None or attempt.ended:
            raise RefusedError(
                "No exercise is running on this seat.", "Start one: 'pacslab exercise start ID'."
            )
        return attempt

    def need(self) -> tuple[Attempt, Exercise]:
        """Return the attempt that runs, and its exercise; raises RefusedError if none does."""
        attempt = self.running()
        if attempt.locked:
            raise RefusedError(
                "An exam is sealed until its instructor has marked it.",
                "Diagnose, repair, write the note, then hand it in: 'pacslab exercise finish'.",
            )
        return attempt, exercises.load(attempt.exercise)

    def save(self, attempt: Attempt, **changes: Any) -> Attempt:
        """Write it down with these changes; returns it as it is then."""
        changed = replace(attempt, **changes)
        table = asdict(changed)
        text = table.pop("locked")
        sealed = {name: table.pop(name) for name in _SEALED}
        text = text or sealing.seal(sealed, self._key(exam=changed.exam))
        write_json(self.path, {"format": FORMAT, **table, "sealed": text})
        return changed
