"""`reading_list()`: what waits for a radiologist, and the reports that are with their studies."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.console import look

Row = dict[str, Any]
_WAITING = {"priority": "priority", "patient_name": "patient", "patient_id": "patient ID",
            "description": "study", "date": "date", "modalities": "modality",
            "accession": "accession"}  # fmt: skip
_STATUS = {"P": "preliminary", "F": "final", "C": "corrected"}
_EXPORTS = {"form": "as", "state": "state", "reason": "why", "sop_uid": "SOP Instance UID"}


def reading_list(seat: Client | None = None) -> look.Widget:
    """Show the reading list and each reported study's report; store one as a DICOM object."""
    return _List(look.client(seat)).widget


class _List:
    def __init__(self, seat: Client) -> None:
        self.seat, self.message = seat, look.Message()
        self.waiting = look.mark(w.HTML(), "waiting")
        self.study = look.choice("reported study", "study", [], width="430px")
        self.report = look.mark(w.HTML(), "report")
        self.widget = self._laid_out()
        look.watch(self.study, self.show, self.message)
        self.message.guard(self.draw)

    def _laid_out(self) -> look.Widget:
        make, message = look.button, self.message
        exports = look.row(
            self.study,
            make("Store it as SR", lambda: self.export("sr"), message, "export-sr"),
            make("Store it as PDF", lambda: self.export("pdf"), message, "export-pdf"),
        )
        return look.panel(
            "Reading list", message, make("Refresh", self.draw, message, "refresh"),
            self.waiting, exports, self.report, name="reading-list",
            hint="A study is to be read once its order is completed and its images are in.",
        )  # fmt: skip

    def draw(self) -> None:
        """Ask the archive again."""
        rows = list(self.seat.archive.reading_list())
        self.waiting.value = look.scroll(look.table(rows, _WAITING, empty="nothing waits"))
        numbers = dict.fromkeys(row["accession"] for row in self.seat.archive.reports())
        look.offer(self.study, list(reversed(list(numbers))))
        self.show()

    def show(self) -> None:
        """Show every report of the chosen study, the newest first, and where it went."""
        accession = self.study.value
        if not accession:
            self.report.value = ""
            return
        reports = list(self.seat.archive.reports(accession))[::-1]
        exports = look.table(self.seat.ris.exports(accession), _EXPORTS,
                             empty="not stored as a DICOM object")  # fmt: skip
        self.report.value = look.scroll("".join(map(_shown, reports)) + exports)

    def export(self, form: str) -> str:
        """Have the RIS store the report in the archive."""
        if not self.study.value:
            self.message.say("No study is reported yet.", "bad")
            return ""
        made = self.seat.ris.export(self.study.value, form)
        self.show()
        if made["state"] == "parked":
            self.message.say(f"It was refused. {made['reason']}", "bad")
            return ""
        return f"The report as {form} is {made['state']} in the archive."


def _shown(report: Row) -> str:
    status = _STATUS.get(report["status"], report["status"])
    lines = "<br>".join(map(escape, str(report["text"]).split("\n")))
    head = f"{status} report, {look.moment(report['at'])}, {report['author'] or 'no author'}"
    return f"<p><b>{escape(head)}</b></p><p>{lines}</p>"
