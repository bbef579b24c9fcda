"""pacslab fleet run: a whole day of a hospital, in the seat or to any DICOM peer."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from simulator.clock import DEFAULT_START
from simulator.commands.output import JsonOption, SeatOption, client, show
from simulator.commands.progress import bar
from simulator.errors import LocalError, UsageError
from simulator.network.associate import Peer

_LOOK = 0.3  # seconds between two looks at how far the hospital has come
out = Console(highlight=False, soft_wrap=True)


def fleet_run(
    beds: Annotated[int, typer.Option(help="How large the hospital is.")] = 300,
    hours: Annotated[float, typer.Option(help="How long.")] = 24.0,
    speed: Annotated[str, typer.Option(help="Times real time, or max.")] = "max",
    pixels: Annotated[str, typer.Option(help="small, or full: the sizes of real life.")] = "small",
    to: Annotated[
        str, typer.Option("--to", help="AET@HOST:PORT: images only, to any peer; needs no seat.")
    ] = "",
    dask: Annotated[
        str, typer.Option(help="A Dask scheduler whose workers send (with --to).")
    ] = "",
    seed: Annotated[int, typer.Option(min=0, help="With --to: same seed, same day.")] = 1,
    plot: Annotated[Path | None, typer.Option(help="Where the picture of the day goes.")] = None,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run a whole day: orders, worklist, images, reports of what was done."""
    pace = _speed(speed)
    if dask and not to:
        raise UsageError("Dask workers need a peer to send to.", "Say --to AET@HOST:PORT, too.")
    if to:
        facts = _to_peer(_peer(to), beds, hours, pace, pixels, seed, dask, as_json)
        place = plot or Path("fleet-day.png")
    else:
        facts = _in_seat(seat, beds, hours, pace, pixels, as_json)
        place = plot or client(seat).seat.folder / "fleet-day.png"
    from simulator.console.day_plot import save_day

    facts["plot"] = str(save_day(facts, place)) if facts["rows"] else ""
    show(facts, True) if as_json else _print(facts)
    if facts["failed"] or facts["done"] < facts["of"]:
        raise typer.Exit(1)


def fleet_conformance(
    device: Annotated[str, typer.Argument(help="E.g. CT1.")], as_json: JsonOption = False
) -> None:
    """Print a device's DICOM conformance statement (Markdown); needs no seat."""
    from simulator.fleet.conformance import statement
    from simulator.fleet.profile import load_profiles

    known = load_profiles()
    if device not in known:
        raise UsageError(f"There is no modality '{device}'.", f"Known: {', '.join(known)}.")
    text = statement(known[device])
    show({"device": device, "statement": text}, True) if as_json else print(text)


def fleet_pictures(
    out: Annotated[Path, typer.Option("--out", help="The PNG to write.")] = Path(
        "contact-sheet.png"
    ),
    every: Annotated[
        bool, typer.Option("--all", help="A row for each examination, not for each modality.")
    ] = False,
) -> None:
    """Draw a contact sheet: what the devices make; needs no seat."""
    from simulator.imaging.contact_sheet import SHOWN, contact_sheet

    contact_sheet(out, rows=() if every else SHOWN)
    print(f"Picture: {out}")


def _speed(text: str) -> float | None:
    """Return the factor; None for as fast as can be."""
    if text == "max":
        return None
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"'{text}' is no speed.", "Say a number, e.g. 60, or max.") from None


def _peer(text: str) -> Peer:
    try:
        return Peer.parse(text)
    except LocalError as error:
        raise UsageError(error.sentence, error.remedy) from None


def _to_peer(
    peer: Peer, beds: int, hours: float, speed: float | None, pixels: str, seed: int, dask: str,
    quiet: bool,
) -> dict[str, Any]:  # fmt: skip
    """Send the day from here, or from Dask's workers."""
    from simulator.fleet.tally import Tally
    from simulator.fleet.whole_day import check
    from simulator.recipes.load import Load, run

    check(beds, hours, speed, pixels)
    start = datetime.fromisoformat(DEFAULT_START).replace(hour=0)
    load = Load(
        peer=peer, beds=beds, hours=hours, speed=speed, pixels=pixels, seed=seed, start=start
    )
    tally = Tally(start=start)
    with bar(f"{beds} beds → {peer}", quiet=quiet) as progress:
        seconds = run(load, tally, lambda: progress(tally.done, tally.of), dask)
    return {
        "beds": beds, "hours_run": hours, "speed": speed or "max", "pixels": pixels,
        "seconds": round(seconds, 2), **tally.facts(),
    }  # fmt: skip


def _in_seat(
    seat: Path | None, beds: int, hours: float, speed: float | None, pixels: str, quiet: bool
) -> dict[str, Any]:
    """Have the seat's hospital run the day, and watch it; Ctrl-C ends the day, too."""
    fleet = client(seat).fleet
    fleet.run(beds=beds, hours=hours, speed=speed or 0, pixels=pixels)
    with bar(f"{beds} beds, hospital time goes along", quiet=quiet) as progress:
        try:
            while (facts := fleet.status()["run"])["running"]:
                progress(facts["done"], facts["of"])
                time.sleep(_LOOK)
        except KeyboardInterrupt:
            fleet.stop_run()
            raise
    found: dict[str, Any] = facts
    return found


def _print(facts: dict[str, Any]) -> None:
    table = Table("modality", "examinations", "objects", "MB", title="What was sent")
    for name, (exams, objects, size) in sorted(facts["rows"].items()):
        table.add_row(name, str(exams), str(objects), f"{size / 1e6:.1f}")
    out.print(table)
    pace = facts["hours_run"] * 3600 / facts["seconds"] if facts["seconds"] else 0.0
    print(
        f"{facts['done']} of {facts['of']} examinations, {facts['objects']} objects, "
        f"{facts['bytes'] / 1e9:.2f} GB in {facts['seconds']:.0f} s: {pace:.0f} × real time."
    )
    errors = ", ".join(f"{count} {name}" for name, count in sorted(facts["mistakes"].items()))
    print(
        f"{facts['no_shows']} did not come, {facts['unidentified']} without a name, "
        f"mean wait {facts['waited']:.0f} min; technologists' errors: {errors or 'none'}."
    )
    for error in facts["errors"]:
        print(f"  {error}")
    print(f"Picture: {facts['plot']}" if facts["plot"] else "Nobody was examined.")
