"""pacslab archive …: users, roles, nodes, settings, studies, audit."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from simulator.client import ArchiveClient, Client, UsersClient
from simulator.commands.output import (
    JsonOption,
    SeatOption,
    client,
    parse_pairs,
    show,
    show_outcome,
)
from simulator.errors import RefusedError

app = typer.Typer(help="Administer the archive.", no_args_is_help=True)
user = typer.Typer(help="Accounts.", no_args_is_help=True)
node = typer.Typer(help="The nodes the archive knows.", no_args_is_help=True)
setting = typer.Typer(help="The archive's settings.", no_args_is_help=True)
study = typer.Typer(help="Stored studies.", no_args_is_help=True)
audit = typer.Typer(help="What happened at the archive.", no_args_is_help=True)
role = typer.Typer(help="Roles and their rights.", no_args_is_help=True)
for name, group in {
    "user": user, "role": role, "node": node, "setting": setting, "study": study, "audit": audit
}.items():  # fmt: skip
    app.add_typer(group, name=name)

UserOption = Annotated[str, typer.Option("--user", help="Act as this user, not the administrator.")]
PasswordOption = Annotated[str, typer.Option("--password", help="That user's password.")]
Pairs = Annotated[list[str], typer.Argument(help="KEY=VALUE …")]


def _as(seat: Any, name: str, password: str) -> Client:
    """Return a client that acts as `name`, or as the administrator."""
    found = client(seat)
    if name:
        found.archive = ArchiveClient(found.seat, name, password)
        found.archive.call("GET", "/me")
        found.users = UsersClient(found.archive)
    return found


@user.command("list")
def user_list(
    status: Annotated[str, typer.Option(help="active, locked or disabled")] = "",
    user: UserOption = "", password: PasswordOption = "", seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """List accounts."""
    filters = {"status": status} if status else {}
    show(_as(seat, user, password).users.list(**filters), as_json)


@user.command("show")
def user_show(name: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show one account."""
    show(client(seat).users.get(name), as_json)


@user.command("add")
def user_add(
    name: str,
    role: Annotated[str, typer.Option(help="See 'pacslab archive role list'.")] = "viewer",
    new_password: Annotated[str, typer.Option("--new-password", help="Its first password.")] = "",
    full_name: Annotated[str, typer.Option(help="The person's name.")] = "",
    department: Annotated[str, typer.Option(help="Where the person works.")] = "",
    user: UserOption = "", password: PasswordOption = "", seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Open an account."""
    facts = {"full_name": full_name, "department": department}
    users = _as(seat, user, password).users
    show(users.add(name, role=role, password=new_password, **facts), as_json)


@user.command("change")
def user_change(
    name: str, pairs: Pairs, user: UserOption = "", password: PasswordOption = "",
    seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Change an account: role=…, status=active|locked|disabled, department=…, note=…"""
    show(_as(seat, user, password).users.change(name, **parse_pairs(pairs)), as_json)


@user.command("disable")
def user_disable(
    name: str, note: Annotated[str, typer.Option(help="Why.")] = "", user: UserOption = "",
    password: PasswordOption = "", seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Disable an account: nobody can use it, its history stays."""
    show(_as(seat, user, password).users.disable(name, note), as_json)


@user.command("enable")
def user_enable(name: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Make a disabled or locked account active again."""
    show(client(seat).users.unlock(name), as_json)


user.command("unlock", help="The same as enable.")(user_enable)


@user.command("password")
def user_password(
    name: str,
    new_password: Annotated[
        str,
        typer.Option("--new-password", prompt=True, hide_input=True, help="Asked for if left out."),
    ],
    seat: SeatOption = None,
) -> None:
    """Give an account a new password."""
    client(seat).users.set_password(name, new_password)
    print(f"{name} has a new password.")


@user.command("remove")
def user_remove(
    name: str, user: UserOption = "", password: PasswordOption = "", seat: SeatOption = None
) -> None:
    """Delete an account; disabling it is nearly always better."""
    _as(seat, user, password).users.remove(name)
    print(f"The account {name} was deleted.")


@user.command("login")
def user_login(
    name: str,
    password: Annotated[str, typer.Option("--password", prompt=True, hide_input=True)],
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try to log in; says plainly why it fails."""
    session = client(seat).users.login(name, password)
    show(session.call("GET", "/me"), as_json)


@role.command("list")
def role_list(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List roles and their rights."""
    show(client(seat).users.roles(), as_json)


@node.command("list")
def node_list(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List the nodes the archive knows."""
    show(client(seat).archive.nodes(), as_json)


@node.command("show")
def node_show(ae: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show one node."""
    show(client(seat).archive.call("GET", f"/nodes/{ae}"), as_json)


@node.command("add")
def node_add(
    ae: str,
    host: str,
    port: int,
    rights: Annotated[str, typer.Option(help="Of echo,store,find,move,get.")] = "echo",
    description: Annotated[str, typer.Option(help="What it is.")] = "",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Register a node with the rights it needs."""
    facts = {"rights": [r for r in rights.split(",") if r], "description": description}
    show(client(seat).archive.add_node(ae, host, port, **facts), as_json)


@node.command("change")
def node_change(
    ae: str, pairs: Pairs, seat: SeatOption = None, as_json: JsonOption = False
) -> None:
    """Change a node: ae=…, host=…, port=…, rights=echo,store, description=…"""
    show(client(seat).archive.change_node(ae, **parse_pairs(pairs)), as_json)


@node.command("remove")
def node_remove(ae: str, seat: SeatOption = None) -> None:
    """Take a node out of the table."""
    client(seat).archive.remove_node(ae)
    print(f"Node {ae} was removed.")


@node.command("echo")
def node_echo(ae: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """C-ECHO from the archive to a node."""
    show_outcome(client(seat).archive.echo_node(ae), as_json)


@setting.command("list")
def setting_list(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List every setting."""
    show(client(seat).archive.settings(), as_json)


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
    show_outcome(_as(seat, user, password).archive.delete(study_uid), as_json)


@study.command("move")
def study_move(
    study_uid: str, destination: str, seat: SeatOption = None, as_json: JsonOption = False
) -> None:
    """C-MOVE a study to the AE title DESTINATION."""
    show_outcome(client(seat).archive.move(study_uid, destination), as_json)


@audit.command("list")
def audit_list(
    text: Annotated[str, typer.Option(help="Words in the entry.")] = "",
    kind: Annotated[str, typer.Option(help="E.g. login, association.rejected, node.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many of the newest.")] = 50,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Search what happened at the archive."""
    show(client(seat).archive.audit(text, kind=kind, limit=str(limit)), as_json)


@app.command("check")
def check(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """C-ECHO the archive and show its counts."""
    found = client(seat).archive
    outcome = found.echo()
    if not outcome:
        raise RefusedError(outcome.error, outcome.remedy)
    show(found.status(), as_json)
