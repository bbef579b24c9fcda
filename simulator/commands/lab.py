"""up, down, status, reset, doctor, service: the seat as a whole."""

from __future__ import annotations

import time
import webbrowser
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from simulator import system
from simulator.commands.backend import print_backend
from simulator.commands.output import JsonOption, SeatOption, show
from simulator.doctor import examine
from simulator.seat import Options, Seat
from simulator.seat_facts import to_enter

out = Console(highlight=False, soft_wrap=True)


def up(
    seed: Annotated[
        int | None, typer.Option(help="Same seed: same patients, images, faults.")
    ] = None,
    ports: Annotated[
        str, typer.Option(help="default: the well-known ports; auto: free ones.")
    ] = "default",
    detach: Annotated[
        bool, typer.Option("--detach", help="Come back when everything answers.")
    ] = False,
    lab: Annotated[bool, typer.Option("--lab/--no-lab", help="With or without JupyterLab.")] = True,
    backend: Annotated[
        str | None, typer.Option(help="Of a new seat: embedded (the default), orthanc or external.")
    ] = None,
    peer: Annotated[str | None, typer.Option(help="The external archive, AET@HOST:PORT.")] = None,
    dicomweb: Annotated[str | None, typer.Option(help="Its DICOMweb address, if any.")] = None,
    start: Annotated[
        str | None, typer.Option(help="Hospital time of a new seat, e.g. 2026-03-02T07:00.")
    ] = None,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start the hospital, and JupyterLab at the first lesson."""
    place = Seat(seat)
    system.interrupt_on_termination()
    options = Options(
        seed=seed, ports=ports, backend=backend, peer=peer, dicomweb=dicomweb, start=start, lab=lab
    )
    facts = place.up(options) if as_json else _up_with_bar(place, options)
    if as_json:
        show(facts, True)
    else:
        _print_places(place, facts)
    if not detach:
        _stay(place, facts, quiet=as_json)


def _up_with_bar(place: Seat, options: Options) -> dict[str, Any]:
    columns = (TextColumn("{task.description:<28}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True) as bar:
        task = bar.add_task("starting", total=1.0)

        def progress(what: str, share: float) -> None:
            bar.update(task, description=what, completed=share)

        return place.up(options, progress)


def _print_places(place: Seat, facts: dict[str, Any]) -> None:
    table = Table("node", "AE title", "address", "port", title="Your hospital is running")
    rows = {"archive": facts["dicom"]["archive"], "RIS": facts["dicom"]["ris"]}
    for name, peer in {**rows, **facts["dicom"]["devices"]}.items():
        table.add_row(name, peer["ae"], peer["host"], str(peer["port"]))
    out.print(table)
    for name, place_of in facts["hl7"].items():
        out.print(f"HL7 {name:<9} {place_of['host']}:{place_of['port']}")
    out.print(f"Archive API   {facts['urls']['api']}")
    if facts["urls"]["dicomweb"]:
        out.print(f"DICOMweb      {facts['urls']['dicomweb']}")
    out.print(f"Hospital API  {facts['urls']['hospital']}")
    if facts["urls"]["jupyter"]:
        out.print(f"Lessons       {facts['urls']['jupyter']}")
    out.print(f"Seat          {place.folder}")
    print_backend(facts, to_enter(facts, place.plan))
    out.print("Training only: all patients are invented. Not for clinical use.", style="dim")


def _stay(place: Seat, facts: dict[str, Any], *, quiet: bool) -> None:
    """Keep the command in the foreground until Ctrl-C, then stop everything."""
    try:
        if facts["urls"]["jupyter"] and system.has_screen():
            webbrowser.open(facts["urls"]["jupyter"])
        if not quiet:
            out.print("Press Ctrl-C to stop the hospital.")
        while place.is_up():
            time.sleep(0.5)
    except KeyboardInterrupt:
        pass
    finally:
        place.down()
    if not quiet:
        out.print("The hospital was stopped. Nothing is lost; 'pacslab up' goes on from here.")


def down(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Stop everything that runs for this seat."""
    place = Seat(seat)
    place.facts  # noqa: B018  says plainly if there is no such seat
    stopped = place.down()
    show({"stopped": stopped}, True) if as_json else print(
        f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running."
    )


def status(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show what runs and what answers; exit status 3 if the seat is down."""
    state = Seat(seat).status()
    if as_json:
        show(state, True)
    else:
        _print_status(state)
    if not state["up"]:
        raise typer.Exit(3)


def _print_status(state: dict[str, Any]) -> None:
    for name, runs in state["services"].items():
        print(f"{name:<10} {'runs' if runs else 'is stopped'}")
    if not state["up"]:
        print("The seat is down. Start it with 'pacslab up'.")
        return
    table = Table("AE title", "address", "port", "C-ECHO")
    for node in state["nodes"]:
        answer = "answers" if node["answers"] else "no answer"
        table.add_row(node["ae"], node["host"], str(node["port"]), answer)
    out.print(table)
    for row in state["hl7"]:
        answer = "answers" if row["answers"] else "no answer"
        print(f"HL7 {row['name']:<10} {row['host']}:{row['port']}  {answer}")
    for name, url in state["urls"].items():
        print(f"{name:<10} {url or '-'}")
    print_backend(state, state["to_enter"])
    if state["repaired"]:
        print(f"At its start the archive found: {state['repaired']}.")
    if not state["own_addresses"]:
        print(
            "This system has only 127.0.0.1: devices share that address, with ports of their own."
        )


def reset(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Put studies, users, nodes, orders and settings back to the start; the journal stays."""
    from exercises import engine
    from simulator.client import connect

    stays = engine.reset_hospital(connect(seat))
    if as_json:
        show({"reset": True, "said": stays}, True)
    else:
        print("The hospital is as it was at the start.", *stays, sep="\n")


def doctor(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Examine the machine and the seat, and say what to do about what is wrong."""
    findings = examine(Seat(seat))
    if as_json:
        show(findings, True)
    else:
        for row in findings:
            mark = {"ok": "✔", "note": "•", "bad": "✘"}[row["state"]]
            print(f"{mark} {row['what']}" + (f" – {row['remedy']}" if row["remedy"] else ""))
    if any(row["state"] == "bad" for row in findings):
        raise typer.Exit(1)


def service(
    action: Annotated[str, typer.Argument(help="start, stop or restart")],
    name: Annotated[str, typer.Argument(help="archive or hospital")],
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start, stop or restart one service of the seat."""
    Seat(seat).service(action, name)
    done = {"start": "started", "stop": "stopped", "restart": "restarted"}[action]
    show({name: done}, True) if as_json else print(f"The {name} was {done}.")


def register(app: typer.Typer) -> None:
    """Add these verbs to the command."""
    for function in (up, down, status, reset, doctor, service):
        app.command()(function)
