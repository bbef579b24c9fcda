"""The instructor's faults over HTTP, at the hospital's address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.client import connect
from simulator.errors import UsageError
from simulator.faults.desk import FaultDesk
from simulator.web import Call, Route

RIGHT = "instructor"


def routes(seat_folder: str) -> list[Route]:
    """Return the table; the seat is looked up at each call, since it may not be ready yet."""
    rows = (
        ("GET", "/api/faults", _status, "what is injected now"),
        ("GET", "/api/faults/kinds", _kinds, "every kind of fault and its parameters"),
        ("POST", "/api/faults", _inject, "inject a fault: kind, parameters"),
        ("DELETE", "/api/faults/{id}", _lift, "lift a fault"),
    )
    return [
        Route(
            method=method,
            path=path,
            right=RIGHT,
            handler=_at_desk(seat_folder, act),
            summary=summary,
        )
        for method, path, act, summary in rows
    ]


def _at_desk(folder: str, act: Callable[[FaultDesk, Call], Any]) -> Callable[[Call], Any]:
    return lambda call: act(FaultDesk(connect(folder).as_staff("instructor")), call)


def _status(desk: FaultDesk, call: Call) -> Any:
    return desk.status()


def _kinds(desk: FaultDesk, call: Call) -> Any:
    return desk.kinds()


def _inject(desk: FaultDesk, call: Call) -> Any:
    (kind,) = call.need("kind")
    parameters = call.body.get("parameters", {})
    if not isinstance(parameters, dict):
        raise UsageError("'parameters' must be a table.")
    return desk.inject(str(kind), parameters)


def _lift(desk: FaultDesk, call: Call) -> Any:
    number = call.path["id"]
    if not number.isdigit():
        raise UsageError(f"'{number}' is not the number of a fault.")
    return desk.lift(int(number))
