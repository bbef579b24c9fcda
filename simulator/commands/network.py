"""pacslab network …: switch ports and firewall rules of the hospital."""

from __future__ import annotations

from typing import Annotated

import typer

from simulator.commands.output import JsonOption, SeatOption, client, parse_pairs, show

app = typer.Typer(help="The hospital's switch and firewall.", no_args_is_help=True)


@app.command()
def ports(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show the switch's report: ports, VLANs, duplex, error counters."""
    show(client(seat).network.ports(), as_json)


@app.command("set")
def set_(
    node: str,
    words: Annotated[list[str], typer.Argument(help="vlan=10 duplex=full node_duplex=full …")],
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change the port a node hangs on, e.g. 'network set CT1 duplex=full'."""
    show(client(seat).network.set(node, **parse_pairs(words)), as_json)


@app.command()
def rules(seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Show the firewall's rules; the first one that fits decides."""
    show(client(seat).network.rules(), as_json)


@app.command()
def rule(
    name: str,
    words: Annotated[
        list[str],
        typer.Argument(help="source=CT1 target=archive action=allow|drop|reject|inspect after=N"),
    ],
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a rule, or replace it."""
    show(client(seat).network.set_rule(name, **parse_pairs(words)), as_json)


@app.command()
def remove(name: str, seat: SeatOption = None) -> None:
    """Take a rule out."""
    client(seat).network.remove_rule(name)
    print(f"The rule '{name}' is gone.")
