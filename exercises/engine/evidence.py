"""The journal as evidence: nothing of it may be cut or edited while an attempt goes on."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from pathlib import Path

from simulator.journal import JournalReader

Seal = dict[str, tuple[int, str]]  # file → length in bytes up to its last whole line, its digest


def sealed(journal: Path) -> Seal:
    """Return length and digest of every file of a journal as it is now."""
    made: Seal = {}
    for path in sorted(journal.glob("*.jsonl")):
        data = path.read_bytes()
        length = data.rfind(b"\n") + 1
        made[path.name] = (length, hashlib.sha256(data[:length]).hexdigest())
    return made


def touched(journal: Path, seal: Seal, since: str) -> list[str]:
    """Return the files that are not what they were, or lack lines that came since then."""
    return [
        name
        for name, (length, digest) in seal.items()
        if _digest(journal / name, length) != digest or _has_gap(journal, name, since)
    ]


def _digest(path: Path, length: int) -> str:
    if not path.exists():
        return ""
    with path.open("rb") as file:
        return hashlib.sha256(file.read(length)).hexdigest()


def _has_gap(journal: Path, name: str, since: str) -> bool:
    """Return whether a number is missing: each process counts its own entries."""
    found = JournalReader(journal).entries(source=name.removesuffix(".jsonl"), since=since)
    numbers = sorted(int(entry.id.rpartition("-")[2]) for entry in found)
    return any(after != number + 1 for number, after in pairwise(numbers))
