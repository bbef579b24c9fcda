"""Faults as an instructor's client sees them, through the hospital's API."""

from __future__ import annotations

from typing import Any

from simulator.clients.hospital import HospitalClient
from simulator.results import Rows


class FaultClient(HospitalClient):
    """Inject and lift faults; needs the instructor's token."""

    def kinds(self) -> Rows:
        """List every kind of fault and its parameters."""
        return Rows(self.call("GET", "/faults/kinds"), ("kind", "says", "needs", "takes"))

    def status(self) -> Rows:
        """List what is injected now."""
        return Rows(self.call("GET", "/faults"), ("id", "kind", "parameters", "injected"))

    def inject(self, kind: str, **parameters: Any) -> dict[str, Any]:
        """Inject a fault."""
        body = {"kind": kind, "parameters": parameters}
        answer: dict[str, Any] = self.call("POST", "/faults", body)
        return answer

    def lift(self, number: int) -> dict[str, Any]:
        """Lift a fault."""
        answer: dict[str, Any] = self.call("DELETE", f"/faults/{number}")
        return answer
