"""Whether the archive runs, and how well: health, metrics, alarms, the morning check, traces."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from simulator.archive.api.desk import Desk, Row, yes_in
from simulator.archive.monitor.office import CONTENT_TYPE
from simulator.web import ANYONE, Call


class Watching(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        return [
            ("GET", "/health/live", ANYONE, self.live, "whether the process runs"),
            ("GET", "/health/ready", ANYONE, self.ready, "whether requests are answered"),
            ("GET", "/metrics", ANYONE, self.metrics, "metrics in Prometheus's text format"),
            ("GET", "/api/alarms", "monitor.read", self.alarms, "what has which threshold"),
            ("GET", "/api/morning", "monitor.read", self.morning, "the morning check; echo=true"),
            ("GET", "/api/trace", "monitor.read", self.trace, "the DICOM trace, of one node"),
        ]

    def live(self, call: Call) -> Any:
        """Say that the process answers."""
        return {"ok": True}

    def ready(self, call: Call) -> Any:
        """Say whether everything that answering needs is there; 503 if not."""
        trouble = self.archive.monitor.facts.readiness()
        return JSONResponse({"ok": not trouble, "trouble": trouble}, 503 if trouble else 200)

    def metrics(self, call: Call) -> Any:
        """Return the metrics; nothing about any patient."""
        return Response(self.archive.monitor.text(), headers={"Content-Type": CONTENT_TYPE})

    def alarms(self, call: Call) -> Any:
        """Return every threshold and how it stands."""
        return [finding.facts() for finding in self.archive.monitor.alarms.all()]

    def morning(self, call: Call) -> Any:
        """Return the morning check."""
        return self.archive.monitor.morning.report(echo=yes_in(call.query, "echo"))

    def trace(self, call: Call) -> Any:
        """Return the last lines of the DICOM trace."""
        node = call.query.get("node", "")[:16]
        lines = self.archive.monitor.trace.lines(node, call.limit(200))
        return {"nodes": self.archive.settings["log.trace"], "lines": lines}
