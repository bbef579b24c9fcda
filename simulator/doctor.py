"""Examines the machine and the seat: what is wrong, and what to do about it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from typing import Any

from simulator import ports, system
from simulator.errors import PacsLabError
from simulator.seat import SERVICES, Seat

Finding = dict[str, Any]
_PEERS = {"dcmdump": "DCMTK", "Orthanc": "Orthanc", "chromium": "Chromium"}


def examine(seat: Seat) -> list[Finding]:
    """Return findings, each with a state (ok, note, bad), what it is, and a remedy."""
    checks: list[Callable[[Seat], Iterator[Finding]]] = [_machine, _folder, _services, _space]
    return [finding for check in checks for finding in check(seat)]


def _finding(state: str, what: str, remedy: str = "") -> Finding:
    return {"state": state, "what": what, "remedy": remedy}


def _machine(seat: Seat) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield _finding("ok", f"Python {version}")
    if system.has_loopback_network():
        yield _finding("ok", "devices have addresses of their own (127.0.1.N)")
    else:
        yield _finding("note", "this system has only 127.0.0.1; devices share it")
    for program, name in _PEERS.items():
        if not (shutil.which(program) or shutil.which(program, path="/usr/sbin")):
            needs = "only some tests need it"
            if name == "Orthanc":
                needs = "only '--backend orthanc' and some tests need it"
            yield _finding("note", f"{name} is not installed", needs)


def _folder(seat: Seat) -> Iterator[Finding]:
    if not (seat.folder / "seat.json").exists():
        yield _finding("note", f"there is no seat at {seat.folder} yet", "run 'pacslab up'")
        return
    for what, read in (
        ("seat.json", lambda: seat.facts),
        ("config.toml", lambda: seat.config),
        ("secrets.json", lambda: seat.secrets),
    ):
        try:
            read()
            yield _finding("ok", f"{what} can be read")
        except PacsLabError as error:
            yield _finding("bad", error.sentence, error.remedy)


def _services(seat: Seat) -> Iterator[Finding]:
    if not (seat.folder / "seat.json").exists():
        taken = ports.taken(ports.default_plan({}))
        for what in taken:
            yield _finding("note", f"{what} is taken", "use 'pacslab up --ports auto'")
        return
    if not seat.is_up():
        yield _finding("note", "the seat is down", "run 'pacslab up'")
        return
    for name in SERVICES:
        if not seat.is_up(name):
            yield _finding("bad", f"the {name} is stopped", f"run 'pacslab service start {name}'")
    state = seat.status()
    for node in state["nodes"]:
        if not node["answers"]:
            where = f"{node['ae']} at {node['host']}:{node['port']}"
            yield _finding("bad", f"{where} does not answer", "look at its settings and its log")
    for line in state["said"]:
        yield _finding("note", line.rstrip("."))
    for row in state["hl7"]:
        if not row["answers"]:
            where = f"the HL7 listener of the {row['name']} at {row['host']}:{row['port']}"
            yield _finding("bad", f"{where} does not answer", "look at the log of that service")


def _space(seat: Seat) -> Iterator[Finding]:
    folder = next(path for path in (seat.folder, *seat.folder.parents) if path.exists())
    free = shutil.disk_usage(folder).free / 1e9
    state = "ok" if free > 2 else "bad"
    yield _finding(state, f"{free:.1f} GB free for the seat", "" if free > 2 else "make room")
