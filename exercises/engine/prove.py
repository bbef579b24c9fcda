"""The exercise's own test: untouched it fails, the solution passes, every shortcut fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from types import FunctionType
from typing import Any

from exercises.engine import baseline, checks, copied, desk, giveaways, harm
from exercises.engine import exercise as exercises
from exercises.engine.attempt import Attempt, AttemptFile, values_of
from exercises.engine.case import Case
from exercises.engine.diagnosis import judge, shows
from exercises.engine.exercise import Exercise, right_cause
from exercises.engine.variables import World, fill, resolve
from simulator.client import Client
from simulator.errors import PacsLabError
from simulator.journal import Entry

_SHORTEST, _STEM = 3, 7  # letters of a word that a hint may name
_COPIED_EVERY = 3  # of three seeds one is tried with what another trainee does


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


def covering(name: str, seeds: Iterable[int]) -> list[int]:
    """Return these seeds, and one more for each cause that none of them draws."""
    exercise, chosen = exercises.load(name), list(seeds)
    if "cause" not in exercise.variables:
        return chosen
    missing = set(exercise.variables["cause"]["choose"])
    missing -= {_drawn(exercise, seed) for seed in chosen}
    for seed in count(max(chosen, default=0) + 1):
        if not missing:
            break
        if _drawn(exercise, seed) in missing:
            missing.remove(_drawn(exercise, seed))
            chosen.append(seed)
    return chosen


def _drawn(exercise: Exercise, seed: int) -> str:
    """Return the cause that a seed draws: it stands first and depends on nothing else."""
    recipes = {"cause": exercise.variables["cause"]}
    values = resolve(recipes, World(), secret="", trainee="", exercise=exercise.id, seed=seed)
    return str(values["cause"])


def _prove_seed(client: Client, name: str, seed: int) -> Iterator[Proof]:
    whole = _whole(client)
    begun = time.monotonic()
    desk.start(client, name, seed)
    yield _proof(seed, "it starts", True, begun)
    attempt, exercise = AttemptFile(client.seat.folder / "progress").need()
    case = Case(client, values_of(attempt, exercise))
    yield _kept_quiet(client, exercise, attempt)
    yield _try(client, seed, "untouched it fails", lambda: None, _fails_without_points)
    yield _proof(seed, "checking changes nothing", *_same(client, attempt.before, begun))
    yield _diagnosis(client, exercise, attempt)
    for shortcut in _shortcuts(exercise, case):
        what = f"the shortcut '{shortcut.__name__}' fails"
        yield _try(client, seed, what, lambda shortcut=shortcut: shortcut(case), _fails)  # type: ignore[misc]
        begun = time.monotonic()
        desk.reset(client)
        yield _proof(seed, "a reset restores it", *_same(client, attempt.before, begun))
    (solve,) = checks.functions(exercise.folder / "solution.py", "solve")
    yield _try(client, seed, "the solution passes", lambda: solve(case), _passes(exercise))
    yield _hinted(client, exercise, attempt)
    yield from _named(client, exercise)
    if exercise.answers or seed % _COPIED_EVERY == 1:
        yield _copied(client, exercise, attempt)
    begun = time.monotonic()
    left = baseline.differing(whole, _whole(client))
    yield _proof(seed, "a reset brings the baseline", not left, begun, ", ".join(left))


def _shortcuts(exercise: Exercise, case: Case) -> list[FunctionType]:
    """Return the wrong repairs of this variant: some are wrong only where a cause is right."""
    right = right_cause(exercise, vars(case.given)).id
    found = checks.functions(exercise.folder / "shortcuts.py")
    return [shortcut for shortcut in found if right in getattr(shortcut, "causes", [right])]


def _named(client: Client, exercise: Exercise) -> Iterator[Proof]:
    """A repaired seat: all points but the note's with the right cause, without them for a wrong."""
    file = AttemptFile(client.seat.folder / "progress")
    attempt, _ = file.need()
    values = values_of(attempt, exercise)
    right = right_cause(exercise, values)
    cited = _cited(client, exercise, attempt)
    full = 100 - exercise.weights.note
    wrong = next(cause.id for cause in exercise.causes if cause.id != right.id)
    for cause, points in ((wrong, full - exercise.weights.diagnosis), (right.id, full)):
        begun = time.monotonic()
        file.save(attempt, diagnosed=False, wrong_diagnoses=0)
        desk.diagnose(client, cause, cited[0].id if cited and cited[0] else "")
        score = desk.check(client)["score"]
        what = f"the repair with the cause '{cause}' is worth {points} points"
        said = "" if score == points else f"It was worth {score}."
        yield _proof(attempt.seed, what, not said, begun, said)


