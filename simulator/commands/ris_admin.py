"""pacslab ris setting|device|sender|procedure …, history, states, link-step, export, reconcile."""

from __future__ import annotations

from typing import Annotated

import typer

from simulator.clients.agreement import agreement
from simulator.commands.output import JsonOption, SeatOption, client, parse_pairs, show

setting = typer.Typer(help="The settings of the RIS.", no_args_is_help=True)
device = typer.Typer(help="Who may query and report, and what each sees.", no_args_is_help=True)
sender = typer.Typer(help="Sending applications (MSH-3).", no_args_is_help=True)
procedure = typer.Typer(help="The procedure table: code to station.", no_args_is_help=True)
Pairs = Annotated[list[str], typer.Argument(help="KEY=VALUE …")]


@setting.command("list")
def setting_list(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List every setting."""
    found = client(seat).ris.settings()
    show(found, as_json, found.columns)


@setting.command("get")
def setting_get(key: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show one setting."""
    show(client(seat).ris.setting(key), as_json)


@setting.command("set")
def setting_set(key: str, value: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Change one setting."""
    show({key: client(seat).ris.set(key, value)}, as_json)


@device.command("list")
def device_list(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List the devices the RIS knows."""
    found = client(seat).ris.devices()
    show(found, as_json, found.columns)


@device.command("set")
def device_set(ae: str, pairs: Pairs, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Add or change a device: worklist=true mpps=true stations=CT1,CT2 charset=…"""
    show(client(seat).ris.device(ae, **parse_pairs(pairs)), as_json)


@device.command("remove")
def device_remove(ae: str, seat: SeatOption = None) -> None:
    """Take a device out of the table."""
    client(seat).ris.remove_device(ae)
    print(f"{ae} is no longer in the RIS's table.")


@sender.command("list")
def sender_list(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List the sending applications."""
    found = client(seat).ris.senders()
    show(found, as_json, found.columns)


@sender.command("set")
def sender_set(
    application: str, pairs: Pairs, seat: SeatOption = None, as_json: JsonOption = False
) -> None:
    """Add or change a sender: taken=true issuer=SITEB charset=8859/1 types='ADT ORM'."""
    show(client(seat).ris.sender(application, **parse_pairs(pairs)), as_json)


@sender.command("remove")
def sender_remove(application: str, seat: SeatOption = None) -> None:
    """Take a sender out of the table."""
    client(seat).ris.remove_sender(application)
    print(f"{application} is no longer in the RIS's table.")


@procedure.command("list")
def procedure_list(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List the procedure table."""
    show(client(seat).ris.mapping(), as_json)


@procedure.command("set")
def procedure_set(
    code: str, pairs: Pairs, seat: SeatOption = None, as_json: JsonOption = False
) -> None:
    """Add or change a procedure: modality=CT station_ae=CT1 protocol=head pending=true …"""
    show(client(seat).ris.map(code, **parse_pairs(pairs)), as_json)


@procedure.command("remove")
def procedure_remove(code: str, seat: SeatOption = None) -> None:
    """Take a procedure out: orders for it are on no worklist."""
    client(seat).ris.unmap(code)
    print(f"{code} is no longer in the procedure table.")


@procedure.command("history")
def procedure_history(code: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List every change of a procedure."""
    found = client(seat).ris.mapping_history(code)
    show(found, as_json, found.columns)


def history(accession: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List every change of an order."""
    found = client(seat).ris.history(accession)
    show(found, as_json, found.columns)


def states(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List the states of an order, and what leads from one to the other."""
    found = client(seat).ris.states()
    show(found, as_json, found.columns)


def link_step(
    uid: str, accession: str, seat: SeatOption = None, as_json: JsonOption = False
) -> None:
    """Say to which order a performed step belongs."""
    show(client(seat).ris.link_step(uid, accession), as_json)


def export(
    accession: str,
    form: Annotated[str, typer.Option("--as", help="sr or pdf")] = "sr",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send an order's report to the archive as a DICOM object."""
    row = client(seat).ris.export(accession, form)
    show(row, as_json)
    if row["state"] == "parked":
        raise typer.Exit(1)


def reconcile(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Count orders, steps, studies, commitments and reports; list where they disagree."""
    found = agreement(client(seat))
    if as_json:
        show({"counts": found.counts, "disagreements": found.rows}, as_json)
    else:
        show(found.counts, False)
        show(found.rows, False, found.rows.columns)
    if found.rows:
        raise typer.Exit(1)


def register(ris: typer.Typer) -> None:
    """Add these verbs to the command of the RIS."""
    groups = {"setting": setting, "device": device, "sender": sender, "procedure": procedure}
    for name, group in groups.items():
        ris.add_typer(group, name=name)
    for verb in (history, states, export, reconcile):
        ris.command(verb.__name__)(verb)
    ris.command("link-step")(link_step)
