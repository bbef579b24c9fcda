"""Lists that a ticket asks for: they are handed in, and the checks read them."""

from __future__ import annotations

from collections.abc import Sequence

from exercises.engine.attempt import AttemptFile
from simulator.client import Client
from simulator.clock import real_stamp
from simulator.errors import UsageError

_LONGEST = 500  # entries of a list, characters of an entry


def handed(client: Client) -> dict[str, list[str]]:
    """Return what was handed in so far, list by list."""
    return AttemptFile(client.seat.folder / "progress").running().answers


def hand_in(client: Client, name: str, items: Sequence[str]) -> list[str]:
    """Hand in a list; a new one replaces the old one. Returns it as it is kept."""
    file = AttemptFile(client.seat.folder / "progress")
    attempt = file.running()
    asked = attempt.sheet["answers"] if attempt.exam else file.need()[1].answers
    if name not in asked:
        known = ", ".join(asked) or "nothing"
        raise UsageError(f"No list '{name[:64]}' is asked for here.", f"Asked for: {known}.")
    made = list(dict.fromkeys(text for item in items if (text := str(item).strip())))
    if len(made) > _LONGEST or any(len(text) > _LONGEST for text in made):
        raise UsageError("The list is too long.", "Hand in what was asked for.")
    at = real_stamp()
    log = attempt.logged(at, f"handed in '{name}': {len(made)} entries")
    file.save(attempt, answers={**attempt.answers, name: made}, log=log)
    return made
