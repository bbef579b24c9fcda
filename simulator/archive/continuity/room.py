"""The archive's own continuity: its vault, what a restore put aside, and how its rooms follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.archive import tables as t
from simulator.archive.continuity import configuration
from simulator.archive.continuity import restore as restoring
from simulator.archive.continuity.backup import Source, take
from simulator.archive.continuity.jobs import Jobs
from simulator.archive.continuity.manifest import Manifest
from simulator.archive.continuity.rebuild import rebuild
from simulator.archive.continuity.restore import Target
from simulator.archive.continuity.vault import Vault
from simulator.archive.continuity.verify import Verification, verify
from simulator.progress import Progress, unseen

if TYPE_CHECKING:
    from simulator.archive.archive import Archive

FOLDER = "backups"  # beside the archive's own folder


class Continuity:
    """Backups, restores and rebuilds of a running archive."""

    def __init__(self, archive: Archive) -> None:
        """Look after `archive`; its backups are beside its folder."""
        self.archive = archive
        self.vault = Vault(archive.folder.parent / FOLDER)
        self.jobs = Jobs(self._now, lambda said: archive.journal.write("bug", said))
        self._target = Target(database=archive.database, store=archive.store, folder=archive.folder)

    def create(
        self, name: str, by: str, *, keys: bool = False, progress: Progress = unseen
    ) -> Manifest:
        """Take a backup; without a name it is called by hospital time."""
        now = self.archive.clock.now()
        source = Source(
            database=self.archive.database, store=self.archive.store, folder=self.archive.folder
        )
        name = name or now.strftime("%Y%m%d-%H%M%S")
        at = now.isoformat(timespec="seconds")
        made = take(source, self.vault, name=name, at=at, by=by, keys=keys, progress=progress)
        new = f"{made.files} files, {made.copied} of them new"
        lacking = f"; {len(made.lacking)} files are lacking" if made.lacking else ""
        said = f"{made.name}: {made.counts['studies']} studies, {new}{lacking}"
        self._tell("backup.created", f"{by} made the backup {said}", by, made.name)
        return made

    def verify(self, name: str, by: str, *, progress: Progress = unseen) -> Verification:
        """Read a whole backup, and open its index on trial."""
        found = verify(self.vault, name, progress)
        said = "it can be restored" if found.fine else f"{len(found.problems)} problems"
        self._tell("backup.verified", f"{by} verified the backup {name}: {said}", by, name)
        return found

    def remove(self, name: str, by: str) -> int:
        """Delete a backup."""
        count = self.vault.remove(name)
        self._tell("backup.removed", f"{by} deleted the backup {name}", by, name)
        return count

    def restore(
        self, name: str, by: str, *, study: str = "", keep_nodes: bool = False,
        config: bool = False, progress: Progress = unseen,
    ) -> dict[str, Any]:  # fmt: skip
        """Put a backup back, or one study of it; `config`: its configuration, too."""
        if config:
            configuration.check(self.vault, self.vault.get(name))
        with self.archive.integrity.alone():
            if study:
                done = restoring.restore_study(self._target, self.vault, name, study, progress)
            else:
                done = restoring.restore(
                    self._target, self.vault, name, keep_nodes=keep_nodes, progress=progress
                )
                if config:
                    seat = self.archive.folder.parent
                    done["config"] = configuration.put_back(seat, self.vault, self.vault.get(name))
                self._follow()
        what = f"study {study}" if study else "the archive"
        self._tell("backup.restored", f"{by} restored {what} from the backup {name}", by, name)
        self.archive.orders.resume()
        return {"ok": True, **done}

    def undo(self, by: str) -> dict[str, Any]:
        """Go back to what was before the last restore."""
        with self.archive.integrity.alone():
            restoring.undo(self._target)
            self._follow()
        self._tell("backup.undone", f"{by} took the last restore back", by, "")
        self.archive.orders.resume()
        return {"ok": True, **self.archive.index.counts()}

    def rebuild(self, by: str, *, progress: Progress = unseen) -> dict[str, Any]:
        """Make the index anew from the files."""
        now = self.archive.clock.now().isoformat(timespec="milliseconds")
        with self.archive.integrity.alone():
            found = rebuild(
                self.archive.index, self.archive.store, self.archive.folder, now, progress
            )
        self._tell(
            "index.rebuilt", f"{by} rebuilt the index from {found.files} files: "
            f"{found.after['instances']} instances, {len(found.unreadable)} unreadable", by, "",
        )  # fmt: skip
        self.archive.orders.resume()
        return found.facts()

    def set_aside(self) -> set[str]:
        """Return the digests of what a restore put aside: an undo needs these files."""
        if not self._target.aside.exists():
            return set()
        return self.archive.database.saved_values(self._target.aside, t.instances.c.digest)

    def forget(self) -> None:
        """Forget what a restore put aside: a reset. Backups stay, as the journal does."""
        self._target.aside.unlink(missing_ok=True)

    def _follow(self) -> None:
        """Let the rooms that keep something of the index in memory read it again."""
        self.archive.integrity.note_saved()
        self.archive.reload()
        self.archive.lifecycle.volumes.reload()

    def _now(self) -> str:
        return self.archive.clock.now().isoformat(timespec="seconds")

    def _tell(self, kind: str, text: str, by: str, what: str) -> None:
        self.archive.journal.write(kind, text, by=by, what=what)
