"""The RIS's database: one SQLite file, one connection, one lock.

WAL with synchronous=FULL: what was committed survives kill -9 and a power cut. Snapshot and
restore go through SQLite's backup API, in place, while the service runs.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    event,
)
from sqlalchemy.pool import StaticPool

from simulator.errors import CannotError

metadata = MetaData()

orders = Table(
    "orders",
    metadata,
    Column("accession", String(16), primary_key=True),
    Column("placer", String, nullable=False),
    Column("patient_id", String, nullable=False, index=True),
    Column("issuer", String, nullable=False),
    Column("patient_name", String, nullable=False),
    Column("birth_date", String, nullable=False),
    Column("sex", String, nullable=False),
    Column("code", String, nullable=False),
    Column("description", String, nullable=False),
    Column("modality", String, nullable=False),
    Column("protocol", String, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("study_uid", String, nullable=False, index=True),
    Column("requested_procedure_id", String, nullable=False),
    Column("step_id", String, nullable=False, index=True),
    Column("station_ae", String, nullable=False),
    Column("scheduled", String, nullable=False),  # ISO 8601, hospital time
    Column("priority", String, nullable=False),
    Column("indication", String, nullable=False),
    Column("referring", String, nullable=False),
    Column("performing", String, nullable=False),
    Column("status", String, nullable=False),
)
Index("orders_by_status", orders.c.status, orders.c.scheduled)

mapping = Table(
    "mapping",
    metadata,
    Column("code", String, primary_key=True),
    Column("description", String, nullable=False),
    Column("modality", String, nullable=False),
    Column("station_ae", String, nullable=False),
    Column("protocol", String, nullable=False),
    Column("minutes", Integer, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("stream", String, primary_key=True),
    Column("count", Integer, nullable=False),
)

performed = Table(
    "performed",
    metadata,
    Column("uid", String, primary_key=True),
    Column("status", String, nullable=False),
    Column("station_ae", String, nullable=False),
    Column("accessions", String, nullable=False),  # of the linked orders, joined by backslashes
    Column("patient_id", String, nullable=False),
    Column("patient_name", String, nullable=False),
    Column("created", String, nullable=False),
    Column("updated", String, nullable=False),
    Column("attributes", LargeBinary, nullable=False),  # Explicit VR Little Endian
)


class Database:
    """Owns the file; every use of it happens inside `begin()`."""

    def __init__(self, path: Path) -> None:
        """Open or create the file at `path`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self._lock = path, threading.RLock()
        self._open: Connection | None = None
        self._engine = create_engine(
            f"sqlite:///{path}", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
        event.listen(self._engine, "connect", _set_pragmas)
        metadata.create_all(self._engine)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Hold the connection for one transaction: committed at the end, or rolled back."""
        with self._lock:
            if self._open is not None:  # inside a transaction of this same thread: part of it
                yield self._open
                return
            with self._engine.begin() as connection:
                self._open = connection
                try:
                    yield connection
                finally:
                    self._open = None

    def snapshot(self, path: Path) -> None:
        """Copy the whole database to `path`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._lock, self._raw() as ours, closing(sqlite3.connect(path)) as copy:
            ours.backup(copy)

    def restore(self, path: Path) -> None:
        """Put the database back to the copy at `path`."""
        if not path.exists():
            raise CannotError(f"There is no snapshot of the RIS at {path}.")
        with self._lock, self._raw() as ours, closing(sqlite3.connect(path)) as copy:
            copy.backup(ours)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._engine.dispose()

    @contextmanager
    def _raw(self) -> Iterator[sqlite3.Connection]:
        with closing(self._engine.raw_connection()) as pooled:
            raw = pooled.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            yield raw


def _set_pragmas(raw: Any, record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
        raw.execute(f"PRAGMA {pragma}").close()
