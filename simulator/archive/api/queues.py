"""The queue to other nodes: jobs one by one, destinations, and counts that reconcile."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from simulator.archive.api.desk import Desk, Row, yes_in
from simulator.archive.owed import Report
from simulator.archive.owed_table import WAITING
from simulator.clock import real_seconds
from simulator.errors import RefusedError, UsageError
from simulator.web import Call

_ONE, _PLACE = "/api/queues/{number}", "/api/queues/destinations"
_LONGEST = 30 * 86400  # seconds
_NAMED = ("references", "instances", "places")  # where a report's facts hold what it is about


class Queues(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        return [
            ("GET", "/api/queues", "node.read", self.queues, "reports and jobs not done yet"),
            ("GET", _PLACE, "node.read", self.destinations, "how it stands with each destination"),
            ("POST", _PLACE + "/{ae}/pause", "node.edit", self.pause, "send a node nothing"),
            ("POST", _PLACE + "/{ae}/resume", "node.edit", self.resume, "send to a node again"),
            ("POST", _PLACE + "/{ae}/retry", "node.edit", self.retry_all, "try all of a node's"),
            ("GET", "/api/queues/reconcile", "node.read", self.reconcile, "matched, sent, waiting"),
            ("POST", f"{_ONE}/retry", "node.edit", self.retry, "try one at once"),
            ("POST", f"{_ONE}/reschedule", "node.edit", self.reschedule, "try one later"),
            ("DELETE", _ONE, "node.edit", self.drop, "give one up"),
        ]

    def queues(self, call: Call) -> Any:
        """List what is owed, the oldest first."""
        busy = self.archive.owed.working()
        return [
            {**_facts(report), "trying": report.ae in busy} for report in self.archive.owed.all()
        ]

    def destinations(self, call: Call) -> Any:
        """List the destinations with their counts."""
        return self.archive.routing.counts.destinations()

    def reconcile(self, call: Call) -> Any:
        """Compare what rules matched with what became of it; with ask=true also there."""
        return self.archive.routing.counts.reconcile(ask=yes_in(call.query, "ask"))

    def pause(self, call: Call) -> Any:
        """Send a node nothing for the time being."""
        ae, reason = self._destination(call), call.body.get("reason", "")
        if not isinstance(reason, str) or len(reason) > 200:
            raise UsageError("That is no reason.", "Give one sentence.")
        self.archive.owed.pause(ae, call.who.name, reason)
        self.tell("queue.paused", f"{call.who.name} paused {ae}: {reason or '-'}", call, ae)
        return {"ok": True}

    def resume(self, call: Call) -> Any:
        """Send to a node again."""
        ae = self._destination(call)
        if not self.archive.owed.resume(ae):
            raise RefusedError(f"{ae} is not paused.", "See the destinations.", 409)
        self.tell("queue.resumed", f"{call.who.name} let {ae} be sent to again", call, ae)
        return {"ok": True}

    def retry_all(self, call: Call) -> Any:
        """Try everything of a node at once, dead letters, too."""
        ae = self._destination(call)
        count = self.archive.owed.retry_all(ae)
        text = f"{call.who.name} had {count} reports for {ae} tried at once"
        self.tell("queue.retried", text, call, ae)
        return {"ok": True, "count": count}

    def retry(self, call: Call) -> Any:
        """Try a report again at once."""
        number = call.number()
        self.archive.owed.retry(number)
        self.tell("queue.retried", f"{call.who.name} had report {number} tried at once", call, "")
        return {"ok": True}

    def reschedule(self, call: Call) -> Any:
        """Try a report later: in so many seconds, or at a moment of hospital time."""
        number, wait = call.number(), self._wait(call.body)
        self.archive.owed.reschedule(number, wait)
        text = f"{call.who.name} put report {number} off for {wait:g} s"
        self.tell("queue.rescheduled", text, call, "")
        return {"ok": True, "next_in_seconds": round(wait, 1)}

    def drop(self, call: Call) -> Any:
        """Give a report up."""
        report = self.archive.owed.drop(call.number())
        text = f"{call.who.name} gave up {report.kind} {report.subject} for {report.ae}"
        self.tell("queue.dropped", text, call, report.ae)
        return {"ok": True}

    def _destination(self, call: Call) -> str:
        ae = call.path["ae"]
        known = [row["ae"] for row in self.archive.routing.counts.destinations()]
        if self.archive.nodes.find(ae) is None and ae not in known:
            raise RefusedError(f"There is no node '{ae[:64]}'.", "List the nodes.", 404)
        return ae

    def _wait(self, body: dict[str, Any]) -> float:
        """Return the seconds (real time) a body asks for; raises UsageError."""
        if "at" in body:
            return self._until(body["at"])
        seconds: Any = body.get("seconds")
        if type(seconds) not in (int, float) or not 0 <= float(seconds) <= _LONGEST:
            raise UsageError("Until when is missing.", "Send 'seconds', or 'at' in hospital time.")
        return float(seconds)

    def _until(self, text: Any) -> float:
        clock = self.archive.clock
        try:
            left = (datetime.fromisoformat(text) - clock.now()).total_seconds()
        except (TypeError, ValueError):
            raise UsageError(f"'{text}' is no moment.", "Write 2026-03-02T18:00.") from None
        if clock.state.mode != "running":
            raise UsageError("The hospital's clock stands still.", "Give 'seconds' instead.")
        wait = left / clock.state.speed
        if not 0 <= wait <= _LONGEST:
            raise UsageError(f"{text} is past, or too far away.", "Choose another moment.")
        return wait


def _facts(report: Report) -> dict[str, Any]:
    facts = asdict(report)
    number, due, held = facts.pop("pk"), facts.pop("due"), facts.pop("facts")
    named = next((held[key] for key in _NAMED if key in held), ())
    facts |= {"rule": held.get("rule", ""), "state": _state(report)}
    instances = named if isinstance(named, int) else len(named)
    wait = round(max(0.0, due - real_seconds()), 1)
    return {"number": number, **facts, "instances": instances, "next_in_seconds": wait}


def _state(report: Report) -> str:
    """Return waiting, working, dead, or failed: it waits for another attempt."""
    return "failed" if report.state == WAITING and report.attempts else report.state
