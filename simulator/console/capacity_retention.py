"""The capacity panel's retention: rules, what they would let expire, and doing that."""

from __future__ import annotations

import ipywidgets as w

from simulator.client import Client
from simulator.console import look
from simulator.console.capacity_rules import Rules
from simulator.errors import UsageError

_RULES = {"name": "rule", "keep": "kept for", "modality": "modality", "description": "study",
          "patients": "patients", "after_majority": "minors: after 18", "action": "then",
          "enabled": "on"}  # fmt: skip
_EXPIRY = {"until": "kept until", "patient_name": "patient", "modalities": "modality",
           "description": "study", "why": "why"}  # fmt: skip
_MOST = 200  # studies shown; the report has them all


class Retention:
    """How long which studies are kept; nothing goes that no preview named."""

    def __init__(self, seat: Client, message: look.Message, changed: look.Act) -> None:
        """Work on `seat`; `changed` draws the disks again."""
        self.seat, self.message, self.changed = seat, message, changed
        self.preview_number = 0
        self.rules = Rules(
            seat.retention.list, _RULES, empty="no rule: all is kept for ever",
            label="change", name="rule", table="rules",
        )  # fmt: skip
        self.expiry = look.mark(w.HTML(), "expiry")
        self._make()
        self.widget = self._laid_out()

    def _make(self) -> None:
        self.name = look.text("name", "rule-name", width="200px", hint="e.g. mammograms")
        self.keep = look.text("kept for", "keep", width="190px", hint="30d, 6m, 10y")
        self.modality = look.text("modality", "rule-modality", width="160px", hint="any")
        self.description = look.text(
            "study description", "rule-description", width="290px", hint="any; CT *"
        )
        self.patients = look.choice("patients", "patients", ("all", "adults", "minors"),
                                    width="180px")  # fmt: skip
        self.majority = look.text("minors: after 18", "after-majority", width="220px",
                                  hint="e.g. 10y")  # fmt: skip
        self.action = look.choice("then", "action", ("delete", "reject"), width="150px")
        self.on = look.mark(w.Checkbox(True, description="on", indent=False), "rule-on")
        self.on.layout.width = "60px"
        look.watch(self.rules.choice, self._fill, self.message)

    def _laid_out(self) -> look.Widget:
        make, message = look.button, self.message
        return w.VBox([
            self.rules.table,
            look.row(self.rules.choice, self.name, self.keep, self.modality, self.description),
            look.row(self.patients, self.majority, self.action, self.on,
                     make("Save rule", self.save, message, "rule-save", style="primary"),
                     make("Delete rule", self.remove, message, "rule-remove")),
            w.HTML("<p class='pl-soft'>Of the rules that speak of a study, the longest counts; "
                   "what no rule speaks of is kept for ever. A rule takes nothing away by itself: "
                   "preview, read, then run that preview.</p>"),
            look.row(make("Preview", self.preview, message, "preview"),
                     make("Run this preview", self.run, message, "run", style="danger")),
            self.expiry,
        ])  # fmt: skip

    def draw(self) -> None:
        """Read the rules again."""
        self.rules.draw()

    def _fill(self) -> None:
        row = self.rules.row()
        for field, key in ((self.name, "name"), (self.keep, "keep"), (self.modality, "modality"),
                           (self.description, "description"),
                           (self.majority, "after_majority")):  # fmt: skip
            field.value = row.get(key, "")
        self.patients.value, self.action.value = (
            row.get("patients", "all"),
            row.get("action", "delete"),
        )
        self.on.value = row.get("enabled", True)

    def save(self) -> str:
        """Make the rule in the form, or change it."""
        made = self.seat.retention.put(
            self.name.value.strip(), keep=self.keep.value, modality=self.modality.value.strip(),
            description=self.description.value.strip(), patients=self.patients.value,
            after_majority=self.majority.value.strip(), action=self.action.value,
            enabled=self.on.value,
        )  # fmt: skip
        self._forget(made["name"])
        return f"The rule {made['name']} is saved; nothing has gone. Preview what it means."

    def remove(self) -> str:
        """Delete the chosen rule."""
        name = self.rules.chosen()
        self.seat.retention.remove(name)
        self._forget()
        return f"The rule {name} is deleted: what only it spoke of is kept for ever."

    def _forget(self, choose: str = "") -> None:
        """Forget the preview: the rules are others now."""
        self.preview_number, self.expiry.value = 0, ""
        self.rules.draw(choose)

    def preview(self) -> str:
        """Show what the retention rules say now."""
        report = self.seat.retention.preview(_MOST)
        self.preview_number = report["number"]
        rows = [row for row in report["studies"] if row["expired"]]
        self.expiry.value = look.scroll(look.table(rows, _EXPIRY, empty="nothing has expired"))
        cut = f" Here are the first {_MOST}." if report["expiring"] > _MOST else ""
        return (
            f"Preview {report['number']}: {look.count(report['expiring'], 'study')} would go, "
            f"{look.size(report['bytes'])}; {report['held']} more expired and are on hold.{cut}"
        )

    def run(self) -> str:
        """Do what the preview on the screen says."""
        if not self.preview_number:
            raise UsageError("Nothing was previewed yet.", "Press Preview and read it first.")
        report = self.seat.retention.run(self.preview_number)
        self.preview_number, self.expiry.value = 0, ""
        self.changed()
        gone = look.count(report["expiring"], "study")
        return f"{gone} went, {look.size(report['bytes'])} are free again."
