"""HL7 messages, MPPS, reports and the reading list."""

from __future__ import annotations

from typing import Any

from simulator.archive.api.desk import Desk, Row
from simulator.errors import RefusedError
from simulator.network.message_log import FILTERS, shown
from simulator.web import Call


class Interfaces(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        one = "/api/messages/{number}"
        return [
            ("GET", "/api/messages", "study.read", self.messages, "HL7 messages, newest last"),
            ("GET", one, "study.read", self.message, "one message, its segments and bytes"),
            ("POST", f"{one}/replay", "study.edit", self.replay, "process a message once more"),
            ("GET", "/api/mpps", "study.read", self.steps, "steps the RIS passed on"),
            ("GET", "/api/reports", "study.read", self.reports, "reports, of one accession or all"),
            ("GET", "/api/reading-list", "study.read", self.reading_list, "what is to be read"),
        ]

    def messages(self, call: Call) -> Any:
        """List the message log."""
        filters = {key: value for key, value in call.query.items() if key in FILTERS}
        found = self.archive.interfaces.log.find(call.limit(200), **filters)
        return self.archive.sight.shown(call.who, found)

    def message(self, call: Call) -> Any:
        """Show one message."""
        return shown(self._message(call))

    def replay(self, call: Call) -> Any:
        """Process a message once more."""
        number = self._message(call)["number"]
        done = self.archive.interfaces.receiver.replay(number)
        self.tell("message.replayed", f"{call.who.name} replayed message {number}", call, done)
        return {"ok": True, "done": done}

    def steps(self, call: Call) -> Any:
        """List performed procedure steps."""
        found = self.archive.steps.all(call.query.get("accession", ""))
        return self.archive.sight.shown(call.who, found)

    def reports(self, call: Call) -> Any:
        """List reports."""
        found = self.archive.interfaces.reports(call.query.get("accession", ""))
        return self.archive.sight.shown(call.who, found)

    def reading_list(self, call: Call) -> Any:
        """List what waits for a radiologist."""
        rows = self.archive.interfaces.reading_list()
        if limits := self.archive.sight.of(call.who):
            seen = {study["study_uid"] for study in self.archive.index.studies(limits)}
            rows = [row for row in rows if row["study_uid"] in seen]
        return rows

    def _message(self, call: Call) -> dict[str, Any]:
        found = self.archive.interfaces.log.get(call.number())
        if not self.archive.sight.shown(call.who, [found]):
            raise RefusedError(f"There is no message {found['number']}.", "List the messages.", 404)
        return found
