"""The files of a volume, and those set aside because a reset may want them back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from simulator.archive.store import FileStore


class Shelf:
    """A store whose files can go: really, or aside while the saved baseline speaks of them."""

    def __init__(self, store: FileStore, saved: Callable[[], set[str]]) -> None:
        """Take away from `store`; `saved` are the digests a reset needs."""
        self.store, self._saved = store, saved
        self._aside = store.folder / "aside"

    def take_away(self, digests: Iterable[str]) -> None:
        """Remove files from the store."""
        saved = self._saved()
        for digest in digests:
            path = self.store.path(digest)
            if digest in saved and path.exists():
                self._aside.mkdir(exist_ok=True)
                _link(path, self._aside / path.name)
            self.store.remove(digest, lambda _: False)

    def aside(self) -> list[str]:
        """Return the digests of what is set aside."""
        return [path.stem for path in self._aside.glob("*.dcm")] if self._aside.exists() else []

    def bring_back(self, wanted: Iterable[str]) -> None:
        """Put back what was set aside and is wanted again."""
        for digest in wanted:
            path = self.store.path(digest)
            aside = self._aside / path.name
            if aside.exists() and not path.exists():
                os.replace(aside, path)

    def forget(self) -> None:
        """Remove what is set aside and no reset needs any more."""
        aside = self.aside()
        for digest in set(aside) - (self._saved() if aside else set()):
            (self._aside / f"{digest}.dcm").unlink(missing_ok=True)

    def sweep(self, wanted: set[str]) -> None:
        """Remove the files that nobody wants, nor a reset."""
        keep = wanted | self._saved()
        self.store.sweep(lambda: keep)


def _link(path: Path, to: Path) -> None:
    """Give a file a second name; where the file system has no links, copy it."""
    to.unlink(missing_ok=True)
    try:
        os.link(path, to)
    except OSError:
        shutil.copyfile(path, to)
