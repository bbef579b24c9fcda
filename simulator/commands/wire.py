"""pacslab wire …: what went over the wire, association by association, and captures of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulator.commands.output import JsonOption, SeatOption, client, show

app = typer.Typer(help="What was said on the wire: DICOM and HL7.", no_args_is_help=True)
_CHECK = "PACSLAB_UP"  # who calls when the lab looks whether the archive answers: no news
Identity = Annotated[str, typer.Argument(metavar="ID", help="As in 'wire list', e.g. a12.")]


@app.command("list")
def list_(
    ae: Annotated[str, typer.Option(help="Only with this AE title or application.")] = "",
    protocol: Annotated[str, typer.Option(help="DICOM or HL7.")] = "",
    since: Annotated[str, typer.Option(help="Real time, e.g. 2026-03-02T09:30.")] = "",
    end: Annotated[str, typer.Option(help="As recorded by archive or hospital only.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many of the last ones.")] = 50,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """List associations and HL7 connections, the newest last."""
    options = {"ae": ae, "protocol": protocol, "since": since, "limit": limit}
    show(client(seat).wire.list(end, without=_CHECK, **options), as_json)


@app.command("show")
def show_(identity: Identity, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show what was said on one of them, message by message."""
    found = client(seat).wire.show(identity)
    if as_json:
        show(found, as_json)
        return
    print(f"{found['caller']} ({found['caller_address']}) called {found['called']} "
          f"({found['called_address']}): {found['outcome']}, {found['bytes']} bytes")  # fmt: skip
    if found["left_out"]:
        print(f"{found['left_out']} earlier messages are not shown.")
    show(found["messages"], as_json)


@app.command()
def message(
    identity: Identity,
    number: Annotated[int, typer.Argument(min=1, help="As in 'wire show'.")],
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take one message apart: PDUs, command set and data set, or HL7 segments."""
    found = client(seat).wire.message(identity, number)
    if as_json:
        show(found, as_json)
        return
    print(f"{found['source']} to {found['target']}: {found['name']} {found['about']}".rstrip())
    for section in found["sections"]:
        print(f"\n{section['title']}")
        for mark, name, value in section["rows"]:
            print(f"  {mark:<13} {name:<38} {value}".rstrip())


@app.command()
def save(
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write, e.g. day.pcapng.")],
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]…", help="All, if none.")] = None,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write them as a pcapng file, which Wireshark opens; TLS is shown as after decryption."""
    show(client(seat).wire.save(out, ids or []), as_json)


def register(*groups: typer.Typer) -> None:
    """Add these verbs to the command and to its group for the archive."""
    for group in groups:
        group.add_typer(app, name="wire")
