"""pacslab tls: the lab's own authority and the certificates of archive and devices."""

from __future__ import annotations

from typing import Annotated

import typer

from simulator.authority import CA_DAYS, DAYS, Authority, Facts
from simulator.commands.output import JsonOption, SeatOption, show
from simulator.seat import Seat, device_numbers
from simulator.system import loopback

app = typer.Typer(help="Certificates: make, issue, show, renew, trust.", no_args_is_help=True)
_COLUMNS = ("name", "state", "days_left", "trusts", "hosts", "issuer")
Days = Annotated[float, typer.Option(help="Lifetime in days; 0 or less has expired already.")]
Name = Annotated[str, typer.Argument(help="AE title of the node, e.g. PACSLAB or CT1.")]
Hosts = Annotated[
    list[str] | None, typer.Option("--host", help="Name or address it is good for; repeatable.")
]


@app.command()
def init(
    days: Days = CA_DAYS,
    replace: Annotated[bool, typer.Option("--replace", help="Make a new authority.")] = False,
    only: Annotated[bool, typer.Option("--only", help="The authority alone, no nodes.")] = False,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the lab's authority and a certificate for the archive and every device."""
    authority, place = _authority(seat), Seat(seat)
    authority.init(days=days, replace=replace)
    if not only and not replace:
        for name, hosts in _nodes(place).items():
            authority.issue(name, hosts)
    _show(authority.all(), as_json)


@app.command()
def issue(
    name: Name,
    host: Hosts = None,
    days: Days = DAYS,
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Issue a new key and certificate for a node."""
    hosts = host or _nodes(Seat(seat)).get(name, ())
    _show([_authority(seat).issue(name, hosts, days=days)], as_json)


@app.command()
def renew(
    name: Name, days: Days = DAYS, seat: SeatOption = None, as_json: JsonOption = False
) -> None:
    """Issue a new certificate for the same key and hosts; used from the next connection on."""
    _show([_authority(seat).renew(name, days=days)], as_json)


@app.command()
def trust(name: Name, seat: SeatOption = None, as_json: JsonOption = False) -> None:
    """Let a node trust the present authority, as when a new one was distributed."""
    _show([_authority(seat).trust(name)], as_json)


@app.command("show")
def show_all(
    name: Annotated[str, typer.Argument(help="One node only.")] = "",
    seat: SeatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the certificates, their state and their lifetimes."""
    authority = _authority(seat)
    _show([authority.show(name)] if name else authority.all(), as_json)


def _authority(seat: object) -> Authority:
    return Authority(Seat(seat).folder / "tls")  # type: ignore[arg-type]


def _nodes(place: Seat) -> dict[str, tuple[str, ...]]:
    """Return every node of the seat with the addresses its certificate is good for."""
    plan = place.plan
    own = {name: loopback(number) for name, number in device_numbers().items()}
    if plan is not None:
        own = {name: str(host) for name, (host, _) in plan.devices.items()}
    local = ("127.0.0.1", "localhost")
    found = {"PACSLAB": local, "RISLAB": local, "NOTEBOOK": local}
    return {**found, **{name: tuple(dict.fromkeys((host, *local))) for name, host in own.items()}}


def _show(rows: list[Facts], as_json: bool) -> None:
    show([row.facts() for row in rows], as_json, _COLUMNS)
