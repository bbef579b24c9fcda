"""What every fault must do that changes a state: lifting it leaves no trace but the journal."""

from __future__ import annotations

from typing import Any

from exercises.engine import harm
from simulator import faults
from simulator.client import Client


def lifts(seat: Client, kind: str, parameters: dict[str, Any]) -> None:
    """Assert that a fault changes something, and that lifting it, even twice, changes it back."""
    before = harm.picture(seat)
    fault = faults.make(kind, parameters)
    fault.apply(seat)
    assert harm.compare(before, harm.picture(seat)), "nothing was changed"
    fault.lift(seat)
    fault.lift(seat)
    assert not harm.compare(before, harm.picture(seat))
