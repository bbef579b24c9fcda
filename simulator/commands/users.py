"""pacslab archive user …: accounts, their sessions, and who should have them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from simulator.commands.acting import (
    FileArgument,
    Pairs,
    PasswordOption,
    UserOption,
    acting_as,
    text_of,
)
from simulator.commands.output import JsonOption, SeatOption, client, parse_pairs, show

app = typer.Typer(help="Accounts.", no_args_is_help=True)
_LINES = ("line", "user", "ok", "what")
_FINDINGS = ("what", "user", "detail")


@app.command("list")
def list_all(
    status: Annotated[str, typer.Option(help="active, locked or disabled")] = "",
    user: UserOption = "", password: PasswordOption = "", seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """List accounts."""
    filters = {"status": status} if status else {}
    show(acting_as(seat, user, password).users.list(**filters), as_json)


@app.command("show")
def show_one(name: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show one account."""
    show(client(seat).users.show(name), as_json)


@app.command()
def add(
    name: str,
    role: Annotated[str, typer.Option(help="See 'pacslab archive role list'.")] = "viewer",
    new_password: Annotated[str, typer.Option("--new-password", help="Its first password.")] = "",
    full_name: Annotated[str, typer.Option(help="The person's name.")] = "",
    department: Annotated[str, typer.Option(help="Where the person works.")] = "",
    contact: Annotated[str, typer.Option(help="Telephone or e-mail.")] = "",
    number: Annotated[str, typer.Option(help="Personnel number.")] = "",
    kind: Annotated[str, typer.Option(help="person, service or shared")] = "person",
    expires: Annotated[str, typer.Option(help="Last day, hospital time.")] = "",
    reason: Annotated[str, typer.Option(help="Why it is needed.")] = "",
    user: UserOption = "", password: PasswordOption = "", seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Open an account."""
    facts = {"full_name": full_name, "department": department, "contact": contact,
             "number": number, "kind": kind, "expires": expires, "reason": reason}  # fmt: skip
    users = acting_as(seat, user, password).users
    show(users.add(name, role=role, password=new_password, **facts), as_json)


@app.command()
def change(
    name: str, pairs: Pairs, user: UserOption = "", password: PasswordOption = "",
    seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Change an account: role=…, status=active|locked|disabled, expires=…, labels=A|B, note=…"""
    changes = parse_pairs(pairs)
    changes = {k: v if k == "must_change" else str(v) for k, v in changes.items()}
    if "labels" in changes:
        changes["labels"] = [label for label in changes["labels"].split("|") if label]
    show(acting_as(seat, user, password).users.change(name, **changes), as_json)


@app.command()
def disable(
    name: str, note: Annotated[str, typer.Option(help="Why.")] = "", user: UserOption = "",
    password: PasswordOption = "", seat: SeatOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Disable an account: nobody can use it, its history stays."""
    show(acting_as(seat, user, password).users.disable(name, note), as_json)


@app.command()
def enable(name: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Make a disabled or locked account active again."""
    show(client(seat).users.enable(name), as_json)


app.command("unlock", help="The same as enable.")(enable)


@app.command("password")
def set_password(
    name: str,
    new_password: Annotated[
        str,
        typer.Option("--new-password", prompt=True, hide_input=True, help="Asked for if left out."),
    ],
    must_change: Annotated[
        bool, typer.Option("--must-change", help="To be changed at the first log-in.")
    ] = False,
    seat: SeatOption = None,
) -> None:
    """Give an account a new password."""
    client(seat).users.password(name, new_password, must_change=must_change)
    print(f"{name} has a new password.")


@app.command()
def remove(
    name: str, user: UserOption = "", password: PasswordOption = "", seat: SeatOption = None
) -> None:
    """Delete an account; disabling it is nearly always better."""
    acting_as(seat, user, password).users.remove(name)
    print(f"The account {name} was deleted.")


@app.command()
def login(
    name: str,
    password: Annotated[str, typer.Option("--password", prompt=True, hide_input=True)],
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try to log in; says plainly why it fails."""
    session = client(seat).users.login(name, password)
    show(session.call("GET", "/me"), as_json)


# --- sessions and tokens --------------------------------------------------------------------------


@app.command()
def sessions(
    name: Annotated[str, typer.Argument(help="Of this user only.")] = "",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """List open sessions and API tokens."""
    show(client(seat).users.sessions(name), as_json)


@app.command("end-session")
def end_session(number: str, seat: SeatOption = None) -> None:
    """End one session or token."""
    client(seat).users.end_session(number)
    print("It has ended.")


@app.command("end-sessions")
def end_sessions(name: str, seat: SeatOption = None) -> None:
    """End every session and token of a user."""
    print(f"{client(seat).users.end_sessions(name)} of {name} have ended.")


@app.command()
def token(
    name: str,
    purpose: Annotated[str, typer.Option(help="What it is for.")],
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Issue an API token of an account; it is shown this once."""
    made = client(seat).users.token(name, purpose)
    show({"token": made} if as_json else made, as_json)


# --- many at once ---------------------------------------------------------------------------------


@app.command()
def load(
    file: FileArgument,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would become of it.")
    ] = False,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open the accounts of a list: all of them, or none if one line is bad."""
    done = client(seat).users.load(text_of(file), dry_run=dry_run)
    show(done if as_json else done["lines"], as_json, _LINES)
    _summary(done, f"{done['good']} good, {done['bad']} bad", as_json=as_json)


@app.command("compare-personnel")
def compare_personnel(
    file: FileArgument, seat: SeatOption = None, as_json: JsonOption = False
) -> None:
    """Compare the accounts with the personnel office's list: joiners, movers, leavers."""
    _personnel(client(seat).users.compare_personnel(text_of(file)), as_json)


@app.command("apply-personnel")
def apply_personnel(
    file: FileArgument, seat: SeatOption = None, as_json: JsonOption = False
) -> None:
    """Open, change and disable accounts as the list says; nothing if a line of it is bad."""
    _personnel(client(seat).users.apply_personnel(text_of(file)), as_json)


def _personnel(done: dict[str, Any], as_json: bool) -> None:
    show(done if as_json else done["findings"], as_json, _FINDINGS)
    if not as_json:
        for row in done["bad"]:
            print(f"line {row['line']}: {row['problem']}")
    _summary({"bad": len(done["bad"]), "applied": done["applied"]},
             f"{len(done['findings'])} differences, {len(done['bad'])} bad lines",
             as_json=as_json)  # fmt: skip


def _summary(done: dict[str, Any], counts: str, *, as_json: bool) -> None:
    if not as_json:
        print(f"{counts}; {'applied' if done['applied'] else 'nothing was changed'}")
    if done["bad"]:
        raise typer.Exit(1)


# --- looking for trouble --------------------------------------------------------------------------


@app.command()
def review(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Review access: who may do what, when it was last used, why, and what to ask."""
    show(client(seat).users.review(), as_json)


@app.command()
def weak(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List the accounts that a delivered or common password opens."""
    show(client(seat).users.weak(), as_json)


@app.command()
def shared(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List the accounts that look as if several people used them."""
    show(client(seat).users.shared(), as_json)
