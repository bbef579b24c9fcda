"""Downtimes: begin, end, and what there were."""

from __future__ import annotations

from typing import Any

from simulator.archive.api.desk import Desk, Row
from simulator.archive.continuity.downtime import MODES
from simulator.errors import UsageError
from simulator.web import Call


class DowntimeDesk(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        return [
            (
                "GET",
                "/api/downtime",
                "setting.read",
                self.status,
                "is the archive down, since when",
            ),
            ("GET", "/api/downtimes", "setting.read", self.all, "every downtime"),
            ("POST", "/api/downtime", "downtime.run", self.start, "begin: reason, mode, until"),
            ("POST", "/api/downtime/stop", "downtime.run", self.stop, "end the downtime"),
        ]

    def status(self, call: Call) -> Any:
        """Say whether a downtime is on."""
        row = self.archive.downtime.present()
        said = MODES[row["mode"]] if row else "the archive works as always"
        return {"on": row is not None, "said": said, **(row or {})}

    def all(self, call: Call) -> Any:
        """List downtimes."""
        return self.archive.downtime.all()

    def start(self, call: Call) -> Any:
        """Begin a downtime."""
        (reason,) = call.need("reason")
        mode, until = call.body.get("mode", "stores"), call.body.get("until", "")
        if not all(isinstance(value, str) for value in (reason, mode, until)):
            raise UsageError("reason, mode and until are texts.", "Send texts.")
        return self.archive.downtime.start(mode, reason, until, call.actor)

    def stop(self, call: Call) -> Any:
        """End the downtime."""
        return self.archive.downtime.stop(call.actor)
