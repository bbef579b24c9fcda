"""pacslab archive schema …: the upgrade drill of a stopped archive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.commands.output import JsonOption, SeatOption, client, show
from simulator.errors import RefusedError
from simulator.seat import Seat

app = typer.Typer(help="The index's tables: show, back, forward.", no_args_is_help=True)


@app.command("show")
def show_one(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show which revision the index's tables have."""
    found = Seat(seat)
    if found.is_up("archive"):
        show(client(seat).schema.show(), as_json)
        return
    from simulator.archive.continuity import schema_drill

    show(schema_drill.shown(_place(found)), as_json)


@app.command()
def downgrade(
    revision: Annotated[str, typer.Argument(help="As 'schema show' lists them, e.g. 0001.")],
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take the tables of a stopped archive back, after saving the index."""
    _move(revision, seat, as_json)


@app.command()
def upgrade(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Take the tables of a stopped archive forward to the newest revision, as a start would."""
    _move("", seat, as_json)


def _move(revision: str, seat: Path | None, as_json: bool) -> None:
    from simulator.archive.continuity import schema_drill

    found = Seat(seat)
    with _stopped(found):
        done = schema_drill.move(_place(found), revision, found.folder / "archive" / "schema")
    show(done, as_json)
    if not done["same"]:
        raise typer.Exit(1)


def _place(seat: Seat) -> Path | str:
    return seat.config.archive.database or seat.folder / "archive" / "index.db"


@contextmanager
def _stopped(seat: Seat) -> Iterator[Any]:
    """Keep the archive from being started meanwhile; raises RefusedError if it runs."""
    lock = seat.lock("archive")
    if not lock.take():
        raise RefusedError(
            "The archive runs: its tables are in use.", "pacslab service stop archive"
        )
    try:
        yield
    finally:
        lock.free()
