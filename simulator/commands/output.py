"""What every verb shares: where the seat is, how results are printed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.client import Client, connect
from simulator.errors import PacsLabError
from simulator.results import Outcome, Rows

SeatOption = Annotated[
    Path | None, typer.Option("--seat", help="The seat's folder (default: PACSLAB_SEAT or ./seat).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def client(seat: Path | None) -> Client:
    """Return a client of the seat."""
    return connect(seat)


def show(value: Any, as_json: bool, columns: Sequence[str] = ()) -> None:
    """Print a result: JSON, or a text a person reads."""
    if as_json:
        print(json.dumps(_plain(value), indent=2, ensure_ascii=False, default=str))
    elif isinstance(value, list) and (not value or isinstance(value[0], dict)):
        print(Rows(value, columns or getattr(value, "columns", ())))
    elif isinstance(value, dict):
        width = max((len(str(key)) for key in value), default=0)
        for key, item in value.items():
            print(f"{str(key).ljust(width)}  {_inline(item)}")
    else:
        print(value)


def show_outcome(outcome: Outcome, as_json: bool) -> None:
    """Print how an action ended; a failure ends the command with exit status 1."""
    show(outcome, as_json) if outcome.ok or as_json else None
    if not outcome.ok:
        if as_json:
            raise typer.Exit(1)
        raise PacsLabError(f"{outcome.what}: {outcome.kind}. {outcome.error}", outcome.remedy)


def _plain(value: Any) -> Any:
    return vars(value) if isinstance(value, Outcome) else value


def _inline(value: Any) -> str:
    if isinstance(value, list) and all(not isinstance(item, dict) for item in value):
        return ", ".join(map(str, value))
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def parse_pairs(words: Sequence[str]) -> dict[str, Any]:
    """Read KEY=VALUE words; true, false and whole numbers become what they look like."""
    pairs: dict[str, Any] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise typer.BadParameter(f"'{word}' is not KEY=VALUE")
        pairs[key] = typed(value)
    return pairs


def typed(value: str) -> Any:
    """Turn a word into a truth value or whole number if it looks like one."""
    if value.lower() in ("true", "false"):
        return value.lower() == "true"
    return int(value) if value.isascii() and value.isdigit() and value == str(int(value)) else value
