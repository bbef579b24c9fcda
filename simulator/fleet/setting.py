"""One setting of a device: its dotted key, how it is read, and what it says of itself."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import field
from typing import Any

Value = str | int | float | bool | tuple[str, ...]


def setting(key: str, read: Callable[[Any], Value], says: str, default: Any = None) -> Any:
    """Return a field of a frozen dataclass that is a setting."""
    return field(default=default, metadata={"key": key, "read": read, "says": says})


def one_of(choices: Collection[str]) -> Callable[[Any], str]:
    """Return what reads one of several words; it raises ValueError for any other."""

    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"one of {', '.join(choices)}")
        return str(value)

    return read


def listed(value: Any) -> tuple[str, ...]:
    """Return words that are a list already, or a text with blanks or commas between them."""
    if isinstance(value, (list, tuple)):
        return tuple(str(word).strip() for word in value)
    return tuple(str(value).replace(",", " ").split())
