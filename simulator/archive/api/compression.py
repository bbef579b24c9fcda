"""Compression rules, and running them."""

from __future__ import annotations

from typing import Any

from simulator.archive.api.desk import Desk, Row
from simulator.archive.lifecycle.amounts import size_text
from simulator.web import Call

_RULES, _RULE = "/api/compression/rules", "/api/compression/rules/{name}"


class Compression(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        return [
            ("GET", _RULES, "storage.read", self.rules, "which images are compressed how"),
            ("PUT", _RULE, "storage.edit", self.put, "make or change a compression rule"),
            ("DELETE", _RULE, "storage.edit", self.remove, "delete a compression rule"),
            ("POST", f"{_RULE}/run", "storage.edit", self.run, "compress what a rule names"),
        ]

    def rules(self, call: Call) -> Any:
        """List the rules."""
        return [vars(rule) for rule in self.archive.lifecycle.compression.rules.all()]

    def put(self, call: Call) -> Any:
        """Make or change a rule."""
        made = self.archive.lifecycle.compression.rules.put(call.path["name"], call.body)
        said = ", ".join(f"{key} {value}" for key, value in made.items() if value != "")
        text = f"{call.who.name} set the compression rule {made['name']}: {said}"
        self.tell("compression.rule", text, call, made["name"])
        return made

    def remove(self, call: Call) -> Any:
        """Delete a rule."""
        name = call.path["name"]
        self.archive.lifecycle.compression.rules.remove(name)
        text = f"{call.who.name} deleted the compression rule {name}"
        self.tell("compression.rule", text, call, name)
        return {"ok": True}

    def run(self, call: Call) -> Any:
        """Compress up to 200 images that a rule names; dry_run: only say what it would do."""
        name, dry = call.path["name"], call.yes("dry_run")
        report = self.archive.lifecycle.compression.run(name, dry=dry)
        if not dry and report["compressed"]:
            text = (
                f"{call.who.name} compressed {report['compressed']} images by {name}: "
                f"{size_text(report['before'])} became {size_text(report['after'])}"
            )
            self.tell("compression.run", text, call, name)
        return report
