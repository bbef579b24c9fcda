"""pacslab archive rule: which studies go to which nodes by themselves."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from simulator.commands.output import (
    JsonOption,
    SeatOption,
    client,
    parse_pairs,
    show,
    show_outcome,
)

app = typer.Typer(help="Rules of routing and prefetch.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The rule's name.")]
When = Annotated[
    list[str] | None,
    typer.Option("--when", help="A condition, e.g. 'StudyDescription=*BRAIN*'; all must hold."),
]
To = Annotated[list[str] | None, typer.Option("--to", help="AE title of a destination.")]
Facts = Annotated[
    list[str] | None,
    typer.Argument(help="KEY=VALUE, e.g. kind=prefetch trigger=order window=18:00-06:00."),
]
Day = Annotated[str, typer.Option(help="yesterday, today, all, or YYYY-MM-DD.")]


@app.command("list")
def list_all(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List the rules."""
    rows = client(seat).archive.rules.list()
    show(list(rows) if as_json else rows, as_json)


@app.command("show")
def show_one(name: Name, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show a rule."""
    show(client(seat).archive.rules.show(name), as_json)


@app.command()
def add(
    name: Name, facts: Facts = None, when: When = None, to: To = None,
    seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Enter a rule."""
    show(client(seat).archive.rules.add(name, **_facts(facts, when, to)), as_json)


@app.command()
def change(
    name: Name, facts: Facts = None, when: When = None, to: To = None,
    seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Change a rule; new conditions or destinations replace all the old ones."""
    show(client(seat).archive.rules.change(name, **_facts(facts, when, to)), as_json)


@app.command()
def remove(name: Name, seat: SeatOption = None) -> None:
    """Remove a rule; what it has queued goes out all the same."""
    client(seat).archive.rules.remove(name)
    print(f"The rule {name} was removed.")


@app.command()
def preview(
    name: Name, facts: Facts = None, when: When = None, to: To = None, day: Day = "yesterday",
    seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Show what of a day a rule would match, and why not the rest; with facts: one not entered."""
    said = _facts(facts, when, to)
    rows = client(seat).archive.rules.preview(name, day, **said)
    show(list(rows) if as_json else rows, as_json)


@app.command()
def apply(
    name: Name, day: Day = "yesterday",
    study: Annotated[str, typer.Option(help="Only this Study Instance UID.")] = "",
    again: Annotated[bool, typer.Option("--again", help="Send what went before, too.")] = False,
    seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Apply a rule to what is here already, e.g. after it was corrected."""
    outcome = client(seat).archive.rules.apply(name, day, study_uid=study, again=again)
    show_outcome(outcome, as_json)


def _facts(words: list[str] | None, when: list[str] | None, to: list[str] | None) -> dict[str, Any]:
    facts = parse_pairs(words or [])
    return facts | ({"when": when} if when else {}) | ({"to": to} if to else {})
