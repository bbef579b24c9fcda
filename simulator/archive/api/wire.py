"""What was said on the wire at this archive: associations and HL7 connections, and captures."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from simulator.archive.api.desk import Desk, Row
from simulator.archive.archive import Archive
from simulator.journal import JournalReader
from simulator.network.wire_office import WireOffice
from simulator.web import Call

CONTENT_TYPE = "application/vnd.tcpdump.pcap"


class WireDesk(Desk):
    """Handlers of the admin API."""

    def __init__(self, archive: Archive, journal: JournalReader) -> None:
        """Show what this process recorded, in the archive's hospital time."""
        super().__init__(archive, journal)
        self.office = WireOffice()
        if archive is not None:
            self.office.tape.clock = archive.clock

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        one = "/api/wire/{number}"
        return [
            ("GET", "/api/wire", "audit.read", self.list, "what was recorded on the wire"),
            ("GET", one, "audit.read", self.show, "what was said on one connection"),
            ("GET", f"{one}/messages/{{message}}", "audit.read", self.message, "one, taken apart"),
            ("GET", "/api/wire-capture", "audit.read", self.save, "a pcapng file; numbers=1,2"),
        ]

    def list(self, call: Call) -> Any:
        """List connections, filtered by ae, without, protocol, since and limit."""
        return self.office.list(call.query)

    def show(self, call: Call) -> Any:
        """Return one connection with its messages."""
        return self.office.show(call.number())

    def message(self, call: Call) -> Any:
        """Return one message, decoded."""
        return self.office.message(call.number(), call.number("message"))

    def save(self, call: Call) -> Any:
        """Return the capture of these connections, or of all."""
        numbers = call.query.get("numbers", "")
        data = self.office.capture(numbers)
        self.tell("wire.saved", f"{call.who.name} saved what was said on the wire", call,
                  numbers[:500] or "all")  # fmt: skip
        return Response(data, headers={"Content-Type": CONTENT_TYPE})
