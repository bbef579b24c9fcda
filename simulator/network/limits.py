"""How much an acceptor bears."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.network import wire as w


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much an acceptor bears; times in seconds."""

    associations: int = 50
    acse_timeout: float = 10.0
    idle_timeout: float = 60.0
    max_pdu: int = w.OFFERED_PDU  # bytes; a longer PDU ends the association
