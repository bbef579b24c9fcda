"""pacslab archive compression …: which images are compressed, how, and what it saved."""

from __future__ import annotations

from typing import Annotated

import typer

from simulator.commands.acting import Pairs
from simulator.commands.output import JsonOption, SeatOption, client, parse_pairs, show
from simulator.results import Rows

app = typer.Typer(help="Rules by which images are compressed.", no_args_is_help=True)


@app.command("list")
def compression_list(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List the rules."""
    show(client(seat).compression.list(), as_json)


@app.command("put")
def compression_put(
    name: str, pairs: Pairs, seat: SeatOption = None, as_json: JsonOption = False
) -> None:
    """Make or change a rule: method=jpeg-ls modality=CT source=CT1 older_than=30d ratio=10."""
    show(client(seat).compression.put(name, **parse_pairs(pairs)), as_json)


@app.command("remove")
def compression_remove(name: str, seat: SeatOption = None) -> None:
    """Delete a rule; what it compressed stays as it is."""
    client(seat).compression.remove(name)
    print(f"The rule {name} was deleted.")


@app.command("run")
def compression_run(
    name: str,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would do.")] = False,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compress up to 200 images that a rule names, the oldest first."""
    report = client(seat).compression.run(name, dry_run=dry_run)
    if as_json:
        show(report, True)
        return
    show({key: value for key, value in report.items() if key != "instances"}, False)
    left = [row for row in report["instances"] if not row["done"]]
    if left:
        print("\nleft as they are:")
        print(Rows(left, ("sop_uid", "why")))
