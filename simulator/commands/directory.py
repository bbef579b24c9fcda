"""pacslab directory …: who people are; pacslab archive directory …: what that means here."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from simulator.commands.acting import Pairs
from simulator.commands.output import JsonOption, SeatOption, client, parse_pairs, show

app = typer.Typer(help="The directory: who people are.", no_args_is_help=True)
archive = typer.Typer(help="What the directory's groups mean here.", no_args_is_help=True)


@app.command()
def start(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Start the directory, with the hospital's staff, and let the archive ask it."""
    from simulator.people import directory_people

    found = client(seat)
    found.directory.start()
    if not found.directory.people():
        for user, facts in directory_people(found.seat.config.seed).items():
            found.directory.add(user, **facts)
    show(found.directory.status(), as_json)


@app.command()
def stop(seat: SeatOption = None) -> None:
    """Stop the directory: nobody it knows can log in any more."""
    client(seat).directory.stop()
    print("The directory was stopped.")


@app.command()
def status(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show whether it runs and whether the archive asks it."""
    show(client(seat).directory.status(), as_json)


@app.command()
def people(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List people, groups and claims."""
    show(client(seat).directory.people(), as_json)


@app.command()
def add(user: str, pairs: Pairs, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Enter a person: full_name=…, groups=A|B, claims=C, password=…"""
    show(client(seat).directory.add(user, **_facts(pairs)), as_json)


@app.command()
def change(user: str, pairs: Pairs, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Change a person: enabled=true|false, groups=A|B, claims=C, password=…"""
    show(client(seat).directory.change(user, **_facts(pairs)), as_json)


@app.command()
def remove(user: str, seat: SeatOption = None) -> None:
    """Delete a person."""
    client(seat).directory.remove(user)
    print(f"{user} was deleted from the directory.")


def _facts(pairs: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in parse_pairs(pairs).items():
        listed = key in ("groups", "claims")
        found[key] = str(value).split("|") if listed else value if key == "enabled" else str(value)
    return found


# --- at the archive -------------------------------------------------------------------------------


@archive.command("show")
def show_map(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show where the archive looks, and what groups and claims mean."""
    show(client(seat).directory.show(), as_json)


@archive.command("map-group")
def map_group(group: str, role: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Let a group mean a role."""
    show(client(seat).directory.map_group(group, role), as_json)


@archive.command("unmap-group")
def unmap_group(group: str, seat: SeatOption = None) -> None:
    """Forget what a group means."""
    client(seat).directory.unmap_group(group)
    print(f"The group {group} means nothing here now.")


@archive.command("map-claim")
def map_claim(claim: str, right: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Let a claim mean a right, beside those of the role."""
    show(client(seat).directory.map_claim(claim, right), as_json)


@archive.command("unmap-claim")
def unmap_claim(claim: str, seat: SeatOption = None) -> None:
    """Forget what a claim means."""
    client(seat).directory.unmap_claim(claim)
    print(f"The claim {claim} means nothing here now.")


@archive.command("sync")
def sync(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change.")] = False,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let the archive's accounts follow the directory."""
    show(client(seat).directory.sync(dry_run=dry_run), as_json)
