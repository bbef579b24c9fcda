"""PostgreSQL by URL: text in the order of its code points, saved to and restored from one file.

A saved database is a zip with a member for each table, as COPY writes it, and a manifest.
"""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, MetaData, String, Table, create_engine, inspect, text
from sqlalchemy.engine import Engine, make_url

from simulator.database import schema
from simulator.errors import CannotError

_MANIFEST = "manifest.json"


class Postgres:
    """One PostgreSQL database."""

    remedy = "Look whether the server runs, and whether the URL and the rights are right."
    suffix = ".zip"

    def __init__(self, url: str) -> None:
        """Use the database of a libpq URL; a password may as well stand in `~/.pgpass`."""
        rest = url.partition("://")[2]
        self._url = make_url(f"postgresql+psycopg://{rest}")

    def __str__(self) -> str:
        """Name it, without its password."""
        return self._url.set(drivername="postgresql").render_as_string(hide_password=True)

    def engine(self, metadata: MetaData) -> Engine:
        """Return an engine; raises CannotError without the driver."""
        _order_by_code_point(metadata)
        try:
            return create_engine(self._url, pool_size=8, max_overflow=-1, pool_pre_ping=True)
        except ImportError as error:
            raise CannotError(
                "PostgreSQL needs the Python package psycopg, which is not installed.",
                "pip install 'pacslab[postgres]'",
            ) from error

    def save(self, engine: Engine, metadata: MetaData, to: Path) -> None:
        """Write the whole database to a file, as it is at one moment."""
        with (
            to.open("wb") as target,
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file,
            engine.connect().execution_options(isolation_level="REPEATABLE READ") as db,
        ):
            manifest: dict[str, Any] = {"format": 1, "tables": {}}
            manifest["revision"] = schema.revision(db) if schema.is_marked(db) else ""
            for table in metadata.sorted_tables:
                manifest["tables"][table.name] = {
                    "columns": [column.name for column in table.columns],
                    "sequence": _sequence(db, table),
                }
                with file.open(table.name, "w", force_zip64=True) as member:
                    _copy_out(db, table, member)
            file.writestr(_MANIFEST, json.dumps(manifest))
            file.close()
            target.flush()
            os.fsync(target.fileno())

    def load(
        self, engine: Engine, metadata: MetaData, saved: Path, migrations: Path | None
    ) -> None:
        """Put a saved database back, in one transaction, and bring its schema up to date."""
        with zipfile.ZipFile(saved) as file, engine.connect() as db, db.begin():
            manifest = json.loads(file.read(_MANIFEST))
            present = schema.revision(db) if migrations else ""
            then = manifest["revision"] or present
            if migrations and then != present:
                schema.check_known(then, migrations)
                schema.move(db, metadata, migrations, then, since=present)
            _empty(db, metadata)
            _empty(db, metadata)  # a trigger may have written what was deleted
            for name, facts in manifest["tables"].items():
                _copy_in(db, name, facts["columns"], file)
            for facts in manifest["tables"].values():
                if facts["sequence"]:
                    db.execute(text("SELECT setval(:name, :value, :called)"), facts["sequence"])
            if migrations and then != present:
                schema.move(db, metadata, migrations, present, since=then)

    def saved_values(self, saved: Path, column: Column[str]) -> set[str]:
        """Return the values of a column in a saved database; they are plain words."""
        name = column.table.name
        with zipfile.ZipFile(saved) as file:
            columns = json.loads(file.read(_MANIFEST))["tables"][name]["columns"]
            at = columns.index(column.name)
            with file.open(name) as rows:
                return {row.rstrip(b"\n").split(b"\t")[at].decode() for row in rows}


def _order_by_code_point(metadata: MetaData) -> None:
    """Let text compare and sort as SQLite and Python do it, whatever the server's language is."""
    for table in metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, String) and not column.info.get("by_code_point"):
                column.type = column.type.with_variant(String(collation="C"), "postgresql")
                column.info["by_code_point"] = True


def _quoted(db: Connection, *names: str) -> str:
    return ", ".join(db.dialect.identifier_preparer.quote(name) for name in names)


def _copy_out(db: Connection, table: Table, member: Any) -> None:
    columns = _quoted(db, *(column.name for column in table.columns))
    cursor: Any = db.connection.cursor()
    with cursor, cursor.copy(f"COPY {_quoted(db, table.name)} ({columns}) TO STDOUT") as rows:
        for part in rows:
            member.write(part)


def _copy_in(db: Connection, table: str, columns: list[str], file: zipfile.ZipFile) -> None:
    cursor: Any = db.connection.cursor()
    statement = f"COPY {_quoted(db, table)} ({_quoted(db, *columns)}) FROM STDIN"
    with file.open(table) as member, cursor, cursor.copy(statement) as rows:
        while part := member.read(1 << 16):
            rows.write(part)


def _empty(db: Connection, metadata: MetaData) -> None:
    """Delete all rows: not TRUNCATE, which would wait for everybody who is just reading."""
    there = set(inspect(db).get_table_names())
    for table in reversed(metadata.sorted_tables):
        if table.name in there:
            db.execute(table.delete())


def _sequence(db: Connection, table: Table) -> dict[str, Any] | None:
    """Return where the numbers of a table's own key stand."""
    key = table.autoincrement_column
    if key is None:
        return None
    find = text("SELECT pg_get_serial_sequence(:table, :key)")
    name = db.execute(find, {"table": _quoted(db, table.name), "key": key.name}).scalar()
    if name is None:
        return None
    value, called = db.execute(text(f"SELECT last_value, is_called FROM {name}")).one()
    return {"name": name, "value": value, "called": called}
