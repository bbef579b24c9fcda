"""`access_panel()`: the access review, open sessions, roles against a policy, emergencies."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.console import look
from simulator.errors import UsageError

_REVIEW = {"name": "user", "full_name": "person", "role": "role", "state": "state",
           "last_used": "last used", "reason": "why", "questions": "to ask"}  # fmt: skip
_SESSIONS = {"number": "number", "user": "user", "kind": "kind", "purpose": "for",
             "host": "from", "created": "since", "minutes_left": "minutes left"}  # fmt: skip
_EMERGENCIES = {"number": "no.", "at": "when", "user": "who", "patient_id": "patient",
                "reason": "reason", "finding": "finding", "reviewed_by": "by"}  # fmt: skip
_DIFFERENCES = {"role": "role", "right": "right", "difference": "difference"}
_WEAK = {"name": "user", "role": "role", "state": "state", "why": "its password is"}
FINDINGS = ("justified", "not justified", "unclear")


def access_panel(seat: Client | None = None) -> look.Widget:
    """Show who may do what and why, who is in now, and which emergencies wait for a finding."""
    return _Panel(look.client(seat)).widget


class _Panel:
    def __init__(self, seat: Client) -> None:
        self.seat, self.message = seat, look.Message()
        names = ("review", "sessions", "emergencies", "differences", "weak")
        self.html = {name: look.mark(w.HTML(), name) for name in names}
        self.session = look.choice("session", "session", [], width="300px")
        self.emergency = look.choice("access", "emergency", [], width="300px")
        self.finding = look.choice("finding", "finding", FINDINGS, width="200px")
        self.comment = look.text("because", "comment", width="300px", hint="what it rests on")
        self.policy = look.mark(w.Textarea(placeholder="the written policy, CSV or TOML"), "policy")
        self.policy.layout.width = "100%"
        self.widget = self._laid_out()
        self.message.guard(self.draw)

    def _laid_out(self) -> look.Widget:
        make, message = look.button, self.message
        parts = {
            "Access review": [self.html["review"]],
            "Sessions and tokens": [self.html["sessions"], look.row(
                self.session, make("End it", self.end, message, "end", style="warning"))],
            "Emergency access": [self.html["emergencies"], look.row(
                self.emergency, self.finding, self.comment,
                make("Write down", self.review, message, "write", style="primary"))],
            "Roles against the policy": [self.policy, look.row(
                make("Show what is in force", self.export, message, "export"),
                make("Compare", self.compare, message, "compare")), self.html["differences"]],
            "Passwords everybody knows": [
                make("Look for them", self.scan, message, "scan"), self.html["weak"]],
        }  # fmt: skip
        fold = w.Accordion([w.VBox(part) for part in parts.values()], titles=tuple(parts))
        fold.selected_index = 0
        top = look.row(make("Refresh", self.draw, message, "refresh"))
        return look.panel(
            "Who may do what, and why", message, top, look.mark(fold, "parts"), name="access-panel",
            hint="Least privilege: what the work needs, for as long as it needs it.",
        )  # fmt: skip

    def draw(self) -> None:
        """Ask the archive again."""
        self._put("review", self.seat.users.review(), _REVIEW)
        sessions = self.seat.users.sessions()
        self._put("sessions", sessions, _SESSIONS)
        look.offer(self.session, [(f"{x['user']} ({x['number']})", x["number"]) for x in sessions])
        emergencies = self.seat.emergencies.list()
        self._put("emergencies", emergencies, _EMERGENCIES)
        waiting = [x for x in emergencies if not x["finding"]]
        options = [(f"{x['number']}: {x['user']}, {x['patient_id']}", x["number"]) for x in waiting]
        look.offer(self.emergency, options)

    def _put(self, name: str, rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
        self.html[name].value = look.scroll(look.table(rows, columns, empty="none"))

    def end(self) -> str:
        """End the chosen session or token."""
        if not self.session.value:
            raise UsageError("No session is chosen.", "Choose one in the list.")
        self.seat.users.end_session(self.session.value)
        self.draw()
        return "It has ended: whoever used it must log in again."

    def review(self) -> str:
        """Write down what was found of an emergency access."""
        if not self.emergency.value:
            raise UsageError("No emergency access waits.", "Nothing to do.")
        done = self.seat.emergencies.review(
            self.emergency.value, self.finding.value, self.comment.value
        )
        self.draw()
        return f"Access {done['number']} of {done['user']} was found {done['finding']}."

    def export(self) -> str:
        """Put what is in force into the field, as CSV."""
        self.policy.value = self.seat.roles.matrix("csv")
        return "That is in force now. Change it to what the policy says, then compare."

    def compare(self) -> str:
        """Compare the roles with the policy in the field."""
        found = self.seat.roles.compare(self.policy.value)
        self._put("differences", found, _DIFFERENCES)
        return f"{look.count(len(found), 'difference')} from the policy."

    def scan(self) -> str:
        """Look for weak passwords."""
        found = self.seat.users.weak()
        self._put("weak", found, _WEAK)
        return f"{look.count(len(found), 'account')} with a password everybody knows."
