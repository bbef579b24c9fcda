"""After the attempt: what the trainee did beside what the hospital said, from the journal.

What was changed by staff while the exercise was prepared is shown now, and the entries that would
have been accepted as evidence are marked. What the marking itself did is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Any

from exercises.engine import variables
from exercises.engine.attempt import Attempt, AttemptFile, values_of
from exercises.engine.diagnosis import shows
from exercises.engine.exercise import Exercise, load, right_cause
from simulator.client import Client
from simulator.errors import RefusedError
from simulator.journal import Entry

YOU = ("pacsadmin", "trainee")  # the names the seat's own administrator acts by
LAB = ("instructor", "setup")  # the lab itself: nobody in the hospital
CHATTER = (  # what goes right a thousand times a day
    *("association.accepted", "association.released", "c-", "n-", "hl7.", "mpps.", "study.matched"),
    *("availability.", "commitment.", "device.worklist", "order.status", "message.", "login.ok"),
)
MOST = 60  # rows; the middle of a longer attempt is left out


@dataclass(frozen=True, kw_only=True)
class Step:
    """One line of the timeline."""

    seconds: int  # since the attempt began
    side: str  # you | staff | system
    text: str
    id: str = ""  # of the journal entry
    evidence: bool = False
    times: int = 1

    def __str__(self) -> str:
        """One line for a terminal; yours stand to the left."""
        clock = f"{self.seconds // 60:3d}:{self.seconds % 60:02d}"
        star = "★" if self.evidence else " "
        who = {"you": "YOU     ", "staff": "  staff ", "system": "  system"}[self.side]
        more = f" (×{self.times})" if self.times > 1 else ""
        return f"{clock} {star} {who} {self.id:<16} {self.text}{more}".rstrip()


@dataclass(frozen=True, kw_only=True)
class Review:
    """The timeline of an attempt, and what the cause was."""

    exercise: str
    cause: str
    steps: tuple[Step, ...]

    def facts(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {"exercise": self.exercise, "cause": self.cause, "steps": [*map(vars, self.steps)]}

    def __str__(self) -> str:
        """The timeline for a terminal."""
        head = f"What it was: {self.cause}\n★ marks the journal lines that show it.\n"
        return "\n".join([head, *map(str, self.steps)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = "".join(_row(step) for step in self.steps)
        head = "<tr><th>min</th><th>you</th><th>wire, log and staff</th><th>journal</th></tr>"
        return (
            f"<p><b>What it was:</b> {escape(self.cause)} ★ marks the journal lines that show it."
            f"</p><table class='pl-table'>{head}{rows}</table>"
        )


def review(client: Client) -> Review:
    """Return the timeline of the last attempt; raises RefusedError while it is not solved."""
    attempt = AttemptFile(client.seat.folder / "progress").load()
    if attempt is None:
        raise RefusedError("No exercise was done on this seat yet.", "Start one.")
    if not (attempt.ended or attempt.passed):
        raise RefusedError(
            "The exercise still runs: its timeline would give the cause away.",
            "Solve it, or give up, and look again.",
        )
    exercise = load(attempt.exercise)
    return of(attempt, exercise, client.journal.entries(since=attempt.since))


def of(attempt: Attempt, exercise: Exercise, entries: Iterable[Entry]) -> Review:
    """Return the timeline of an attempt made of these journal entries."""
    values = values_of(attempt, exercise)
    right = right_cause(exercise, values)
    until = attempt.closed or "9"
    shown = [
        step
        for entry in entries
        if entry.real <= until and not _within(entry.real, attempt.log)
        if (step := _step(entry, any(shows(entry, e, values) for e in right.evidence), attempt))
    ]
    own = [_own(line, attempt) for line in attempt.log]
    steps = _folded(sorted([*shown, *own], key=lambda step: step.seconds))
    says = str(variables.fill(right.says, values))
    return Review(exercise=exercise.id, cause=says, steps=tuple(_cut(steps)))


def _step(entry: Entry, evidence: bool, attempt: Attempt) -> Step | None:
    """Return the line an entry is worth; None for chatter and for the lab's own doings."""
    by = str(entry.facts.get("by") or entry.facts.get("actor") or "")
    if by in LAB or (not evidence and not by and entry.kind.startswith(CHATTER)):
        return None
    if not evidence and entry.facts.get("status") == "0x0000":
        return None
    side = "you" if by in YOU else "staff" if by else "system"
    seconds = _seconds(entry.real, attempt)
    return Step(seconds=seconds, side=side, text=entry.text, id=entry.id, evidence=evidence)


def _own(line: dict[str, str], attempt: Attempt) -> Step:
    return Step(seconds=_seconds(line["at"], attempt), side="you", text=line["what"])


def _within(real: str, log: Sequence[dict[str, str]]) -> bool:
    """Return whether something happened while a check was at work: then the check did it."""
    return any(line["at"] <= real <= line["until"] for line in log if line["until"] > line["at"])


def _seconds(real: str, attempt: Attempt) -> int:
    begun = datetime.fromisoformat(attempt.since)
    return max(0, int((datetime.fromisoformat(real) - begun).total_seconds()))


def _folded(steps: Sequence[Step]) -> list[Step]:
    """Write a line that repeats once, with how often it came."""
    made: list[Step] = []
    for step in steps:
        if made and made[-1].text == step.text and made[-1].side == step.side:
            made[-1] = replace(made[-1], times=made[-1].times + 1)
        else:
            made.append(step)
    return made


def _cut(steps: list[Step]) -> list[Step]:
    """Leave out the middle of a very long attempt, but never evidence and what was done."""
    spare = len(steps) - MOST
    kept = []
    for at, step in enumerate(steps):
        dull = step.side == "system" and not step.evidence
        if spare > 0 and dull and at > MOST // 3:
            spare -= 1
            continue
        kept.append(step)
    return kept


def _row(step: Step) -> str:
    more = f" (×{step.times})" if step.times > 1 else ""
    text = escape(step.text[:300]) + more
    star = "★ " if step.evidence else ""
    yours, theirs = (text, "") if step.side == "you" else ("", star + text)
    style = " style='font-weight:600'" if step.evidence else ""
    return (
        f"<tr{style}><td>{step.seconds // 60}:{step.seconds % 60:02d}</td><td>{yours}</td>"
        f"<td>{theirs}</td><td><code>{escape(step.id)}</code></td></tr>"
    )
