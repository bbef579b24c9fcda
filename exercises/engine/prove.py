"""The exercise's own test: untouched it fails, the solution passes, every shortcut fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from exercises.engine import checks, desk, harm
from exercises.engine.attempt import Attempt, AttemptFile, values_of
from exercises.engine.case import Case
from exercises.engine.diagnosis import judge, shows
from exercises.engine.exercise import Exercise, right_cause
from simulator.client import Client
from simulator.errors import RefusedError


@dataclass(frozen=True, kw_only=True)
class Proof:
    """One thing that was tried and whether it came out as it must."""

    seed: int
    what: str
    ok: bool
    seconds: float
    message: str = ""

    def __str__(self) -> str:
        """One line."""
        head = f"{'✔' if self.ok else '✘'} seed {self.seed}: {self.what}"
        return f"{head} ({self.seconds:.1f} s) {self.message}".rstrip()


def prove(client: Client, name: str, seeds: Iterable[int] = (1, 2, 3)) -> list[Proof]:
    """Try everything for every seed; the seat is back at its baseline afterwards."""
    found = [proof for seed in seeds for proof in _prove_seed(client, name, seed)]
    if desk.current(client):
        desk.give_up(client)
    return found


def _prove_seed(client: Client, name: str, seed: int) -> Iterator[Proof]:
    begun = time.monotonic()
    desk.start(client, name, seed)
    yield _proof(seed, "it starts", True, begun)
    attempt, exercise = AttemptFile(client.seat.folder / "progress").need()
    case = Case(client, values_of(attempt, exercise))
    yield _try(client, seed, "untouched it fails", lambda: None, _fails_without_points)
    yield _diagnosis(client, exercise, attempt)
    for shortcut in checks.functions(exercise.folder / "shortcuts.py"):
        what = f"the shortcut '{shortcut.__name__}' fails"
        yield _try(client, seed, what, lambda shortcut=shortcut: shortcut(case), _fails)  # type: ignore[misc]
        begun = time.monotonic()
        desk.reset(client)
        yield _proof(seed, "a reset restores it", _same(client, attempt.before), begun)
    (solve,) = checks.functions(exercise.folder / "solution.py", "solve")
    yield _try(client, seed, "the solution passes", lambda: solve(case), _passes(exercise))


def _diagnosis(client: Client, exercise: Exercise, attempt: Attempt) -> Proof:
    """Every kind of evidence of the right cause must be found, and be good for nothing else."""
    begun, values, since = time.monotonic(), values_of(attempt, exercise), attempt.since
    right = right_cause(exercise, values)
    entries = client.journal.entries(since=since)
    shown = [
        next((entry for entry in entries if shows(entry, evidence, values)), None)
        for evidence in right.evidence
    ]
    cited = next((entry for entry in shown if entry), None)
    accepted = {
        cause.id: judge(exercise, values, cause.id, cited, since).accepted
        for cause in exercise.causes
    }
    ok = all(shown) and [name for name, yes in accepted.items() if yes] == [right.id]
    message = "" if ok else f"{right.id}: {shown} {accepted}"
    return _proof(attempt.seed, "the journal shows the cause", ok, begun, message)


def _try(
    client: Client,
    seed: int,
    what: str,
    action: Callable[[], Any],
    verdict: Callable[[dict[str, Any]], str],
) -> Proof:
    refused = ""
    try:
        action()
    except RefusedError as error:  # the system itself would not do it: nothing has changed
        refused = f"It was refused: {error}"
    begun = time.monotonic()
    message = verdict(desk.check(client))
    message = f"{message} {refused}".strip() if message else ""
    return _proof(seed, what, not message, begun, message)


def _proof(seed: int, what: str, ok: bool, begun: float, message: str = "") -> Proof:
    return Proof(seed=seed, what=what, ok=ok, seconds=time.monotonic() - begun, message=message)


def _fails(marks: dict[str, Any]) -> str:
    return "It passed." if marks["passed"] else ""


def _fails_without_points(marks: dict[str, Any]) -> str:
    if any(row["goal"].startswith(("Nothing else", "Nobody")) for row in marks["checks"]):
        return f"Harm was found where nobody did anything: {marks}"
    return _fails(marks) or (f"It earned points: {marks}" if marks["parts"]["repair"] else "")


def _passes(exercise: Exercise) -> Callable[[dict[str, Any]], str]:
    def verdict(marks: dict[str, Any]) -> str:
        full = marks["parts"]["repair"] == exercise.weights.repair and marks["parts"]["harm"]
        return "" if marks["passed"] and full else str(marks)

    return verdict


def _same(client: Client, before: dict[str, Any]) -> bool:
    """Return whether the seat is as it was when the exercise began; its clock has gone on."""
    return all(change.key == "created" for change in harm.compare(before, harm.picture(client)))
