"""Marking: repair by the exercise's checks, harm by comparison, diagnosis and note as given."""

from __future__ import annotations

from typing import Any

from exercises.engine import checks, damage, diagnosis, marks, notes
from exercises.engine.attempt import Attempt
from exercises.engine.case import Case
from exercises.engine.damage import Damage
from exercises.engine.exercise import Exercise
from exercises.engine.marks import Marks
from simulator.client import Client
from simulator.clock import real_stamp


def grade(client: Client, exercise: Exercise, attempt: Attempt, values: dict[str, Any]) -> Marks:
    """Mark the present state of the seat; nothing that counts is changed by it."""
    harm = damage.look(client, exercise, attempt, values)
    begun = real_stamp()
    verdicts = checks.run(exercise.folder / "check.py", Case(client, values, "instructor"))
    own = damage.done_by_check(client, attempt, begun)
    goals = marks.rows(verdicts, exercise.weights.repair)
    repaired = sum(row["points"] for row in goals if row["passed"])
    parts = {
        "diagnosis": diagnosis.points(
            exercise.weights.diagnosis, attempt.diagnosed, attempt.wrong_diagnoses
        ),
        "repair": repaired,
        # Who did nothing has done no harm either, but that earns nothing.
        "harm": exercise.weights.harm if repaired and not harm else 0,
        "note": _note(exercise, attempt, values),
    }
    solved = all(row["passed"] for row in goals) and bool(goals)
    return Marks(
        id=exercise.id,
        seed=attempt.seed,
        passed=solved and not harm,
        score=0 if harm.dangers else max(0, sum(parts.values()) - attempt.hint_cost),
        parts=parts,
        checks=[*goals, *_harm_rows(harm, own, exercise.weights.harm)],
    )


def _note(exercise: Exercise, attempt: Attempt, values: dict[str, Any]) -> int:
    """Return the instructor's mark of the note where there is one, else the engine's."""
    if attempt.note_mark is not None:
        return attempt.note_mark
    return notes.mark(exercise, values, attempt.note)[0]


def _harm_rows(harm: Damage, own: list[str], points: int) -> list[dict[str, Any]]:
    """Return what was done besides the repair; what was put back costs nothing, nor our bugs."""
    rows = []
    if harm:
        goal = "Nobody is put at risk" if harm.dangers else "Nothing else was changed"
        rows.append(_row(goal, " ".join((*harm.dangers, *harm.strays)), points))
    if harm.put_back:
        rows.append(_row("What was tried is put back", " ".join(harm.put_back), passed=True))
    if own:
        said = f"It did, which is not your fault: {' '.join(own)} Please report it."
        rows.append(_row("The check itself changes nothing", said))
    return rows


def _row(goal: str, message: str, points: int = 0, *, passed: bool = False) -> dict[str, Any]:
    return {"goal": goal, "points": points, "passed": passed, "message": message}
