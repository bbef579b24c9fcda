"""pacslab archive queue: what the archive still owes to other nodes."""

from __future__ import annotations

from typing import Annotated

import typer

from simulator.commands.output import JsonOption, SeatOption, client, show

app = typer.Typer(help="Reports that were not delivered yet.", no_args_is_help=True)
_COLUMNS = ("number", "kind", "ae", "subject", "attempts", "next_in_seconds", "note")
Number = Annotated[int, typer.Argument(help="As 'queue list' shows it.")]


@app.command("list")
def list_all(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List storage commitments and availability notices that wait for their node."""
    show(client(seat).archive.call("GET", "/queues"), as_json, _COLUMNS)


@app.command()
def retry(number: Number, seat: SeatOption = None) -> None:
    """Try a report again at once."""
    client(seat).archive.call("POST", f"/queues/{number}/retry", {})
    print("It is tried again.")


@app.command()
def drop(number: Number, seat: SeatOption = None) -> None:
    """Give a report up: its node will never hear of it."""
    client(seat).archive.call("DELETE", f"/queues/{number}")
    print("It was given up.")
