"""Alembic, run on an open connection: the only module that imports it."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData

from simulator.database import schema


def config(db: Connection, metadata: MetaData, migrations: Path) -> Config:
    """Return alembic's configuration for this connection."""
    made = Config()
    made.set_main_option("script_location", str(migrations).replace("%", "%%"))
    made.attributes.update(connection=db, metadata=metadata)
    return made


def run(db: Connection, metadata: MetaData, migrations: Path, to: str, since: str) -> None:
    """Go from revision `since` to revision `to`, within the open transaction."""
    if since:
        schema.mark(db, since)
    made = config(db, metadata, migrations)
    if to >= since:
        command.upgrade(made, to)
    else:
        command.downgrade(made, to)
