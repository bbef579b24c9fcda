"""Whether a backup would help: everything in it is read, and its index is opened on trial."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from simulator.archive import migrations
from simulator.archive import tables as t
from simulator.archive.continuity import manifest as m
from simulator.archive.continuity.backup import counts, known_revisions
from simulator.archive.continuity.manifest import Manifest
from simulator.archive.continuity.vault import Vault
from simulator.database import Database
from simulator.database.kinds import kind_of
from simulator.errors import PacsLabError, RefusedError
from simulator.progress import Progress, unseen

MOST = 1000  # problems that a report lists
NOT_IN_IT = (  # others keep it; whoever plans for a disaster must save it by itself
    "the RIS's own database: schedule, worklist and its patients",
    "the audit trail and the journal, which no restore rewinds",
    "what modalities and workstations keep on their own disks",
)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong with a backup."""

    what: str  # a member, or the digest of a file
    why: str


@dataclass(kw_only=True)
class Verification:
    """What was looked at, and what is wrong."""

    name: str
    problems: list[Problem] = field(default_factory=list)
    checked: dict[str, int] = field(default_factory=dict)
    tried: bool = False  # whether the index was opened on trial

    @property
    def fine(self) -> bool:
        """Whether the backup can be restored."""
        return not self.problems

    def facts(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "name": self.name, "ok": self.fine, "tried": self.tried, "checked": self.checked,
            "count": len(self.problems),
            "problems": [asdict(problem) for problem in self.problems[:MOST]],
            "not_in_it": list(NOT_IN_IT),
        }  # fmt: skip

    def need(self) -> None:
        """Raise RefusedError with what is wrong, if anything is."""
        if self.fine:
            return
        first, more = self.problems[0], len(self.problems) - 1
        also = f" (and {more} more)" if more else ""
        raise RefusedError(
            f"The backup {self.name} is not whole: {first.what}: {first.why}{also}.",
            "Nothing was changed. See 'pacslab archive backup verify', and take an older one.", 409,
        )  # fmt: skip


def verify(vault: Vault, name: str, progress: Progress = unseen) -> Verification:
    """Read a whole backup and open its index on trial; raises RefusedError where there is none."""
    backup = vault.get(name)
    found = Verification(name=name)
    if backup.revision not in known_revisions():
        newest = known_revisions()[-1]
        why = f"its tables are of revision '{backup.revision}', and this one knows up to '{newest}'"
        found.problems.append(Problem(what="a newer PACS Lab wrote it", why=why))
        return found
    _members(vault, backup, found)
    if found.fine:
        _files(vault, backup, found, progress)
        _index(vault, backup, found)
    return found


def _members(vault: Vault, backup: Manifest, found: Verification) -> None:
    for needed in (backup.index, m.FILES):
        if needed not in backup.members:
            found.problems.append(Problem(what=needed, why="the manifest does not name it"))
    for member, digest in backup.members.items():
        path = m.inside(vault.place(backup.name), member)
        if m.sha256(path) != digest:
            why = "it has changed" if path.exists() else "it is missing"
            found.problems.append(Problem(what=member, why=why))
    found.checked["members"] = len(backup.members)


def _files(
    vault: Vault, backup: Manifest, found: Verification, progress: Callable[[int, int], None]
) -> None:
    digests = vault.digests(backup.name)
    for number, digest in enumerate(digests, 1):
        path = vault.file(digest)
        if m.sha256(path) != digest:
            why = "its content has changed" if path.exists() else "it is missing"
            found.problems.append(Problem(what=digest, why=why))
        progress(number, len(digests))
    found.checked["files"] = len(digests)
    if len(digests) != backup.files:
        why = f"it lists {len(digests)} files, the manifest says {backup.files}"
        found.problems.append(Problem(what=m.FILES, why=why))


def _index(vault: Vault, backup: Manifest, found: Verification) -> None:
    """Open the index in a folder of its own, bring it up to date, and compare it with the files."""
    try:
        rows = _tried(vault, backup, found)
    except PacsLabError as error:
        found.problems.append(Problem(what=backup.index, why=error.sentence))
        return
    found.tried = True
    for digest in sorted(rows - set(vault.digests(backup.name)) - set(backup.lacking)):
        found.problems.append(Problem(what=digest, why="the index names it, the backup lacks it"))


def _tried(vault: Vault, backup: Manifest, found: Verification) -> set[str]:
    saved = vault.index(backup)
    with tempfile.TemporaryDirectory(prefix="pacslab-") as folder:
        place = Path(folder) / "index.db"
        if saved.suffix != ".db":  # PostgreSQL's: read here, restored on trial by a server only
            kind = kind_of("postgresql://trial@127.0.0.1/trial")
            return kind.saved_values(saved, t.instances.c.digest)
        place.write_bytes(saved.read_bytes())
        database = Database(place, t.metadata, migrations.FOLDER)
        try:
            with database.read() as db:
                there = counts(db)
                rows = set(db.execute(select(t.instances.c.digest)).scalars())
        finally:
            database.close()
    if there != backup.counts:
        why = f"it holds {there}, the manifest says {backup.counts}"
        found.problems.append(Problem(what=backup.index, why=why))
    found.checked.update(there)
    return rows
