"""The tables' history: a new database is made as it should be, an old one upgraded in place.

The revision a database has is kept where alembic keeps it; alembic itself is only imported for an
upgrade, because that takes longer than all the rest of a start.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, inspect, text
from sqlalchemy.engine import Engine
from sqlalchemy.schema import CreateColumn

from simulator.errors import CannotError

FIRST = "0001"  # what a database has that nobody has marked yet
_TABLE = "alembic_version"


def prepare(engine: Engine, metadata: MetaData, migrations: Path | None) -> bool:
    """Bring the tables up to date; returns whether the database was new. Raises CannotError."""
    with engine.connect() as db:
        tables = set(inspect(db).get_table_names())
    is_new = not tables & set(metadata.tables)
    if migrations is None:
        _complete(engine, metadata)
    elif is_new:
        _create(engine, metadata, revisions(migrations)[-1])
    else:
        upgrade(engine, metadata, migrations, marked=_TABLE in tables)
    return is_new


def revisions(migrations: Path) -> list[str]:
    """Return the revisions there are, the oldest first: a file's name begins with its own."""
    names = [path.name for path in (migrations / "versions").glob("r*.py")]
    return sorted(name[1:].partition("_")[0] for name in names)


def revision(db: Connection) -> str:
    """Return the revision of a marked database."""
    return str(db.execute(text(f"SELECT version_num FROM {_TABLE}")).scalar())


def is_marked(db: Connection) -> bool:
    """Return whether a revision is written down at all."""
    return _TABLE in inspect(db).get_table_names()


def upgrade(engine: Engine, metadata: MetaData, migrations: Path, *, marked: bool) -> None:
    """Bring an old database up to date, all or nothing; refuse one that is newer than we are."""
    known = revisions(migrations)
    with engine.connect() as db:
        present = revision(db) if marked else FIRST
    if present == known[-1]:
        return
    check_known(present, migrations)
    with engine.connect().execution_options(writing=True) as db:
        move(db, metadata, migrations, known[-1], since=present)


def check_known(present: str, migrations: Path) -> None:
    """Raise CannotError if a revision is newer than we are."""
    known = revisions(migrations)
    if present not in known:
        raise CannotError(
            f"The database was written by a newer PACS Lab: its tables are of revision "
            f"'{present}', and this one knows them up to '{known[-1]}'.",
            "Start it with that newer version, or restore an older backup.",
        )


def move(db: Connection, metadata: MetaData, migrations: Path, to: str, *, since: str) -> None:
    """Take the tables from one revision to another, forwards or backwards, in one transaction."""
    from simulator.database.history import run

    if db.in_transaction():
        run(db, metadata, migrations, to, since)
        return
    with _references_off(db), db.begin():
        run(db, metadata, migrations, to, since)


@contextmanager
def _references_off(db: Connection) -> Iterator[None]:
    """Let SQLite rebuild a table that others refer to; it cannot be told within a transaction."""
    if db.dialect.name != "sqlite":
        yield
        return
    raw: Any = db.connection.driver_connection
    db.rollback()  # SQLAlchemy began a transaction by looking; SQLite did not
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def mark(db: Connection, present: str) -> None:
    """Write down which revision the tables have."""
    db.execute(text(f"CREATE TABLE IF NOT EXISTS {_TABLE} (version_num VARCHAR(32) NOT NULL)"))
    db.execute(text(f"DELETE FROM {_TABLE}"))
    db.execute(text(f"INSERT INTO {_TABLE} VALUES (:present)"), {"present": present})


def _create(engine: Engine, metadata: MetaData, present: str) -> None:
    with engine.connect().execution_options(writing=True) as db, db.begin():
        metadata.create_all(db, checkfirst=False)
        mark(db, present)


def _complete(engine: Engine, metadata: MetaData) -> None:
    """Add the tables and columns that an older version of ours did not have."""
    with engine.connect().execution_options(writing=True) as db, db.begin():
        metadata.create_all(db)
        for table in metadata.tables.values():
            there = {column["name"] for column in inspect(db).get_columns(table.name)}
            for column in table.columns:
                if column.name not in there:
                    spec = CreateColumn(column).compile(engine)
                    db.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {spec}"))
