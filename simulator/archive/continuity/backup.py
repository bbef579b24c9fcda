"""A backup while the archive goes on: first the index as it is at one moment, then its files.

Files never change and come before their rows, so every row of the saved index has its file then.
One that was taken out meanwhile has vanished from the index too: then the index is saved again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, func, select

from simulator.archive import migrations
from simulator.archive import tables as t
from simulator.archive.continuity import manifest as m
from simulator.archive.continuity.manifest import Manifest
from simulator.archive.continuity.vault import Vault
from simulator.archive.fixup.tables import changed_objects
from simulator.archive.store import FileStore
from simulator.database import Database, schema
from simulator.progress import Progress, unseen

_ATTEMPTS = 5
_KEY = "key.pem"  # a node's private key: only where somebody asks for it


@dataclass(frozen=True, kw_only=True)
class Source:
    """What is saved."""

    database: Database
    store: FileStore
    folder: Path  # the archive's own; beside it are config.toml and tls

    def places(self, digest: str) -> list[Path]:
        """Return where a file is: online, or on tapes; only there if it was moved."""
        return places(self.folder, self.store, digest)

    def configuration(self, *, keys: bool) -> dict[str, Path]:
        """Return what is saved beside index and files: name in the backup, and where it is."""
        seat = self.folder.parent
        found = {"config.toml": seat / "config.toml"}
        for path in sorted((seat / "tls").rglob("*")):
            if path.is_file() and (keys or path.name != _KEY):
                found[f"tls/{path.relative_to(seat / 'tls').as_posix()}"] = path
        for path in sorted((self.folder / "quarantine").glob("q*")):
            found[f"quarantine/{path.name}"] = path
        return {name: path for name, path in found.items() if path.is_file()}


def places(folder: Path, store: FileStore, digest: str) -> list[Path]:
    """Return where the archive below `folder` has a file, the online place first."""
    online = store.path(digest)
    tapes = sorted(folder.glob(f"volumes/*/{digest[:2]}/{digest}.dcm"))
    return [path for path in (online, *tapes) if path.exists()]


@dataclass(kw_only=True)
class _Copied:
    """What was copied so far."""

    digests: set[str] = field(default_factory=set)
    lacking: dict[str, str] = field(default_factory=dict)
    bytes: int = 0
    new: int = 0


def take(
    source: Source,
    vault: Vault,
    *,
    name: str,
    at: str,
    by: str,
    keys: bool = False,
    progress: Progress = unseen,
) -> Manifest:
    """Back up `source` as `name`, at hospital time `at`; raises CannotError where it cannot.

    An instance whose file is gone or damaged is named in the manifest: the rest is saved.
    """
    name = vault.free_name(name)
    index = f"index{source.database.kind.suffix}"
    with vault.writing(name) as folder:
        copied = _Copied()
        for attempt in range(1, _ATTEMPTS + 1):
            source.database.backup(folder / index)
            wanted = source.database.saved_values(folder / index, t.instances.c.digest)
            copied = _copy(source, vault, wanted, progress)
            if attempt == _ATTEMPTS or not _outdated(source.database, copied.lacking):
                break
        copied = _with_former(source, vault, folder / index, copied)
        with source.database.read() as db:
            revision = schema.revision(db)
        m.write_list(folder / m.FILES, sorted(copied.digests))
        _copy_configuration(source.configuration(keys=keys), folder)
        members = sorted(path for path in folder.rglob("*") if path.is_file())
        made = Manifest(
            name=name, taken=at, by=by, revision=revision, index=index,
            counts=saved_counts(source.database, folder / index, wanted),
            files=len(copied.digests), bytes=copied.bytes, copied=copied.new,
            members={path.relative_to(folder).as_posix(): m.sha256(path) for path in members},
            lacking=copied.lacking,
        )  # fmt: skip
        m.write(made, folder)
    return made


def saved_counts(database: Database, saved: Path, digests: set[str]) -> dict[str, int]:
    """Return what a saved index holds: studies, and distinct files."""
    studies = database.saved_values(saved, t.studies.c.study_uid)
    instances = database.saved_values(saved, t.instances.c.sop_uid)
    return {"studies": len(studies), "instances": len(instances), "digests": len(digests)}


def counts(db: Connection) -> dict[str, int]:
    """Return the same of an open index."""
    number = {"studies": t.studies.c.pk, "instances": t.instances.c.pk}
    found = {key: db.execute(select(func.count(c))).scalar_one() for key, c in number.items()}
    distinct = select(func.count(t.instances.c.digest.distinct()))
    return {**found, "digests": db.execute(distinct).scalar_one()}


def known_revisions() -> list[str]:
    """Return the revisions of the tables that this version can read."""
    return schema.revisions(migrations.FOLDER)


def _copy(
    source: Source, vault: Vault, wanted: set[str], progress: Callable[[int, int], None]
) -> _Copied:
    copied = _Copied()
    for number, digest in enumerate(sorted(wanted), 1):
        why = "its file is gone"
        for path in source.places(digest):
            try:
                copied.new += vault.add(digest, path)
                copied.bytes += path.stat().st_size
                copied.digests.add(digest)
                break
            except FileNotFoundError:
                continue  # moved or removed just now
            except ValueError as error:
                why = str(error)
        else:
            copied.lacking[digest] = why
        progress(number, len(wanted))
    return copied


def _with_former(source: Source, vault: Vault, saved: Path, copied: _Copied) -> _Copied:
    """Copy the files of rejected and corrected objects, too: what can be undone stays so."""
    columns = (changed_objects.c.before_digest, changed_objects.c.after_digest)
    former = {digest for c in columns for digest in source.database.saved_values(saved, c)}
    former -= {"", *copied.digests, *copied.lacking}
    more = _copy(source, vault, {d for d in former if source.places(d)}, unseen)
    return _Copied(
        digests=copied.digests | more.digests, lacking=copied.lacking,
        bytes=copied.bytes + more.bytes, new=copied.new + more.new,
    )  # fmt: skip


def _outdated(database: Database, lacking: dict[str, str]) -> bool:
    """Return whether something that is lacking was taken out of the index meanwhile."""
    if not lacking:
        return False
    some = t.instances.c.digest.in_(sorted(lacking)[:500])
    with database.read() as db:
        there = set(db.execute(select(t.instances.c.digest).where(some)).scalars())
    return bool(set(sorted(lacking)[:500]) - there)


def _copy_configuration(found: dict[str, Path], folder: Path) -> None:
    for name, path in found.items():
        to = folder.joinpath(*name.split("/"))
        to.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(path, to)
        except FileNotFoundError:
            continue  # released from quarantine meanwhile
