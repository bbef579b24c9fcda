"""What stands in an account, what each part of it may be, and what follows from it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from simulator.errors import UsageError

STATUSES = ("active", "locked", "disabled")
KINDS = ("person", "service", "shared")
_TEXTS = ("full_name", "department", "role", "status", "note", "contact", "number", "kind",
          "expires", "reason")  # fmt: skip
EDITABLE = (*_TEXTS, "must_change", "labels")
EMPTY: dict[str, Any] = {
    "full_name": "", "department": "", "status": "active", "note": "", "must_change": False,
    "failures": 0, "last_login": "", "contact": "", "number": "", "kind": "person", "expires": "",
    "reason": "", "origin": "local", "password_at": "", "last_used": "", "labels": [], "grants": [],
}  # fmt: skip
_LONGEST = 2000  # characters of a text


def is_name(name: str) -> bool:
    """Return whether this can be a user name."""
    return 0 < len(name) <= 64 and name.isascii() and name.replace(".", "").isalnum()


def checked(
    values: dict[str, Any], roles: Collection[str], labels: Collection[str]
) -> dict[str, Any]:
    """Return the values as they are kept; raises UsageError for what cannot be."""
    for key, value in values.items():
        if key not in EDITABLE:
            raise UsageError(f"'{key}' cannot be set.", f"Set: {', '.join(EDITABLE)}.")
        kind = bool if key == "must_change" else list if key == "labels" else str
        if not isinstance(value, kind) or len(str(value)) > _LONGEST:
            raise UsageError(f"{value!r:.80} is no value for {key}.", f"Give a {kind.__name__}.")
    _one_of(values, "status", STATUSES)
    _one_of(values, "kind", KINDS)
    if "role" in values and values["role"] not in roles:
        raise UsageError(
            f"There is no role '{values['role']}'.", f"There are: {', '.join(sorted(roles))}."
        )
    for label in values.get("labels", ()):
        if label not in labels:
            raise UsageError(f"There is no label '{label}'.", "List the labels.")
    if "expires" in values:
        values = {**values, "expires": _moment(values["expires"])}
    return dict(values)


def state(row: Any, now: datetime) -> str:
    """Return an account's status; 'expired' where its time is over (hospital time)."""
    if row.status == "active" and row.expires and row.expires <= now.isoformat():
        return "expired"
    return str(row.status)


def facts(row: Any, now: datetime) -> dict[str, Any]:
    """Return an account as others see it: without its password."""
    found = dict(row._mapping)
    found["has_password"] = bool(found.pop("password"))
    found["state"] = state(row, now)
    return found


def _one_of(values: dict[str, Any], key: str, allowed: tuple[str, ...]) -> None:
    if values.get(key, allowed[0]) not in allowed:
        raise UsageError(f"'{values[key]}' is not a {key}.", f"Use one of {', '.join(allowed)}.")


def _moment(text: str) -> str:
    """Return a date or time of the hospital as ISO 8601; a date means the end of that day."""
    text = text.strip()
    if not text:
        return ""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None:
        raise UsageError(
            f"'{text[:40]}' is not a date of the hospital.", "Write 2026-03-31, or nothing."
        )
    if len(text) == 10:
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment.isoformat(timespec="seconds")
