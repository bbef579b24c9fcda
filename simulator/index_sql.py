"""Reading the archive's index with SQL, as an administrator does with a database tool.

The database is opened read-only, a second lock refuses everything but reading, accounts and
sessions are closed, and a statement that runs too long is stopped. Only the default index, SQLite,
is read here; PostgreSQL has its own tools.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from simulator.errors import CannotError, UsageError
from simulator.results import Rows

MOST = 200  # rows that are shown
SECONDS = 5.0
CLOSED = ("users", "sessions", "password_history", "sqlite_master")
_READING = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION,
            sqlite3.SQLITE_RECURSIVE)  # fmt: skip
_DANGEROUS = ("load_extension", "readfile", "writefile", "edit", "fts3_tokenizer")


def query(index: Path, statement: str) -> Rows:
    """Return the rows of one SELECT; raises UsageError for anything else, saying why."""
    connection = _opened(index)
    try:
        cursor = connection.execute(statement)
        columns = tuple(column[0] for column in cursor.description or ())
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchmany(MOST)]
    except sqlite3.Error as error:
        raise UsageError(f"The index says: {error}.", _remedy(str(error))) from None
    finally:
        connection.close()
    return Rows(rows, columns)


def tables(index: Path) -> Rows:
    """Return the tables one may read, with their columns and how many rows they have."""
    connection = _opened(index, guarded=False)
    try:
        names = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
            if row[0] not in CLOSED and not row[0].startswith("sqlite_")
        ]
        rows = [_table(connection, name) for name in sorted(names)]
    finally:
        connection.close()
    return Rows(rows, ("table", "rows", "columns"))


def _table(connection: sqlite3.Connection, name: str) -> dict[str, Any]:
    quoted = name.replace('"', '""')  # the name is the database's own
    columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{quoted}")')]
    (count,) = connection.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()
    return {"table": name, "rows": count, "columns": ", ".join(columns)}


def _opened(index: Path, *, guarded: bool = True) -> sqlite3.Connection:
    if not index.is_file():
        raise CannotError(
            f"There is no SQLite index at {index}.",
            "Start the seat; an index on PostgreSQL is read with psql.",
        )
    connection = sqlite3.connect(f"{index.resolve().as_uri()}?mode=ro", uri=True, timeout=2)
    connection.execute("PRAGMA query_only = ON")
    if guarded:
        limit = time.monotonic() + SECONDS
        connection.set_progress_handler(lambda: int(time.monotonic() > limit), 10_000)
        connection.set_authorizer(_may)
    return connection


def _may(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """Allow reading only, and not what is closed."""
    if action not in _READING:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_READ and first in CLOSED:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION and str(second).lower() in _DANGEROUS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _remedy(said: str) -> str:
    if "not authorized" in said or "prohibited" in said:
        return "Only SELECT is allowed here, and accounts are closed: the archive changes the rest."
    if "interrupted" in said:
        return f"It took longer than {SECONDS:g} s: ask for less, with WHERE or LIMIT."
    return "See which tables and columns there are: 'pacslab archive sql'."
