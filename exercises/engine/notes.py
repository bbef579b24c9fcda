"""The incident note: what happened, why, and what keeps it from happening again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from exercises.engine import variables
from exercises.engine.exercise import Exercise

FIELDS = ("what", "why", "prevention")
SHORTEST = 15  # characters of a field that says something


def mark(exercise: Exercise, values: dict[str, Any], note: dict[str, str]) -> tuple[int, list[str]]:
    """Return the points of a note, and what it lacks."""
    wanted = {field: asdict(exercise.note_facts)[field] for field in FIELDS}
    parts, lacks = [], []
    for field in FIELDS:
        text = note.get(field, "").strip()
        if len(text) < SHORTEST:
            parts.append(0.0)
            lacks.append(f"'{field}' says too little")
            continue
        missing = [fact for fact in wanted[field] if not mentions(text, fact, values)]
        parts.append(1 - len(missing) / max(1, len(wanted[field])))
        if missing:
            lacks.append(f"'{field}' lacks a fact somebody else would need")
    return round(exercise.weights.note * sum(parts) / len(FIELDS)), lacks


def mentions(text: str, fact: str, values: dict[str, Any]) -> bool:
    """Return whether a text holds one of the alternatives 'a|b', whatever the case."""
    options = str(variables.fill(fact, values)).split("|")
    return any(option and option.lower() in text.lower() for option in options)
