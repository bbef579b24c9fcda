"""pacslab archive audit …: what happened, who saw what, and whether anybody touched the trail."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulator.commands.output import JsonOption, SeatOption, client, show

app = typer.Typer(help="What happened at the archive, and who saw what.", no_args_is_help=True)


@app.command("list")
def list_all(
    text: Annotated[str, typer.Option(help="Words in the entry.")] = "",
    kind: Annotated[str, typer.Option(help="E.g. login, association.rejected, node.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many of the newest.")] = 50,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Search the archive's journal: what happened, in its own words."""
    show(client(seat).archive.audit(text, kind=kind, limit=str(limit)), as_json)


@app.command()
def search(
    user: Annotated[str, typer.Option(help="Who did it: a user or an AE title.")] = "",
    patient_id: Annotated[str, typer.Option(help="Whose record.")] = "",
    event: Annotated[str, typer.Option(help="E.g. Query, Export, 'User Authentication'.")] = "",
    since: Annotated[str, typer.Option(help="From this moment of the hospital's time.")] = "",
    until: Annotated[str, typer.Option(help="Up to this moment.")] = "",
    outcome: Annotated[str, typer.Option(help="success or failure")] = "",
    text: Annotated[str, typer.Option(help="Words in it.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many of the newest.")] = 50,
    csv: Annotated[Path | None, typer.Option(help="Write a CSV file instead.")] = None,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Search the audit trail."""
    given = {"user": user, "patient_id": patient_id, "event": event, "since": since,
             "until": until, "outcome": outcome, "text": text, "limit": str(limit)}  # fmt: skip
    filters = {key: value for key, value in given.items() if value}
    audit = client(seat).audit
    if csv is None:
        show(audit.search(**filters), as_json)
    else:
        csv.write_text(audit.export(**filters), "utf-8")
        print(f"Written to {csv}.")


@app.command("show")
def show_one(
    number: int,
    xml: Annotated[bool, typer.Option("--xml", help="Print the message itself.")] = False,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one audit message."""
    found = client(seat).audit.show(number)
    if xml:
        print(found["message"])
    else:
        show(found, as_json)


@app.command()
def verify(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Check that nobody edited, deleted or reordered a record."""
    done = client(seat).audit.verify()
    if as_json:
        show(done, as_json)
    else:
        for problem in done["problems"]:
            print(f"record {problem['number']}: {problem['what']}")
        whole = "is whole" if done["whole"] else "was touched"
        print(f"The trail of {done['records']} records {whole}; {done['anchors']} anchors.")
    if not done["whole"]:
        raise typer.Exit(1)


@app.command()
def gaps(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List what was not recorded, and why."""
    show(client(seat).audit.gaps(), as_json)


@app.command()
def access(
    patient_id: Annotated[str, typer.Argument(help="Whose record.")] = "",
    colleagues: Annotated[
        bool, typer.Option("--colleagues", help="Records of people who work here.")
    ] = False,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Report who saw a patient's record, and what speaks for it."""
    show(client(seat).audit.access(patient_id, colleagues=colleagues), as_json)


@app.command()
def state(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show how the trail stands."""
    show(client(seat).audit.state(), as_json)
