"""pacslab archive media …: CDs in and out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.commands.acting import PasswordOption, UserOption, acting_as
from simulator.commands.output import JsonOption, SeatOption, client, show
from simulator.errors import UsageError
from simulator.results import Rows

app = typer.Typer(help="CDs and DVDs: import and export.", no_args_is_help=True)
_MOST = 30  # rows of a kind that are printed


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(help="The CD, or a folder with its DICOMDIR.")],
    mapping: Annotated[
        list[str] | None, typer.Option("--map", help="FOREIGN=OURS: Patient IDs; may be repeated.")
    ] = None,
    issuer: Annotated[str, typer.Option(help="Who issued numbers that come without.")] = "FOREIGN",
    keep_accession: Annotated[
        bool, typer.Option("--keep-accession", help="Keep foreign accession numbers.")
    ] = False,
    all_files: Annotated[
        bool, typer.Option("--all-files", help="Take every file, not what DICOMDIR names.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be.")] = False,
    user: UserOption = "", password: PasswordOption = "",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Import a CD; its patients stay foreign unless --map says who they are here."""
    media = acting_as(seat, user, password).media
    name = media.bring(folder)
    try:
        report = media.import_(
            name, map=_mapping(mapping or []), issuer=issuer, keep_accession=keep_accession,
            all_files=all_files, dry_run=dry_run,
        )  # fmt: skip
    finally:
        media.remove(name)
    show(report, True) if as_json else _print(report)
    if not report["ok"]:
        raise typer.Exit(1)


@app.command()
def export(
    studies: Annotated[list[str], typer.Argument(help="Study Instance UIDs.")],
    out: Annotated[Path, typer.Option("--out", help="A new folder.")],
    user: UserOption = "", password: PasswordOption = "",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Write studies as a file-set with DICOMDIR, ready to be burnt."""
    report = acting_as(seat, user, password).media.export(studies, out)
    if as_json:
        show(report, True)
    else:
        print(f"{report['files']} files of {report['studies']} studies are in {out}.")
        _table("left out", report["left_out"], ("sop_uid", "why"))
        if report["invented"]:
            said = ", ".join(f"{key} ({count})" for key, count in report["invented"].items())
            print(f"Invented in the DICOMDIR, for lack of it: {said}.")
        if report["compressed"]:
            print(f"Left compressed, outside the profile: {len(report['compressed'])} instances.")
    if not report["ok"]:
        raise typer.Exit(1)


@app.command("list")
def list_all(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List the media that lie in the tray."""
    show(client(seat).media.list(), as_json)


@app.command()
def remove(name: str, seat: SeatOption = None) -> None:
    """Take a medium out of the tray."""
    client(seat).media.remove(name)
    print(f"{name} was taken out.")


def _mapping(words: list[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for word in words:
        foreign, equals, ours = word.partition("=")
        if not equals or not ours:
            raise UsageError(f"'{word}' is no mapping.", "Write --map FOREIGN=OURS.")
        if pairs.get(foreign, ours) != ours:
            raise UsageError(f"'{foreign}' is mapped twice.", "Say it once.")
        pairs[foreign] = ours
    return pairs


def _print(report: dict[str, Any]) -> None:
    counts = ", ".join(f"{count} {state}" for state, count in report["counts"].items())
    print(f"{report['files']} files{' (dry run)' if report['dry_run'] else ''}: {counts or '-'}.")
    for patient in report["patients"]:
        who, becomes = patient["foreign"], patient["becomes"]
        print(f"\n{who['name']} ({who['patient_id']}), born {who['birth_date'] or '?'}: "
              f"{patient['state']}, {patient['files']} files; here "
              f"{becomes['patient_id']}^^^{becomes['issuer']}")  # fmt: skip
        for one in patient["candidates"]:
            print(f"   might be {one['name']} ({one['patient_id']}): {one['agrees']} agree. "
                  f"If so: --map {who['patient_id']}={one['patient_id']}")  # fmt: skip
    _table("refused", [row for row in report["rows"] if row["state"] == "refused"], ("file", "why"))
    if report["unnamed"]:
        print(f"\n{report['unnamed']} files are not in the DICOMDIR (--all-files takes them).")
    if report["unused"]:
        print(f"\nMapped, but not on the medium: {', '.join(report['unused'])}.")


def _table(title: str, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    if rows:
        print(f"\n{title}:\n{Rows(rows[:_MOST], columns)}")
    if len(rows) > _MOST:
        print(f"… and {len(rows) - _MOST} more: --json lists them.")
