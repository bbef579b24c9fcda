"""Putting a backup back: everything is looked at first, and what was there before is kept aside.

Files come first, so that no row speaks of a file that is not there. Whatever fails after that puts
the former index back. Whoever restores must still be able to log in: administrators and sessions
stay as they are here.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from simulator.archive import migrations
from simulator.archive import tables as t
from simulator.archive.archived_file import read_file
from simulator.archive.continuity import manifest as m
from simulator.archive.continuity.backup import places
from simulator.archive.continuity.manifest import Manifest
from simulator.archive.continuity.vault import Vault
from simulator.archive.continuity.verify import verify
from simulator.archive.incoming import checked_header
from simulator.archive.roles import ADMIN
from simulator.archive.rows import Filed, all_levels, enter
from simulator.archive.store import FileStore
from simulator.database import Database
from simulator.errors import CannotError, RefusedError
from simulator.progress import Progress, unseen


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a backup is put back."""

    database: Database
    store: FileStore
    folder: Path  # the archive's own

    @property
    def aside(self) -> Path:
        """The index as it was before the last restore."""
        return self.folder / f"before-restore{self.database.kind.suffix}"


def restore(
    target: Target,
    vault: Vault,
    name: str,
    *,
    keep_nodes: bool = False,
    progress: Progress = unseen,
) -> dict[str, Any]:
    """Make the archive what it was when `name` was taken; raises RefusedError and changes nothing.

    `keep_nodes` leaves the node table as it is: at another site nodes have other addresses.
    """
    verify(vault, name, lambda done, of: progress(done, 2 * of)).need()
    backup = vault.get(name)
    _same_kind(target, backup)
    brought = _bring_files(
        target, vault, vault.digests(name), lambda done, of: progress(of + done, 2 * of)
    )
    target.database.backup(target.aside)
    put_back(target.database, vault.index(backup), target.aside, keep_nodes=keep_nodes)
    _bring_online(target)
    quarantined = _bring_quarantine(target.folder, vault, backup)
    return {
        "name": name, "taken": backup.taken, "studies": backup.counts["studies"],
        "instances": backup.counts["instances"], "files_brought": len(brought),
        "quarantined": quarantined, "lacking": backup.lacking,
    }  # fmt: skip


def put_back(database: Database, saved: Path, aside: Path, *, keep_nodes: bool = False) -> None:
    """Load a saved index; whatever fails, the former one is put back."""
    tables = (t.nodes,) if keep_nodes else ()
    with database.write() as db:
        kept = _kept(db, tables)
    try:
        database.restore(saved)
        with database.write() as db:
            _keep(db, kept)
    except Exception as error:
        database.restore(aside)
        raise CannotError(
            f"The backup could not be put back: {error}.", "The archive is as it was before."
        ) from error


def undo(target: Target) -> None:
    """Go back to the index as it was before the last restore; that one is kept aside then."""
    if not target.aside.exists():
        raise RefusedError("Nothing was restored here.", "Restore a backup first.", 404)
    present = target.aside.with_name(f"undone{target.database.kind.suffix}")
    target.database.backup(present)
    put_back(target.database, target.aside, present)
    present.replace(target.aside)


def restore_study(
    target: Target, vault: Vault, name: str, study_uid: str,
    progress: Progress = unseen,
) -> dict[str, Any]:  # fmt: skip
    """Bring one study back into the index as it is; what is there already stays as it is.

    Returns how many instances came back and how many were there; raises RefusedError.
    """
    verify(vault, name, progress).need()
    with _opened(vault, vault.get(name)) as saved:
        rows = _rows_of(saved, study_uid)
    if not rows:
        raise RefusedError(f"The backup {name} has no study {study_uid[:64]}.", "", 404)
    lacking = [row.digest for row in rows if not vault.file(row.digest).exists()]
    if lacking:
        raise RefusedError(f"The backup lacks {len(lacking)} files of that study.", "", 409)
    _bring_files(target, vault, [row.digest for row in rows], unseen)
    with target.database.write() as db:
        filed = [_enter(db, target.store, row) for row in rows]
    new = sum(one is not Filed.DUPLICATE for one in filed)
    return {"name": name, "study": study_uid, "instances": new, "there": len(rows) - new}


# --- inner parts --------------------------------------------------------------------------------


