"""The `pacslab` command: one sentence on standard error when something is wrong.

Exit status: 0 yes or done, 1 no (a check failed, a request was refused), 2 usage, 3 cannot.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from simulator import __version__
from simulator.commands import (
    acceptance,
    archive,
    continuity,
    dataset,
    directory,
    downtime,
    exercise,
    fault,
    fleet,
    generate,
    hints,
    hospital,
    lab,
    lifecycle,
    media,
    messages,
    migrate,
    monitor,
    network,
    quarantine,
    queue,
    rule,
    schema,
    sql,
    tls,
    wire,
)
from simulator.errors import PacsLabError

app = typer.Typer(
    help="PACS Lab: a hospital in a folder, to learn PACS administration on.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
lab.register(app)
messages.register(hospital.ris, archive.app)
archive.app.add_typer(queue.app, name="queue")
archive.app.add_typer(rule.app, name="rule")
quarantine.register(archive.app, archive.setting)
monitor.register(archive.app)
archive.app.command("sql")(sql.sql)
lifecycle.register(archive.app)
continuity.register(archive.app)
archive.app.add_typer(downtime.app, name="downtime")
archive.app.add_typer(schema.app, name="schema")
archive.app.add_typer(migrate.app, name="migrate")
archive.app.add_typer(media.app, name="media")
wire.register(app, archive.app)
app.add_typer(archive.app, name="archive")
hospital.fleet.command("run")(fleet.fleet_run)
hospital.fleet.command("conformance")(fleet.fleet_conformance)
hospital.fleet.command("accept")(acceptance.fleet_accept)
hospital.fleet.command("pictures")(fleet.fleet_pictures)
app.add_typer(hospital.fleet, name="fleet")
app.add_typer(hospital.ris, name="ris")
app.add_typer(hospital.clock, name="clock")
app.add_typer(exercise.app, name="exercise")
app.add_typer(tls.app, name="tls")
app.add_typer(network.app, name="network")
app.add_typer(fault.app, name="fault")
app.command()(generate.generate)
app.command()(hints.hints)
app.add_typer(dataset.app, name="dataset")
app.add_typer(directory.app, name="directory")

# The base of all the parser's own errors, which typer does not export.
_COMMAND_LINE_ERROR: type[Exception] = typer.BadParameter.__mro__[2]


def _say_version(wanted: bool) -> None:
    if wanted:
        version()
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_say_version, is_eager=True, help="Print name and version."
        ),
    ] = False,
) -> None:
    """Take what stands before the verb."""


@app.command()
def version() -> None:
    """Print the version."""
    print(f"pacslab {__version__}")


def main() -> None:
    """Run the command and end with its exit status."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command; every error becomes one sentence and an exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # old Windows consoles know few characters
    try:
        return int(app(arguments, prog_name="pacslab", standalone_mode=False) or 0)
    except PacsLabError as error:
        print(f"pacslab: {error}", file=sys.stderr)
        return error.exit_code
    except _COMMAND_LINE_ERROR as error:
        said = error.format_message() if hasattr(error, "format_message") else str(error)
        if said:
            print(f"pacslab: {said} Try 'pacslab --help'.", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, typer.Abort):
        print("pacslab: stopped.", file=sys.stderr)
        return 1
