"""The capacity panel's legal holds: what is kept whatever the rules say, by whom and why."""

from __future__ import annotations

import ipywidgets as w

from simulator.client import Client
from simulator.console import look
from simulator.errors import UsageError

_HOLDS = {"number": "no.", "what": "held", "reason": "why", "by": "by", "at": "since"}
_STUDIES = {"patient_name": "patient", "patient_id": "patient ID", "date": "date",
            "description": "study", "study_uid": "Study Instance UID"}  # fmt: skip


class Holds:
    """Legal holds: put one on after seeing what it covers, and end it with a reason."""

    def __init__(self, seat: Client, message: look.Message) -> None:
        """Work on `seat`."""
        self.seat, self.message = seat, message
        self.table, self.covered = look.mark(w.HTML(), "holds"), look.mark(w.HTML(), "covered")
        self.study = look.text("study", "hold-study", width="420px", hint="Study Instance UID")
        self.patient = look.text("or patient ID", "hold-patient", width="260px",
                                 hint="all of the patient's")  # fmt: skip
        self.reason = look.text("why", "hold-reason", width="420px", hint="who asked for it, when")
        self.hold = look.choice("hold", "hold", [], width="420px")
        make = look.button
        self.widget = w.VBox([
            self.table,
            look.row(self.study, self.patient,
                     make("Preview", self.preview, message, "hold-preview")),
            self.covered,
            look.row(self.reason, make("Put on hold", self.put, message, "hold-put",
                                       style="primary")),
            look.row(self.hold, make("Release, for the reason above", self.release, message,
                                     "hold-release", style="warning")),
        ])  # fmt: skip

    def draw(self) -> None:
        """Read the holds in force again."""
        rows = [
            {**row, "what": row["study_uid"] or f"all of {row['patient_id']}",
             "at": look.moment(row["at"])}
            for row in self.seat.holds.list()
        ]  # fmt: skip
        self.table.value = look.table(rows, _HOLDS, empty="nothing is on hold")
        look.offer(self.hold, [(look.shown(f"{row['number']}: {row['what']}", 70), row["number"])
                               for row in rows])  # fmt: skip

    def preview(self) -> str:
        """Show the studies that the hold in the form would cover."""
        rows = list(self.seat.archive.studies(**self._whose()))
        self.covered.value = look.scroll(look.table(rows, _STUDIES, empty="no such study"))
        return f"It would keep {look.count(len(rows), 'study')}."

    def put(self) -> str:
        """Put the study, or the patient's studies, on hold."""
        made = self.seat.holds.put(self.reason.value, **self._whose())
        self.covered.value = self.reason.value = ""
        self.draw()
        return f"Hold {made['number']} is in force: no rule and no person deletes it."

    def release(self) -> str:
        """End the chosen hold."""
        if self.hold.value is None:
            raise UsageError("No hold is chosen.", "Choose one in the list 'hold'.")
        number = self.hold.value
        self.seat.holds.release(number, self.reason.value)
        self.reason.value = ""
        self.draw()
        return f"Hold {number} is released; it stays in the records, with who ended it and why."

    def _whose(self) -> dict[str, str]:
        study, patient = self.study.value.strip(), self.patient.value.strip()
        if bool(study) == bool(patient):
            raise UsageError("Hold what?", "Fill in a study or a patient ID, one of the two.")
        return {"study_uid": study} if study else {"patient_id": patient}
