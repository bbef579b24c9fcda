"""A stopped archive put back: its index may be gone, or no database any more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import update

from simulator.archive import migrations
from simulator.archive import tables as t
from simulator.archive.continuity import configuration
from simulator.archive.continuity.restore import Target, restore
from simulator.archive.continuity.vault import Vault
from simulator.archive.continuity.verify import verify
from simulator.archive.passwords import Passwords
from simulator.archive.removed_table import watch
from simulator.archive.settings import Settings
from simulator.archive.store import FileStore
from simulator.database import Database
from simulator.errors import CannotError

_PARTS = ("index.db", "index.db-wal", "index.db-shm")


def restore_stopped(
    folder: Path, database: str, vault: Vault, name: str, *, admin: tuple[str, str],
    keep_nodes: bool = False, config: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Put a backup back into the archive below `folder`, which must not run.

    `database` is the URL of its index, '' for SQLite. An index that cannot be opened is moved
    aside; the seat's own administrator (`admin`: name, password) can log in afterwards. Raises
    RefusedError and changes nothing where the backup cannot be restored.
    """
    verify(vault, name).need()
    if config:
        configuration.check(vault, vault.get(name))
    opened, moved = _opened(folder, database)
    try:
        watch(opened)
        target = Target(database=opened, store=FileStore(folder / "files"), folder=folder)
        done = restore(target, vault, name, keep_nodes=keep_nodes)
        if config:
            done["config"] = configuration.put_back(folder.parent, vault, vault.get(name))
        _admit(opened, *admin)
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


def _admit(database: Database, name: str, password: str) -> None:
    """Give the administrator of this seat the password that this seat has for it."""
    hashed = Passwords(Settings(database)).hashed(password, name)
    with database.write() as db:
        db.execute(
            update(t.users)
            .where(t.users.c.name == name)
            .values(password=hashed, status="active", failures=0)
        )


def _free(folder: Path) -> str:
    numbers = (f"broken-index-{number}" for number in range(1, 1000))
    return next(name for name in numbers if not (folder / name).exists())
