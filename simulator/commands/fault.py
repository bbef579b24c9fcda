"""pacslab fault …: what an instructor breaks on purpose, and mends again."""

from __future__ import annotations

from typing import Annotated

import typer

from simulator.clients.faults import FaultClient
from simulator.commands.output import JsonOption, SeatOption, client, parse_pairs, show
from simulator.errors import UsageError

app = typer.Typer(help="Faults, for instructors.", no_args_is_help=True)


@app.command("list")
def list_(
    kind: Annotated[str, typer.Argument(help="One kind: what it does, each parameter.")] = "",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """List every kind of fault, or the parameters of one and how they are typed."""
    kinds = _faults(seat).kinds()
    if not kind:
        show(kinds, as_json)
        return
    found = next((row for row in kinds if row["kind"] == kind), None)
    if found is None:
        known = ", ".join(row["kind"] for row in kinds)
        raise UsageError(f"There is no kind of fault '{kind}'.", f"There are: {known}.")
    if as_json:
        show(found, True)
    else:
        print(found["says"])
        show(found["parameters"], False)


@app.command()
def inject(
    kind: Annotated[str, typer.Argument(help="See 'pacslab fault list'.")],
    words: Annotated[
        list[str] | None,
        typer.Argument(help="Its parameters, e.g. device=CT1; lists as rooms=CT1,MR1."),
    ] = None,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Break something, e.g. 'fault inject vlan device=CT1'."""
    show(_faults(seat).inject(kind, **parse_pairs(words or [])), as_json)


@app.command()
def lift(
    number: Annotated[int, typer.Argument(help="See 'pacslab fault status'.")],
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Mend what was injected."""
    show(_faults(seat).lift(number), as_json)


@app.command()
def status(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List what is injected now."""
    show(_faults(seat).status(), as_json)


def _faults(seat: SeatOption) -> FaultClient:
    return FaultClient(client(seat).seat, "instructor")
