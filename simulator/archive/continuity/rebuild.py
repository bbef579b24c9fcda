"""The index made anew from the files, in one transaction: all of it or nothing.

What a file does not say is taken from the index as far as that still knows it: when an instance
came, and to which order its study belongs. Files that were taken out on purpose stay out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from simulator.archive import tables as t
from simulator.archive.archived_file import ArchivedFile, read_file
from simulator.archive.incoming import checked_header
from simulator.archive.index import Index
from simulator.archive.removed_table import removed_files
from simulator.archive.rows import Filed, enter
from simulator.archive.store import FileStore
from simulator.network.dimse import CANNOT_UNDERSTAND, DimseError

_LEVELS = (t.instances, t.series, t.studies, t.patients)
_ONLY_HERE = {  # what no file says, and a lost index loses
    "users": t.users, "roles": t.roles, "nodes": t.nodes, "settings": t.settings,
    "orders": t.orders, "reports": t.reports, "performed steps": t.performed,
    "messages": t.messages,
}  # fmt: skip


@dataclass(kw_only=True)
class Rebuilt:
    """What came of it."""

    files: int = 0
    entered: int = 0
    skipped: int = 0  # taken out on purpose before
    older: int = 0  # older copies of an instance that a later file replaces
    unreadable: list[dict[str, str]] = field(default_factory=list)
    before: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)
    only_index_knew: dict[str, int] = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {**vars(self), "ok": not self.unreadable}


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What the index still says of one file."""

    order: int
    source: str
    received: str


def rebuild(
    index: Index, store: FileStore, now: str, progress: Callable[[int, int], None] | None = None
) -> Rebuilt:
    """Make the four levels anew from the files; `now` is when an unknown instance came.

    Stores wait until it is over: they are entered after it, not lost.
    """
    found = Rebuilt(before=index.counts())
    with index.database.write() as db:
        known, states, out = _known(db), _states(db), _removed(db)
        for table in _LEVELS:
            db.execute(delete(table))
        digests = sorted(store.digests(), key=lambda digest: _order(store, known, digest))
        for number, digest in enumerate(digests, 1):
            found.files += 1
            if digest in out:
                found.skipped += 1
            else:
                _enter(db, store, digest, known.get(digest), now, found)
            if progress:
                progress(number, len(digests))
        _mend(db, states, out)
        found.only_index_knew = {name: _count(db, table) for name, table in _ONLY_HERE.items()}
    found.after = index.counts()
    return found


def _enter(
    db: Connection, store: FileStore, digest: str, known: _Known | None, now: str, found: Rebuilt
) -> None:
    try:
        file = _read(store, digest)
        header = checked_header(file.incoming)
    except (DimseError, OSError) as error:
        why = error.comment if isinstance(error, DimseError) else str(error)
        found.unreadable.append({"digest": digest, "why": why})
        return
    place = file.locate(str(header.StudyInstanceUID), str(header.SeriesInstanceUID))
    source = known.source if known else file.incoming.source
    received = known.received if known else now
    before = enter(db, header, place, source, received, replace=False)
    if before is Filed.DUPLICATE:
        found.older += 1
        if known is None:  # neither is in the index: the later one counts
            enter(db, header, place, source, received, replace=True)
    else:
        found.entered += 1


def _read(store: FileStore, digest: str) -> ArchivedFile:
    data = store.path(digest).read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise DimseError(CANNOT_UNDERSTAND, "its content is not what its name says")
    return read_file(data, digest)


def _order(store: FileStore, known: dict[str, _Known], digest: str) -> tuple[int, float, str]:
    """Order files as they came: those of the index first, as it has them."""
    if digest in known:
        return known[digest].order, 0.0, digest
    return 1 << 62, store.path(digest).stat().st_mtime, digest


def _known(db: Connection) -> dict[str, _Known]:
    i = t.instances.c
    rows = db.execute(select(i.digest, i.pk, i.source, i.received))
    return {row[0]: _Known(order=row[1], source=row[2], received=row[3]) for row in rows}


def _states(db: Connection) -> list[dict[str, str]]:
    y = t.studies.c
    rows = db.execute(select(y.study_uid, y.received, y.order_state, y.order_note))
    return [dict(row._mapping) for row in rows]


def _removed(db: Connection) -> set[str]:
    """Return what was taken out on purpose and is in no row now."""
    there = select(t.instances.c.digest)
    query = select(removed_files.c.digest).where(removed_files.c.digest.not_in(there))
    return set(db.execute(query).scalars())


def _mend(db: Connection, states: list[dict[str, str]], out: set[str]) -> None:
    """Give studies their order state again; forget what the emptying noted as removed."""
    for state in states:
        of = t.studies.c.study_uid == state["study_uid"]
        db.execute(update(t.studies).where(of).values(**state))
    db.execute(delete(removed_files))
    for digest in out:
        db.execute(removed_files.insert().values(digest=digest))


def _count(db: Connection, table: Any) -> int:
    return int(db.execute(select(func.count()).select_from(table)).scalar_one())
