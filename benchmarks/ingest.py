"""C-STORE: objects a second, by DCMTK's storescu as delivered and with TCP_NODELAY=1."""

from __future__ import annotations

import itertools
from pathlib import Path

from benchmarks import objects
from benchmarks.peers import Field, timed, tool
from benchmarks.table import Row

_numbers = itertools.count(1)
_studies = itertools.count(1)


def measure(field: Field, folder: Path, *, long: bool) -> list[Row]:
    """Send new objects to each server in turn, round after round."""
    rows = []
    for size, (nodelay, each), senders in itertools.product(
        objects.SIZES, ((False, 30), (True, 150 if long else 80)), (1, 4)
    ):
        client = "TCP_NODELAY=1" if nodelay else "delivered"
        row = Row(what=f"{size} ×{senders}, {client}", unit="obj/s")
        for number in range(5 if long else 3):
            where = folder / f"{size}-{client}-{senders}-{number}"
            folders = [_fill(where / f"{n}", objects.SIZES[size], each) for n in range(senders)]
            for server in field.tuned if nodelay else field.delivered:
                commands = [tool("storescu", server, "-R", "+sd", path) for path in folders]
                seconds = timed(commands, nodelay=nodelay)
                row.values[server.name].append(each * senders / seconds)
        rows.append(row)
    return rows


def _fill(folder: Path, rows: int, count: int) -> Path:
    return objects.write(folder, rows, list(itertools.islice(_numbers, count)), next(_studies))
