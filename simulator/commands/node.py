"""pacslab archive node …, association …: whom the archive knows, and who is connected."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulator.commands.acting import Pairs
from simulator.commands.output import (
    JsonOption,
    SeatOption,
    client,
    parse_pairs,
    show,
    show_outcome,
)
from simulator.errors import CannotError
from simulator.results import Rows

app = typer.Typer(help="The nodes the archive knows.", no_args_is_help=True)
association = typer.Typer(help="Who is connected to the archive.", no_args_is_help=True)


@app.command("list")
def node_list(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List the nodes the archive knows."""
    show(client(seat).nodes.list(), as_json)


@app.command("show")
def node_show(ae: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show one node."""
    show(client(seat).nodes.show(ae), as_json)


@app.command("add")
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
    show(client(seat).nodes.add(ae, host, port, **facts), as_json)


@app.command("change")
def node_change(
    ae: str, pairs: Pairs, seat: SeatOption = None, as_json: JsonOption = False
) -> None:
    """Change a node: ae=…, host=…, port=…, rights=echo,store, tls=true, description=…

    accepts_classes=… and accepts_syntaxes=… say what it may send to us, sends_classes=… and
    sends_syntaxes=… what we send to it: UIDs or names as CTImageStorage; empty for all.
    """
    show(client(seat).nodes.change(ae, **parse_pairs(pairs)), as_json)


@app.command("remove")
def node_remove(ae: str, seat: SeatOption = None) -> None:
    """Take a node out of the table."""
    client(seat).nodes.remove(ae)
    print(f"Node {ae} was removed.")


@app.command("echo")
def node_echo(ae: str, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """C-ECHO from the archive to a node."""
    show_outcome(client(seat).nodes.echo(ae), as_json)


@app.command("export")
def node_export(
    form: Annotated[str, typer.Option("--format", help="csv, toml or json.")] = "csv",
    out: Annotated[Path | None, typer.Option("--out", help="A file instead of the screen.")] = None,
    seat: SeatOption = None,
) -> None:
    """Print the whole table as a file that 'load' takes."""
    text = client(seat).nodes.export(form)
    if out is None:
        print(text, end="")
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise CannotError(f"{out} cannot be written: {error.strerror}.") from error


@app.command("load")
def node_load(
    file: Annotated[Path, typer.Argument(help="CSV, TOML or JSON; 'export' shows the form.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be.")] = False,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Enter the nodes of a list, over those of the same title: all, or none if a line is bad."""
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise CannotError(f"{file} cannot be read: {error}.") from error
    report = client(seat).nodes.load(text, dry_run=dry_run)
    if as_json:
        show(report, True)
    else:
        wrong = [row for row in report["lines"] if not row["ok"]]
        print(Rows(wrong or report["lines"], ("line", "ae", "what")))
        done = "applied" if report["applied"] else "nothing was changed"
        print(f"{report['good']} good, {report['bad']} bad: {done}.")
    if report["bad"]:
        raise typer.Exit(1)


@app.command("check")
def node_check(
    echo: Annotated[bool, typer.Option("--echo", help="Ask every node, too.")] = False,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look for nodes that clash, look alike, or are called otherwise; status 1 if there are."""
    found = client(seat).nodes.check(echo=echo)
    if as_json:
        show(found, True)
    elif found:
        for row in found:
            print(f"{row['problem']}: {row['what']}. {row['remedy']}".replace("..", "."))
    else:
        print("Nothing is wrong.")
    if found:
        raise typer.Exit(1)


@association.command("list")
def association_list(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """List the associations that are open at this moment."""
    show(client(seat).associations.list(), as_json)


@association.command("abort")
def association_abort(
    number: Annotated[int, typer.Argument(help="As 'association list' shows it.")],
    seat: SeatOption = None,
) -> None:
    """End one association: its peer gets an A-ABORT."""
    client(seat).associations.abort(number)
    print(f"Association {number} was aborted.")
