"""What the archive still owes to other nodes: storage commitments, availability notices."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from simulator.archive.api.desk import Desk, Row
from simulator.clock import real_seconds
from simulator.errors import UsageError
from simulator.web import Call


class Queues(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        return [
            ("GET", "/api/queues", "node.read", self.queues, "reports not delivered yet"),
            ("POST", "/api/queues/{number}/retry", "node.edit", self.retry, "try one at once"),
            ("DELETE", "/api/queues/{number}", "node.edit", self.drop, "give one up"),
        ]

    def queues(self, call: Call) -> Any:
        """List what is owed, the oldest first."""
        busy = self.archive.owed.working()
        return [
            {**_facts(asdict(report)), "trying": report.ae in busy}
            for report in self.archive.owed.all()
        ]

    def retry(self, call: Call) -> Any:
        """Try a report again at once."""
        number = _number(call)
        self.archive.owed.retry(number)
        self.tell("queue.retried", f"{call.who.name} had report {number} tried at once", call, "")
        return {"ok": True}

    def drop(self, call: Call) -> Any:
        """Give a report up."""
        report = self.archive.owed.drop(_number(call))
        text = f"{call.who.name} gave up {report.kind} {report.subject} for {report.ae}"
        self.tell("queue.dropped", text, call, report.ae)
        return {"ok": True}


def _facts(report: dict[str, Any]) -> dict[str, Any]:
    number, due = report.pop("pk"), report.pop("due")
    facts = report.pop("facts")
    instances = len(facts.get("references", facts.get("instances", ())))
    wait = round(max(0.0, due - real_seconds()), 1)
    return {"number": number, **report, "instances": instances, "next_in_seconds": wait}


def _number(call: Call) -> int:
    text = call.path["number"]
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise UsageError(f"'{text}' is no number of a report.", "List the queue.")
    return int(text)
