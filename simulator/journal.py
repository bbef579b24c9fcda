"""The journal: everything that happens is written down once, and never rewound.

Each process appends to a file of its own (`journal/archive.jsonl`, `journal/hospital.jsonl`,
`journal/seat.jsonl`); readers merge them by time. An entry's id (`archive-000123`) is what a
trainee cites as evidence.
"""

from __future__ import annotations

import heapq
import json
import logging
import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from simulator.clock import Clock, real_stamp


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened."""

    id: str
    real: str  # the machine's time, ISO 8601
    hospital: str  # hospital time, ISO 8601
    source: str  # archive | hospital | seat
    kind: str  # e.g. association.rejected, c-store, login.failed, setting.changed
    text: str  # one sentence a trainee can read
    facts: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """One line of a log."""
        return f"{self.hospital[:19]}  {self.id:<16} {self.kind:<22} {self.text}"


class Journal:
    """Appends entries to one process's file."""

    def __init__(self, folder: Path, source: str, clock: Clock) -> None:
        """Write to `folder/source.jsonl`, going on after the last entry there."""
        folder.mkdir(parents=True, exist_ok=True)
        self.source, self.clock = source, clock
        self.path = folder / f"{source}.jsonl"
        self._lock, self._log = threading.Lock(), logging.getLogger(source)
        self._count = _mend(self.path)
        self._file = self.path.open("ab", buffering=0)

    def write(self, kind: str, text: str, **facts: Any) -> str:
        """Append one entry and return its id."""
        with self._lock:
            self._count += 1
            entry = {
                "id": f"{self.source}-{self._count:06d}",
                "real": real_stamp(),
                "hospital": self.clock.now().isoformat(timespec="milliseconds"),
                "source": self.source,
                "kind": kind,
                "text": text,
                "facts": facts,
            }
            self._append(json.dumps(entry, ensure_ascii=False, default=str) + "\n")
        self._log.info("%s  %s: %s", entry["id"], kind, text)
        return str(entry["id"])

    def _append(self, line: str) -> None:
        """Write one line at once; a full disk must not end what is only being written about."""
        try:
            self._file.write(line.encode("utf-8", "backslashreplace"))
        except OSError as error:
            self._log.error("the journal cannot be written (%s): %s", error, line)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class JournalReader:
    """Reads the merged journal of a seat; what it has read once it does not parse again."""

    def __init__(self, folder: Path) -> None:
        """Read the journal files in `folder`."""
        self.folder = folder
        self._files: dict[Path, _File] = {}

    def entries(
        self, kind: str = "", source: str = "", since: str = "", node: str = ""
    ) -> list[Entry]:
        """Return entries, oldest first.

        `kind` is a prefix ("association" finds "association.rejected"), `since` an ISO time of
        the machine, `node` an AE title that must appear among the entry's facts.
        """
        found = (
            entry
            for file in self._files_of(source)
            for entry in file
            if entry.real >= since and _fits(entry, kind, node)
        )
        return sorted(found, key=_moment)

    def find(self, identity: str) -> Entry | None:
        """Return the entry with this id, if there is one."""
        source = identity.rpartition("-")[0]
        found = (entry for file in self._files_of(source) for entry in file)
        return next((entry for entry in found if entry.id == identity), None)

    def newest(
        self, kind: str = "", source: str = "", since: str = "", node: str = ""
    ) -> Iterator[Entry]:
        """Yield entries, newest first: whoever wants a few need not look at all of them."""
        files = [reversed(list(file)) for file in self._files_of(source)]
        for entry in heapq.merge(*files, key=_moment, reverse=True):
            if entry.real < since:
                return
            if _fits(entry, kind, node):
                yield entry

    def tail(self, count: int = 20, **filters: str) -> list[Entry]:
        """Return the last `count` entries, oldest first."""
        return [*islice(self.newest(**filters), count)][::-1]

    def _files_of(self, source: str = "") -> Iterator[list[Entry]]:
        for path in sorted(self.folder.glob("*.jsonl")):
            if not source or path.stem == source:
                yield self._files.setdefault(path, _File(path)).entries()


def _fits(entry: Entry, kind: str, node: str) -> bool:
    return entry.kind.startswith(kind) and (not node or node in map(str, entry.facts.values()))


def _moment(entry: Entry) -> tuple[str, str]:
    return entry.real, entry.id


class _File:
    """What one process has written, as far as it has been read."""

    def __init__(self, path: Path) -> None:
        self.path, self._lock = path, threading.Lock()
        self._begin(b"")

    def _begin(self, first: bytes) -> None:
        self._first, self._read = first, 0  # its first line, and the bytes that have been read
        self._entries: list[Entry] = []

    def entries(self) -> list[Entry]:
        """Return all entries, after reading on where the last reading ended."""
        with self._lock, self.path.open("rb") as file:
            first = file.readline()
            if first != self._first:
                self._begin(first)  # nothing yet, or another seat's file
            file.seek(self._read)
            # A line may be cut in half where a process is just writing, or was killed.
            whole, end, _ = file.read().rpartition(b"\n")
            self._read += len(whole) + len(end)
            self._entries += _entries(line.decode(errors="replace") for line in whole.split(b"\n"))
            return self._entries


def _entries(lines: Iterable[str]) -> Iterator[Entry]:
    for line in lines:
        try:
            yield Entry(**json.loads(line))
        except (ValueError, TypeError):
            continue  # the last line of a killed process may be half written


def _mend(path: Path) -> int:
    """Drop a half-written last line and return the number of the last entry."""
    if not path.exists():
        return 0
    data = path.read_bytes()
    if data and not data.endswith(b"\n"):
        data = data[: data.rfind(b"\n") + 1]
        os.truncate(path, len(data))
    newest_first = _entries(line.decode(errors="replace") for line in reversed(data.splitlines()))
    return next((int(entry.id.rpartition("-")[2]) for entry in newest_first), 0)
