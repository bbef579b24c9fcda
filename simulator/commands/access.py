"""pacslab archive role, label and emergency …: who may do and see what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.commands.acting import PasswordOption, UserOption, acting_as, text_of
from simulator.commands.output import JsonOption, SeatOption, client, show

role = typer.Typer(help="Roles and their rights.", no_args_is_help=True)
label = typer.Typer(help="Labels: what accounts are limited to.", no_args_is_help=True)
emergency = typer.Typer(help="Emergency access: breaking the glass.", no_args_is_help=True)


@role.command("list")
def role_list(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List roles and their rights."""
    show(client(seat).roles.list(), as_json)


@role.command("rights")
def role_rights(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List the rights there are."""
    show(client(seat).roles.rights(), as_json)


@role.command("put")
def role_put(
    name: str,
    rights: Annotated[str | None, typer.Option(help="RIGHT,RIGHT,…: all it has then.")] = None,
    description: Annotated[str | None, typer.Option(help="Who has it.")] = None,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a role, or give one other rights."""
    given = None if rights is None else [right for right in rights.split(",") if right]
    show(client(seat).roles.put(name, given, description), as_json)


@role.command("remove")
def role_remove(name: str, seat: SeatOption = None) -> None:
    """Delete a role that nobody has."""
    client(seat).roles.remove(name)
    print(f"The role {name} was deleted.")


@role.command("matrix")
def role_matrix(
    form: Annotated[str, typer.Option("--format", help="csv or toml")] = "csv",
    seat: SeatOption = None,
) -> None:
    """Print roles and rights as a table to keep, or to compare with later."""
    print(client(seat).roles.matrix(form), end="")


@role.command("compare")
def role_compare(
    policy: Annotated[Path, typer.Argument(help="The written policy, CSV or TOML.")],
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say where the roles differ from a written policy, both ways."""
    found = client(seat).roles.compare(text_of(policy))
    show(found, as_json)
    if found:
        raise typer.Exit(1)


# --- labels ---------------------------------------------------------------------------------------


@label.command("list")
def label_list(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List labels and their rules."""
    show(client(seat).labels.list(), as_json)


@label.command("put")
def label_put(
    name: str,
    rule: Annotated[
        list[str] | None, typer.Option(help="modality=XA, source=US1 or patient_id=M1; repeatable")
    ] = None,
    restricted: Annotated[
        bool | None, typer.Option(help="Hide its studies from accounts without it.")
    ] = None,
    description: Annotated[str | None, typer.Option(help="What it stands for.")] = None,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make or change a label."""
    facts: dict[str, Any] = {"rules": rule, "restricted": restricted, "description": description}
    given = {key: value for key, value in facts.items() if value is not None}
    show(client(seat).labels.put(name, **given), as_json)


@label.command("remove")
def label_remove(name: str, seat: SeatOption = None) -> None:
    """Delete a label."""
    client(seat).labels.remove(name)
    print(f"The label {name} was deleted.")


@label.command("give")
def label_give(name: str, study_uid: str, seat: SeatOption = None) -> None:
    """Put a label on a study."""
    print("Its labels:", ", ".join(client(seat).labels.give(name, study_uid)) or "none")


@label.command("take")
def label_take(name: str, study_uid: str, seat: SeatOption = None) -> None:
    """Take a label off a study."""
    print("Its labels:", ", ".join(client(seat).labels.take(name, study_uid)) or "none")


# --- emergencies ----------------------------------------------------------------------------------


@emergency.command("open")
def emergency_open(
    patient_id: str,
    reason: Annotated[str, typer.Option(help="Why it cannot wait.")],
    user: UserOption = "",
    password: PasswordOption = "",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open a patient's record that is closed to you."""
    show(acting_as(seat, user, password).emergencies.open(patient_id, reason), as_json)


@emergency.command("list")
def emergency_list(
    waiting: Annotated[bool, typer.Option("--waiting", help="Only those to be reviewed.")] = False,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """List who broke the glass."""
    show(client(seat).emergencies.list(waiting=waiting), as_json)


@emergency.command("review")
def emergency_review(
    number: int,
    finding: Annotated[str, typer.Argument(help="justified, 'not justified' or unclear")],
    comment: Annotated[str, typer.Option(help="What the finding rests on.")] = "",
    user: UserOption = "",
    password: PasswordOption = "",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write down what was found of an emergency access."""
    emergencies = acting_as(seat, user, password).emergencies
    show(emergencies.review(number, finding, comment), as_json)
