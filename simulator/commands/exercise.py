"""pacslab exercise …: broken departments to repair, from the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markdown import Markdown

from exercises import engine
from exercises.engine import certificate, domains
from exercises.engine.sealing import read_secret
from simulator.commands.output import JsonOption, SeatOption, client, show
from simulator.errors import RefusedError
from simulator.files import write_new
from simulator.seat import Seat

SecretOption = Annotated[
    Path | None,
    typer.Option(help="The course secret, a file that only the instructor can read."),
]
app = typer.Typer(help="Broken departments to repair.", no_args_is_help=True)


@app.command("list")
def list_(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List the exercises and what was achieved so far."""
    found = client(seat)
    show(engine.catalogue(found), as_json)


@app.command()
def start(
    name: Annotated[str, typer.Argument(help="See 'pacslab exercise list'.")],
    seed: Annotated[
        int | None, typer.Option(help="The variant; another each time if left out.")
    ] = None,
    trainee: Annotated[str, typer.Option(help="Whose variant, in a course.")] = "",
    secret_file: SecretOption = None,
    exam: Annotated[
        bool, typer.Option("--exam", help="No hints, no marks before the instructor's; sealed.")
    ] = False,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start an exercise: the hospital is reset, something goes wrong, a ticket comes in."""
    secret = read_secret(secret_file) if secret_file else ""
    sheet = engine.start(client(seat), name, seed, trainee, secret, exam=exam)
    _show(sheet, sheet.facts(), as_json)


@app.command()
def ticket(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show the ticket of the exercise that runs."""
    sheet = engine.current(client(seat))
    if sheet is None:
        raise RefusedError("No exercise runs.", "Start one with 'pacslab exercise start ID'.")
    _show(sheet, sheet.facts(), as_json)


@app.command()
def diagnose(
    cause: Annotated[str, typer.Argument(help="One of the causes on the ticket.")],
    evidence: Annotated[str, typer.Option(help="A journal id that shows it, e.g. archive-000123.")],
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Name the cause and cite the journal entry that shows it."""
    answer = engine.diagnose(client(seat), cause, evidence)
    _show(answer, vars(answer), as_json)
    if not answer.accepted:
        raise typer.Exit(1)


@app.command()
def check(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Mark the repair; exit status 0 if it passes, 1 if not yet."""
    marks = engine.check(client(seat))
    _show(marks, marks, as_json)
    if not marks["passed"]:
        raise typer.Exit(1)


@app.command()
def note(
    what: Annotated[str, typer.Option(help="What happened, to whom, when.")],
    why: Annotated[str, typer.Option(help="Why it happened.")],
    prevention: Annotated[str, typer.Option(help="What will keep it from happening again.")],
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the incident note."""
    made = engine.note(client(seat), what, why, prevention)
    _show(made, vars(made), as_json)


@app.command()
def answer(
    name: Annotated[str, typer.Argument(help="One of the lists that the ticket asks for.")],
    items: Annotated[list[str], typer.Argument(help="Its entries.")],
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hand in a list that the ticket asks for; a new one replaces the old one."""
    made = engine.hand_in(client(seat), name, items)
    _show(f"Handed in as '{name}': {', '.join(made)}.", {"name": name, "items": made}, as_json)


@app.command()
def hint(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Take the next hint; it costs points."""
    given = engine.hint(client(seat))
    _show(given, vars(given), as_json)


@app.command()
def mark(
    secret_file: SecretOption = None,
    note_points: Annotated[
        int | None, typer.Option("--note", help="Points for the incident note, as you read it.")
    ] = None,
    remark: Annotated[str, typer.Option(help="A sentence to the trainee.")] = "",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """For instructors: mark an exam, or give the note of the last attempt your own points."""
    secret = read_secret(secret_file) if secret_file else ""
    marks = engine.mark(client(seat), secret, note_points, remark)
    _show(marks, marks, as_json)


@app.command("give-up")
def give_up(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """End the exercise and read the debriefing."""
    _read(engine.give_up(client(seat)), as_json)


@app.command()
def finish(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """End a solved exercise and read the debriefing."""
    _read(engine.finish(client(seat)), as_json)


@app.command()
def review(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show what you did beside what happened, and what would have shown the cause."""
    made = engine.review(client(seat))
    _show(made, made.facts(), as_json)


@app.command()
def reset(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Begin again, broken in the same way; hints stay counted."""
    sheet = engine.reset(client(seat))
    _show(sheet, sheet.facts(), as_json)


@app.command()
def progress(
    runs: Annotated[bool, typer.Option("--runs", help="Every attempt, not the domains.")] = False,
    csv: Annotated[Path | None, typer.Option(help="Write it to this file as CSV.")] = None,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how far you have come in each domain of the exams, or every attempt."""
    folder = Seat(seat).folder / "progress"
    rows = domains.runs(folder) if runs else domains.by_domain(folder)
    if csv:
        write_new(csv, domains.as_csv(rows).encode())
        _show(f"Wrote {csv}.", {"file": csv}, as_json)
    else:
        show(rows, as_json, rows.columns)


@app.command("certificate")
def certificate_(
    out: Annotated[Path, typer.Option(help="A file that ends in .html or .pdf.")],
    name: Annotated[str, typer.Option(help="Whose record it is.")] = "Trainee",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a record of what you solved, to print."""
    made = certificate.write(Seat(seat).folder / "progress", name, out)
    _show(f"Wrote {made}.", {"file": made}, as_json)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Named for the complaint, e.g. prior-is-missing.")],
    folder: Annotated[
        Path | None, typer.Option(help="Where; default: among the exercises.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Lay out a new exercise to fill in."""
    made = engine.new(name, folder) if folder else engine.new(name)
    _show(
        f"Made {made}. Fill it in, then 'pacslab exercise prove {name}'.", {"folder": made}, as_json
    )


@app.command()
def prove(
    name: Annotated[str, typer.Argument(help="See 'pacslab exercise list'.")],
    seeds: Annotated[int, typer.Option(min=1, help="How many variants, at least.")] = 3,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Prove an exercise, whatever its cause: fresh fails, solved passes, no shortcut does."""
    chosen = engine.covering(name, range(1, seeds + 1))
    proofs = engine.prove(client(seat), name, chosen)
    rows = [vars(proof) for proof in proofs]
    show(rows, as_json)
    if not all(row["ok"] for row in rows):
        raise typer.Exit(1)


def _read(debriefing: str, as_json: bool) -> None:
    """Show a debriefing: set for reading on a terminal, as it is written anywhere else."""
    if sys.stdout.isatty() and not as_json:
        Console().print(Markdown(debriefing))
    else:
        _show(debriefing, {"debriefing": debriefing}, as_json)


def _show(value: Any, facts: Any, as_json: bool) -> None:
    if as_json:
        show(dict(facts), True)
    else:
        print(value)
