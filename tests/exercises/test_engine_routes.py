"""Every repair has a route without Python: what a solution calls, a command does as well."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import typer

from exercises.engine.exercise import readable
from simulator.cli import app

GROUPS = {  # a client of the seat → the commands that do the same
    "archive": ("archive", "archive setting", "archive study", "archive node"),
    "users": ("archive user",),
    "roles": ("archive role",),
    "labels": ("archive label",),
    "nodes": ("archive node",),
    "settings": ("archive setting",),
    "fixup": ("archive study",),
    "studies": ("archive study",),
    "patients": ("archive patient",),
    "changes": ("archive change",),
    "quarantine": ("archive quarantine",),
    "storage": ("archive volume",),
    "retention": ("archive retention",),
    "holds": ("archive hold",),
    "compression": ("archive compression",),
    "emergencies": ("archive emergency",),
    "associations": ("archive association",),
    "audit": ("archive audit",),
    "backups": ("archive backup",),
    "downtime": ("archive downtime",),
    "media": ("archive media",),
    "migrations": ("archive migrate",),
    "directory": ("directory", "archive directory"),
    "ris": ("ris", "ris setting", "ris messages", "ris device"),
    "network": ("network",),
    "clock": ("clock",),
    "fleet": ("fleet",),
    "modality": ("fleet",),
    "workstation": ("fleet",),
}
SPELT = {  # methods that say it otherwise than their command
    "archive.instance": "archive study show",
    "archive.nodes": "archive node list",
    "archive.settings": "archive setting list",
    "archive.studies": "archive study list",
    "archive.unmatched": "archive study list",
    "archive.find": "archive study list",
    "archive.call": "archive association list",
    "clock.now": "clock show",
    "fleet.device": "fleet show",
    "fleet.devices": "fleet list",
    "journal.entries": "archive audit list",
    "journal.tail": "archive audit list",
    "monitor.morning": "archive morning",
    "network.remove_rule": "network remove",
    "network.set_rule": "network rule",
    "ris.adt": "ris adt",
    "ris.change": "ris change",
    "ris.channel": "ris channels set",
    "ris.device": "ris device set",
    "ris.devices": "ris device list",
    "ris.map": "ris procedure set",
    "ris.order": "ris orders",
    "ris.unmap": "ris procedure remove",
    "users.set_password": "archive user password",
}
OURS = {"hand_in", "study_of", "told"}  # of the case itself, not of the hospital


@lru_cache(maxsize=1)
def commands() -> set[str]:
    def walk(command: Any, path: tuple[str, ...]) -> Iterator[str]:
        yield " ".join(path)
        for name, inner in getattr(command, "commands", {}).items():
            yield from walk(inner, (*path, name))

    return set(walk(typer.main.get_command(app), ()))


def calls(path: Path) -> set[str]:
    """Return what a solution calls on its seat: "ris.change", "modality.set" …"""
    tree = ast.parse(path.read_text("utf-8"))
    short: dict[str, list[str]] = {"seat": []}  # device = seat.modality("CT1")
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and (chain := _chain(node.value, short)):
            short |= dict.fromkeys(_names(node.targets[0]), chain[:1])
    chains = [_chain(node.func, short) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {".".join(chain[:2]) for chain in chains if chain and chain[0] != "given"}


def _names(target: ast.AST) -> list[str]:
    return [node.id for node in ast.walk(target) if isinstance(node, ast.Name)]


def _chain(node: ast.AST, short: dict[str, list[str]]) -> list[str]:
    """Return the names from `seat` on: those of the calls between are left out."""
    names: list[str] = []
    if isinstance(node, ast.GeneratorExp):
        node = node.elt
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            names.insert(0, node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Subscript):
            node = node.value
        else:
            return []
    return [*short[node.id], *names] if node.id in short else []


def routes(call: str) -> list[str]:
    """Return the commands that may do what a call does."""
    client, _, method = call.partition(".")
    if call in SPELT:
        return [SPELT[call]]
    words = method.replace("_", "-")
    turned = " ".join(reversed(method.split("_")))  # change_node: node change
    groups = GROUPS.get(client, ())
    return [f"{group} {word}" for group in groups for word in (words, turned)]


@pytest.mark.parametrize("exercise", readable()[0], ids=lambda exercise: exercise.id)
def test_a_solution_calls_nothing_that_no_command_does(exercise: Any) -> None:
    known = commands()
    called = {call for call in calls(exercise.folder / "solution.py") if "." in call}
    assert called or exercise.answers, "the solution does nothing"
    without = [call for call in called if not known & set(routes(call))]
    assert not without, f"{without}: no command does that"


def test_a_call_without_a_command_is_found(tmp_path: Path) -> None:
    path = tmp_path / "solution.py"
    path.write_text(
        "def solve(seat):\n    room = seat.modality('CT1')\n    room.set('a', 1)\n"
        "    seat.magic.wand(1)\n",
        "utf-8",
    )
    assert calls(path) == {"modality", "modality.set", "magic.wand"}
    known = commands()
    assert known & set(routes("modality.set")) and not known & set(routes("magic.wand"))
    assert all(spelt in known for spelt in SPELT.values())