def _copied(client: Client, exercise: Exercise, attempt: Attempt) -> Proof:
    """What somebody else has to do and to hand in is wrong here, where it can differ at all."""
    others = copied.other_variant(exercise, attempt)
    (solve,) = checks.functions(exercise.folder / "solution.py", "solve")
    desk.reset(client)

    def copy() -> None:
        with suppress(Exception):  # whatever it trips over: there is no such thing here
            solve(Case(client, others))

    proof = _try(client, attempt.seed, "what another trainee does fails here", copy, _fails)
    changed = {change.area for change in harm.compare(attempt.before, harm.picture(client))}
    if copied.asks_the_seat(exercise, values_of(attempt, exercise), others):
        return replace(proof, ok=True, message="(Its solution reads on the seat what differs.)")
    if not proof.ok and changed <= copied.WHOLE_HOUSE:
        return replace(proof, ok=True, message="(Its repair is the whole house's: one for all.)")
    return proof


def _whole(client: Client) -> dict[str, str]:
    """Put the hospital back to its first morning; returns what it is then, in digests."""
    desk.reset_hospital(client)
    client.seat.reset(resume=False)  # and its day stands still
    return baseline.digests(client)


def _kept_quiet(client: Client, exercise: Exercise, attempt: Attempt) -> Proof:
    begun = time.monotonic()
    told = giveaways.found(client, exercise, attempt)
    return _proof(attempt.seed, "nothing gives the cause away", not told, begun, " ".join(told))


def _hinted(client: Client, exercise: Exercise, attempt: Attempt) -> Proof:
    """The last hint names something that the solution changed, or a list that it handed in."""
    begun, values = time.monotonic(), values_of(attempt, exercise)
    hint = str(fill(exercise.hints[-1], values))
    compared = harm.compare(attempt.before, harm.picture(client))
    changed = [one for one in compared if one.key or one.old or one.area != "study"]  # not arrivals
    words = {str(word) for one in changed for word in (one.item, one.new, one.patient)}
    words |= {str(word) for one in changed if not one.key for word in (one.old or {}).values()}
    words |= {part for one in changed for part in (one.key, one.key.rpartition(".")[2])}
    words |= {*exercise.answers} | _within(values, words)
    ok = "{" not in hint and (not words or any(_speaks_of(hint, word) for word in words))
    said = "" if ok else f"It names none of {', '.join(sorted(words))}: {hint}"
    return _proof(attempt.seed, "the last hint names what the solution does", ok, begun, said)


def _within(values: Any, words: set[str]) -> set[str]:
    """Return the texts among the variables that are part of some word: a rule named for a room."""
    if isinstance(values, (dict, list)):
        parts = values.values() if isinstance(values, dict) else values
        return {found for part in parts for found in _within(part, words)}
    return {str(values)} if any(str(values) in word for word in words) else set()


def _speaks_of(hint: str, word: str) -> bool:
    """Return whether a hint has a word, whatever its ending: 'disable' speaks of 'disabled'."""
    return len(word) >= _SHORTEST and word[:_STEM].lower() in hint.lower()


def _cited(client: Client, exercise: Exercise, attempt: Attempt) -> list[Entry | None]:
    """Return an entry for each kind of evidence of the right cause, None where there is none."""
    values = values_of(attempt, exercise)
    entries = client.journal.entries(since=attempt.since)
    return [
        next((entry for entry in entries if shows(entry, evidence, values)), None)
        for evidence in right_cause(exercise, values).evidence
    ]


def _diagnosis(client: Client, exercise: Exercise, attempt: Attempt) -> Proof:
    """Every kind of evidence of the right cause must be found, and be good for nothing else."""
    begun, values, since = time.monotonic(), values_of(attempt, exercise), attempt.since
    right = right_cause(exercise, values)
    shown = _cited(client, exercise, attempt)
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
    except PacsLabError as error:  # the system itself would not do it: nothing has changed
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


def _same(client: Client, before: dict[str, Any], begun: float) -> tuple[bool, float, str]:
    """Compare the seat with when the exercise began; its clock has gone on."""
    found = harm.compare(before, harm.picture(client))
    left = [str(change) for change in found if change.key != "created"]
    return not left, begun, "; ".join(left)
