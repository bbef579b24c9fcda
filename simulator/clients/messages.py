"""HL7 as a client sees it: messages, channels, patients and reports."""

from __future__ import annotations

from typing import Any

from simulator.network.hl7_fields import differing
from simulator.results import Rows

_MESSAGE = ("number", "at", "direction", "channel", "kind", "control_id", "state", "code", "reason")
_CHANNEL = ("name", "host", "port", "paused", "queued", "sent", "parked", "on_error", "on_reject",
            "on_silence")  # fmt: skip


class MessageLogClient:
    """The message log of RIS or archive: a part of their clients."""

    def call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        query: dict[str, str] | None = None,
    ) -> Any:
        """Call the HTTP API of the system whose client this is part of."""
        raise NotImplementedError

    def messages(self, **filters: Any) -> Rows:
        """List messages; filter by kind, state, channel, accession, patient_id, limit …"""
        query = {key: str(value) for key, value in filters.items()}
        return Rows(self.call("GET", "/messages", query=query), _MESSAGE)

    def message(self, number: int) -> dict[str, Any]:
        """Return one message: its text, its segments, its bytes as Latin-1 in 'raw'."""
        answer: dict[str, Any] = self.call("GET", f"/messages/{number}")
        return answer

    def fields(self, number: int) -> Rows:
        """List the fields of one message that have a value, with their names."""
        return Rows(self.message(number)["fields"], ("path", "name", "value"))

    def compare(self, number: int, other: int, log: MessageLogClient | None = None) -> Rows:
        """Return the fields in which two messages differ; `other` may stand in another log."""
        rows = differing(self.fields(number), (log or self).fields(other))
        return Rows(rows, ("path", "name", "one", "other"))

    def replay(self, number: int) -> str:
        """Process a message that came in once more; returns what was done."""
        return str(self.call("POST", f"/messages/{number}/replay", {})["done"])

    def reports(self, accession: str = "") -> Rows:
        """List reports, of one accession number or all."""
        query = {"accession": accession} if accession else {}
        rows = self.call("GET", "/reports", query=query)
        return Rows(rows, ("at", "accession", "status", "author", "text"))


class InterfaceClient(MessageLogClient):
    """The RIS's channels beside its messages."""

    def channels(self) -> Rows:
        """List the channels with the length of their queues."""
        return Rows(self.call("GET", "/channels"), _CHANNEL)

    def channel(self, name: str, **changes: Any) -> dict[str, Any]:
        """Change a channel: paused, port, receiving_application, on_error, on_reject …"""
        answer: dict[str, Any] = self.call("PATCH", f"/channels/{name}", changes)
        return answer

    def add_channel(self, name: str, host: str, port: int, **facts: Any) -> dict[str, Any]:
        """Add a channel: sending_application, receiving_application; copy_of='PACS' for a copy."""
        body = {"name": name, "host": host, "port": port, **facts}
        answer: dict[str, Any] = self.call("POST", "/channels", body)
        return answer

    def pause(self, name: str) -> dict[str, Any]:
        """Let a channel's queue stand still."""
        return self.channel(name, paused=True)

    def resume(self, name: str) -> dict[str, Any]:
        """Let a channel's queue go on."""
        return self.channel(name, paused=False)

    def send(self, channel: str, text: str) -> dict[str, Any]:
        """Send a message typed by hand; returns what became of it."""
        answer: dict[str, Any] = self.call("POST", "/messages", {"channel": channel, "text": text})
        return answer

    def resend(self, number: int, text: str = "") -> dict[str, Any]:
        """Send a message again, or its corrected text; returns what became of it."""
        body = {"text": text} if text else {}
        answer: dict[str, Any] = self.call("POST", f"/messages/{number}/resend", body)
        return answer

    def adt(self, trigger: str, patient_id: str, **facts: str) -> dict[str, Any]:
        """Have the HIS send an ADT message, e.g. adt('A40', 'M1', retired='M2')."""
        body = {"trigger": trigger, "patient_id": patient_id, **facts}
        answer: dict[str, Any] = self.call("POST", "/his/adt", body)
        return answer

    def patients(self, **filters: str) -> Rows:
        """List the patients the RIS knows; a merged identifier says into which."""
        return Rows(self.call("GET", "/patients", query=filters))

    def history(self, accession: str) -> Rows:
        """List every change of an order."""
        rows = self.call("GET", f"/orders/{accession}/history")
        return Rows(rows, ("at", "actor", "what", "old", "new"))
