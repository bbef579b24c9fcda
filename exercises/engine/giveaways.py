"""Where a trainee would look for the cause without doing the work: nothing there may tell it.

Files and their names, what the seat's programs log, the journal since the complaint, the list of
processes, and what an instructor has injected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from exercises.engine.attempt import Attempt
from exercises.engine.exercise import Exercise, ids
from simulator.client import Client
from simulator.clients.faults import FaultClient

_OURS = re.compile(r"\b(faults?|injected|inject|exercises?|trainee)\b", re.IGNORECASE)
_TEXTS = ("logs/*", "progress/*", "run/*", "*.json", "*.toml")
_STORES = {"files", "devices", "baseline-fleet"}  # images, named by their content


def found(client: Client, exercise: Exercise, attempt: Attempt) -> list[str]:
    """Return every place that gives the cause away, in a sentence each."""
    words = _words(exercise)
    folder = client.seat.folder
    said = [f"The journal says '{word}' in {where}." for where, word in _journal(client, attempt)]
    places = {**dict(_named(folder)), **dict(_written(folder)), **dict(_processes(folder))}
    for where, text in places.items():
        said += [f"{where} says '{word}'." for word in words if word in text]
    injected = FaultClient(client.seat, "instructor").status()
    return [*said, *(f"'fault status' lists {row['kind']}." for row in injected)]


def _words(exercise: Exercise) -> set[str]:
    """Return the names of causes and faults; a plain word may stand anywhere and is none."""
    names = {cause.id for cause in exercise.causes} | {row["kind"] for row in exercise.faults}
    complaints = " ".join(ids())  # the progress file names them
    return {name for name in names if "-" in name and name not in f"log-in {complaints}"}


def _journal(client: Client, attempt: Attempt) -> Iterator[tuple[str, str]]:
    for entry in client.journal.entries(since=attempt.since):
        match = _OURS.search(f"{entry.kind} {entry.text} {entry.facts}")
        if match:
            yield entry.id, match[0]


def _named(folder: Path) -> Iterator[tuple[str, str]]:
    for path in _outside_stores(folder.rglob("*")):
        yield f"the name of {path.relative_to(folder)}", path.name


def _written(folder: Path) -> Iterator[tuple[str, str]]:
    for pattern in _TEXTS:
        for path in folder.glob(pattern):
            if path.is_file():
                yield str(path.relative_to(folder)), path.read_text("utf-8", "replace")


def _processes(folder: Path) -> Iterator[tuple[str, str]]:
    """Return the command lines of the seat's processes, where the system shows them so."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue  # it has ended meanwhile
        if str(folder) in text and "simulator.processes" in text:
            yield f"process {path.parent.name}", text


def _outside_stores(paths: Iterable[Path]) -> Iterator[Path]:
    return (path for path in paths if not _STORES & set(path.parts))
