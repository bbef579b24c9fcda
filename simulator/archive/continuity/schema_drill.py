"""The upgrade drill: a stopped archive's tables go back to an older revision, and forward again.

The index is saved first, every time. The move is one transaction: where it fails, nothing changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, inspect, select

from simulator.archive import migrations
from simulator.archive import tables as t
from simulator.archive.continuity.backup import known_revisions
from simulator.database import schema
from simulator.database.kinds import Kind, kind_of
from simulator.errors import CannotError, PacsLabError, RefusedError, UsageError

_LEVELS = (t.patients, t.studies, t.series, t.instances)


def shown(place: Path | str) -> dict[str, Any]:
    """Return which revision an index has, and which there are; raises CannotError."""
    with _opened(place) as (_, db):
        return facts_of(_revision(db))


def facts_of(present: str) -> dict[str, Any]:
    """Return a revision among those there are."""
    known = known_revisions()
    return {"revision": present, "newest": known[-1], "current": present == known[-1],
            "known": known, "names": _names()}  # fmt: skip


def move(place: Path | str, to: str, aside: Path) -> dict[str, Any]:
    """Move the tables to a revision ('' is the newest), after saving the index below `aside`.

    Returns what was done, and whether the four levels say the same as before. Raises UsageError
    for a revision there is not, RefusedError for an index that is newer than we are.
    """
    known = known_revisions()
    to = to or known[-1]
    if to not in known:
        raise UsageError(f"There is no revision '{to[:20]}'.", f"There are: {', '.join(known)}.")
    with _opened(place) as (kind, db):
        present = _revision(db)
        if present not in known:
            raise RefusedError(
                f"The index is of revision '{present}', newer than this PACS Lab knows.",
                "Use the version that wrote it.", 409,
            )  # fmt: skip
        if present == to:
            return {"from": present, "to": to, "moved": False, "saved": "", "same": True}
        before = _digests(db)
        saved = _saved(kind, db, aside / f"before-{present}-to-{to}{kind.suffix}")
        db.rollback()
        try:
            schema.move(db, t.metadata, migrations.FOLDER, to, since=present)
        except Exception as error:
            said = error.sentence if isinstance(error, PacsLabError) else str(error)
            raise CannotError(
                f"The tables could not be moved: {said}.", "The index is as it was."
            ) from error
        after = _digests(db)
        same = all(after[key] == before[key] for key in before.keys() & after.keys())
    return {"from": present, "to": to, "moved": True, "saved": str(saved), "same": same}


@contextmanager
def _opened(place: Path | str) -> Iterator[tuple[Kind, Connection]]:
    """Open an index as it is: nothing is upgraded on the way."""
    if isinstance(place, Path) and not place.exists():
        raise CannotError(f"There is no index at {place}.", "Start the archive once.")
    kind = kind_of(place)
    engine = kind.engine(t.metadata)
    try:
        with engine.connect().execution_options(writing=True) as db:
            yield kind, db
    except PacsLabError:
        raise
    except Exception as error:  # SQLAlchemy and the drivers have many kinds
        raise CannotError(f"The index cannot be opened: {error}.", kind.remedy) from error
    finally:
        engine.dispose()


def _revision(db: Connection) -> str:
    if not set(inspect(db).get_table_names()) & {t.instances.name}:
        raise CannotError("That is no index: its tables are missing.", "Look at the file's name.")
    found = schema.revision(db) if schema.is_marked(db) else schema.FIRST
    db.rollback()
    return found


def _saved(kind: Kind, db: Connection, to: Path) -> Path:
    """Save the index with the tables it has now."""
    there = MetaData()
    there.reflect(db.engine)
    there.remove(there.tables["alembic_version"]) if "alembic_version" in there.tables else None
    to.parent.mkdir(parents=True, exist_ok=True)
    to.unlink(missing_ok=True)
    kind.save(db.engine, there, to)
    return to


def _digests(db: Connection) -> dict[str, str]:
    """Return a digest of each column of the four levels: a revision may add or drop some."""
    found = {}
    for table in _LEVELS:
        there = {column["name"] for column in inspect(db).get_columns(table.name)}
        for column in (column for column in table.columns if column.name in there):
            sha = hashlib.sha256()
            for value in db.execute(select(column).order_by(table.c.pk)).scalars():
                sha.update(repr(value).encode() + b"\n")
            found[f"{table.name}.{column.name}"] = sha.hexdigest()
    db.rollback()
    return found


def _names() -> list[str]:
    return sorted(path.stem for path in (migrations.FOLDER / "versions").glob("r*.py"))
