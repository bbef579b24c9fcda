"""SQLite: WAL with synchronous=FULL, transactions that really begin, SQLite's own backup."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, MetaData, create_engine, event
from sqlalchemy.engine import Engine

from simulator.database import schema

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=10000",
    "foreign_keys=ON",
    "cache_size=-4000",  # kB of each connection; the system keeps the pages too
    "wal_autocheckpoint=2000",  # pages: a checkpoint syncs the whole file, so not too often
)


class Sqlite:
    """One SQLite file."""

    remedy = "Restore it from a backup."
    suffix = ".db"

    def __init__(self, path: Path) -> None:
        """Keep the database at `path`."""
        self.path = path

    def __str__(self) -> str:
        """Name it."""
        return str(self.path)

    def engine(self, metadata: MetaData) -> Engine:
        """Open the file, creating it and its folder."""
        with suppress(OSError):  # then the file cannot be opened either, and that is told
            self.path.parent.mkdir(parents=True, exist_ok=True)
        # No limit on readers: an open C-FIND holds a connection, and associations are limited.
        engine = create_engine(
            f"sqlite:///{self.path}",
            connect_args={"timeout": 10, "isolation_level": None},
            pool_size=8,
            max_overflow=-1,
        )
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine

    def save(self, engine: Engine, metadata: MetaData, to: Path) -> None:
        """Write the whole database to a file."""
        with _raw(self.path) as live, _raw(to) as copy:
            live.backup(copy)

    def load(
        self, engine: Engine, metadata: MetaData, saved: Path, migrations: Path | None
    ) -> None:
        """Put a saved database back, and bring its schema up to date."""
        with _raw(saved) as copy, _raw(self.path) as live:
            copy.backup(live)
        schema.prepare(engine, metadata, migrations)

    def saved_values(self, saved: Path, column: Column[str]) -> set[str]:
        """Return the values of a column in a saved database."""
        with _raw(saved) as copy:
            return {row[0] for row in copy.execute(f"SELECT {column.name} FROM {column.table}")}


def _prepare(connection: Any, _: Any) -> None:
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    """Begin what writes; Python's sqlite3 would begin too late, and never for a table's change."""
    if connection.get_execution_options().get("writing"):
        raw: Any = connection.connection.driver_connection
        raw.execute("BEGIN IMMEDIATE")


def _raw(path: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(path, timeout=10))
