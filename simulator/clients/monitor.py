"""How well the archive runs, as a client sees it."""

from __future__ import annotations

from typing import Any

from simulator.clients.archive import ArchiveClient
from simulator.errors import RefusedError
from simulator.http import request
from simulator.results import Rows

_FINDING = ("sign", "name", "value", "reason", "remedy")


class MonitorClient:
    """Metrics, alarms, the morning check and traces."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def metrics(self, prefix: str = "") -> dict[str, float]:
        """Return the metrics whose name begins with `prefix`, by name and labels."""
        found = {}
        for line in self.text().splitlines():
            if line.startswith(prefix) and not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                found[name] = float(value)
        return found

    def text(self) -> str:
        """Return the metrics in Prometheus's text format."""
        data: bytes = request("GET", self._root + "/metrics")
        return data.decode()

    def ready(self) -> dict[str, Any]:
        """Return whether requests are answered, and what is wrong if not."""
        answer: dict[str, Any] = request("GET", self._root + "/health/ready")
        return answer

    def live(self) -> bool:
        """Return whether the process answers at all."""
        try:
            return bool(request("GET", self._root + "/health/live")["ok"])
        except RefusedError:
            return False

    def alarms(self) -> Rows:
        """Return every threshold and how it stands."""
        return Rows(self._archive.call("GET", "/alarms"), _FINDING)

    def morning(self, *, echo: bool = False) -> dict[str, Any]:
        """Return the morning check; with `echo` every node is called."""
        query = {"echo": "true"} if echo else {}
        answer: dict[str, Any] = self._archive.call("GET", "/morning", query=query)
        return answer

    def trace(self, node: str = "", limit: int = 200) -> list[str]:
        """Return the last lines of the DICOM trace; switch it on with `log.trace`."""
        query = {"node": node, "limit": str(limit)}
        return list(self._archive.call("GET", "/trace", query=query)["lines"])

    @property
    def _root(self) -> str:
        return str(self._archive.seat.facts["urls"]["api"]).removesuffix("/api")
