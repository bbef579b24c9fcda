"""What the facts of an order may be: lengths, letters, times."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from simulator.errors import UsageError
from simulator.hospital.orders import PRIORITIES

_LONGEST = {"station_ae": 16, "modality": 16, "patient_id": 64, "protocol": 16, "accession": 16}
_SHAPES = {"birth_date": r"(\d{8})?", "sex": r"[MFO]?", "station_ae": r"[ -\[\]-~]*",
           "modality": r"[A-Z0-9 _]*"}  # fmt: skip


def check(values: Mapping[str, Any], allowed: Sequence[str] = ()) -> None:
    """Refuse what no order may hold."""
    for key, value in values.items():
        if allowed and key not in allowed:
            raise UsageError(f"'{key}' cannot be changed.", f"Possible: {', '.join(allowed)}.")
        text, longest = as_text(key, value), _LONGEST.get(key, 64)
        shape = _SHAPES.get(key, r"[^\x00-\x1f]*")
        if len(text) > longest or "\\" in text or not re.fullmatch(shape, text):
            raise UsageError(
                f"'{text[:80]}' is no {key}.", f"Use at most {longest} characters, no backslash."
            )
        if key == "priority" and text not in PRIORITIES:
            raise UsageError(f"'{text}' is no priority.", f"Use {', '.join(PRIORITIES)}.")


def as_text(key: str, value: Any) -> str:
    """Return a fact as it is kept; a time is checked and cut to seconds."""
    if key != "scheduled":
        return str(value)
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=None).isoformat(timespec="seconds")
    except ValueError:
        raise UsageError(f"'{value}' is no time.", "Write it like 2026-03-02T09:30.") from None
