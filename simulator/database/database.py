"""A database behind one owner: durable at every commit, one writer at a time, saved and restored.

What was committed survives kill -9 and a power cut. Small works of several threads share one
transaction and its one sync (`together`); none of them is told before the commit.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, MetaData

from simulator.database import schema
from simulator.database.kinds import Kind, kind_of
from simulator.errors import CannotError, PacsLabError

T = TypeVar("T")


class _Work:
    """What one thread wants done in the writing transaction, and what came of it."""

    def __init__(self, run: Callable[[Connection], Any]) -> None:
        self.run, self.done = run, False
        self.result: Any = None
        self.error: BaseException | None = None

    def end(self, result: Any = None, error: BaseException | None = None) -> None:
        self.result, self.error, self.done = result, error, True


class Database:
    """The tables of `metadata`, in a SQLite file or in a PostgreSQL database."""

    def __init__(
        self, place: Path | str, metadata: MetaData, migrations: Path | None = None
    ) -> None:
        """Open the file or URL `place`, creating or upgrading its tables.

        `migrations` is the folder of the schema's history; without one, tables and columns that
        are missing are added. Raises CannotError.
        """
        self.metadata, self.migrations = metadata, migrations
        self._writing = threading.RLock()
        self._open: Connection | None = None
        self._works: deque[_Work] = deque()
        self.kind: Kind = kind_of(place)
        self._engine = self.kind.engine(metadata)
        try:
            self.is_new = schema.prepare(self._engine, metadata, migrations)
            self._writer = self._engine.connect().execution_options(writing=True)
        except PacsLabError:
            self._engine.dispose()
            raise
        except Exception as error:  # SQLAlchemy and the drivers have many kinds
            self._engine.dispose()
            raise CannotError(
                f"The database {self.kind} cannot be opened: {error}.", self.kind.remedy
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
            with self._writer.begin():
                self._open = self._writer
                try:
                    yield self._writer
                finally:
                    self._open = None

    def together(self, run: Callable[[Connection], T]) -> T:
        """Do a small work in the writing transaction, sharing its commit with whoever waits too.

        Returns or raises what `run` does, once that is durable. Where one of several works fails,
        all are done again, each alone: `run` must not do anything but write to the database.
        """
        work = _Work(run)
        self._works.append(work)
        with self._writing:
            if self._open is not None:
                self._works.remove(work)
                return run(self._open)
            if not work.done:  # nobody has done it meanwhile: lead
                self._lead()
        if work.error is not None:
            raise work.error
        result: T = work.result
        return result

    def _lead(self) -> None:
        works = [self._works.popleft() for _ in range(len(self._works))]
        try:
            self._commit(works)
        except Exception as error:
            if len(works) == 1:
                works[0].end(error=error)
            else:
                self._one_by_one(works)
        finally:
            for work in works:
                if not work.done:  # this thread was interrupted
                    work.end(error=RuntimeError("the transaction was not finished"))

    def _commit(self, works: list[_Work]) -> None:
        with self.write() as db:
            results = [work.run(db) for work in works]
        for work, result in zip(works, results, strict=True):
            work.end(result)

    def _one_by_one(self, works: list[_Work]) -> None:
        for work in works:
            try:
                self._commit([work])
            except Exception as error:
                work.end(error=error)

    # --- saving and restoring -----------------------------------------------------------------

    def backup(self, to: Path) -> None:
        """Copy the database to `to` as it is now."""
        to.parent.mkdir(parents=True, exist_ok=True)
        part = to.with_suffix(".part")
        part.unlink(missing_ok=True)
        with self._writing:
            self.kind.save(self._engine, self.metadata, part)
        part.replace(to)

    def restore(self, saved: Path) -> None:
        """Make the database what it was when `saved` was written, in place."""
        if not saved.exists():
            raise CannotError(f"There is no saved database at {saved}.")
        with self._writing:
            self.kind.load(self._engine, self.metadata, saved, self.migrations)

    def saved_values(self, saved: Path, column: Column[str]) -> set[str]:
        """Return the values a column has in a saved database, which is not changed."""
        return self.kind.saved_values(saved, column)

    def close(self) -> None:
        """Close every connection."""
        self._writer.close()
        self._engine.dispose()
