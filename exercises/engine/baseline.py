"""The state a reset goes back to, as one digest for each part: what a proof compares.

Databases are read as they lie in the seat's folder, row by row, so that nothing escapes which no
list shows. Journal and audit are left out: they are never rewound. So is what only runs on.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from exercises.engine import harm
from simulator.client import Client

_DATABASES = {"index": "archive/index.db", "ris": "hospital/ris.db"}
_RUNS_ON = {"sqlite_sequence", "sessions", "alembic_version"}  # tables
_READER = "reading"  # among the counters: when the radiologist is free, a clock of its own


def digests(client: Client) -> dict[str, str]:
    """Return the digest of every part of a seat: lists of the API, each table, the files."""
    folder = client.seat.folder
    parts = {area: repr(sorted(rows.items())) for area, rows in harm.picture(client).items()}
    for name, place in _DATABASES.items():
        if (folder / place).exists():
            parts |= {f"{name}.{table}": text for table, text in _tables(folder / place).items()}
    parts["files"] = repr(_missing(folder))
    parts["devices"] = repr(_waiting(client))
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in parts.items()}


def differing(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return the names of the parts that are not what they were."""
    return sorted(name for name in before | after if before.get(name) != after.get(name))


def _tables(path: Path) -> dict[str, str]:
    """Return all rows of every table, in an order that does not depend on how they came in."""
    with _opened(path) as db:
        found = db.execute("select name from sqlite_master where type = 'table'").fetchall()
        names = sorted(name for (name,) in found if name not in _RUNS_ON)
        rows = {name: db.execute(f'select * from "{name}"').fetchall() for name in names}
    rows["counters"] = [row for row in rows.get("counters", ()) if row[0] != _READER]
    return {name: repr(sorted(map(repr, found))) for name, found in rows.items()}


def _opened(path: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10))


def _missing(folder: Path) -> list[str]:
    """Return the stored files that the index names and the folder lacks."""
    index, files = folder / "archive" / "index.db", folder / "archive" / "files"
    if not index.exists():
        return []
    with _opened(index) as db:
        named = {digest for (digest,) in db.execute("select digest from instances")}
    there = {path.name.partition(".")[0] for path in files.rglob("*") if path.is_file()}
    return sorted(named - there)


def _waiting(client: Client) -> list[tuple[str, Any]]:
    """Return what waits on each device."""
    return [(row["name"], row.get("queued", 0)) for row in client.as_staff("x").fleet.devices()]
