"""pacslab archive patient … and change …: identifiers, and what can be undone."""

from __future__ import annotations

from typing import Annotated

import typer

from simulator.commands.acting import PasswordOption, UserOption, acting_as
from simulator.commands.output import JsonOption, SeatOption, client, show
from simulator.commands.study import Preview, done

app = typer.Typer(help="Patients of the archive.", no_args_is_help=True)
change = typer.Typer(help="What was corrected, and undoing it.", no_args_is_help=True)
Issuer = Annotated[str, typer.Option("--issuer", help="Who issued the identifier.")]


@app.command("list")
def patient_list(
    text: Annotated[str, typer.Argument(help="Of the name or the identifier.")] = "",
    seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """List patients by name."""
    show(client(seat).patients.list(text), as_json)


@app.command()
def merge(
    retired: Annotated[str, typer.Argument(help="The Patient ID that disappears.")],
    survivor: Annotated[str, typer.Argument(help="The Patient ID that stays.")],
    retired_issuer: Annotated[str, typer.Option(help="Its issuer.")] = "",
    survivor_issuer: Annotated[str, typer.Option(help="Its issuer.")] = "",
    preview: Preview = False, user: UserOption = "", password: PasswordOption = "",
    seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Let the patient RETIRED disappear into SURVIVOR: the studies move."""
    found = acting_as(seat, user, password).patients.merge(
        retired, survivor, retired_issuer=retired_issuer, survivor_issuer=survivor_issuer,
        preview=preview,
    )  # fmt: skip
    done(found, as_json, preview)


@app.command()
def unmerge(
    retired: str, issuer: Issuer = "", preview: Preview = False, user: UserOption = "",
    password: PasswordOption = "", seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Put back what the last merge of RETIRED moved."""
    found = acting_as(seat, user, password).patients.unmerge(
        retired, issuer=issuer, preview=preview
    )
    done(found, as_json, preview)


@app.command("change-id")
def change_id(
    patient: str, new: str, issuer: Issuer = "",
    new_issuer: Annotated[str, typer.Option(help="Who issued the new one.")] = "",
    preview: Preview = False, user: UserOption = "", password: PasswordOption = "",
    seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Give a patient another identifier or issuer."""
    found = acting_as(seat, user, password).patients.change_id(
        patient, new, issuer=issuer, new_issuer=new_issuer, preview=preview
    )
    done(found, as_json, preview)


@change.command("list")
def change_list(
    study_uid: Annotated[str, typer.Argument(help="Only of this study.")] = "",
    seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """List what was corrected, the newest first."""
    found = client(seat).changes.list(study_uid)
    show(found, as_json, found.columns)


@change.command("show")
def change_show(number: int, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show one change, object by object."""
    found = client(seat).changes.show(number)
    objects = found.pop("objects")
    if as_json:
        show({**found, "objects": objects}, True)
        return
    show({key: value for key, value in found.items() if key != "before"}, False)
    print()
    show(objects, False)


@change.command()
def undo(
    number: int, preview: Preview = False, user: UserOption = "", password: PasswordOption = "",
    seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Put a change back, if nothing newer touched its objects."""
    done(acting_as(seat, user, password).changes.undo(number, preview=preview), as_json, preview)
