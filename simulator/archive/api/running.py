"""Settings, audit, and the lab's own: baseline and reset."""

from __future__ import annotations

from itertools import islice
from typing import Any

from simulator.archive.api.desk import INSTRUCTOR, Desk, Row
from simulator.web import Call


class Running(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        return [
            ("GET", "/api/settings", "setting.read", self.settings, "list settings"),
            ("PUT", "/api/settings/{key}", "setting.edit", self.set, "change a setting"),
            ("GET", "/api/audit", "audit.read", self.audit, "search the archive's journal"),
            ("POST", "/api/baseline", INSTRUCTOR, self.save, "make this state the baseline"),
            ("POST", "/api/reset", INSTRUCTOR, self.reset, "go back to the baseline"),
        ]

    def settings(self, call: Call) -> Any:
        """List settings."""
        return self.archive.settings.all()

    def set(self, call: Call) -> Any:
        """Change a setting."""
        key = call.path["key"]
        (value,) = call.need("value")
        old, new = self.archive.settings.set(key, value)
        self.tell(
            "setting.changed", f"{call.who.name} changed {key} from {old!r} to {new!r}", call, key
        )
        return {"key": key, "value": new}

    def audit(self, call: Call) -> Any:
        """Search the archive's journal by kind, text and time."""
        words, limit = call.query.get("text", "").lower(), call.limit(500)
        found = self.journal.newest(
            kind=call.query.get("kind", ""),
            source="archive",
            since=call.query.get("since", ""),
            node=call.query.get("node", ""),
        )
        fitting = (vars(entry) for entry in found if words in entry.text.lower())
        return [*islice(fitting, limit)][::-1]

    def save(self, call: Call) -> Any:
        """Save the baseline."""
        self.archive.save_baseline()
        return {"ok": True}

    def reset(self, call: Call) -> Any:
        """Reset to the baseline."""
        self.archive.reset()
        return {"ok": True}
