"""Making an order: what is not said follows from (seed, stream, n), so the same day comes again."""

from __future__ import annotations

from datetime import datetime
from random import Random

from simulator.hospital.indications import indication
from simulator.hospital.orders import Order, Procedure
from simulator.imaging.uids import digest, make_uid
from simulator.people import Person, colleagues

# What people order, or other systems send, does not shift the numbers of the day's own orders.
STREAMS = {"day": 0, "hl7": 4_500_000, "desk": 5_000_000}
_DAY_LENGTH = 4_000_000


def draft(
    *, seed: int, stream: str, n: int, person: Person, procedure: Procedure, scheduled: datetime
) -> Order:
    """Return order number `n` of a stream."""
    chance = Random(digest("details", seed, stream, n))
    number = _first(seed) + n + STREAMS[stream]
    return Order(
        accession=f"A{number}",
        placer=f"P{number}",
        patient=person,
        procedure=procedure,
        study_uid=make_uid("study", seed, stream, n),
        requested_procedure_id=f"RP{number}",
        step_id=f"SP{number}",
        station_ae=procedure.station_ae,
        scheduled=scheduled.replace(microsecond=0),
        priority=chance.choices(("ROUTINE", "HIGH", "STAT"), (85, 10, 5))[0],
        indication=indication(procedure.modality, chance),
        referring=chance.choice(colleagues(seed, "referring")).name,
        performing=chance.choice(colleagues(seed, "radiologist")).name,
    )


def day_number(seed: int, placer: str) -> int | None:
    """Return which order of the day has this placer number; None if it is none of them."""
    digits = placer[1:]
    if not (placer[:1] == "P" and digits.isascii() and digits.isdigit() and len(digits) == 7):
        return None
    n = int(digits) - _first(seed)
    return n if 0 <= n < _DAY_LENGTH else None


def _first(seed: int) -> int:
    return 1_000_000 + seed * 7919 % 3_000_000
