"""One volume: its size, what lies on it beside images, and when it counts as full."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.archive.lifecycle.amounts import size_of
from simulator.errors import UsageError

ONLINE, NEARLINE, OFFLINE = TIERS = ("online", "nearline", "offline")
KINDS = ("logs", "cache", "temp", "database")  # what fills disks beside images
NEEDED = ("database",)  # what cannot be cleared away
_NAME = re.compile(r"[A-Z][A-Z0-9_-]{0,15}")
_RECALL_MOST = 7 * 86_400
DEFAULTS: dict[str, Any] = {
    "capacity": 0, "threshold": 90, "low": 80, "recall_seconds": 0, "writable": True,
    "description": "",
}  # fmt: skip
RECALLS = {ONLINE: 0, NEARLINE: 60, OFFLINE: 600}  # seconds, where nothing is said


@dataclass(frozen=True, kw_only=True)
class Volume:
    """A place for files; sizes in bytes, 0 for capacity means the machine's own disk."""

    number: int
    name: str
    tier: str
    capacity: int
    threshold: int
    low: int
    recall_seconds: int
    writable: bool
    mounted: bool
    description: str
    other: Mapping[str, Mapping[str, int]]
    since: str

    @property
    def is_at_hand(self) -> bool:
        """Whether files can be read from it at this moment."""
        return self.mounted

    def other_bytes(self, now: datetime) -> dict[str, int]:
        """Return what lies on it beside images, by kind; some of it grows with the days."""
        days = max(0.0, (now - datetime.fromisoformat(self.since)).total_seconds() / 86_400)
        return {
            kind: max(0, int(row["bytes"] + row["per_day"] * days))
            for kind, row in self.other.items()
        }

    def share(self, used: float) -> float:
        """Return how full it is in percent; 0 where it has no size of its own."""
        return round(100 * used / self.capacity, 1) if self.capacity else 0.0


def checked(name: Any, given: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a volume's row, new over old; raises UsageError."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise UsageError(
            f"'{str(name)[:40]}' is no name of a volume.",
            "Use up to 16 capital letters, digits, - and _: ONLINE1.",
        )
    if unknown := sorted(map(str, set(given) - {"name", "tier", *DEFAULTS})):
        raise UsageError(f"'{unknown[0][:40]}' cannot be set of a volume.", "See /docs.")
    tier = given.get("tier", old.get("tier", ONLINE))
    if tier not in TIERS:
        raise UsageError(f"'{str(tier)[:40]}' is no tier.", f"Use {', '.join(TIERS)}.")
    base = {**DEFAULTS, "recall_seconds": RECALLS[tier], **old}
    made = {key: given.get(key, base[key]) for key in DEFAULTS}
    made["capacity"] = size_of(made["capacity"], "a volume's capacity")
    _check_numbers(made)
    if not isinstance(made["writable"], bool):
        raise UsageError("'writable' is neither true nor false.", "Send true or false.")
    if not isinstance(made["description"], str) or len(made["description"]) > 200:
        raise UsageError("That is no description.", "Give one sentence.")
    return {"name": name, "tier": tier, **made}


def _check_numbers(made: Mapping[str, Any]) -> None:
    _whole(made["threshold"], 1, 100, "threshold (percent)")
    _whole(made["low"], 0, 100, "low mark (percent)")
    _whole(made["recall_seconds"], 0, _RECALL_MOST, "recall time (seconds)")
    if made["low"] >= made["threshold"]:
        raise UsageError(
            f"The low mark of {made['low']} % is not below the threshold of {made['threshold']} %.",
            "Cleaning goes from the threshold down to the low mark.",
        )


def _whole(value: Any, low: int, high: int, what: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise UsageError(
            f"{str(value)[:40]} is no {what}.", f"Give a whole number from {low} to {high}."
        )


def kind_of(value: Any) -> str:
    """Return a kind of what lies beside images; raises UsageError."""
    if value not in KINDS:
        raise UsageError(f"'{str(value)[:40]}' is nothing kept here.", f"Use {', '.join(KINDS)}.")
    return str(value)