def _same_kind(target: Target, backup: Manifest) -> None:
    if not backup.index.endswith(target.database.kind.suffix):
        raise RefusedError(
            f"The backup holds an index of another kind of database ({backup.index}).",
            "Restore it where [archive] database says the same, or rebuild the index from files.",
            409,
        )


def _bring_files(target: Target, vault: Vault, digests: list[str], progress: Progress) -> list[str]:
    """Copy the files that are not here, or not whole any more; returns their digests."""
    brought = []
    for number, digest in enumerate(digests, 1):
        places_here = places(target.folder, target.store, digest)
        if not any(m.sha256(path) == digest for path in places_here):
            with target.store.put([vault.file(digest).read_bytes()]):
                brought.append(digest)
        progress(number, len(digests))
    return brought


def _bring_online(target: Target) -> None:
    """Let rows whose file is on no tape here say that it is online, where it was brought."""
    i = t.instances.c
    with target.database.write() as db:
        away = list(db.execute(select(i.digest).where(i.volume == 0)).scalars())
        for digest in away:
            if target.store.path(digest).exists():
                db.execute(update(t.instances).where(i.digest == digest).values(volume=1))


def _bring_quarantine(folder: Path, vault: Vault, backup: Manifest) -> int:
    """Put back the quarantined objects that are not there; returns how many members came."""
    brought = 0
    for member in backup.members:
        to = folder / "quarantine" / Path(member).name
        if member.startswith("quarantine/") and not to.exists():
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(m.inside(vault.place(backup.name), member), to)
            brought += 1
    return brought


_Kept = dict[Table, list[dict[str, Any]]]


def _kept(db: Connection, whole: tuple[Table, ...]) -> _Kept:
    """Remember what stays: sessions, the administrators, and tables that stay as a whole."""
    admins = select(t.users).where(t.users.c.role == ADMIN)
    found = {t.users: db.execute(admins), t.sessions: db.execute(select(t.sessions))}
    rows = {table: [dict(row._mapping) for row in result] for table, result in found.items()}
    return {**rows, **{table: _all(db, table) for table in whole}}


def _all(db: Connection, table: Table) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in db.execute(select(table))]


def _keep(db: Connection, kept: _Kept) -> None:
    admins = [row["name"] for row in kept[t.users]]
    db.execute(delete(t.sessions))
    db.execute(delete(t.users).where(t.users.c.name.in_(admins)))
    if not db.execute(select(t.roles.c.name).where(t.roles.c.name == ADMIN)).first():
        db.execute(insert(t.roles).values(name=ADMIN, description="Runs the archive.", rights=[]))
    for row in kept[t.users]:
        db.execute(insert(t.users).values(**row))
    there = set(db.execute(select(t.users.c.name)).scalars())
    for row in kept[t.sessions]:
        if row["user"] in there:
            db.execute(insert(t.sessions).values(**row))
    for table in kept.keys() - {t.users, t.sessions}:
        if not kept[table]:
            continue  # the index was lost: the backup knows more
        db.execute(delete(table))
        for row in kept[table]:
            db.execute(insert(table).values(**row))


@contextmanager
def _opened(vault: Vault, backup: Manifest) -> Iterator[Database]:
    """Open a copy of a saved index; only SQLite's can be looked into without a server."""
    if not backup.index.endswith(".db"):
        raise RefusedError(
            "One study cannot be taken out of a backup of PostgreSQL.",
            "Restore the backup into a second seat, and migrate the study from there.", 409,
        )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="pacslab-") as folder:
        place = Path(folder) / "index.db"
        shutil.copyfile(vault.index(backup), place)
        database = Database(place, t.metadata, migrations.FOLDER)
        try:
            yield database
        finally:
            database.close()


def _rows_of(saved: Database, study_uid: str) -> list[Any]:
    i = t.instances.c
    query = (
        select(i.digest, i.source, i.received)
        .select_from(all_levels())
        .where(t.studies.c.study_uid == study_uid)
        .order_by(i.pk)
    )
    with saved.read() as db:
        return list(db.execute(query).all())


def _enter(db: Connection, store: FileStore, row: Any) -> Filed:
    file = read_file(store.read(row.digest), row.digest)
    header = checked_header(file.incoming)
    place = file.locate(str(header.StudyInstanceUID), str(header.SeriesInstanceUID))
    return enter(db, header, place, row.source, row.received, replace=False)
