"""pacslab fleet …, pacslab ris …, pacslab clock …: everything but the archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulator.clients import worklist_page
from simulator.commands.output import (
    JsonOption,
    SeatOption,
    client,
    parse_pairs,
    show,
    show_outcome,
)
from simulator.errors import UsageError

fleet = typer.Typer(help="Modalities and workstations.", no_args_is_help=True)
ris = typer.Typer(help="Orders, worklist, performed steps.", no_args_is_help=True)
clock = typer.Typer(help="Hospital time.", no_args_is_help=True)


@fleet.command("list")
def fleet_list(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List every device."""
    columns = ("name", "kind", "ae_title", "host", "port", "model", "queued", "received")
    show(client(seat).fleet.devices(), as_json, columns)


@fleet.command("show")
def fleet_show(device: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show a device's service settings."""
    found = client(seat).fleet.device(device)
    show(found.facts if as_json else found.settings, as_json)


@fleet.command("set")
def fleet_set(
    device: str,
    words: Annotated[list[str], typer.Argument(help="KEY VALUE, or KEY=VALUE …")],
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change a device's service settings, e.g. 'fleet set CT1 archive.ae PACSLAB'."""
    if len(words) == 2 and "=" not in words[0]:
        words = [f"{words[0]}={words[1]}"]
    found = client(seat).fleet.device(device)
    for key, value in parse_pairs(words).items():
        found.set(key, value)
    show(found.settings, as_json)


@fleet.command("echo")
def fleet_echo(
    device: str,
    target: Annotated[str, typer.Argument(help="archive, ris or AET@HOST:PORT")] = "archive",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """C-ECHO as this device."""
    show_outcome(client(seat).fleet.device(device).echo(target), as_json)


@fleet.command("worklist")
def fleet_worklist(device: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Query the worklist as this device."""
    show(client(seat).fleet.device(device).worklist(), as_json)


@fleet.command("perform")
def fleet_perform(
    device: str,
    accession: str,
    discontinue: Annotated[bool, typer.Option("--discontinue", help="Break it off.")] = False,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Do the exam of a worklist entry."""
    found = client(seat).fleet.device(device)
    show_outcome(found.perform(accession, discontinue=discontinue), as_json)


@fleet.command("append")
def fleet_append(
    device: str,
    accession: str,
    reopen: Annotated[
        bool, typer.Option("--reopen", help="Report it in the step that has ended.")
    ] = False,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add images to a finished exam, as a step of its own.

    What was added by re-opening and could not be reported gets that step; nothing is taken then.
    """
    show_outcome(client(seat).fleet.device(device).append(accession, reopen=reopen), as_json)


@fleet.command("queue")
def fleet_queue(device: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List what waits on the device's own disk."""
    show(client(seat).fleet.device(device).queue(), as_json)


@fleet.command("send")
def fleet_send(
    device: str,
    accession: Annotated[str, typer.Option(help="A finished exam to send once more.")] = "",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send what waits in a device's queue, or one finished exam once more."""
    show_outcome(client(seat).fleet.device(device).send(accession), as_json)


@fleet.command("retrieve")
def fleet_retrieve(
    device: str, study_uid: str, seat: SeatOption = None, as_json: JsonOption = False
) -> None:
    """Fetch a study from the archive, as this workstation does (C-MOVE or C-GET)."""
    show_outcome(client(seat).fleet.device(device).retrieve(study_uid), as_json)


@fleet.command("find")
def fleet_find(
    device: str,
    words: Annotated[list[str] | None, typer.Argument(help="KEYWORD=VALUE …")] = None,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Search the archive as this workstation, e.g. 'fleet find WS1 PatientID=M123'."""
    show(client(seat).fleet.device(device).find(**parse_pairs(words or [])), as_json)


@fleet.command("received")
def fleet_received(device: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List the studies that were sent to a device, or fetched by it."""
    show(client(seat).fleet.device(device).received(), as_json)


@fleet.command("log")
def fleet_log(
    device: str,
    lines: Annotated[int, typer.Option(min=1, help="How many of the newest.")] = 30,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a device's own log."""
    show(client(seat).fleet.device(device).log(lines), as_json)


@fleet.command("pause")
def fleet_pause(seat: SeatOption = None) -> None:
    """Let the day stand still; what is under way is finished."""
    client(seat).fleet.pause()
    print("The day stands still. 'pacslab fleet resume' lets it go on.")


@fleet.command("resume")
def fleet_resume(seat: SeatOption = None) -> None:
    """Let the day go on."""
    client(seat).fleet.resume()
    print("The day goes on.")


@fleet.command("status")
def fleet_status(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show how the day goes."""
    show(client(seat).fleet.status(), as_json)


@ris.command("orders")
def ris_orders(
    status: Annotated[str, typer.Option(help="scheduled, completed …")] = "",
    patient_id: Annotated[str, typer.Option(help="Of this patient.")] = "",
    accession: Annotated[str, typer.Option(help="With this accession number.")] = "",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """List orders."""
    filters = {"status": status, "patient_id": patient_id, "accession": accession}
    show(client(seat).ris.orders(**{k: v for k, v in filters.items() if v}), as_json, _ORDER)


_ORDER = (
    "accession",
    "patient_id",
    "patient_name",
    "description",
    "station_ae",
    "scheduled",
    "status",
)


@ris.command("place")
def ris_place(
    pairs: Annotated[
        list[str] | None, typer.Argument(help="KEY=VALUE …; none: the next by seed")
    ] = None,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Place an order."""
    show(client(seat).ris.place(**parse_pairs(pairs or [])), as_json)


@ris.command("change")
def ris_change(
    accession: str,
    pairs: Annotated[list[str], typer.Argument(help="E.g. station_ae=CT1")],
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change an order."""
    show(client(seat).ris.change(accession, **parse_pairs(pairs)), as_json)


@ris.command("worklist")
def ris_worklist(
    printed: Annotated[
        Path | None, typer.Option("--print", help="Write it there: .html, .pdf or .txt.")
    ] = None,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what the worklist offers; with --print, on paper for a downtime."""
    found = client(seat)
    rows = found.ris.worklist()
    if printed is None:
        show(rows, as_json, _ORDER)
        return
    count = worklist_page.write(printed, rows, found.clock.now().isoformat(timespec="seconds"))
    print(f"{count} entries are in {printed}.")


@ris.command("mpps")
def ris_mpps(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List performed procedure steps."""
    show(client(seat).ris.mpps(), as_json)


@ris.command("mapping")
def ris_mapping(
    code: Annotated[str, typer.Argument(help="A procedure code; none: show the table.")] = "",
    pairs: Annotated[list[str] | None, typer.Argument(help="E.g. station_ae=CT1")] = None,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show or change which procedure goes to which station."""
    found = client(seat).ris
    show(found.map(code, **parse_pairs(pairs)) if code and pairs else found.mapping(), as_json)


@clock.command("show")
def clock_show(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show hospital time."""
    show(client(seat).clock.show(), as_json)


@clock.command("speed")
def clock_speed(factor: float, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Let hospital time run FACTOR times as fast as real time."""
    show(client(seat).clock.speed(factor), as_json)


@clock.command("pause")
def clock_pause(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Stop hospital time."""
    show(client(seat).clock.pause(), as_json)


@clock.command("resume")
def clock_resume(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Let hospital time run."""
    show(client(seat).clock.resume(), as_json)


@clock.command("jump")
def clock_jump(
    to: Annotated[str, typer.Argument(help="E.g. 2026-03-02T14:30")],
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Move hospital time forward."""
    if not to:
        raise UsageError("No time was given.", "Write it like 2026-03-02T14:30.")
    show(client(seat).clock.do("jump", to=to), as_json)


@clock.command("step")
def clock_step(minutes: float, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Advance by MINUTES, doing all that is due, then stand still."""
    show(client(seat).clock.step(minutes), as_json)
