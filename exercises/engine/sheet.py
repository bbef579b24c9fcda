"""What a trainee gets to read: the ticket, a hint, what a note lacks. Everything is escaped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import Any

from exercises.engine import variables
from exercises.engine.attempt import Attempt
from exercises.engine.exercise import Exercise


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The exercise sheet: the ticket in the reporter's words, and the causes to choose among."""

    id: str
    seed: int
    title: str
    ticket: str
    minutes: int
    level: int
    causes: tuple[tuple[str, str], ...]
    hints: int  # taken so far
    answers: tuple[tuple[str, str], ...] = ()  # lists to hand in
    exam: bool = False

    @classmethod
    def of(cls, exercise: Exercise, attempt: Attempt, values: dict[str, Any]) -> Sheet:
        """Make the sheet of an attempt; the order of the causes says nothing about them."""
        causes = sorted(exercise.causes, key=lambda cause: cause.id)
        return cls(
            id=exercise.id,
            seed=attempt.seed,
            title=exercise.title,
            ticket=str(variables.fill(exercise.ticket.strip(), values)),
            minutes=exercise.minutes,
            level=exercise.level,
            causes=tuple((c.id, str(variables.fill(c.says, values))) for c in causes),
            hints=attempt.hints,
            answers=tuple(
                (name, str(variables.fill(says, values))) for name, says in exercise.answers.items()
            ),
        )

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Sheet:
        """Make the sheet again that `facts` were made of."""
        causes = tuple((row["id"], row["says"]) for row in facts["causes"])
        return cls(**{**facts, "causes": causes, "answers": tuple(facts["answers"].items())})

    def for_exam(self) -> Sheet:
        """Return it as an exam shows it: nothing to draw the variant from."""
        return replace(self, seed=0, exam=True)

    def facts(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        causes = [{"id": name, "says": says} for name, says in self.causes]
        return {**vars(self), "causes": causes, "answers": dict(self.answers)}

    def __str__(self) -> str:
        """The sheet for a terminal."""
        causes = "\n".join(f"  {name:<24} {says}" for name, says in self.causes)
        which = "exam" if self.exam else f"seed {self.seed}"
        head = f"{self.title}  (about {self.minutes} minutes; {self.id}, {which})"
        asked = "".join(f"\n  {name:<24} {says}" for name, says in self.answers)
        wanted = f"\n\nTo hand in:{asked}" if asked else ""
        return f"{head}\n\n{self.ticket}{wanted}\n\nPossible causes:\n{causes}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        causes = "".join(
            f"<li><code>{escape(name)}</code> {escape(says)}</li>" for name, says in self.causes
        )
        asked = "".join(
            f"<li><code>{escape(name)}</code> {escape(says)}</li>" for name, says in self.answers
        )
        wanted = f"<p>To hand in:</p><ul>{asked}</ul>" if asked else ""
        text = escape(self.ticket).replace("\n", "<br>")
        return (
            f"<h3>{escape(self.title)}</h3><p><i>about {self.minutes} minutes</i></p>"
            f"<blockquote>{text}</blockquote>{wanted}<p>Possible causes:</p><ul>{causes}</ul>"
        )


@dataclass(frozen=True, kw_only=True)
class Hint:
    """One hint and what it cost."""

    level: int
    of: int
    text: str
    cost: int

    def __str__(self) -> str:
        """One paragraph."""
        return f"Hint {self.level} of {self.of} ({self.cost} points): {self.text}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<p>{escape(str(self))}</p>".replace("\n", "<br>")


@dataclass(frozen=True, kw_only=True)
class Note:
    """What an incident note is worth, and what it lacks; in an exam nothing is told."""

    points: int
    of: int
    lacks: tuple[str, ...]

    def __str__(self) -> str:
        """One line."""
        if not self.of:
            return "Taken down: it is marked after the exam."
        rest = f": {'; '.join(self.lacks)}." if self.lacks else "."
        return f"The note is worth {self.points} of {self.of} points{rest}"

    __repr__ = __str__
