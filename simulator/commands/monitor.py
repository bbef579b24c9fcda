"""pacslab archive morning, alarms, metrics, live, ready and trace: how well the archive runs."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from simulator.commands.output import JsonOption, SeatOption, client, show

_COLUMNS = ("sign", "name", "value", "reason")


def morning(
    echo: Annotated[bool, typer.Option("--echo", help="Call every node, too.")] = False,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Do the morning check: one page; exit status 1 if something must be acted on."""
    done = client(seat).monitor.morning(echo=echo)
    if as_json:
        show(done, as_json)
    else:
        _page(done)
    if done["level"] == "red":
        raise typer.Exit(1)


def _page(done: dict[str, Any]) -> None:
    counts = ", ".join(f"{number} {what}" for what, number in done["counts"].items())
    print(f"Morning check, {done['at'].replace('T', ' ')}: {done['sign']} ({done['level']})")
    print(f"The archive holds {counts}.\n")
    for row in done["findings"]:
        print(f"{row['sign']:<8} {row['name']:<22} {row['value']}")
        if row["reason"]:
            print(f"{'':<9}{row['reason']}\n{'':<9}→ {row['remedy']}")


def alarms(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List every threshold and how it stands; change one with 'setting set alarm.…'."""
    show(client(seat).monitor.alarms(), as_json, _COLUMNS)


def metrics(
    prefix: Annotated[str, typer.Argument(help="E.g. pacslab_queue.")] = "",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show metrics, as /metrics gives them to Prometheus."""
    show(client(seat).monitor.metrics(prefix), as_json)


def ready(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Say whether the archive can answer; exit status 3 if not."""
    show(client(seat).monitor.ready(), as_json)


def live(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Say whether the archive's process answers at all; exit status 3 if not."""
    show({"live": client(seat).monitor.live()}, as_json)


def trace(
    node: Annotated[str, typer.Argument(help="Of this AE title only.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many of the last lines.")] = 200,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the DICOM trace; switch it on with 'setting set log.trace AE'."""
    lines = client(seat).monitor.trace(node, limit)
    if as_json:
        show(lines, as_json)
    else:
        print("\n".join(lines) or "Nothing is traced: 'pacslab archive setting set log.trace AE'.")


def register(archive: typer.Typer) -> None:
    """Add these verbs to `pacslab archive`."""
    for verb in (morning, alarms, metrics, live, ready, trace):
        archive.command()(verb)
