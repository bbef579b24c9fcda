"""The mapping table: where each procedure is scheduled, which an administrator edits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, delete, insert, select, update

from simulator.errors import UsageError
from simulator.hospital.orders import Procedure
from simulator.hospital.tables import history, mapping


def fill(connection: Connection, procedures: Sequence[Procedure]) -> None:
    """Add what the table does not have; what was edited or taken out at run time stays so."""
    known = set(connection.execute(select(mapping.c.code)).scalars())
    for procedure in procedures:
        if procedure.code not in known and not _was_removed(connection, procedure.code):
            add(connection, procedure)


def _was_removed(connection: Connection, code: str) -> bool:
    told = history.c.accession == change_key(code)
    return bool(connection.execute(select(history.c.number).where(told)).first())


def change_key(code: str) -> str:
    """Return under what name the history keeps a procedure; no accession number looks like it."""
    return f"procedure:{code}"


def add(connection: Connection, procedure: Procedure) -> Procedure:
    """Add a row."""
    connection.execute(insert(mapping).values(**asdict(procedure)))
    return procedure


def save(connection: Connection, procedure: Procedure) -> None:
    """Change a row."""
    same = mapping.c.code == procedure.code
    connection.execute(update(mapping).where(same).values(**asdict(procedure)))


def remove(connection: Connection, procedure: Procedure) -> None:
    """Take a row out."""
    connection.execute(delete(mapping).where(mapping.c.code == procedure.code))


def rows(connection: Connection) -> list[Procedure]:
    """Return the table."""
    found = connection.execute(select(mapping).order_by(mapping.c.code))
    return [Procedure(**row._mapping) for row in found]


def find(connection: Connection, code: str) -> Procedure | None:
    """Return where a procedure is scheduled; None if the table does not say."""
    row = connection.execute(select(mapping).where(mapping.c.code == code)).one_or_none()
    return Procedure(**row._mapping) if row else None


def get(connection: Connection, code: str) -> Procedure:
    """Return where a procedure is scheduled; UsageError if the table does not say."""
    found = find(connection, code)
    if found is None:
        known = ", ".join(connection.execute(select(mapping.c.code)).scalars())
        raise UsageError(f"There is no procedure '{code}'.", f"Known: {known}.")
    return found


def find_or_add(connection: Connection, code: str) -> Procedure:
    """Return a row; a new one is blank but for its code."""
    return find(connection, code) or add(connection, blank(code))


def blank(code: str, description: str = "") -> Procedure:
    """Return a procedure of which nothing is known but its code."""
    return Procedure(
        code=code, description=description or code, modality="", station_ae="", protocol=""
    )
