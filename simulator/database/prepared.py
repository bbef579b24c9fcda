"""Statements of the busiest paths: compiled once for each kind of database, run on its driver.

SQLAlchemy's own way to run a statement takes several times as long as SQLite needs for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.engine.interfaces import Compiled

Build = Callable[[str], Executable]  # makes the statement for a dialect's name


class Prepared:
    """One statement whose values are given by name, as text, numbers and bytes."""

    def __init__(self, build: Build) -> None:
        """Prepare what `build` makes."""
        self._build = build
        self._compiled: dict[str, tuple[str, list[str] | None]] = {}

    def run(self, db: Connection, values: Mapping[str, Any]) -> Any:
        """Run it on an open connection; returns the driver's cursor."""
        text, order = self._compiled.get(db.dialect.name) or self._compile(db)
        cursor = db.connection.cursor()
        if order is None:
            cursor.execute(text, values)
        else:
            cursor.execute(text, [values[name] for name in order])
        return cursor

    def first(self, db: Connection, values: Mapping[str, Any]) -> Any:
        """Return the first column of the first row, or None."""
        cursor = self.run(db, values)
        row = cursor.fetchone()
        cursor.close()
        return row[0] if row else None

    def change(self, db: Connection, values: Mapping[str, Any]) -> int:
        """Return how many rows it changed."""
        cursor = self.run(db, values)
        count = int(cursor.rowcount)
        cursor.close()
        return count

    def _compile(self, db: Connection) -> tuple[str, list[str] | None]:
        compiled: Compiled = self._build(db.dialect.name).compile(dialect=db.dialect)  # type: ignore[attr-defined]
        order = getattr(compiled, "positiontup", None)
        self._compiled[db.dialect.name] = (str(compiled), order)
        return str(compiled), order
