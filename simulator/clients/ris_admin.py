"""What an administrator of the RIS changes, as a client sees it: a part of `seat.ris`."""

from __future__ import annotations

from typing import Any

from simulator.errors import UsageError
from simulator.results import Rows

_DEVICE = ("ae", "worklist", "mpps", "stations", "charset", "description")
_SENDER = ("application", "taken", "issuer", "charset", "types", "description")
_CHANGE = ("at", "actor", "what", "old", "new")


class RisAdminClient:
    """Settings, devices, senders, procedures, performed steps and exported reports."""

    def call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        query: dict[str, str] | None = None,
    ) -> Any:
        """Call the HTTP API of the hospital."""
        raise NotImplementedError

    # --- settings -----------------------------------------------------------------------------

    def settings(self) -> Rows:
        """List the RIS's settings."""
        return Rows(self.call("GET", "/settings"), ("key", "value", "default", "what"))

    def setting(self, key: str) -> Any:
        """Return one setting's value."""
        found = {row["key"]: row["value"] for row in self.settings()}
        if key not in found:
            raise UsageError(f"There is no setting '{key}'.", f"There are: {', '.join(found)}.")
        return found[key]

    def set(self, key: str, value: Any) -> Any:
        """Change one setting."""
        return self.call("PUT", f"/settings/{key}", {"value": value})["value"]

    # --- who may, and who is heard --------------------------------------------------------------

    def devices(self) -> Rows:
        """List the devices the RIS knows: who may query and report, and what each sees."""
        return Rows(self.call("GET", "/ris/devices"), _DEVICE)

    def device(self, ae: str, **changes: Any) -> dict[str, Any]:
        """Add or change a device: worklist, mpps, stations ('CT1,CT2'), charset, description."""
        answer: dict[str, Any] = self.call("PUT", f"/ris/devices/{ae}", changes)
        return answer

    def remove_device(self, ae: str) -> None:
        """Take a device out of the table."""
        self.call("DELETE", f"/ris/devices/{ae}")

    def senders(self) -> Rows:
        """List the sending applications (MSH-3) the RIS has a row for."""
        return Rows(self.call("GET", "/senders"), _SENDER)

    def sender(self, application: str, **changes: Any) -> dict[str, Any]:
        """Add or change a sending application: taken, issuer, charset, types, description."""
        answer: dict[str, Any] = self.call("PUT", f"/senders/{application}", changes)
        return answer

    def remove_sender(self, application: str) -> None:
        """Take a sending application out of the table."""
        self.call("DELETE", f"/senders/{application}")

    # --- procedures, steps, reports ---------------------------------------------------------------

    def unmap(self, code: str) -> None:
        """Take a procedure out of the table."""
        self.call("DELETE", f"/mapping/{code}")

    def mapping_history(self, code: str) -> Rows:
        """List every change of a procedure."""
        return Rows(self.call("GET", f"/mapping/{code}/history"), _CHANGE)

    def states(self) -> Rows:
        """List the states of an order, and what leads where."""
        return Rows(self.call("GET", "/states"), ("state", "event", "leads to"))

    def link_step(self, uid: str, accession: str) -> dict[str, Any]:
        """Say to which order a performed step belongs."""
        answer: dict[str, Any] = self.call("POST", f"/mpps/{uid}/link", {"accession": accession})
        return answer

    def exports(self, accession: str = "") -> Rows:
        """List the reports that went to the archive as DICOM objects, or wait."""
        query = {"accession": accession} if accession else {}
        rows = self.call("GET", "/exports", query=query)
        return Rows(rows, ("accession", "form", "state", "reason", "sop_uid"))

    def export(self, accession: str, form: str = "sr") -> dict[str, Any]:
        """Send an order's report to the archive as 'sr' or 'pdf'; returns what became of it."""
        answer: dict[str, Any] = self.call("POST", f"/orders/{accession}/export", {"as": form})
        return answer
