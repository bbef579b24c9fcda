"""Marking: repair by the exercise's checks, harm by comparison, diagnosis and note as given."""

from __future__ import annotations

from typing import Any

from exercises.engine import checks, diagnosis, harm, marks, notes, variables
from exercises.engine.attempt import Attempt
from exercises.engine.case import Case
from exercises.engine.exercise import Exercise
from exercises.engine.marks import Marks
from simulator.client import Client
from simulator.errors import PacsLabError


def grade(client: Client, exercise: Exercise, attempt: Attempt, values: dict[str, Any]) -> Marks:
    """Mark the present state of the seat; nothing that counts is changed by it."""
    damage, dangers = look_for_harm(client, exercise, attempt, values)
    verdicts = checks.run(exercise.folder / "check.py", Case(client, values, "instructor"))
    goals = marks.rows(verdicts, exercise.weights.repair)
    repaired = sum(row["points"] for row in goals if row["passed"])
    parts = {
        "diagnosis": diagnosis.points(
            exercise.weights.diagnosis, attempt.diagnosed, attempt.wrong_diagnoses
        ),
        "repair": repaired,
        # Who did nothing has done no harm either, but that earns nothing.
        "harm": exercise.weights.harm if repaired and not damage else 0,
        "note": notes.mark(exercise, values, attempt.note)[0],
    }
    solved = all(row["passed"] for row in goals) and bool(goals)
    return Marks(
        id=exercise.id,
        seed=attempt.seed,
        passed=solved and not damage,
        score=0 if dangers else max(0, sum(parts.values()) - attempt.hint_cost),
        parts=parts,
        checks=[*goals, *_harm_rows(damage, dangers, exercise.weights.harm)],
    )


def look_for_harm(
    client: Client, exercise: Exercise, attempt: Attempt, values: dict[str, Any]
) -> tuple[list[str], list[str]]:
    """Return everything that was changed without need, and which of it is dangerous."""
    allowed = [one for pattern in exercise.may_change for one in variables.expand(pattern, values)]
    try:
        changes = harm.compare(attempt.before, harm.picture(client))
    except PacsLabError as error:
        return [f"This could not be checked. {error}"], []
    found = harm.harms(changes, allowed)
    dangers = [danger for change in found if (danger := harm.danger(change))]
    strays = [f"{change}; put it back." for change in found if not harm.danger(change)]
    return dangers + strays, dangers


def _harm_rows(damage: list[str], dangers: list[str], points: int) -> list[dict[str, Any]]:
    if not damage:
        return []
    goal = "Nobody is put at risk" if dangers else "Nothing else was changed"
    return [{"goal": goal, "points": points, "passed": False, "message": " ".join(damage)}]
