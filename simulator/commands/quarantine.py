"""pacslab archive quarantine …, check and setting explain: how exactly the archive keeps things."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.commands.output import JsonOption, SeatOption, client, show
from simulator.errors import CannotError, RefusedError, UsageError
from simulator.results import Rows

app = typer.Typer(help="Objects that could not be filed.", no_args_is_help=True)
Number = Annotated[str, typer.Argument(help="As 'quarantine list' shows it, e.g. q000001.")]
_EXPLAINED = {
    "key": "setting",
    "value": "is",
    "default": "default",
    "allowed": "takes",
    "what": "does",
    "rule": "standard",
    "breaks": "may break",
}
_LISTS = ("filed_again", "quarantined", "missing", "damaged")


@app.command("list")
def list_all(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List what could not be filed, and why."""
    show(client(seat).quarantine.list(), as_json)


@app.command("show")
def show_one(
    number: Number,
    out: Annotated[Path | None, typer.Option("--out", help="Save the object there.")] = None,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one object's facts; with --out, save it as it was received."""
    quarantine = client(seat).quarantine
    facts = quarantine.show(number)
    if out is not None:
        try:
            out.write_bytes(quarantine.file(number))
        except OSError as error:
            raise CannotError(f"{out} cannot be written: {error}.", "Name another file.") from error
    show(facts, as_json)


@app.command()
def release(number: Number, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Try to file an object again, e.g. after a policy was changed."""
    done = client(seat).quarantine.release(number)
    show(done, True) if as_json else print(f"{number} is filed: {done['status']}.")


@app.command()
def delete(number: Number, seat: SeatOption = None) -> None:
    """Delete an object from quarantine; its sender may not have it any more."""
    client(seat).quarantine.delete(number)
    print(f"{number} was deleted.")


def check(
    files: Annotated[
        bool, typer.Option("--files", help="Compare every file's length with the index.")
    ] = False,
    deep: Annotated[
        bool, typer.Option("--deep", help="Read every file and compare its content, too.")
    ] = False,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """C-ECHO the archive, show its counts, and whether files and index agree."""
    found = client(seat)
    outcome = found.archive.echo()
    if not outcome:
        raise RefusedError(outcome.error, outcome.remedy)
    report = found.integrity.check(deep=deep) if files or deep else found.integrity.at_start()
    facts = {**found.archive.status(), "quarantine": len(found.quarantine.list())}
    if as_json:
        show({**facts, "integrity": report}, True)
    else:
        show(facts, False)
        _print_report(report, now=files or deep)
    if report.get("missing") or report.get("damaged"):
        raise typer.Exit(1)


def _print_report(report: dict[str, Any], *, now: bool) -> None:
    if not report:
        print("Files and index: the check of the start is not over yet.")
        return
    when = "now" if now else f"at the start of {report['began'].replace('T', ' ')}"
    print(f"Files and index {when}: {report['said'] or 'they agree'}.")
    for kind in _LISTS:
        if report[kind]:
            print(f"\n{kind.replace('_', ' ')}:")
            print(Rows(report[kind], ("sop_uid", "study_uid", "what", "digest")))
    if report["missing"] or report["damaged"]:
        print("\nHave these studies sent again, or bring their files back from a backup.")


def explain(
    key: Annotated[str, typer.Argument(help="E.g. store.duplicates.")],
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Explain one setting: what it takes, what the standard says, what a change breaks."""
    rows = client(seat).archive.call("GET", "/settings")
    row = next((row for row in rows if row["key"] == key), None)
    if row is None:
        near = [one["key"] for one in rows if key.split(".")[0] in one["key"]]
        remedy = f"There are: {', '.join(near or [one['key'] for one in rows])}."
        raise UsageError(f"There is no setting '{key}'.", remedy)
    shown = {words: row[name] for name, words in _EXPLAINED.items() if row[name] != ""}
    show(row if as_json else shown, as_json)


def register(archive: typer.Typer, setting: typer.Typer) -> None:
    """Add these verbs to `pacslab archive`."""
    archive.add_typer(app, name="quarantine")
    archive.command("check")(check)
    setting.command("explain")(explain)
