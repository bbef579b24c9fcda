"""The instructor's desk of faults: inject, lift, and what is injected now.

What was injected stands in `progress/injected.json`, which only the owner of the seat may read.
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

from simulator.client import Client
from simulator.clock import real_stamp
from simulator.errors import RefusedError
from simulator.faults import parameters as parameters_of
from simulator.faults import registry
from simulator.files import read_json, write_json

_FORMAT = 1


class FaultDesk:
    """Faults of one seat that an instructor injected by hand."""

    def __init__(self, seat: Client) -> None:
        """Work on `seat`."""
        self.seat = seat
        self.path: Path = seat.seat.folder / "progress" / "injected.json"

    def kinds(self) -> list[dict[str, Any]]:
        """Return every kind with what it does and the parameters it takes."""
        return [_described(name, cls) for name, cls in registry.REGISTRY.items()]

    def inject(self, kind: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Break something; raises UsageError for an unknown kind or parameter."""
        cls: Any = registry.class_of(kind)
        usual = {"by": "instructor"} if "by" in {item.name for item in fields(cls)} else {}
        given = parameters_of.understood(kind, {**usual, **parameters})
        fault = registry.make(kind, given)
        fault.apply(self.seat)
        rows = self.status()
        number = max((row["id"] for row in rows), default=0) + 1
        at = real_stamp()
        row = {"id": number, "kind": kind, "parameters": given, "injected": at}
        self._save([*rows, row])
        return row

    def lift(self, number: int) -> dict[str, Any]:
        """Mend what was injected under this number; raises RefusedError if there is none."""
        rows = self.status()
        row = next((row for row in rows if row["id"] == number), None)
        if row is None:
            raise RefusedError(
                f"No fault {number} is injected.", "See 'pacslab fault status'.", 404
            )
        registry.make(row["kind"], row["parameters"]).lift(self.seat)
        self._save([other for other in rows if other["id"] != number])
        return row

    def status(self) -> list[dict[str, Any]]:
        """Return what is injected now, oldest first; a reset has mended all that came before."""
        stored = read_json(self.path, "list of faults")["faults"] if self.path.exists() else []
        resets = self.seat.journal.entries(kind="hospital.reset") if stored else []
        last = resets[-1].real if resets else ""
        return [row for row in stored if row["injected"] > last]

    def _save(self, rows: list[dict[str, Any]]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_json(self.path, {"format": _FORMAT, "faults": rows}, private=True)


def _described(name: str, cls: Any) -> dict[str, Any]:
    known = parameters_of.takes(name)
    needed = [row["name"] for row in known if row["usual"] == parameters_of.NEEDED]
    optional = [row["name"] for row in known if row["name"] not in needed]
    says = str(cls.__doc__).strip().splitlines()[0]
    return {"kind": name, "says": says, "needs": needed, "takes": optional, "parameters": known}
