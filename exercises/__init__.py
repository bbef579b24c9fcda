"""Exercises: broken departments to repair, marked on the repaired state."""

from __future__ import annotations

from pathlib import Path

from exercises.engine import desk
from exercises.engine.lab import Lab
from simulator.client import Client, connect

__all__ = ["Lab", "start"]


def start(name: str, seat: Client | Path | str | None = None, seed: int | None = None) -> Lab:
    """Start an exercise, or go on with it if it is the one under way and no seed is given."""
    client = seat if isinstance(seat, Client) else connect(seat)
    running = desk.current(client)
    if running is not None and running.id == name and seed is None:
        return Lab(client, running)
    return Lab(client, desk.start(client, name, seed))
