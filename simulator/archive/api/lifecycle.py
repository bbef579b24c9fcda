"""Retention rules, their preview and run, and legal holds."""

from __future__ import annotations

from typing import Any

from simulator.archive.api.desk import Desk, Row, yes_in
from simulator.archive.lifecycle.amounts import size_text
from simulator.web import Call

_RULE, _SEE = "/api/retention/rules/{name}", "storage.read"
_DO, _HOLD = "retention.edit", "hold.edit"


class Lifecycle(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        release, report = "/api/holds/{number}/release", "/api/retention/reports/{number}"
        return [
            ("GET", "/api/retention/rules", _SEE, self.rules, "how long which studies are kept"),
            ("PUT", _RULE, _DO, self.put, "make or change a retention rule"),
            ("DELETE", _RULE, _DO, self.remove, "delete a retention rule"),
            ("POST", "/api/retention/preview", _DO, self.preview, "what would expire, and why"),
            ("POST", "/api/retention/run", _DO, self.run, "take out what a preview named"),
            ("GET", "/api/retention/reports", _SEE, self.reports, "previews and runs"),
            ("GET", report, _SEE, self.report, "one preview or run, whole"),
            ("GET", "/api/holds", _SEE, self.holds, "legal holds; released=true: all"),
            ("POST", "/api/holds", _HOLD, self.hold, "put a study or a patient on hold"),
            ("POST", release, _HOLD, self.release, "end a hold"),
        ]

    # --- retention ----------------------------------------------------------------------------

    def rules(self, call: Call) -> Any:
        """List the rules."""
        return [vars(rule) for rule in self.archive.lifecycle.retention.rules.all()]

    def put(self, call: Call) -> Any:
        """Make or change a rule."""
        made = self.archive.lifecycle.retention.rules.put(call.path["name"], call.body)
        said = ", ".join(f"{key} {value}" for key, value in made.items() if value != "")
        text = f"{call.who.name} set the retention rule {made['name']}: {said}"
        self.tell("retention.rule", text, call, made["name"])
        return made

    def remove(self, call: Call) -> Any:
        """Delete a rule."""
        name = call.path["name"]
        self.archive.lifecycle.retention.rules.remove(name)
        text = f"{call.who.name} deleted the retention rule {name}"
        self.tell("retention.rule", text, call, name)
        return {"ok": True}

    def preview(self, call: Call) -> Any:
        """Say what a run would do now, of at most `limit` studies; changes nothing."""
        most = call.limit(0)
        report = self.archive.lifecycle.retention.preview(call.who.name)
        text = f"{call.who.name} had the retention rules tried: {report['expiring']} would expire"
        self.tell("retention.previewed", text, call, str(report["number"]))
        return {**report, "studies": report["studies"][: most or None]}

    def run(self, call: Call) -> Any:
        """Do what a preview said."""
        (number,) = call.need("preview")
        report = self.archive.lifecycle.retention.run(number, call.who.name)
        text = (
            f"{call.who.name} ran the retention rules: {report['expiring']} studies expired, "
            f"{size_text(report['bytes'])} are free again"
        )
        self.tell("retention.run", text, call, str(report["number"]))
        return report

    def reports(self, call: Call) -> Any:
        """List previews and runs, the newest first."""
        return self.archive.lifecycle.retention.reports()

    def report(self, call: Call) -> Any:
        """Show one: all studies that expired, and the first of those that were kept."""
        return self.archive.lifecycle.retention.report(call.number())

    # --- holds --------------------------------------------------------------------------------

    def holds(self, call: Call) -> Any:
        """List the holds in force, or all."""
        return self.archive.lifecycle.holds.all(released=yes_in(call.query, "released"))

    def hold(self, call: Call) -> Any:
        """Put a study, or all of a patient's, on hold."""
        (reason,) = call.need("reason")
        what = {key: call.body.get(key, "") for key in ("study_uid", "patient_id", "issuer")}
        made = self.archive.lifecycle.holds.put(reason, call.who.name, **what)
        subject = made["study_uid"] or made["patient_id"]
        which = "study" if made["study_uid"] else "patient"
        text = f"{call.who.name} put {which} {subject} on hold: {made['reason']}"
        self.tell("hold.put", text, call, subject)
        return made

    def release(self, call: Call) -> Any:
        """End a hold."""
        number = call.number()
        (reason,) = call.need("reason")
        row = self.archive.lifecycle.holds.release(number, reason, call.who.name)
        subject = row["study_uid"] or row["patient_id"]
        text = f"{call.who.name} released hold {number} ({subject}): {row['release_reason']}"
        self.tell("hold.released", text, call, subject)
        return row
