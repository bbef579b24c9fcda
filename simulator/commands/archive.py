"""pacslab archive …: users, roles, settings, studies, audit."""

from __future__ import annotations

from typing import Annotated

import typer

from simulator.commands import access, audit, directory, node, users
from simulator.commands.acting import PasswordOption, UserOption, acting_as
from simulator.commands.output import (
    JsonOption,
    SeatOption,
    client,
    show,
    show_outcome,
)

app = typer.Typer(help="Administer the archive.", no_args_is_help=True)
setting = typer.Typer(help="The archive's settings.", no_args_is_help=True)
study = typer.Typer(help="Stored studies.", no_args_is_help=True)
for name, group in {
    "user": users.app, "role": access.role, "label": access.label, "emergency": access.emergency,
    "directory": directory.archive, "node": node.app,
    "association": node.association, "setting": setting, "study": study,
    "audit": audit.app,
}.items():  # fmt: skip
    app.add_typer(group, name=name)


@setting.command("list")
def setting_list(
    word: Annotated[str, typer.Argument(help="Only those whose key holds this.")] = "",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the settings; 'explain KEY' says more about one."""
    settings = client(seat).archive.settings()
    found = [row for row in settings if word in row["key"]]
    show(found, as_json, settings.columns)


@setting.command("get")
def setting_get(key: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show one setting."""
    value = client(seat).archive.setting(key)
    show({"key": key, "value": value} if as_json else value, as_json)


@setting.command("set")
def setting_set(key: str, value: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Change one setting while the archive runs."""
    made = client(seat).archive.set(key, value)
    show({"key": key, "value": made}, as_json)


@study.command("list")
def study_list(
    unmatched: Annotated[
        bool, typer.Option("--unmatched", help="Only those without an order.")
    ] = False,
    patient_id: Annotated[str, typer.Option(help="Of this patient.")] = "",
    accession: Annotated[str, typer.Option(help="With this accession number.")] = "",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """List studies, newest first."""
    filters = {"patient_id": patient_id, "accession": accession}
    filters["order_state"] = "unmatched" if unmatched else ""
    show(client(seat).archive.studies(**{k: v for k, v in filters.items() if v}), as_json)


@study.command("show")
def study_show(study_uid: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show one study with its series."""
    show(client(seat).archive.study(study_uid), as_json)


@study.command("link")
def study_link(
    study_uid: str, accession: str, seat: SeatOption = None, as_json: JsonOption = False
) -> None:
    """Link a study to an order: the images get the identity the order says."""
    show_outcome(client(seat).archive.link(study_uid, accession), as_json)


@study.command("delete")
def study_delete(
    study_uid: str, user: UserOption = "", password: PasswordOption = "", seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Delete a study from the archive."""
    show_outcome(acting_as(seat, user, password).archive.delete(study_uid), as_json)


@study.command("move")
def study_move(
    study_uid: str, destination: str, seat: SeatOption = None, as_json: JsonOption = False
) -> None:
    """C-MOVE a study to the AE title DESTINATION."""
    show_outcome(client(seat).archive.move(study_uid, destination), as_json)
