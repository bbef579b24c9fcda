"""pacslab fleet accept: what a device's conformance statement claims, tried step by step."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulator.commands.output import JsonOption, SeatOption, client, show
from simulator.errors import CannotError

_SIGNS = {"green": "✔", "amber": "●", "red": "✘"}


def fleet_accept(
    device: Annotated[str, typer.Argument(help="E.g. CT1.")],
    file: Annotated[
        Path | None, typer.Option("--report", help="A file for the report (Markdown).")
    ] = None,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a device through its acceptance; status 1 if a step is red.

    Archive and RIS must answer it; then it examines a test patient at a test bench, once for each
    kind of object and transfer syntax it claims. Nothing of that goes to archive or RIS.
    """
    facts = client(seat).fleet.device(device).accept()
    if file is not None:
        try:
            file.write_text(facts["report"], "utf-8")
        except OSError as error:
            raise CannotError(f"{file} cannot be written: {error.strerror}.") from error
    if as_json:
        show(facts, True)
    else:
        for step in facts["steps"]:
            print(f"{_SIGNS[step['level']]} {step['name']}: {step['what']}")
        print(f"{facts['device']} is {facts['level']}.")
    if facts["level"] == "red":
        raise typer.Exit(1)
