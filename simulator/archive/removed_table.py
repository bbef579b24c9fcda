"""Files that were taken out of the index on purpose, so that nobody files them again.

A trigger notes them in the very transaction that takes their instance out, whoever does it: a
deletion, a replacement, a correction. Without it, a deleted study and an image whose row was lost
would look alike.
"""

from __future__ import annotations

from sqlalchemy import Column, String, Table, text

from simulator.archive.tables import metadata
from simulator.database import Database

removed_files = Table(
    "removed_files",
    metadata,
    Column("digest", String, primary_key=True),
)
_SQLITE = (
    "CREATE TRIGGER IF NOT EXISTS instance_removed AFTER DELETE ON instances BEGIN "
    "INSERT OR IGNORE INTO removed_files (digest) VALUES (old.digest); END",
)
_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION note_removed_file() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "INSERT INTO removed_files (digest) VALUES (old.digest) ON CONFLICT DO NOTHING; "
    "RETURN old; END $$",
    "CREATE OR REPLACE TRIGGER instance_removed AFTER DELETE ON instances "
    "FOR EACH ROW EXECUTE FUNCTION note_removed_file()",
)


def watch(database: Database) -> None:
    """Make the trigger, if it is not there."""
    with database.write() as db:
        for statement in _SQLITE if db.dialect.name == "sqlite" else _POSTGRESQL:
            db.execute(text(statement))
