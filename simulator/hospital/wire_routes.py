"""What the devices and the RIS said on the wire, over HTTP: connections, messages, captures."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from simulator.clock import Clock
from simulator.hospital.routes import RIGHT
from simulator.network.wire_office import WireOffice
from simulator.web import Call, Route, table


def wire_routes(clock: Clock) -> list[Route]:
    """Return the table; `clock` tells the hospital time of what is recorded from now on."""
    desk = _Desk(clock)
    one = "/api/wire/{number}"
    rows = (
        ("GET", "/api/wire", desk.list, "what was recorded on the wire; ae, since, limit"),
        ("GET", one, desk.show, "what was said on one connection"),
        ("GET", f"{one}/messages/{{message}}", desk.message, "one message, taken apart"),
        ("GET", "/api/wire-capture", desk.save, "a pcapng file; numbers=1,2"),
    )
    return table(RIGHT, rows)


class _Desk:
    """The handlers."""

    def __init__(self, clock: Clock) -> None:
        self.office = WireOffice()
        self.office.tape.clock = clock

    def list(self, call: Call) -> Any:
        return self.office.list(call.query)

    def show(self, call: Call) -> Any:
        return self.office.show(call.number())

    def message(self, call: Call) -> Any:
        return self.office.message(call.number(), call.number("message"))

    def save(self, call: Call) -> Any:
        data = self.office.capture(call.query.get("numbers", ""))
        return Response(data, headers={"Content-Type": "application/vnd.tcpdump.pcap"})
