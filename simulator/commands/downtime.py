"""pacslab archive downtime …: announce it, end it, and find what was done meanwhile."""

from __future__ import annotations

from typing import Annotated

import typer

from simulator.clients import downtime
from simulator.commands.output import JsonOption, SeatOption, client, show

app = typer.Typer(help="Downtimes of the archive.", no_args_is_help=True)


@app.command()
def start(
    reason: Annotated[str, typer.Argument(help="One sentence: devices log it.")],
    everything: Annotated[
        bool, typer.Option("--all", help="Reject every association, not only images.")
    ] = False,
    until: Annotated[str, typer.Option(help="When it should end, hospital time.")] = "",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Begin a downtime: devices keep their images and try again later."""
    mode = "all" if everything else "stores"
    show(client(seat).downtime.start(reason, mode=mode, until=until), as_json)


@app.command()
def stop(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """End the downtime; 'downtime reconcile' says what is left to do."""
    show(client(seat).downtime.stop(), as_json)


@app.command()
def status(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Say whether the archive is down on purpose."""
    show(client(seat).downtime.status(), as_json)


@app.command("list")
def list_all(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List every downtime."""
    show(client(seat).downtime.list(), as_json)


@app.command()
def reconcile(
    number: Annotated[int, typer.Argument(help="As 'list' shows it; default: the last.")] = 0,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say of every exam of a downtime whether its images arrived, wait, or are nowhere."""
    rows = downtime.reconcile(client(seat), number)
    show(rows, as_json)
    open_ones = [row for row in rows if row["state"] != "arrived"]
    if not as_json:
        print(f"\n{len(rows)} exams, {len(open_ones)} to look at.")
    if open_ones:
        raise typer.Exit(1)
