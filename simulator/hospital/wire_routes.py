"""What the devices and the RIS said on the wire, over HTTP: connections, messages, captures."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from simulator.clock import Clock
from simulator.errors import UsageError
from simulator.hospital.routes import RIGHT
from simulator.network.wire_office import WireOffice
from simulator.web import Call, Route


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
    return [
        Route(method=method, path=path, right=RIGHT, handler=handler, summary=summary)
        for method, path, handler, summary in rows
    ]


class _Desk:
    """The handlers."""

    def __init__(self, clock: Clock) -> None:
        self.office = WireOffice()
        self.office.tape.clock = clock

    def list(self, call: Call) -> Any:
        return self.office.list(call.query)

    def show(self, call: Call) -> Any:
        return self.office.show(_number(call, "number"))

    def message(self, call: Call) -> Any:
        return self.office.message(_number(call, "number"), _number(call, "message"))

    def save(self, call: Call) -> Any:
        data = self.office.capture(call.query.get("numbers", ""))
        return Response(data, headers={"Content-Type": "application/vnd.tcpdump.pcap"})


def _number(call: Call, name: str) -> int:
    text = call.path[name]
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise UsageError(f"'{text[:40]}' is no number.", "List what was recorded.")
    return int(text)
