"""The history of every order and procedure: who changed what, when, from what to what."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select

from simulator.database import Database
from simulator.hospital.tables import history


def note(
    connection: Connection, accession: str, *, at: str, actor: str, what: str, old: Any, new: Any
) -> None:
    """Write down one change, as part of the transaction that makes it."""
    connection.execute(
        insert(history).values(
            at=at, accession=accession, actor=actor, what=what, old=str(old), new=str(new)
        )
    )


def of(database: Database, accession: str) -> list[dict[str, Any]]:
    """Return everything that happened to an order, the oldest first."""
    query = select(history).where(history.c.accession == accession).order_by(history.c.number)
    with database.write() as connection:
        return [dict(row._mapping) for row in connection.execute(query)]


def reached(database: Database, status: str) -> dict[str, str]:
    """Return when each order came to `status` last: accession number to ISO time."""
    query = (
        select(history.c.accession, history.c.at)
        .where(history.c.what == "status", history.c.new == status)
        .order_by(history.c.number)
    )
    with database.write() as connection:
        return {row.accession: row.at for row in connection.execute(query)}
