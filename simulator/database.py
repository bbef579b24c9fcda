"""SQLite behind one owner: durable at every commit, one writer at a time, saved and restored whole.

WAL with synchronous=FULL: what was committed survives kill -9 and a power cut. Backup and restore
go through SQLite's own backup API, in place, while the service runs.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, create_engine, event, inspect, text
from sqlalchemy.engine import Engine
from sqlalchemy.schema import CreateColumn

from simulator.errors import CannotError

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=10000",
    "foreign_keys=ON",
    "cache_size=-16000",
)


class Database:
    """One SQLite file with the tables of `metadata`."""

    def __init__(self, path: Path, metadata: MetaData) -> None:
        """Open the file at `path`, creating it if it is new."""
        self.path = path
        self._writing = threading.RLock()
        self._open: Connection | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._engine = _engine(path)
            self.is_new = not inspect(self._engine).get_table_names()
            self._metadata = metadata
            self._complete()
        except Exception as error:  # SQLAlchemy and SQLite have many kinds
            raise CannotError(
                f"The database {path} cannot be opened: {error}.", "Restore it from a backup."
            ) from error

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection for reading."""
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give the writing connection; commits durably at the end of the outermost block."""
        with self._writing:
            if self._open is not None:  # inside a block of this same thread: part of it
                yield self._open
                return
            with self._engine.begin() as connection:
                self._open = connection
                try:
                    yield connection
                finally:
                    self._open = None

    def backup(self, to: Path) -> None:
        """Copy the database to `to` as it is now."""
        to.parent.mkdir(parents=True, exist_ok=True)
        part = to.with_suffix(".part")
        part.unlink(missing_ok=True)
        with self._writing, _raw(self.path) as live, _raw(part) as copy:
            live.backup(copy)
        part.replace(to)

    def restore(self, saved: Path) -> None:
        """Make the database what it was when `saved` was written, in place."""
        if not saved.exists():
            raise CannotError(f"There is no saved database at {saved}.")
        with self._writing, _raw(saved) as copy, _raw(self.path) as live:
            copy.backup(live)
        self._complete()

    def _complete(self) -> None:
        """Add the tables and columns that an older version of ours did not have."""
        self._metadata.create_all(self._engine)
        with self._engine.begin() as db:
            for table in self._metadata.tables.values():
                there = {column["name"] for column in inspect(db).get_columns(table.name)}
                for column in table.columns:
                    if column.name not in there:
                        spec = CreateColumn(column).compile(self._engine)
                        db.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {spec}"))

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def _raw(path: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(path, timeout=10))


def _engine(path: Path) -> Engine:
    # No limit on readers: each open C-FIND holds a connection, and associations are limited anyway.
    engine = create_engine(
        f"sqlite:///{path}", connect_args={"timeout": 10}, pool_size=8, max_overflow=-1
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").close()

    return engine
