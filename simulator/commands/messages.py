"""pacslab ris messages …, pacslab ris channels …, pacslab archive messages|reading-list|reports."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from simulator.client import Client
from simulator.clients.messages import MessageLogClient
from simulator.commands import ris_admin
from simulator.commands.output import JsonOption, SeatOption, client, parse_pairs, show

messages = typer.Typer(invoke_without_command=True)
channels = typer.Typer(help="The channels HL7 goes out by.", invoke_without_command=True)
archive_messages = typer.Typer(invoke_without_command=True)
_Kind = Annotated[str, typer.Option(help="E.g. ORM^O01.")]
_State = Annotated[str, typer.Option(help="accepted, rejected, queued, sent, parked …")]
_Accession = Annotated[str, typer.Option(help="About this accession number.")]
_Limit = Annotated[int, typer.Option(min=1, help="How many of the newest.")]


def _filters(kind: str, state: str, accession: str, limit: int) -> dict[str, str]:
    wanted = {"kind": kind, "state": state, "accession": accession, "limit": str(limit)}
    return {key: value for key, value in wanted.items() if value}


def _log_verbs(app: typer.Typer, log: Callable[[Client], MessageLogClient], whose: str) -> None:
    """Give a group the verbs that RIS and archive have alike: list, show, replay."""

    @app.callback(help=f"{whose} HL7 messages, newest last.")
    def list_(
        context: typer.Context,
        kind: _Kind = "",
        state: _State = "",
        accession: _Accession = "",
        limit: _Limit = 30,
        seat: SeatOption = None,
        as_json: JsonOption = False,
    ) -> None:
        if context.invoked_subcommand is None:
            found = log(client(seat)).messages(**_filters(kind, state, accession, limit))
            show(found, as_json, found.columns)

    @app.command("show")
    def show_one(
        number: int,
        fields: Annotated[bool, typer.Option(help="Each field with its name.")] = False,
        seat: SeatOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Show one message."""
        if fields:
            rows = log(client(seat)).fields(number)
            show(rows, as_json, rows.columns)
            return
        found = log(client(seat)).message(number)
        show(found if as_json else found["text"], as_json)

    @app.command("compare")
    def compare(
        number: int, other: int, seat: SeatOption = None, as_json: JsonOption = False
    ) -> None:
        """Show the fields in which two messages differ."""
        rows = log(client(seat)).compare(number, other)
        show(rows, as_json, rows.columns)

    @app.command("replay")
    def replay(number: int, seat: SeatOption = None) -> None:
        """Process a message that came in once more."""
        print(log(client(seat)).replay(number))


_log_verbs(messages, lambda found: found.ris, "The RIS's")
_log_verbs(archive_messages, lambda found: found.archive, "The archive's")


@messages.command("resend")
def messages_resend(
    number: int,
    corrected: Annotated[
        typer.FileText | None, typer.Option(help="A file with the corrected message.")
    ] = None,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send a message again, or its corrected text."""
    text = corrected.read() if corrected else ""
    show(client(seat).ris.resend(number, text), as_json)


@messages.command("send")
def messages_send(
    channel: str,
    file: Annotated[str, typer.Argument(help="A file with the message, - for standard input.")],
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send a message typed by hand through a channel."""
    with sys.stdin if file == "-" else open(file, encoding="utf-8") as source:
        show(client(seat).ris.send(channel, source.read()), as_json)


@channels.callback()
def channels_list(
    context: typer.Context, seat: SeatOption = None, as_json: JsonOption = False
) -> None:
    """List the channels and their queues."""
    if context.invoked_subcommand is None:
        found = client(seat).ris.channels()
        show(found, as_json, found.columns)


@channels.command("set")
def channels_set(
    name: str,
    pairs: Annotated[list[str], typer.Argument(help="E.g. on_reject=park port=2576")],
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change a channel."""
    show(client(seat).ris.channel(name, **parse_pairs(pairs)), as_json)


@channels.command("add")
def channels_add(
    name: str,
    host: str,
    port: int,
    pairs: Annotated[
        list[str], typer.Argument(help="sending_application=RIS receiving_application=X …")
    ],
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a channel; copy_of=PACS makes it get what PACS gets."""
    show(client(seat).ris.add_channel(name, host, port, **parse_pairs(pairs)), as_json)


@channels.command("pause")
def channels_pause(name: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Let a queue stand still."""
    show(client(seat).ris.pause(name), as_json)


@channels.command("resume")
def channels_resume(name: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Let a queue go on."""
    show(client(seat).ris.resume(name), as_json)


def reading_list(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show what waits for a radiologist: completed, images in, not reported."""
    found = client(seat).archive.reading_list()
    show(found, as_json, found.columns)


def reports(
    accession: Annotated[str, typer.Argument(help="Of this accession number.")] = "",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the reports the archive has."""
    found = client(seat).archive.reports(accession)
    show(found, as_json, found.columns)


def timeline(accession: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show what happened to an order, with the names IHE has for it."""
    found = client(seat).timeline(accession)
    show(found, as_json, found.columns)


def adt(
    trigger: Annotated[str, typer.Argument(help="E.g. A08 (correct) or A40 (merge).")],
    patient_id: str,
    pairs: Annotated[list[str] | None, typer.Argument(help="patient_name=… retired=…")] = None,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Have the HIS send an ADT message about a patient."""
    facts = {key: str(value) for key, value in parse_pairs(pairs or []).items()}
    show(client(seat).ris.adt(trigger, patient_id, **facts), as_json)


def patients(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List the patients the RIS knows; a merged number says into which."""
    columns = ("patient_id", "issuer", "patient_name", "birth_date", "sex", "merged_into")
    show(client(seat).ris.patients(), as_json, columns)


def archive_orders(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List the orders the archive has learnt of."""
    show(client(seat).messages.orders(), as_json)


def archive_mpps(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List the performed procedure steps the RIS passed on."""
    show(client(seat).messages.mpps(), as_json)


def register(ris: typer.Typer, archive: typer.Typer) -> None:
    """Add these verbs to the two commands they belong to."""
    ris_admin.register(ris)
    ris.add_typer(messages, name="messages")
    ris.add_typer(channels, name="channels")
    ris.command("timeline")(timeline)
    ris.command("adt")(adt)
    ris.command("patients")(patients)
    archive.add_typer(archive_messages, name="messages")
    archive.command("reading-list")(reading_list)
    archive.command("orders")(archive_orders)
    archive.command("mpps")(archive_mpps)
    archive.command("reports")(reports)
