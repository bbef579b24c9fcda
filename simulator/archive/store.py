"""The files: written once, named by their own SHA-256, never changed.

Nothing that came over the wire becomes a path. A file is whole and durable before its name
appears; only then may the index speak of it.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Iterable, Iterator, Sequence
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
        for leftover in self._incoming.iterdir():
            leftover.unlink()

    def path(self, digest: str) -> Path:
        """Return where the file with this digest is."""
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise ValueError("not a SHA-256 digest")
        return self.folder / digest[:2] / f"{digest}.dcm"

    def put(self, buffers: Sequence[Buffer]) -> Stored:
        """Write a file and make it durable; raises OSError when the disk says no."""
        sha = hashlib.sha256()
        temporary = self._incoming / f"{os.getpid()}-{next(self._numbers)}"
        try:
            with temporary.open("wb", buffering=0) as handle:
                for buffer in buffers:
                    sha.update(buffer)
                    _write_all(handle.fileno(), buffer)
                os.fsync(handle.fileno())
                size = handle.tell()
            self._rename(temporary, self.path(sha.hexdigest()))
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return Stored(digest=sha.hexdigest(), size=size)

    def read(self, digest: str) -> bytes:
        """Return a file's bytes; raises CannotError if it is gone."""
        try:
            return self.path(digest).read_bytes()
        except OSError as error:
            raise CannotError(f"The file {digest[:12]}… is not in the store: {error}.") from error

    def remove(self, digests: Iterable[str]) -> None:
        """Remove files; those that are gone already are passed over."""
        for digest in digests:
            self.path(digest).unlink(missing_ok=True)

    def digests(self) -> Iterator[str]:
        """Yield the digest of every file there is."""
        for path in self.folder.glob("??/*.dcm"):
            yield path.stem

    def _rename(self, temporary: Path, final: Path) -> None:
        if not final.parent.exists():
            final.parent.mkdir(exist_ok=True)
            sync_folder(self.folder)
        os.replace(temporary, final)
        sync_folder(final.parent)


def _write_all(descriptor: int, buffer: Buffer) -> None:
    view = memoryview(buffer)
    while view:
        view = view[os.write(descriptor, view) :]
