"""A file-set for media: names of eight characters and a DICOMDIR (PS3.10 8, PS3.3 Annex F)."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from pydicom import config, dcmread
from pydicom.dataset import FileDataset
from pydicom.errors import InvalidDicomError
from pydicom.fileset import FileSet
from pydicom.uid import UID

from simulator.imaging.uids import make_uid
from simulator.recipes.manifest import Entry

DIRECTORY = "DICOMDIR"
FILE_SET_ID = "PACSLAB"


def arrange(folder: Path, entries: list[Entry]) -> list[Entry]:
    """Rename the files of a data set for media, and write the DICOMDIR; returns the new names.

    What no directory record can point to (spoiled on purpose) keeps its name and is left out.
    """
    with config.disable_value_validation():  # spoiled values are meant
        return _arranged(folder, entries)


def _arranged(folder: Path, entries: list[Entry]) -> list[Entry]:
    media = FileSet()
    media.ID, media.UID = FILE_SET_ID, UID(make_uid("file-set", *(e.sha256 for e in entries)))
    named: dict[str, str] = {}  # SOP instance: our file
    for entry in entries:
        ds = _header(folder / entry.file)
        if ds is not None and str(ds.SOPInstanceUID) not in named and _added(media, ds):
            named[str(ds.SOPInstanceUID)] = entry.file
    moved = _write(media, folder, named)
    media._stage["t"].cleanup()  # its scratch folder; pydicom leaves that to the collector
    return [
        Entry(file=moved.get(entry.file, entry.file), sha256=entry.sha256, content=entry.content)
        for entry in entries
    ]


def _header(path: Path) -> FileDataset | None:
    """Return what a directory record is made of; None if the file is no Part 10 file."""
    try:
        ds = dcmread(path, stop_before_pixels=True)
    except (InvalidDicomError, EOFError):
        return None
    meta, uid = ds.file_meta, str(ds.get("SOPInstanceUID", ""))
    return ds if uid and uid == str(meta.get("MediaStorageSOPInstanceUID", "")) else None


def _added(media: FileSet, ds: FileDataset) -> bool:
    try:
        media.add(ds)  # the header alone: pixels stay where they are
    except (ValueError, AttributeError, KeyError):  # an element that records need is missing
        return False
    return True


def _write(media: FileSet, folder: Path, named: dict[str, str]) -> dict[str, str]:
    """Write the DICOMDIR and move the files to the places it names: old name to new name."""
    moved = {}
    with tempfile.TemporaryDirectory() as scratch:
        media.write(scratch)
        shutil.copyfile(Path(scratch) / DIRECTORY, folder / DIRECTORY)
        for instance in media:
            old = named[str(instance.SOPInstanceUID)]
            new = Path(*instance.ReferencedFileID).as_posix()
            (folder / new).parent.mkdir(parents=True, exist_ok=True)
            (folder / old).replace(folder / new)
            _prune((folder / old).parent, folder)
            moved[old] = new
    return moved


def _prune(place: Path, folder: Path) -> None:
    """Remove folders that have become empty."""
    while place != folder and not any(place.iterdir()):
        place.rmdir()
        place = place.parent
