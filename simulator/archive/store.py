"""The files: written once, named by their own SHA-256, never changed.

Nothing that came over the wire becomes a path. A file is whole and durable before its name
appears; only then may the index speak of it.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from simulator.errors import CannotError
from simulator.files import sync_folder
from simulator.network.wire import Buffer


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A file in the store."""

    digest: str
    size: int


class FileStore:
    """Content-named files below one folder."""

    def __init__(self, folder: Path) -> None:
        """Keep files below `folder`; what a crash left half written is removed."""
        self.folder, self._incoming = folder, folder / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)
        self._numbers = itertools.count()
        self._being_filed: list[str] = []  # digests; the same content may come twice at once
        self._lock = threading.Lock()
        for leftover in self._incoming.iterdir():
            leftover.unlink()

    def path(self, digest: str) -> Path:
        """Return where the file with this digest is."""
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise ValueError("not a SHA-256 digest")
        return self.folder / digest[:2] / f"{digest}.dcm"

    @contextmanager
    def put(self, buffers: Sequence[Buffer]) -> Iterator[Stored]:
        """Write a file and make it durable; raises OSError when the disk says no.

        Enter it in the index within the block: until its end, `sweep` passes the file over.
        """
        temporary = self._incoming / f"{os.getpid()}-{next(self._numbers)}"
        try:
            stored = _write(temporary, buffers)
            with self._filing(stored.digest):
                self._rename(temporary, self.path(stored.digest))
                yield stored
        finally:
            temporary.unlink(missing_ok=True)

    def read(self, digest: str) -> bytes:
        """Return a file's bytes; raises CannotError if it is gone."""
        try:
            return self.path(digest).read_bytes()
        except OSError as error:
            raise CannotError(f"The file {digest[:12]}… is not in the store: {error}.") from error

    def sweep(self, wanted: Callable[[], set[str]]) -> int:
        """Remove the files that nobody wants and return how many; what is being filed stays."""
        with self._lock:  # what is about to be filed waits: its content may be an orphan's
            keep = wanted() | set(self._being_filed)
            orphans = [digest for digest in self.digests() if digest not in keep]
            for digest in orphans:
                self.path(digest).unlink(missing_ok=True)
        return len(orphans)

    def digests(self) -> Iterator[str]:
        """Yield the digest of every file there is."""
        for path in self.folder.glob("??/*.dcm"):
            yield path.stem

    @contextmanager
    def _filing(self, digest: str) -> Iterator[None]:
        with self._lock:
            self._being_filed.append(digest)
        try:
            yield
        finally:
            with self._lock:
                self._being_filed.remove(digest)

    def _rename(self, temporary: Path, final: Path) -> None:
        if not final.parent.exists():
            final.parent.mkdir(exist_ok=True)
            sync_folder(self.folder)
        os.replace(temporary, final)
        sync_folder(final.parent)


def _write(path: Path, buffers: Sequence[Buffer]) -> Stored:
    sha = hashlib.sha256()
    with path.open("wb", buffering=0) as handle:
        for buffer in buffers:
            sha.update(buffer)
            _write_all(handle.fileno(), buffer)
        os.fsync(handle.fileno())
        return Stored(digest=sha.hexdigest(), size=handle.tell())


def _write_all(descriptor: int, buffer: Buffer) -> None:
    view = memoryview(buffer)
    while view:
        view = view[os.write(descriptor, view) :]
