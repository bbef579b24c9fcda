"""PACS Lab: a simulated radiology department to learn PACS administration on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.client import Client, connect
    from simulator.seat import Seat

__version__ = "0.1.0"
__all__ = ["Client", "Seat", "__version__", "connect"]


def __getattr__(name: str) -> Any:
    """Import the public names when they are first used: the processes do not need them."""
    if name in ("connect", "Client"):
        from simulator import client

        return getattr(client, name)
    if name == "Seat":
        from simulator.seat import Seat

        return Seat
    raise AttributeError(f"module 'simulator' has no attribute '{name}'")
