"""`audit_panel()`: search the audit trail, verify it, and report who saw a record."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.console import look

_COLUMNS = {"number": "no.", "hospital": "when", "event": "event", "type": "type",
            "user": "who", "patient_id": "patient", "outcome": "ended", "text": "what"}  # fmt: skip
_ACCESS = {"hospital": "when", "event": "event", "user": "who", "person": "person",
           "department": "department", "relation": "what speaks for it"}  # fmt: skip
_GAPS = {"why": "why", "first": "from entry", "last": "to entry", "since": "since",
         "count": "events"}  # fmt: skip
ANY = "any"
EVENTS = (ANY, "DICOM Instances Accessed", "DICOM Instances Transferred", "DICOM Study Deleted",
          "Export", "Query", "Security Alert", "User Authentication", "Audit Log Used")  # fmt: skip


def audit_panel(seat: Client | None = None) -> look.Widget:
    """Show the audit trail, with a search, a check of the chain, and the access report."""
    return _Panel(look.client(seat)).widget


class _Panel:
    def __init__(self, seat: Client) -> None:
        self.seat, self.message = seat, look.Message()
        self.table, self.xml = look.mark(w.HTML(), "records"), look.mark(w.HTML(), "xml")
        self.report, self.gaps = look.mark(w.HTML(), "report"), look.mark(w.HTML(), "gaps")
        self.who = look.text("who", "user", width="190px", hint="user or AE title")
        self.patient = look.text("patient", "patient", width="200px", hint="Patient ID")
        self.words = look.text("words", "words", width="190px")
        self.event = look.choice("event", "event", EVENTS, width="300px")
        self.number = look.text("number", "number", width="160px")
        self.widget = self._laid_out()
        self.message.guard(self.search)

    def _laid_out(self) -> look.Widget:
        make, message = look.button, self.message
        parts = {
            "Who saw this patient's record": [
                look.row(make("Report", self.access, message, "access"),
                         make("Colleagues' records", self.colleagues, message, "colleagues")),
                self.report],
            "What was not recorded": [self.gaps],
            "One message, as it is sent": [
                look.row(self.number, make("Show", self.show, message, "show")), self.xml],
        }  # fmt: skip
        fold = w.Accordion([w.VBox(part) for part in parts.values()], titles=tuple(parts))
        return look.panel(
            "Audit trail", message, look.row(self.who, self.patient, self.words, self.event),
            look.row(make("Search", self.search, message, "search", style="primary"),
                     make("Verify the chain", self.verify, message, "verify")),
            self.table, look.mark(fold, "parts"), name="audit-panel",
            hint="Made of the journal by PS3.15 A.5. Whoever changes a record is found out.",
        )  # fmt: skip

    def search(self) -> str:
        """Search the trail."""
        given = {"user": self.who.value, "patient_id": self.patient.value, "text": self.words.value}
        if self.event.value != ANY:
            given["event"] = self.event.value
        wanted = {key: value.strip() for key, value in given.items() if value.strip()}
        rows = [_shown(row) for row in self.seat.audit.search(**wanted, limit="100")]
        self.table.value = look.scroll(look.table(rows[::-1], _COLUMNS, empty="none"))
        self.gaps.value = look.table(self.seat.audit.gaps(), _GAPS, empty="no gaps")
        return f"{look.count(len(rows), 'record')}, the newest first."

    def verify(self) -> str:
        """Check the chain."""
        done = self.seat.audit.verify()
        said = "; ".join(f"record {x['number']} {x['what']}" for x in done["problems"][:5])
        whole = f"The chain of {done['records']} records is whole."
        return whole if done["whole"] else f"✘ The chain was touched: {said}"

    def access(self) -> str:
        """Report who saw the record of the patient in the field."""
        rows = self.seat.audit.access(self.patient.value.strip())
        self.report.value = look.scroll(look.table(rows, _ACCESS, empty="nobody"))
        return "1 access" if len(rows) == 1 else f"{len(rows)} accesses"

    def colleagues(self) -> str:
        """Report who saw records of people who work here."""
        rows = self.seat.audit.access(colleagues=True)
        columns = {"patient": "patient", "colleague": "called like", **_ACCESS}
        self.report.value = look.scroll(look.table(rows, columns, empty="nobody"))
        return f"{len(rows)} accesses to records of people who are called like a colleague."

    def show(self) -> str:
        """Show one message."""
        found = self.seat.audit.show(int(self.number.value or 0))
        self.xml.value = look.scroll(f"<code>{escape(look.shown(found['message'], 8000))}</code>")
        return f"Record {found['number']}: {found['event']}"


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    ended = "✔" if row["outcome"] == 0 else "✘ failed"
    return {**row, "outcome": ended, "hospital": look.moment(row["hospital"])}
