"""The files: written once, named by their own SHA-256, never changed.

Nothing that came over the wire becomes a path. A file is whole before its name appears, and durable
before the index may speak of it.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import FileIO
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
        self._make_folders()
        self._numbers = itertools.count()
        self._being_filed: list[str] = []  # digests; the same content may come twice at once
        self._lock = threading.Lock()
        self.half_written = 0  # files a crash left in the middle of being written
        for leftover in self._incoming.iterdir():
            leftover.unlink()
            self.half_written += 1

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
            with temporary.open("wb", buffering=0) as handle, ExitStack() as filing:
                stored = _write(handle, buffers)
                filing.enter_context(self._filing(stored.digest))
                _settle(handle, temporary, self.path(stored.digest))
                yield stored
        finally:
            temporary.unlink(missing_ok=True)

    def read(self, digest: str) -> bytes:
        """Return a file's bytes; raises CannotError if it is gone."""
        try:
            return self.path(digest).read_bytes()
        except OSError as error:
            raise CannotError(f"The file {digest[:12]}… is not in the store: {error}.") from error

    def is_whole(self, digest: str, size: int) -> bool:
        """Return whether a file is there and as long as it was written."""
        try:
            return self.path(digest).stat().st_size == size
        except OSError:
            return False

    def is_true(self, digest: str) -> bool:
        """Return whether a file still has the content it is named for."""
        sha = hashlib.sha256()
        try:
            with self.path(digest).open("rb", buffering=0) as handle:
                while block := handle.read(1 << 20):
                    sha.update(block)
        except OSError:
            return False
        return sha.hexdigest() == digest

    def remove(self, digest: str, is_wanted: Callable[[str], bool]) -> bool:
        """Remove a file unless it is wanted or just being filed; returns whether it was removed."""
        with self._lock:  # what is about to be filed waits: its content may be an orphan's
            if digest in self._being_filed or is_wanted(digest):
                return False
            self.path(digest).unlink(missing_ok=True)
            return True

    def sweep(self, wanted: Callable[[], set[str]]) -> int:
        """Remove the files that nobody wants and return how many; what is being filed stays."""
        candidates = set(self.digests()) - wanted()
        return sum(self.remove(digest, lambda one: one in wanted()) for digest in candidates)

    def digests(self) -> Iterator[str]:
        """Yield the digest of every file there is."""
        for prefix in self.folders():
            yield from self.listing(prefix)

    def folders(self) -> list[str]:
        """Return the first two digits of the digests there are, each a folder of its own."""
        return sorted(path.name for path in self.folder.glob("??"))

    def listing(self, prefix: str) -> list[str]:
        """Return the digests of the files in one folder."""
        names = os.listdir(self.folder / prefix) if (self.folder / prefix).exists() else []
        return [name[:-4] for name in names if len(name) == 68 and name.endswith(".dcm")]

    @contextmanager
    def claimed(self, digest: str) -> Iterator[bool]:
        """Keep a file from being removed in the block; False if somebody is just filing it."""
        with self._lock:
            free = digest not in self._being_filed
            self._being_filed.append(digest)
        try:
            yield free
        finally:
            with self._lock:
                self._being_filed.remove(digest)

    @contextmanager
    def _filing(self, digest: str) -> Iterator[None]:
        with self._lock:
            self._being_filed.append(digest)
        try:
            yield
        finally:
            with self._lock:
                self._being_filed.remove(digest)

    def _make_folders(self) -> None:
        """Make the folders files go into: each made later would cost an instance two more syncs."""
        folders = [self.folder / f"{number:02x}" for number in range(256)]
        if not folders[-1].exists():
            for folder in folders:
                folder.mkdir(exist_ok=True)
            sync_folder(self.folder)


def _write(handle: FileIO, buffers: Sequence[Buffer]) -> Stored:
    sha = hashlib.sha256()
    for buffer in buffers:
        sha.update(buffer)
        _write_all(handle.fileno(), buffer)
    return Stored(digest=sha.hexdigest(), size=handle.tell())


def _settle(handle: FileIO, temporary: Path, final: Path) -> None:
    """Make a whole file durable under its name; named first, one sync does for both.

    A crash of the machine may then leave half a file under a name nobody speaks of yet. Where the
    same content is there already, that one is not put at risk. Windows renames no open file.
    """
    if os.name == "nt" or final.exists():
        os.fsync(handle.fileno())
        handle.close()
        os.replace(temporary, final)
    else:
        os.replace(temporary, final)
        os.fsync(handle.fileno())
    sync_folder(final.parent)


def _write_all(descriptor: int, buffer: Buffer) -> None:
    view = memoryview(buffer)
    while view:
        view = view[os.write(descriptor, view) :]
