"""The capacity panel's compression: rules, what they would save, and doing it."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.console import look
from simulator.console.capacity_rules import Rules
from simulator.errors import UsageError

METHODS = ("rle", "jpeg-ls", "jpeg-2000", "jpeg-2000-lossy", "jpeg-lossy")
_RULES = {"name": "rule", "method": "method", "modality": "modality", "source": "from",
          "older_than": "older than", "ratio": "ratio (lossy)", "enabled": "on"}  # fmt: skip
_DONE = {"before": "before", "after": "after", "why": "why not", "sop_uid": "SOP Instance UID"}
_MOST = 12  # images shown


class Compression:
    """Which images are compressed how; a rule is tried before it is run."""

    def __init__(self, seat: Client, message: look.Message, changed: look.Act) -> None:
        """Work on `seat`; `changed` draws the disks again."""
        self.seat, self.message, self.changed = seat, message, changed
        self.tried = ""  # the rule whose preview is on the screen
        self.rules = Rules(
            seat.compression.list, _RULES, empty="no rule: images stay as they came",
            label="rule", name="compression", table="compressions",
        )  # fmt: skip
        self.outcome = look.mark(w.HTML(), "compressed")
        self.name = look.text("name", "compression-name", width="200px", hint="e.g. old CT")
        self.method = look.choice("method", "method", METHODS, width="220px")
        self.modality = look.text("modality", "compression-modality", width="160px", hint="any")
        self.source = look.text("from", "compression-source", width="180px", hint="any AE title")
        self.older = look.text("older than", "older-than", "0d", width="160px", hint="30d, 6m")
        self.ratio = look.mark(w.BoundedIntText(10, min=2, max=100, description="ratio"), "ratio")
        self.ratio.layout.width, self.ratio.style.description_width = "130px", "6ch"
        self.widget = self._laid_out()
        look.watch(self.rules.choice, self._fill, message)

    def _laid_out(self) -> look.Widget:
        make, message = look.button, self.message
        return w.VBox([
            self.rules.table,
            look.row(self.rules.choice, self.name, self.method, self.modality, self.source),
            look.row(self.older, self.ratio,
                     make("Save rule", self.save, message, "compression-save", style="primary"),
                     make("Delete rule", self.remove, message, "compression-remove")),
            w.HTML("<p class='pl-soft'>rle, jpeg-ls and jpeg-2000 lose nothing: the image keeps "
                   "its UID and gets a smaller file. The lossy ones make a second image with a UID "
                   "of its own, marked as lossy, beside the first; mammograms are left out.</p>"),
            look.row(make("Preview", self.preview, message, "compression-preview"),
                     make("Compress", self.run, message, "compression-run", style="warning")),
            self.outcome,
        ])  # fmt: skip

    def draw(self) -> None:
        """Read the rules again."""
        self.rules.draw()

    def _fill(self) -> None:
        row = self.rules.row()
        self.name.value, self.method.value = row.get("name", ""), row.get("method", METHODS[0])
        self.modality.value, self.source.value = row.get("modality", ""), row.get("source", "")
        self.older.value, self.ratio.value = row.get("older_than", "0d"), row.get("ratio", 10)
        self._forget()

    def _forget(self) -> None:
        self.tried, self.outcome.value = "", ""

    def save(self) -> str:
        """Make the rule in the form, or change it."""
        made = self.seat.compression.put(
            self.name.value.strip(), method=self.method.value, ratio=self.ratio.value,
            modality=self.modality.value.strip(), source=self.source.value.strip(),
            older_than=self.older.value.strip(),
        )  # fmt: skip
        self._forget()
        self.rules.draw(made["name"])
        return f"The rule {made['name']} is saved; no image was changed. Preview what it saves."

    def remove(self) -> str:
        """Delete the chosen rule; what it compressed stays as it is."""
        name = self.rules.chosen()
        self.seat.compression.remove(name)
        self._forget()
        self.draw()
        return f"The rule {name} is deleted; what it compressed stays as it is."

    def preview(self) -> str:
        """Say what the chosen rule would do to the oldest images."""
        name = self.rules.chosen()
        said = self._said(self.seat.compression.run(name, dry_run=True), "would be compressed")
        self.tried = name
        return said

    def run(self) -> str:
        """Compress, after a preview of the same rule."""
        name = self.rules.chosen()
        if self.tried != name:
            raise UsageError("This rule was not previewed.", "Press Preview and read it first.")
        self._forget()
        report = self.seat.compression.run(name)
        self.changed()
        return self._said(report, "were compressed")

    def _said(self, report: dict[str, Any], verb: str) -> str:
        rows = [
            {**row, **{key: look.size(row[key]) for key in ("before", "after") if row.get(key)}}
            for row in report["instances"][:_MOST]
        ]
        self.outcome.value = look.scroll(look.table(rows, _DONE, empty="no image fits the rule"))
        left = len(report["instances"]) - report["compressed"]
        more = f"; {report['more']} more wait for the next time" if report["more"] else ""
        saved = "are needed more" if report["saved"] < 0 else "are saved"
        return (
            f"{look.count(report['compressed'], 'image')} {verb}, {left} left as they are{more}: "
            f"{look.size(abs(report['saved']))} {saved}."
        )
