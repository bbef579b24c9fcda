"""The index's engine: SQLite in WAL mode, durable at every commit, one writer at a time."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, inspect
from sqlalchemy.engine import Engine

from simulator.archive.tables import metadata
from simulator.errors import CannotError


class Database:
    """Connections to the index; `write` is held by one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Open the index at `path`, creating it if it is new."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.engine = _engine(path)
        self._writing = threading.RLock()
        try:
            self.is_new = not inspect(self.engine).get_table_names()
            metadata.create_all(self.engine)
        except Exception as error:
            raise CannotError(
                f"The index {path} cannot be opened: {error}.", "Restore it from a backup."
            ) from error

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection for reading."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give the one writing connection; commits at the end of the block, durably."""
        with self._writing, self.engine.begin() as connection:
            yield connection

    def backup(self, to: Path) -> None:
        """Copy the index to `to` as it is now (SQLite's online backup)."""
        with self._writing, closing(sqlite3.connect(self.path)) as source:
            temporary = to.with_suffix(".part")
            temporary.unlink(missing_ok=True)
            with closing(sqlite3.connect(temporary)) as target:
                source.backup(target)
            temporary.replace(to)

    def restore(self, source: Path) -> None:
        """Make the index what it was when `source` was written, in place."""
        if not source.exists():
            raise CannotError(f"There is no saved index at {source}.")
        with self._writing, closing(sqlite3.connect(source)) as saved:
            with closing(sqlite3.connect(self.path, timeout=10)) as live:
                saved.backup(live)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 10})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=10000",
            "foreign_keys=ON",
            "cache_size=-16000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine
