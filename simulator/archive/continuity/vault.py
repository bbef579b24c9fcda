"""Where backups are: a folder with one folder a backup, and one store of files for all of them.

Files are named by their content, as in the archive, so a second backup copies only what is new.
A backup is written under a hidden name first: one that broke off is no backup.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from simulator.archive.continuity import manifest as m
from simulator.archive.continuity.manifest import Manifest
from simulator.errors import CannotError, PacsLabError, RefusedError, UsageError
from simulator.files import sync_folder

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PART = ".part"


class Vault:
    """Backups below one folder."""

    def __init__(self, folder: Path) -> None:
        """Keep backups below `folder`, which is made when there is one to keep."""
        self.folder, self.files = folder, folder / "files"

    # --- what there is --------------------------------------------------------------------------

    def all(self) -> list[Manifest]:
        """Return every backup, the oldest first; what has no manifest is none."""
        found = []
        for path in sorted(self.folder.glob(f"*/{m.NAME}")):
            try:
                found.append(m.read(path.parent))
            except PacsLabError:
                continue  # named by `get` and by `verify`, which say what is wrong with it
        return sorted(found, key=lambda one: (one.taken, one.name))

    def get(self, name: str) -> Manifest:
        """Return one backup; raises RefusedError where there is none."""
        if not (self.place(name) / m.NAME).is_file():
            raise RefusedError(f"There is no backup '{name}'.", "List them.", 404)
        return m.read(self.place(name))

    def newest(self) -> str:
        """Return the name of the newest backup; raises RefusedError where there is none."""
        found = self.all()
        if not found:
            raise RefusedError(f"There is no backup in {self.folder}.", "Make one first.", 404)
        return found[-1].name

    def place(self, name: str) -> Path:
        """Return the folder of a backup; raises RefusedError for what cannot be its name."""
        if not _NAME.fullmatch(name) or name == self.files.name:
            raise RefusedError(f"There is no backup '{name[:40]}'.", "List them.", 404)
        return self.folder / name

    def file(self, digest: str) -> Path:
        """Return where a file is in the vault; raises RefusedError for what is no digest."""
        if not _DIGEST.fullmatch(digest):
            raise RefusedError(f"'{digest[:80]}' is no SHA-256 digest.", "", 409)
        return self.files / digest[:2] / f"{digest}.dcm"

    def index(self, backup: Manifest) -> Path:
        """Return the saved index of a backup."""
        return m.inside(self.place(backup.name), backup.index)

    def digests(self, name: str) -> list[str]:
        """Return the digests of a backup's files."""
        return m.read_list(self.place(name) / m.FILES)

    # --- changing -------------------------------------------------------------------------------

    def free_name(self, wanted: str) -> str:
        """Return a name nobody has: `wanted`, or that with a number."""
        if not _NAME.fullmatch(wanted) or wanted == self.files.name or wanted.endswith(_PART):
            raise UsageError(
                f"'{wanted[:40]}' is not a backup's name.", "Use small letters, digits, '-' and '.'"
            )
        taken = {path.name for path in self.folder.glob("*")}
        numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
        return wanted if wanted not in taken else next(n for n in numbered if n not in taken)

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """Give a folder that becomes the backup `name` at the end of the block, or vanishes."""
        part = self.folder / f".{name}{_PART}"
        shutil.rmtree(part, ignore_errors=True)
        try:
            part.mkdir(parents=True)
        except OSError as error:
            raise CannotError(f"{self.folder} cannot be written: {error.strerror}.") from error
        try:
            yield part
            part.replace(self.folder / name)
            sync_folder(self.folder)
        except OSError as error:
            raise CannotError(
                f"The backup cannot be written: {error}.", "Look at the disk."
            ) from error
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def add(self, digest: str, source: Path) -> bool:
        """Copy a file in, unless it is there; returns whether it was copied. Raises OSError.

        Raises ValueError where the content is not what its name says.
        """
        to = self.file(digest)
        if to.exists() and to.stat().st_size == source.stat().st_size:
            return False
        to.parent.mkdir(parents=True, exist_ok=True)
        part = to.with_suffix(_PART)
        try:
            with part.open("wb") as handle, source.open("rb") as data:
                shutil.copyfileobj(data, handle, 1 << 20)
                handle.flush()
                os.fsync(handle.fileno())
            if m.sha256(part) != digest:
                raise ValueError("its content is not what its name says")
            part.replace(to)
        finally:
            part.unlink(missing_ok=True)
        return True

    def _carried(self, other: Vault, digest: str) -> bool:
        source = other.file(digest)
        try:
            return self.add(digest, source)
        except FileNotFoundError:
            return False  # the backup lacks it, and verify says so
        except (OSError, ValueError) as error:
            raise CannotError(
                f"{source} cannot be copied: {error}.", "Verify the backup."
            ) from error

    def remove(self, name: str) -> int:
        """Delete a backup and the files that no other needs; returns how many files went."""
        gone = self.get(name)
        shutil.rmtree(self.place(gone.name))
        needed = {digest for one in self.all() for digest in self.digests(one.name)}
        count = 0
        for path in list(self.files.glob("??/*.dcm")):
            if path.stem not in needed:
                path.unlink()
                count += 1
        return count

    def take_over(self, other: Vault, name: str) -> dict[str, Any]:
        """Copy a backup of another vault into this one; the same backup is not copied twice."""
        backup = other.get(name)
        if (self.folder / name / m.NAME).exists() and self.get(name) == backup:
            return {"name": name, "copied": 0}
        new = self.free_name(name)
        copied = sum(self._carried(other, digest) for digest in other.digests(name))
        with self.writing(new) as folder:
            for member in backup.members:
                to = m.inside(folder, member)
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(m.inside(other.place(name), member), to)
            m.write(Manifest(**{**backup.facts(), "name": new}), folder)
        return {"name": new, "copied": copied}
