"""pacslab archive export: studies for research and teaching, without the patients' identities."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.commands.output import JsonOption, SeatOption, client, show
from simulator.errors import CannotError


def export(
    studies: Annotated[list[str] | None, typer.Argument(help="Study Instance UIDs.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="An empty folder.")] = None,
    profile: Annotated[str, typer.Option(help="basic: that of PS3.15 Annex E.")] = "basic",
    options: Annotated[
        str, typer.Option(help="With commas; 'archive export --list-options' lists them.")
    ] = "",
    project: Annotated[
        str, typer.Option(help="In a project, the same patient has always the same new name.")
    ] = "default",
    leave_out: Annotated[
        bool, typer.Option("--leave-out", help="Not the objects that say they show names.")
    ] = False,
    map_file: Annotated[
        Path | None, typer.Option("--map", help="A file, elsewhere, for who is behind which name.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="A file for the report (JSON).")] = None,
    list_options: Annotated[bool, typer.Option("--list-options")] = False,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Export studies without identities: objects to a folder, a report, warnings to heed."""
    exports = client(seat).exports
    if list_options:
        show(exports.options(), as_json)
        return
    if not studies or out is None:
        raise typer.BadParameter("say which studies, and --out DIR")
    chosen = [name for name in options.split(",") if name]
    facts = exports.export(
        studies, options=chosen, profile=profile, project=project, leave_out=leave_out
    )
    try:
        exports.save(facts["export"], out, map_file)
    finally:  # what was exported does not stay with the archive
        exports.remove(facts["export"])
    _write(report, facts)
    show(facts, True) if as_json else _say(facts, out)


def _write(path: Path | None, facts: dict[str, Any]) -> None:
    if path is None:
        return
    try:
        path.write_text(json.dumps(facts, indent=2), "utf-8")
    except OSError as error:
        raise CannotError(f"{path} cannot be written: {error.strerror}.") from error


def _say(facts: dict[str, Any], out: Path) -> None:
    left = f", {facts['left_out']} left out" if facts["left_out"] else ""
    print(f"{facts['instances']} objects of {facts['studies']} studies in {out}{left}.")
    done = ", ".join(f"{count} {what}" for what, count in sorted(facts["done"].items()))
    print(f"Attributes: {done}.")
    for row in facts["warnings"]:
        print(f"Warning, {row['objects']} objects: {row['what']}.")
