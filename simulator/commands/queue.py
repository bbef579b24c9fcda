"""pacslab archive queue: what the archive still owes to other nodes."""

from __future__ import annotations

from typing import Annotated

import typer

from simulator.commands.output import JsonOption, SeatOption, client, show

app = typer.Typer(help="Reports that were not delivered yet.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(help="As 'queue list' shows it.")]


@app.command("list")
def list_all(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List storage commitments and availability notices that wait for their node."""
    rows = client(seat).archive.queue.list()
    show(list(rows) if as_json else rows, as_json)


@app.command()
def retry(number: Number, seat: SeatOption = None) -> None:
    """Try a report again at once."""
    client(seat).archive.queue.retry(number)
    print("It is tried again.")


@app.command()
def drop(number: Number, seat: SeatOption = None) -> None:
    """Give a report up: its node will never hear of it."""
    client(seat).archive.queue.cancel(number)
    print("It was given up.")
