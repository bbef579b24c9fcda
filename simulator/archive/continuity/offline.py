"""A stopped archive put back: its index may be gone, or no database any more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simulator.archive import migrations
from simulator.archive import tables as t
from simulator.archive.continuity.restore import Target, restore
from simulator.archive.continuity.vault import Vault
from simulator.archive.continuity.verify import verify
from simulator.archive.removed_table import watch
from simulator.archive.store import FileStore
from simulator.database import Database
from simulator.errors import CannotError

_PARTS = ("index.db", "index.db-wal", "index.db-shm")


def restore_stopped(
    folder: Path, database: str, vault: Vault, name: str, *, keep_nodes: bool = False
) -> dict[str, Any]:
    """Put a backup back into the archive below `folder`, which must not run.

    `database` is the URL of its index, '' for SQLite. An index that cannot be opened is moved
    aside. Raises RefusedError and changes nothing where the backup cannot be restored.
    """
    verify(vault, name).need()
    opened, moved = _opened(folder, database)
    try:
        watch(opened)
        target = Target(database=opened, store=FileStore(folder / "files"), folder=folder)
        done = restore(target, vault, name, keep_nodes=keep_nodes)
    finally:
        opened.close()
    return {"ok": True, **done, "moved_aside": moved}


def _opened(folder: Path, url: str) -> tuple[Database, str]:
    place = url or folder / "index.db"
    try:
        return Database(place, t.metadata, migrations.FOLDER), ""
    except CannotError:
        if url:
            raise
    aside = folder / _free(folder)
    aside.mkdir()
    for part in _PARTS:
        if (folder / part).exists():
            (folder / part).replace(aside / part)
    return Database(place, t.metadata, migrations.FOLDER), aside.name


def _free(folder: Path) -> str:
    numbers = (f"broken-index-{number}" for number in range(1, 1000))
    return next(name for name in numbers if not (folder / name).exists())
