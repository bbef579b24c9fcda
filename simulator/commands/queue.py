"""pacslab archive queue: what goes to other nodes by itself, and how far it is."""

from __future__ import annotations

from typing import Annotated

import typer

from simulator.commands.output import JsonOption, SeatOption, client, show

app = typer.Typer(help="What waits for other nodes.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(help="As 'queue list' shows it.")]
Ae = Annotated[str, typer.Argument(help="AE title of the destination.")]


@app.command("list")
def list_all(
    ae: Annotated[str, typer.Argument(help="Only for this destination.")] = "",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """List jobs of rules, storage commitments and notices that wait for their node."""
    rows = client(seat).archive.queue.list(ae)
    show(list(rows) if as_json else rows, as_json)


@app.command()
def destinations(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show how it stands with each destination."""
    rows = client(seat).archive.queue.destinations()
    show(list(rows) if as_json else rows, as_json)


@app.command()
def pause(
    ae: Ae,
    reason: Annotated[str, typer.Option(help="Why; others will read it.")] = "",
    seat: SeatOption = None,
) -> None:
    """Send a node nothing for the time being; what is owed to it waits."""
    client(seat).archive.queue.pause(ae, reason)
    print(f"{ae} is paused.")


@app.command()
def resume(ae: Ae, seat: SeatOption = None) -> None:
    """Send to a node again."""
    client(seat).archive.queue.resume(ae)
    print(f"{ae} is sent to again.")


@app.command()
def retry(number: Number, seat: SeatOption = None) -> None:
    """Try a report again at once, a dead letter from the start."""
    client(seat).archive.queue.retry(number)
    print("It is tried again.")


@app.command("retry-all")
def retry_all(ae: Ae, seat: SeatOption = None) -> None:
    """Try everything of a node again at once, dead letters, too."""
    print(f"{client(seat).archive.queue.retry_all(ae)} are tried again.")


@app.command()
def reschedule(
    number: Number,
    seconds: Annotated[float | None, typer.Option(help="In so many seconds.")] = None,
    at: Annotated[str, typer.Option(help="At this moment of hospital time.")] = "",
    seat: SeatOption = None,
) -> None:
    """Try a report later."""
    wait = client(seat).archive.queue.reschedule(number, seconds=seconds, at=at)
    print(f"It is tried in {wait:g} s.")


@app.command("cancel")
@app.command("drop", hidden=True)
def cancel(number: Number, seat: SeatOption = None) -> None:
    """Give a report up: its node will never hear of it."""
    client(seat).archive.queue.cancel(number)
    print("It was given up.")


@app.command()
def reconcile(
    ask: Annotated[bool, typer.Option("--ask", help="C-FIND the destinations, too.")] = False,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare what rules matched with what was sent, waits, died or is refused; exit status 1
    where it does not come out even."""
    rows = client(seat).archive.queue.reconcile(ask=ask)
    if rows or as_json:
        show(list(rows) if as_json else rows, as_json)
    else:
        print("No rule has routed anything yet: there is nothing to compare.")
    if not all(row["reconciled"] for row in rows):
        raise typer.Exit(1)
