"""The journal as evidence: nothing of it may be cut or edited while an attempt goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from simulator.journal import Entry

Seal = dict[str, tuple[int, str]]  # file → length in bytes up to its last whole line, its digest


def sealed(journal: Path) -> Seal:
    """Return length and digest of every file of a journal as it is now."""
    made: Seal = {}
    for path in sorted(journal.glob("*.jsonl")):
        data = path.read_bytes()
        length = data.rfind(b"\n") + 1
        made[path.name] = (length, hashlib.sha256(data[:length]).hexdigest())
    return made


def later(journal: Path, seal: Seal, since: str) -> list[Entry]:
    """Return the entries that came after the seal, and not before `since`, the oldest first."""
    found = [
        entry
        for path in sorted(journal.glob("*.jsonl"))
        for entry in _entries(path, seal.get(path.name, (0, ""))[0])
        if entry.real >= since
    ]
    return sorted(found, key=lambda entry: (entry.real, entry.id))


def touched(journal: Path, seal: Seal) -> list[str]:
    """Return the files that are not what they were, or lack lines that came since then."""
    return [
        name
        for name, (length, digest) in seal.items()
        if _digest(journal / name, length) != digest or _has_gap(journal / name, length)
    ]


def _entries(path: Path, start: int) -> Iterator[Entry]:
    """Read a file from a place on; a long journal is not read as a whole for every check."""
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            with suppress(ValueError, TypeError):  # the last line may be half written
                yield Entry(**json.loads(line))


def _digest(path: Path, length: int) -> str:
    if not path.exists():
        return ""
    with path.open("rb") as file:
        return hashlib.sha256(file.read(length)).hexdigest()


def _has_gap(path: Path, start: int) -> bool:
    """Return whether a number is missing: each process counts its own entries."""
    numbers = [int(entry.id.rpartition("-")[2]) for entry in _entries(path, start)]
    return any(after != number + 1 for number, after in pairwise(numbers))
