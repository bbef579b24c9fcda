"""pacslab archive …: users, roles, settings, studies, audit."""

from __future__ import annotations

from typing import Annotated

import typer

from simulator.commands import access, audit, directory, export, node, patient, study, users
from simulator.commands.output import JsonOption, SeatOption, client, show

app = typer.Typer(help="Administer the archive.", no_args_is_help=True)
setting = typer.Typer(help="The archive's settings.", no_args_is_help=True)
for name, group in {
    "user": users.app, "role": access.role, "label": access.label, "emergency": access.emergency,
    "directory": directory.archive, "node": node.app,
    "association": node.association, "setting": setting, "study": study.app,
    "patient": patient.app, "change": patient.change,
    "audit": audit.app,
}.items():  # fmt: skip
    app.add_typer(group, name=name)
app.command("export")(export.export)


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
