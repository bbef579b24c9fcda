"""Acting as somebody else than the administrator, and reading the lists that people bring."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.client import ArchiveClient, Client
from simulator.commands.output import client
from simulator.errors import CannotError

UserOption = Annotated[str, typer.Option("--user", help="Act as this user, not the administrator.")]
PasswordOption = Annotated[str, typer.Option("--password", help="That user's password.")]
Pairs = Annotated[list[str], typer.Argument(help="KEY=VALUE …")]
FileArgument = Annotated[Path, typer.Argument(help="The list, a CSV file.")]


def acting_as(seat: Any, name: str, password: str) -> Client:
    """Return a client that acts as `name`, or as the administrator."""
    found = client(seat)
    if name:
        archive = ArchiveClient(found.seat, name, password)
        archive.call("GET", "/me")
        found.take(archive)
    return found


def text_of(path: Path) -> str:
    """Read a text file; raises CannotError naming it."""
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotError(f"{path} cannot be read: {error}.", "Save it as UTF-8 text.") from error
