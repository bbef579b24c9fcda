"""An exercise in a notebook: one object that shows its ticket and does the rest."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from exercises.engine import desk
from exercises.engine.answers import hand_in
from exercises.engine.diagnosis import Diagnosis
from exercises.engine.marks import Marks
from exercises.engine.review import Review, review
from exercises.engine.sheet import Hint, Note, Sheet
from simulator.client import Client


class Lab:
    """The exercise under way on a seat."""

    def __init__(self, seat: Client, ticket: Sheet) -> None:
        """Hold the `seat` to work on and the `ticket` to solve."""
        self.seat, self.ticket = seat, ticket

    def check(self) -> Marks:
        """Mark the seat as it is now."""
        return desk.check(self.seat)

    def diagnose(self, cause: str, evidence: str) -> Diagnosis:
        """Name the cause and the id of the journal entry that shows it."""
        return desk.diagnose(self.seat, cause, evidence)

    def hint(self) -> Hint:
        """Take the next hint; each costs points."""
        return desk.hint(self.seat)

    def note(self, what: str, why: str, prevention: str) -> Note:
        """Write the incident note."""
        return desk.note(self.seat, what, why, prevention)

    def answer(self, name: str, items: Sequence[str]) -> list[str]:
        """Hand in a list that the ticket asks for."""
        return hand_in(self.seat, name, items)

    def reset(self) -> Sheet:
        """Begin again with the same fault."""
        self.ticket = desk.reset(self.seat)
        return self.ticket

    def give_up(self) -> Debrief:
        """End it and read how it is done."""
        return Debrief(desk.give_up(self.seat))

    def finish(self) -> Debrief:
        """End it once it is solved, and read how it is done."""
        return Debrief(desk.finish(self.seat))

    def review(self) -> Review:
        """Show what was done beside what happened, once it is solved or ended."""
        return review(self.seat)

    def __repr__(self) -> str:
        """The ticket."""
        return str(self.ticket)

    def _repr_html_(self) -> str:
        return self.ticket._repr_html_()


class Debrief(str):
    """The debriefing: Markdown that a notebook shows as such."""

    def _repr_markdown_(self) -> str:
        return escape(self, quote=False)
