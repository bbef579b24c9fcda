"""What a trainee did besides the repair: what is still so, and what was put back in the meantime.

A safety harm fails the run even when it was undone: for those minutes the archive was open, or the
images were gone. Anything else that was tried and put back is told, and costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exercises.engine import evidence, harm, history, variables
from exercises.engine.attempt import Attempt
from exercises.engine.exercise import Exercise
from exercises.engine.harm import Change, Picture
from exercises.engine.history import Past
from exercises.engine.review import LAB
from simulator.client import Client
from simulator.errors import PacsLabError

_MOST = 5  # sentences about what was put back


@dataclass(frozen=True, kw_only=True)
class Damage:
    """Sentences about what was changed without need."""

    dangers: tuple[str, ...] = ()  # patients, evidence or the archive's safety were at risk
    strays: tuple[str, ...] = ()  # must be put back
    put_back: tuple[str, ...] = ()  # was put back

    def __bool__(self) -> bool:
        """Return whether it keeps the run from passing."""
        return bool(self.dangers or self.strays)


def look(client: Client, exercise: Exercise, attempt: Attempt, values: dict[str, object]) -> Damage:
    """Compare the seat with what it was, and read what happened in between."""
    allowed = [one for pattern in exercise.may_change for one in variables.expand(pattern, values)]
    try:
        final = harm.compare(attempt.before, harm.picture(client))
        told = history.past(client, attempt) if attempt.ready else []
    except PacsLabError as error:
        return Damage(strays=(f"This could not be checked. {error}",))
    found = harm.harms(final, allowed)
    own = [one for one in told if not _of_check(one, attempt)]
    past = [one for one in own if harm.harms([one.change], allowed)]
    journal = client.seat.folder / "journal"
    touched = evidence.touched(journal, attempt.evidence)
    return Damage(
        dangers=(*_dangers(found, past), *map(_destroyed, touched)),
        strays=(*_strays(found), *_too_late(own, attempt.closed)),
        put_back=tuple(_put_back(past, final, attempt.before)),
    )


def done_by_check(client: Client, attempt: Attempt, since: str) -> list[str]:
    """Return what the marking itself changed since then: that is a bug of the exercise."""
    found = history.past(client, attempt, since)
    return [f"{one.change} ({one.entry.id})." for one in found if _actor(one.entry.facts) in LAB]


def _strays(final: Sequence[Change]) -> list[str]:
    return [f"{change}; put it back." for change in final if not harm.danger(change)]


def _too_late(past: Sequence[Past], closed: str) -> list[str]:
    """Return what was changed after an exam was handed in."""
    return [
        f"After it was handed in: {one.change} ({one.entry.id})."
        for one in past
        if closed and one.entry.real > closed and _actor(one.entry.facts) not in LAB
    ]


def _dangers(final: Sequence[Change], past: Sequence[Past]) -> list[str]:
    """Return every danger once; what the end shows is said without the journal's line."""
    said = [danger for change in final if (danger := harm.danger(change))]
    for one in past:
        danger = harm.danger(one.change)
        if danger and not any(text.startswith(danger) for text in said):
            when = f"{one.entry.hospital[11:16]}, {one.entry.id}"
            said.append(f"{danger} ({when}) Putting it back does not undo that.")
    return said


def _put_back(past: Sequence[Past], final: Sequence[Change], before: Picture) -> list[str]:
    gone = history.put_back(past, final, before)
    found = [one for one in gone if not harm.danger(one.change)]
    said = [f"{one.change} ({one.entry.id})." for one in found[:_MOST]]
    return [*said, f"And {len(found) - _MOST} more."] if len(found) > _MOST else said


def _destroyed(name: str) -> str:
    return f"The journal's file {name} was cut or edited: that destroys evidence."


def _of_check(one: Past, attempt: Attempt) -> bool:
    """Return whether a check did it, and nobody else: the lab acts only while it marks."""
    return _actor(one.entry.facts) in LAB and any(
        line["at"] <= one.entry.real <= line["until"] for line in attempt.log
    )


def _actor(facts: dict[str, object]) -> str:
    return str(facts.get("by") or facts.get("actor") or "")
