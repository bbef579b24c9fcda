"""`ticket("ct-cannot-send")`: a complaint to solve: diagnose, repair, check, write the note.

Showing a ticket starts nothing: an exercise resets the hospital, so a button says so first.
"""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.console import look, prose
from simulator.errors import UsageError

_PARTS = {"diagnosis": "diagnosis", "repair": "repair", "harm": "no harm done", "note": "note"}
_NOTE = {
    "what": ("what happened", "who noticed what, where, since when"),
    "why": ("why", "the cause, and how you know"),
    "prevention": ("prevention", "what keeps it from happening again"),
}


def ticket(exercise: str, seat: Client | None = None) -> look.Widget:
    """Show an exercise by its id: start it, solve it, have it marked."""
    return _Ticket(look.client(seat), exercise).widget


class _Ticket:
    def __init__(self, seat: Client, name: str) -> None:
        self.seat, self.name, self.message = seat, name, look.Message()
        self.lab: Any = None
        self.said = {step: look.Message(f"said-{step}") for step in ("diagnosis", "repair", "note")}
        self.sheet, self.result = look.mark(w.HTML(), "sheet"), look.mark(w.HTML(), "result")
        self.begin, self.work, self.lists = w.VBox([]), w.VBox([]), w.VBox([])
        self.debrief = look.mark(w.HTML(), "debrief")
        self.timeline = look.mark(w.HTML(), "timeline")
        self._make()
        self.widget = look.panel(
            "Ticket", self.message, self.sheet, self.begin, self.work, self.debrief,
            self.timeline, name="ticket",
        )  # fmt: skip
        self.message.guard(self.open)

    def _make(self) -> None:
        self.cause = look.mark(w.RadioButtons(options=[], layout={"width": "100%"}), "cause")
        self.evidence = look.text("evidence", "evidence", width="260px", hint="e.g. archive-000123")
        self.note = {key: _note_field(key) for key in _NOTE}
        self.sure = look.mark(w.Checkbox(description="yes, give up", indent=False), "sure")
        self.sure.layout.width = "120px"
        self.begin.children = [
            look.row(look.button("Start", self.start, self.message, "start", style="primary"))
        ]
        self.work.children = self._steps()

    def _steps(self) -> list[look.Widget]:
        """Lay out the three steps; each has its own message, where the eyes are."""
        make, (cause, repair, note) = look.button, self.said.values()
        return [
            w.HTML("<b>1. Diagnosis</b>: choose the cause, and cite the number of the journal line "
                   "that shows it. Do this before you repair."),
            self.cause,
            look.row(self.evidence, make("Hand in diagnosis", self.diagnose, cause, "diagnose")),
            cause.widget,
            w.HTML("<b>2. Repair</b>: with the panels, in a terminal or in Python. Then:"),
            self.lists,
            look.row(make("Check", self.check, repair, "check", style="primary"),
                     make("Hint (costs points)", self.hint, repair, "hint"),
                     make("Begin again", self.reset, self.message, "reset"),
                     make("Finish", self.finish, repair, "finish"),
                     make("Give up", self.give_up, self.message, "give-up"), self.sure),
            repair.widget, self.result,
            w.HTML("<b>3. Incident note</b>: three short sentences for your colleagues."),
            *self.note.values(),
            look.row(make("Hand in note", self.hand_in, note, "hand-in")), note.widget,
        ]  # fmt: skip

    # --- opening and starting -----------------------------------------------------------------

    def open(self) -> None:
        """Show the ticket if it is the one under way, else what it will be about."""
        from exercises.engine import desk
        from exercises.engine.exercise import load
        from exercises.engine.lab import Lab

        self.work.layout.display = "none"
        running = desk.current(self.seat)
        if running is not None and running.id == self.name:
            self._begin(Lab(self.seat, running))
            return
        facts = load(self.name)
        self.sheet.value = (
            f"<p><b>{escape(facts.title)}</b> (about {facts.minutes} minutes)</p>"
            "<p class='pl-soft'>Starting puts the hospital back to its first morning, then breaks "
            "something. An exercise that is under way ends here.</p>"
        )

    def start(self) -> str:
        """Start the exercise on this seat."""
        from exercises import start

        self._begin(start(self.name, self.seat))
        return (
            "The exercise has begun. Read the ticket. Other panels still show what was before: "
            "refresh them."
        )

    def _begin(self, lab: Any) -> None:
        self.lab = lab
        text = escape(lab.ticket.ticket).replace("\n", "<br>")
        self.sheet.value = (
            f"<p><b>{escape(lab.ticket.title)}</b> (about {lab.ticket.minutes} minutes)</p>"
            f"<blockquote style='margin:4px 12px'>{text}</blockquote>"
        )
        self.cause.options = [(look.shown(says, 200), name) for name, says in lab.ticket.causes]
        self.cause.value = None
        self.lists.children = [self._list(name, says) for name, says in lab.ticket.answers]
        self.result.value = self.debrief.value = self.timeline.value = ""
        for message in self.said.values():
            message.clear()
        self.begin.layout.display, self.work.layout.display = "none", ""

    def _list(self, name: str, says: str) -> look.Widget:
        """Return where a list that the ticket asks for is handed in."""
        field = look.text(name, f"list-{name}", width="560px", hint="entries, commas between them")

        def hand_in() -> None:
            made = self._running().answer(name, field.value.split(","))
            self.said["repair"].say(f"Handed in: {look.count(len(made), 'entry')}.", "good")

        button = look.button("Hand in list", hand_in, self.said["repair"], f"hand-in-{name}")
        return w.VBox([w.HTML(escape(says)), look.row(field, button)])

    def _running(self) -> Any:
        """Return the exercise; refuse if another one was started meanwhile."""
        from exercises.engine import desk

        running = desk.current(self.seat)
        if running is None or running.id != self.name:
            self.begin.layout.display, self.work.layout.display = "", "none"
            self.message.say("This exercise is not under way any more.", "bad")
            raise UsageError("This exercise is not under way.", "Press 'Start' to begin it.")
        return self.lab

    # --- the steps ------------------------------------------------------------------------------

    def diagnose(self) -> None:
        """Hand in cause and evidence."""
        if not self.cause.value:
            raise UsageError("No cause is chosen.", "Choose one of the list.")
        answer = self._running().diagnose(self.cause.value, self.evidence.value.strip())
        self.said["diagnosis"].say(answer.message, "good" if answer.accepted else "bad")

    def check(self) -> None:
        """Have the seat marked as it is now."""
        marks = self._running().check()
        self.result.value = score_table(marks)
        done = "Solved. Write the note if you have not, check once more, then press 'Finish'."
        self.said["repair"].say(done if marks["passed"] else "Not solved yet: see the table below.",
                         "good" if marks["passed"] else "bad")  # fmt: skip

    def hint(self) -> None:
        """Take the next hint."""
        self.said["repair"].say(str(self._running().hint()))

    def reset(self) -> str:
        """Begin again with the same fault."""
        lab = self._running()
        lab.reset()
        self._begin(lab)
        return "All is as when you began; hints and tries stay counted. Refresh the other panels."

    def hand_in(self) -> None:
        """Hand in the incident note."""
        answer = self._running().note(**{key: field.value for key, field in self.note.items()})
        self.said["note"].say(str(answer), "bad" if answer.lacks else "good")

    def give_up(self) -> None:
        """End it and show how it is done, if the box is ticked."""
        lab = self._running()
        if lab.ticket.exam:
            self.finish()
            return
        if not self.sure.value:
            self.message.say("Tick 'yes, give up' first; you will then read how it is done.")
            return
        self.sure.value = False
        self._end(lab, str(lab.give_up()))
        self.message.say("Given up: the hospital is whole again. Below is how it is done.")

    def finish(self) -> None:
        """End a solved exercise: how it is done, and what was done beside what happened."""
        lab = self._running()
        if lab.ticket.exam:
            self.begin.layout.display, self.work.layout.display = "", "none"
            self.message.say(str(lab.finish()), "good")
            return
        self._end(lab, str(lab.finish()))
        self.message.say("Finished: the hospital is whole again. Below is what happened.", "good")

    def _end(self, lab: Any, debrief: str) -> None:
        self.begin.layout.display, self.work.layout.display = "", "none"
        self.debrief.value = prose.html(debrief)
        self.timeline.value = look.scroll(lab.review()._repr_html_())


def score_table(marks: dict[str, Any]) -> str:
    """Return a check's result as HTML: goals, parts, points."""
    goals = [
        {"done": "✔ yes" if row["passed"] else "✘ no", "goal": row["goal"],
         "points": row["points"], "message": "" if row["passed"] else row["message"]}
        for row in marks["checks"]
    ]  # fmt: skip
    columns = {"done": "reached", "goal": "goal", "points": "points", "message": "what came back"}
    parts = [
        {"part": _PARTS.get(key, key), "points": value} for key, value in marks["parts"].items()
    ]
    total = f"{marks['score']} of 100 points"
    return (
        look.table(goals, columns)
        + look.table([*parts, {"part": "total, less hints", "points": total}],
                     {"part": "part", "points": "points"})
    )  # fmt: skip


def _note_field(key: str) -> look.Widget:
    label, hint = _NOTE[key]
    field = w.Textarea(description=label, placeholder=hint, rows=2, layout={"width": "760px"})
    field.style.description_width = "110px"
    return look.mark(field, f"note-{key}")
