"""A CD as it was copied: its DICOMDIR, and the files that this names (PS3.10 8, PS3.3 F).

Whoever wrote a CD could write anything into it. A file ID is taken apart into names, each of which
must be a plain one; what leads out of the medium, or through a link, is never opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydicom import dcmread
from pydicom.multival import MultiValue

from simulator.errors import UsageError

DIRECTORY = "DICOMDIR"
FILE_CAP = 1 << 31  # bytes of one file
_MOST_PARTS = 8  # PS3.10 8.2


@dataclass(frozen=True, kw_only=True)
class Named:
    """A file that a DICOMDIR names."""

    file_id: str  # its names with '/' between them
    path: Path | None  # None: it cannot be opened
    why: str = ""


def read(folder: Path) -> list[Named]:
    """Return what the DICOMDIR names, each file once; raises UsageError where there is none."""
    root = _found(folder, DIRECTORY)
    if root is None:
        raise UsageError("The medium has no DICOMDIR.", "Import its files with --all-files.")
    try:
        records: Any = dcmread(root).DirectoryRecordSequence
        ids = [_parts(r.ReferencedFileID) for r in records if r.get("ReferencedFileID")]
    except Exception as error:  # anything may stand there
        raise UsageError(
            f"The DICOMDIR cannot be read: {error}.", "Import the files with --all-files."
        ) from error
    return [_named(folder, parts) for parts in dict.fromkeys(ids)]


def every_file(folder: Path) -> list[Named]:
    """Return all files of the medium but its DICOMDIR, for a medium that has no good one."""
    paths = (path for path in sorted(folder.rglob("*")) if path.name.upper() != DIRECTORY)
    return [_named(folder, path.relative_to(folder).parts) for path in paths if not path.is_dir()]


def unnamed(folder: Path, named: list[Named]) -> int:
    """Return how many files stand beside those that the DICOMDIR names."""
    known = {one.path for one in named}
    return sum(one.path not in known for one in every_file(folder))


def _parts(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, (MultiValue, list)) else (str(value),)


def _named(folder: Path, parts: tuple[str, ...]) -> Named:
    file_id = "/".join(parts)[:200]
    if not all(_is_plain(part) for part in parts) or len(parts) > _MOST_PARTS + 8:
        return Named(file_id=file_id, path=None, why="its file ID leads out of the medium")
    path = _found(folder, *parts)
    if path is None:
        return Named(file_id=file_id, path=None, why="there is no such file")
    if path.is_symlink() or folder.resolve() not in path.resolve().parents:
        return Named(file_id=file_id, path=None, why="it is a link")
    if not path.is_file() or path.stat().st_size > FILE_CAP:
        return Named(file_id=file_id, path=None, why="it is no file, or too large")
    return Named(file_id=file_id, path=path)


def _is_plain(part: str) -> bool:
    fine = part.isprintable() and not set(part) & set('/\\:*?"<>|')
    return fine and 0 < len(part) <= 255 and part.strip(" .") != ""


def _found(folder: Path, *parts: str) -> Path | None:
    """Return a file's place; copies of a CD often have small letters, where names have capitals."""
    place = folder
    for part in parts:
        choices = (part, part.lower(), part.upper(), f"{part};1")
        place = next((place / one for one in choices if (place / one).exists()), place / part)
        if not place.exists() and not place.is_symlink():
            return None
    return place
