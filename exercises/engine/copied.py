"""Another trainee's variant: what would be copied from it, and that it differs at all."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from exercises.engine.attempt import Attempt, values_of
from exercises.engine.exercise import Exercise, parameters, right_cause
from exercises.engine.variables import fill

WHOLE_HOUSE = {"setting", "ris-setting"}  # areas in which a repair is the same for everybody
_TRAINEES = 12
_DECOR = {"by", "seed", "spare", "password", "fitter"}  # who did it does not change what it is
_USED = re.compile(r"given\.([a-z_0-9]+)")


def other_variant(exercise: Exercise, attempt: Attempt) -> dict[str, Any]:
    """Return the variables of that trainee, of some, whose variant differs most."""
    own = values_of(attempt, exercise)
    variants = [
        values_of(replace(attempt, trainee=f"trainee {number}"), exercise)
        for number in range(_TRAINEES)
    ]

    def differs(values: dict[str, Any]) -> tuple[bool, bool, int]:
        cause = values.get("cause") != own.get("cause")
        return cause, _used(exercise, values) != _used(exercise, own), _count(values, own)

    return max(variants, key=differs)


def asks_the_seat(exercise: Exercise, own: dict[str, Any], others: dict[str, Any]) -> bool:
    """Return whether the solution reads on the seat what differs, so that nothing can be copied."""
    same = _used(exercise, own) == _used(exercise, others)
    return same and _broken(exercise, own) != _broken(exercise, others)


def _used(exercise: Exercise, values: dict[str, Any]) -> list[Any]:
    """Return the values that the solution takes from the sheet."""
    text = (exercise.folder / "solution.py").read_text("utf-8")
    return [values.get(name) for name in sorted(set(_USED.findall(text)))]


def _broken(exercise: Exercise, values: dict[str, Any]) -> list[Any]:
    """Return what a variant breaks, whoever did it."""
    right = right_cause(exercise, values).id
    return [
        {key: fill(value, values) for key, value in parameters(table).items() if key not in _DECOR}
        for table in exercise.faults
        if right in table.get("when", [right]) and not table["kind"].startswith("routine")
    ]


def _count(values: dict[str, Any], own: dict[str, Any]) -> int:
    return sum(values.get(key) != own[key] for key in own)
