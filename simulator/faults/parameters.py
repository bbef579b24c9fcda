"""A fault's parameters as a person types them: which there are, and words made into values."""

from __future__ import annotations

import json
from dataclasses import MISSING, Field, fields
from typing import Any, get_args, get_origin, get_type_hints

from simulator.errors import UsageError
from simulator.faults.registry import class_of

NEEDED = "(needed)"
_NAMES = {int: "number", float: "number", bool: "true or false"}


def takes(kind: str) -> list[dict[str, Any]]:
    """Return what a kind can be told: name, type as one types it, and what is usual."""
    cls = class_of(kind)
    hints = get_type_hints(cls)
    return [
        {
            "name": item.name,
            "type": _typed(hints[item.name]),
            "usual": _usual(item),
        }
        for item in fields(cls)  # type: ignore[arg-type]
    ]


def understood(kind: str, words: dict[str, Any]) -> dict[str, Any]:
    """Return parameters as a fault wants them: "a,b" is a list and a JSON object a table."""
    hints = get_type_hints(class_of(kind))
    return {key: _understood(hints.get(key), key, value) for key, value in words.items()}


def _understood(hint: Any, key: str, value: Any) -> Any:
    origin = get_origin(hint)
    if hint is str and isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # a number of a patient, say
    if origin not in (tuple, dict) or not isinstance(value, str):
        return value
    if value.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError as error:
            raise UsageError(
                f"'{key}' is no JSON: {error}.", f"Type it as {_typed(hint)}."
            ) from None
    if origin is dict:
        raise UsageError(f"'{key}' is no table.", f"Type it as {_typed(hint)}.")
    number = get_args(hint)[0] is int
    return [int(word) if number and word.isdigit() else word for word in value.split(",") if word]


def _typed(hint: Any) -> str:
    """Return how a value of this type is typed at the command."""
    if get_origin(hint) is dict:
        return '{"key": "value"}'
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]
        return '[{"key": "value"}]' if get_origin(inner) is dict else "one,two"
    return _NAMES.get(hint, "text")


def _usual(item: Field[Any]) -> Any:
    """Return what a parameter is when nothing is said."""
    if item.default is not MISSING:
        return item.default
    if item.default_factory is not MISSING:
        return ""
    return "instructor" if item.name == "by" else NEEDED
