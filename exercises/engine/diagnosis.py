"""Naming the cause before repairing it, with the journal entry that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from exercises.engine import variables
from exercises.engine.exercise import Evidence, Exercise, right_cause
from simulator.errors import UsageError
from simulator.journal import Entry

TRIES = 4  # each wrong one costs a quarter of the points


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """What became of one diagnosis."""

    cause: str
    evidence: str
    accepted: bool
    message: str

    def __str__(self) -> str:
        """One line."""
        return f"{'✔' if self.accepted else '✘'} {self.message}"


def judge(
    exercise: Exercise, values: dict[str, Any], cause: str, entry: Entry | None, since: str
) -> Diagnosis:
    """Accept a diagnosis if the cause is right and the entry, made since then, shows it."""
    known = {item.id: item for item in exercise.causes}
    if cause not in known:
        raise UsageError(f"There is no cause '{cause}' here.", f"Choose: {', '.join(known)}.")
    right = right_cause(exercise, values)
    accepted, message = False, "There is no journal entry with that id. Copy it from the journal."
    if entry is not None:
        accepted, message = _decide(right.id == cause, right.evidence, values, entry, since)
    cited = entry.id if entry else ""
    return Diagnosis(cause=cause, evidence=cited, accepted=accepted, message=message)


def points(weight: int, accepted: bool, wrong: int) -> int:
    """Return what a diagnosis is worth after some wrong ones."""
    return round(weight * max(0, TRIES - wrong) / TRIES) if accepted else 0


def shows(entry: Entry, evidence: Evidence, values: dict[str, Any]) -> bool:
    """Return whether an entry is of this kind and holds these facts."""
    wanted = variables.fill(evidence.facts, values)
    return entry.kind.startswith(evidence.kind) and all(
        _same(entry.facts.get(key), value) for key, value in wanted.items()
    )


def _decide(
    named: bool, evidence: tuple[Evidence, ...], values: dict[str, Any], entry: Entry, since: str
) -> tuple[bool, str]:
    if not named:
        return False, f"That is not what happened. {entry.id} says: {entry.text}"
    if entry.real < since:
        return False, f"{entry.id} is older than this complaint; look at what happened since."
    if not any(shows(entry, item, values) for item in evidence):
        return False, f"{entry.id} does not show that. It says: {entry.text}"
    return True, f"Accepted. {entry.id} shows it: {entry.text}"


def _same(found: Any, wanted: Any) -> bool:
    """Compare as text; a list means any of these."""
    if isinstance(wanted, list):
        return any(_same(found, one) for one in wanted)
    return found is not None and str(found) == str(wanted)
