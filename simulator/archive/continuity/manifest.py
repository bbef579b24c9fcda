"""What a backup says of itself: its schema, its counts, and the SHA-256 of everything in it."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path, PurePosixPath
from typing import Any

from simulator.errors import CannotError, RefusedError
from simulator.files import read_json, write_json

FORMAT = 1
NAME = "manifest.json"
FILES = "files.sha256"  # as sha256sum writes it: 'sha256sum -c' works in the vault's folder


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """One backup."""

    name: str
    taken: str  # hospital time, ISO 8601
    by: str
    revision: str  # of the index's tables
    index: str  # name of the saved index
    counts: dict[str, int]
    files: int
    bytes: int  # of all files together
    copied: int  # files that were not in the vault before
    members: dict[str, str]  # path within the backup: SHA-256
    lacking: dict[str, str] = field(default_factory=dict)  # digest: why it could not be copied
    format: int = FORMAT

    @property
    def complete(self) -> bool:
        """Whether every row's file is in it."""
        return not self.lacking

    def facts(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return asdict(self)


def write(manifest: Manifest, folder: Path) -> None:
    """Write it into the backup's folder: last of all, for without it there is no backup."""
    write_json(folder / NAME, manifest.facts())


def read(folder: Path) -> Manifest:
    """Read it; raises CannotError where there is none, RefusedError where it is no manifest."""
    path = folder / NAME
    facts = read_json(path, "manifest of a backup")
    try:
        if facts["format"] != FORMAT:
            raise RefusedError(
                f"{path} is of format {facts['format']}, and this PACS Lab reads {FORMAT}.",
                "Restore it with the version that wrote it.", 409,
            )  # fmt: skip
        known = {item.name for item in fields(Manifest)}
        made = Manifest(**{key: value for key, value in facts.items() if key in known})
        for member in made.members:
            inside(folder, member)
    except (KeyError, TypeError, AttributeError) as error:
        raise RefusedError(f"{path} is no manifest of a backup: {error}.", "", 409) from error
    return made


def inside(folder: Path, member: str) -> Path:
    """Return where a member is; raises RefusedError for a path that leads elsewhere."""
    parts = PurePosixPath(member).parts
    if not parts or member.startswith("/") or ".." in parts or "\\" in member or ":" in member:
        raise RefusedError(f"The manifest names '{member[:80]}', which is no file of it.", "", 409)
    return folder.joinpath(*parts)


def write_list(path: Path, digests: list[str]) -> None:
    """List the files of a backup with their digests."""
    lines = (f"{digest}  files/{digest[:2]}/{digest}.dcm\n" for digest in sorted(digests))
    path.write_text("".join(lines), "ascii")


def read_list(path: Path) -> list[str]:
    """Return the digests that a backup lists; raises CannotError where it cannot be read."""
    try:
        return [line.split()[0] for line in path.read_text("ascii").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise CannotError(f"{path} cannot be read: {error}.") from error


def sha256(path: Path) -> str:
    """Return the digest of a file's content; '' where it cannot be read."""
    sha = hashlib.sha256()
    try:
        with path.open("rb", buffering=0) as handle:
            while block := handle.read(1 << 20):
                sha.update(block)
    except OSError:
        return ""
    return sha.hexdigest()
