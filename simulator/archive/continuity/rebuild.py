"""The index made anew from the files, in one transaction: all of it or nothing.

What a file does not say is taken from the index as far as that still knows it: when an instance
came, and to which order its study belongs. Files that were taken out on purpose stay out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from simulator.archive import tables as t
from simulator.archive.archived_file import ArchivedFile, read_file
from simulator.archive.incoming import checked_header
from simulator.archive.index import Index
from simulator.archive.lifecycle.tables import copies
from simulator.archive.removed_table import removed_files
from simulator.archive.rows import Filed, enter
from simulator.archive.store import FileStore
from simulator.network.dimse import CANNOT_UNDERSTAND, DimseError
from simulator.progress import Progress, unseen

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
    volume: int


_FACTS = ("order", "source", "received", "volume")


def rebuild(
    index: Index,
    store: FileStore,
    folder: Path,
    now: str,
    progress: Progress = unseen,
) -> Rebuilt:
    """Make the four levels anew from the files; `now` is when an unknown instance came.

    `folder` is the archive's own, where its tapes are. Stores wait until it is over: they are
    entered after it, not lost.
    """
    found = Rebuilt(before=index.counts())
    files = _files(folder, store)
    with index.database.write() as db:
        known, states, out = _known(db), _states(db), _removed(db)
        for table in _LEVELS:
            db.execute(delete(table))
        digests = sorted(files, key=lambda digest: _order(files, known, digest))
        for number, digest in enumerate(digests, 1):
            found.files += 1
            if digest in out:
                found.skipped += 1
            else:
                _enter(db, digest, files[digest], known.get(digest), now, found)
            progress(number, len(digests))
        _mend(db, states, out)
        found.only_index_knew = {name: _count(db, table) for name, table in _ONLY_HERE.items()}
    found.after = index.counts()
    return found


def _files(folder: Path, store: FileStore) -> dict[str, Path]:
    """Return every file there is, by its digest: online, and what lies on tapes only."""
    tapes = {path.stem: path for path in sorted(folder.glob("volumes/*/??/*.dcm"))}
    return {**tapes, **{digest: store.path(digest) for digest in store.digests()}}


def _enter(
    db: Connection, digest: str, path: Path, known: _Known | None, now: str, found: Rebuilt
) -> None:
    try:
        file = _read(path, digest)
        header = checked_header(file.incoming)
    except (DimseError, OSError) as error:
        why = error.comment if isinstance(error, DimseError) else str(error)
        found.unreadable.append({"digest": digest, "why": why})
        return
    tape = _tape_of(path)
    place = file.locate(str(header.StudyInstanceUID), str(header.SeriesInstanceUID))
    place = replace(place, volume=known.volume if known else 0 if tape else 1)
    source = known.source if known else file.incoming.source
    received = known.received if known else now
    if enter(db, header, place, source, received, replace=False) is Filed.DUPLICATE:
        found.older += 1
        if known is not None:
            return
        enter(db, header, place, source, received, replace=True)  # the later one counts
    else:
        found.entered += 1
    if tape and not known:
        _note_copy(db, digest, tape, now)


def _tape_of(path: Path) -> int:
    """Return the number of the volume a file is on, 0 for the online ones."""
    place = path.parent.parent
    return int(place.name) if place.parent.name == "volumes" and place.name.isdigit() else 0


def _note_copy(db: Connection, digest: str, volume: int, now: str) -> None:
    same = (copies.c.digest == digest) & (copies.c.volume == volume)
    if db.execute(select(copies.c.digest).where(same)).first() is None:
        row = {"digest": digest, "volume": volume, "state": "good", "written": now, "verified": now}
        db.execute(copies.insert().values(**row))


def _read(path: Path, digest: str) -> ArchivedFile:
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise DimseError(CANNOT_UNDERSTAND, "its content is not what its name says")
    return read_file(data, digest)


def _order(files: dict[str, Path], known: dict[str, _Known], digest: str) -> tuple[int, float, str]:
    """Order files as they came: those of the index first, as it has them."""
    if digest in known:
        return known[digest].order, 0.0, digest
    return 1 << 62, files[digest].stat().st_mtime, digest


def _known(db: Connection) -> dict[str, _Known]:
    i = t.instances.c
    rows = db.execute(select(i.digest, i.pk, i.source, i.received, i.volume))
    return {row[0]: _Known(**dict(zip(_FACTS, row[1:], strict=True))) for row in rows}


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
