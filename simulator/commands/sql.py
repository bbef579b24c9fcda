"""pacslab archive sql: the index read with SQL."""

from __future__ import annotations

from typing import Annotated

import typer

from simulator import index_sql
from simulator.commands.output import JsonOption, SeatOption, show
from simulator.seat import Seat


def sql(
    statement: Annotated[
        str, typer.Argument(help="One SELECT; nothing: the tables there are.")
    ] = "",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read the index with SQL; nothing can be changed this way."""
    index = Seat(seat).folder / "archive" / "index.db"
    found = index_sql.query(index, statement) if statement else index_sql.tables(index)
    show(found, as_json, found.columns)
