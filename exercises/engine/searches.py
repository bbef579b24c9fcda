"""What checks of a reading workstation ask of it: a search, as the reader at it does it."""

from __future__ import annotations

from typing import Any

from simulator.client import Client
from simulator.errors import RefusedError


def searched(seat: Client, workstation: str, **keys: Any) -> list[dict[str, Any]]:
    """Search the archive at a workstation; AssertionError with the archive's words if it errs."""
    said = ", ".join(f"{key} {value}" for key, value in keys.items()) or "everything"
    try:
        return [dict(row) for row in seat.workstation(workstation).find(**keys)]
    except RefusedError as error:
        raise AssertionError(
            f"{workstation} searched for {said}. {error.sentence} Expected: studies."
        ) from error
