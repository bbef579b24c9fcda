"""What differs between SQLite and PostgreSQL: opening, saving, restoring."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from sqlalchemy import Column, MetaData
from sqlalchemy.engine import Engine

from simulator.errors import UsageError


class Kind(Protocol):
    """One database of one make; as text it is named without its password."""

    remedy: str  # what to do where it cannot be opened
    suffix: str  # of a file it is saved to

    def engine(self, metadata: MetaData) -> Engine:
        """Return an engine whose transactions are durable at their commit."""

    def save(self, engine: Engine, metadata: MetaData, to: Path) -> None:
        """Write the whole database to a file."""

    def load(
        self, engine: Engine, metadata: MetaData, saved: Path, migrations: Path | None
    ) -> None:
        """Put a saved database back, and bring its schema up to date."""

    def saved_values(self, saved: Path, column: Column[str]) -> set[str]:
        """Return the values of a column in a saved database."""


def kind_of(place: Path | str) -> Kind:
    """Return the kind of a file's path or a database's URL; raises UsageError."""
    if isinstance(place, Path):
        from simulator.database.sqlite import Sqlite

        return Sqlite(place)
    if place.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        from simulator.database.postgres import Postgres

        return Postgres(place)
    raise UsageError(
        "The archive's database is no PostgreSQL URL.",
        "Write postgresql://user@host/name, or leave it out for SQLite.",
    )
