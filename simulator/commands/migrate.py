"""pacslab archive migrate …: another archive's studies to us, or ours to another archive."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.commands.output import JsonOption, SeatOption, client, show
from simulator.commands.progress import bar
from simulator.errors import CannotError
from simulator.results import Rows, harmless

app = typer.Typer(help="Migrate from or to another archive.", no_args_is_help=True)
PeerArgument = Annotated[str, typer.Argument(metavar="AET@HOST:PORT", help="The other archive.")]
NumberArgument = Annotated[int, typer.Argument(help="As 'migrate list' shows it.")]
SinceOption = Annotated[str, typer.Option("--since", help="First study date, YYYYMMDD.")]
UntilOption = Annotated[str, typer.Option("--until", help="Last study date, YYYYMMDD.")]
DatesOption = Annotated[
    bool, typer.Option("--dates-only", help="Leave out studies without a date, as many tools do.")
]
WaitOption = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait for the end.")]
CsvOption = Annotated[Path | None, typer.Option("--csv", help="Write one line a study there.")]
_COLUMNS = ("study_uid", "study_date", "patient_id", "state", "said", "source", "target", "note")


@app.command("from")
def from_(
    peer: PeerArgument,
    since: SinceOption = "", until: UntilOption = "", dates_only: DatesOption = False,
    move: Annotated[
        bool, typer.Option("--move", help="Fetch with C-MOVE: that archive must know us.")
    ] = False,
    wait: WaitOption = True, seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Fetch every study of another archive, day by day, and compare instance by instance."""
    wishes = {"since": since, "until": until, "dates_only": dates_only}
    _begin("from", peer, {**wishes, "by": "move" if move else "get"}, wait, seat, as_json)


@app.command("to")
def to(
    peer: PeerArgument,
    since: SinceOption = "", until: UntilOption = "", dates_only: DatesOption = False,
    wait: WaitOption = True, seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Send every study to another archive, and compare instance by instance."""
    wishes = {"since": since, "until": until, "dates_only": dates_only}
    _begin("to", peer, wishes, wait, seat, as_json)


@app.command("list")
def list_all(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List migrations."""
    show(client(seat).migrations.list(), as_json)


@app.command()
def report(
    number: NumberArgument,
    to_csv: CsvOption = None,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the reconciliation report of a migration."""
    _ended(client(seat).migrations.report(number), as_json, to_csv)


@app.command()
def reconcile(
    number: NumberArgument,
    to_csv: CsvOption = None,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare both archives again, study by study and UID by UID; move nothing."""
    _ended(client(seat).migrations.reconcile(number), as_json, to_csv)


@app.command()
def resume(
    number: NumberArgument,
    wait: WaitOption = True,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Go on with a migration that was stopped or did not end well."""
    client(seat).migrations.resume(number)
    _follow(number, wait, seat, as_json)


@app.command()
def stop(number: NumberArgument, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Stop a migration after the study that is just moved."""
    show(client(seat).migrations.stop(number), as_json)


def _begin(
    direction: str, peer: str, wishes: dict[str, Any], wait: bool, seat: Path | None, as_json: bool
) -> None:
    made = client(seat).migrations.begin(direction, peer, **wishes)
    _follow(made["number"], wait, seat, as_json)


def _follow(number: int, wait: bool, seat: Path | None, as_json: bool) -> None:
    migrations = client(seat).migrations
    if not wait:
        show(migrations.list().one(number=number), as_json)
        return
    with bar(f"migration {number}", quiet=as_json) as progress:
        found = migrations.wait(number, progress)
    _ended(found, as_json, None)


def _ended(found: dict[str, Any], as_json: bool, to_csv: Path | None) -> None:
    if to_csv is not None:
        _write(to_csv, found["rows"])
    show(found, True) if as_json else _print(found)
    if not found["ok"]:
        raise typer.Exit(1)


def _print(found: dict[str, Any]) -> None:
    counts = ", ".join(f"{count} {word}" for word, count in sorted(found["studies"].items()))
    print(f"Migration {found['number']} {found['direction']} {found['ae']} is {found['state']}: "
          f"{counts or 'no studies'}. {found['note']}")  # fmt: skip
    print(f"instances: {found['instances']['source']} at the source, "
          f"{found['instances']['target']} at the target; {found['missing']} missing, "
          f"{found['extra']} extra")  # fmt: skip
    for key in ("without_date", "count_differs", "listed_twice"):
        if found[key]:
            print(f"{key.replace('_', ' ')}: {len(found[key])}: {', '.join(found[key][:5])}")
    rows = [row for row in found["rows"] if row["state"] != "equal"]
    if rows:
        print(Rows(rows[:50], _COLUMNS))


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    columns = (*_COLUMNS, "missing", "extra")
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, extrasaction="ignore")
            writer.writeheader()
            for row in rows:
                uids = {key: " ".join(row[key]) for key in ("missing", "extra")}
                cells = {**row, **uids}
                writer.writerow({key: harmless(value) for key, value in cells.items()})
    except OSError as error:
        raise CannotError(f"{path} cannot be written: {error}.") from error
