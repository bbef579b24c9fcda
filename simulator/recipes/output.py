"""Writing a data set into a folder, and reading back what stands in one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.errors import CannotError
from simulator.progress import Progress, unseen
from simulator.recipes import manifest
from simulator.recipes.building import Item, content_of, expected, make
from simulator.recipes.cases import Case, cases
from simulator.recipes.manifest import Entry, Manifest
from simulator.recipes.recipe import Recipe


@dataclass(kw_only=True)
class Job:
    """A data set to be made; `studies` and `seed` are what somebody asked for in its place."""

    recipe: Recipe
    seed: int | None = None
    studies: int | None = None
    pixels: str | None = None
    progress: Progress = unseen
    entries: list[Entry] = field(default_factory=list)
    count: int = 0

    @property
    def _pixels(self) -> str:
        return self.pixels or self.recipe.pixels

    def cases(self) -> list[Case]:
        """Return the studies, in their order."""
        return list(cases(self.recipe, self.seed, self.studies))

    def items(self) -> Iterator[Item]:
        """Make file after file, and note down what came out."""
        todo = self.cases()
        self.count, done = len(todo), 0
        of = sum(expected(case, self._pixels) for case in todo)
        seed = self.recipe.seed if self.seed is None else self.seed
        for case in todo:
            for item in make(case, seed=seed, pixels=self._pixels):
                entry = Entry(file=item.path, sha256=item.sha256, content=content_of(item))
                self.entries.append(entry)
                done += 1
                self.progress(done, of)
                yield item

    def manifest(self, *, listed: bool = True, dicomdir: bool = False) -> Manifest:
        """Return the manifest of what was made."""
        return Manifest(
            name=self.recipe.name,
            seed=self.recipe.seed if self.seed is None else self.seed,
            pixels=self._pixels,
            studies=self.count,
            objects=len(self.entries),
            digest=manifest.digest(self.entries),
            dicomdir=dicomdir,
            object=tuple(self.entries) if listed else (),
        )


def write(job: Job, folder: Path, *, dicomdir: bool = False) -> dict[str, Any]:
    """Make a data set in a folder; returns its facts.

    A folder that we filled before is emptied first; one that holds anything else is refused.
    """
    clear(folder)
    size = 0
    for item in job.items():
        path = folder / item.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(item.data)
        size += len(item.data)
    if dicomdir:
        from simulator.recipes.media import arrange

        job.entries = arrange(folder, job.entries)
    made = job.manifest(dicomdir=dicomdir)
    manifest.write(made, folder / manifest.NAME)
    said = {"name": made.name, "studies": made.studies, "objects": made.objects, "bytes": size}
    return {**said, "digest": made.digest, "folder": str(folder), "dicomdir": dicomdir}


def clear(folder: Path) -> None:
    """Remove what we made in a folder before; CannotError if it holds what we did not make."""
    if folder.is_file():
        raise CannotError(f"{folder} is a file.", "Name a folder.")
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / manifest.NAME).exists():
            raise CannotError(
                f"The folder {folder} is not empty, and pacslab did not fill it.",
                "Name another one.",
            )
        for entry in manifest.read(folder / manifest.NAME).object:
            _remove(folder, entry.file)
        (folder / "DICOMDIR").unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)


def _remove(folder: Path, file: str) -> None:
    """Remove a file below a folder, and the folders it leaves empty."""
    path = (folder / file).resolve()
    if not path.is_relative_to(folder.resolve()):
        return  # somebody edited the manifest
    path.unlink(missing_ok=True)
    for parent in path.parents:
        if parent == folder.resolve() or not parent.is_dir() or any(parent.iterdir()):
            return
        parent.rmdir()


def entries_in(folder: Path, progress: Progress = unseen) -> list[Entry]:
    """Return the files below a folder with their hashes; our own bookkeeping is left out."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    own = {folder / manifest.NAME, folder / "DICOMDIR"}
    found = []
    for number, path in enumerate(paths, 1):
        progress(number, len(paths))
        if path not in own:
            name = path.relative_to(folder).as_posix()
            found.append(Entry(file=name, sha256=hashlib.sha256(path.read_bytes()).hexdigest()))
    return found
