"""A file-set for a patient or another hospital: file IDs of eight characters, and a DICOMDIR.

Images are written uncompressed, as the General Purpose CD profile wants it (PS3.11 D); what cannot
be, stays as it is stored and is named. A directory record needs a few values that an object may
lack (PS3.3 F.5): they are invented in the DICOMDIR only, and named too.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from pydicom import config, dcmread
from pydicom.dataset import Dataset
from pydicom.fileset import FileSet
from pydicom.uid import ExplicitVRLittleEndian

from simulator.archive.archived_file import read_file
from simulator.archive.filing import file_meta
from simulator.archive.index import Location
from simulator.archive.retrieve import transcode
from simulator.archive.store import FileStore
from simulator.errors import CannotError

FILE_SET_ID = "PACSLAB"
_INVENTED = {  # what directory records need, and what stands there where an object lacks it
    "PatientID": "UNKNOWN", "StudyDate": "19000101", "StudyTime": "000000", "StudyID": "1",
    "Modality": "OT", "SeriesNumber": "0", "InstanceNumber": "0", "AccessionNumber": "",
}  # fmt: skip
_MAY_BE_EMPTY = {"AccessionNumber"}


@dataclass(kw_only=True)
class Exported:
    """What a file-set holds."""

    studies: int = 0
    files: int = 0
    bytes: int = 0
    left_out: list[dict[str, str]] = field(default_factory=list)
    compressed: list[str] = field(default_factory=list)  # instances that stayed as stored
    invented: dict[str, int] = field(default_factory=dict)  # keyword: records it was invented for

    def facts(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {**vars(self), "ok": not self.left_out}


def export(store: FileStore, locations: list[Location], to: Path) -> Exported:
    """Write the file-set of these instances as a ZIP file; raises CannotError."""
    made = Exported(studies=len({location.study_uid for location in locations}))
    media = FileSet()
    media.ID = FILE_SET_ID
    with config.disable_value_validation(), tempfile.TemporaryDirectory(prefix="pacslab-") as place:
        scratch = Path(place)
        contents = dict(_added(media, store, locations, made, scratch))
        (scratch / "set").mkdir()
        media.write(scratch / "set")
        media._stage["t"].cleanup()  # its own scratch folder, which pydicom leaves to the collector
        try:
            _zip(media, scratch, contents, to, made)
        except OSError as error:
            raise CannotError(f"The file-set cannot be written: {error}.") from error
    return made


def _added(
    media: FileSet, store: FileStore, locations: list[Location], made: Exported, scratch: Path
) -> Iterator[tuple[str, Path]]:
    """Add each instance's records; yield where its content waits."""
    for number, location in enumerate(locations):
        try:
            data = _content(store, location, made)
            media.add(_record(data, made))
        except Exception as error:  # what a careless device wrote may fit into no record
            why = f"{type(error).__name__}: {error}"
            made.left_out.append({"sop_uid": location.sop_uid, "why": why})
            continue
        path = scratch / str(number)
        path.write_bytes(data)
        yield location.sop_uid, path


def _content(store: FileStore, location: Location, made: Exported) -> bytes:
    """Return a Part 10 file, uncompressed where that can be."""
    data = store.read(location.digest)
    if location.transfer_syntax == ExplicitVRLittleEndian:
        return data
    try:
        plain = transcode(data, ExplicitVRLittleEndian)
    except CannotError:
        made.compressed.append(location.sop_uid)
        return data
    source = read_file(data, location.digest).incoming.source
    meta = file_meta(location.sop_class, location.sop_uid, str(ExplicitVRLittleEndian), source)
    return meta + plain


def _record(data: bytes, made: Exported) -> Dataset:
    """Return what the directory records are made of: the header, with what these need."""
    ds = dcmread(BytesIO(data), stop_before_pixels=True)
    for keyword, value in _INVENTED.items():
        lacks = keyword not in ds or (not ds.get(keyword) and keyword not in _MAY_BE_EMPTY)
        if lacks and ds.get(keyword) != 0:
            setattr(ds, keyword, value)
            made.invented[keyword] = made.invented.get(keyword, 0) + 1
    return ds


def _zip(
    media: FileSet, scratch: Path, contents: dict[str, Path], to: Path, made: Exported
) -> None:
    part = to.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
        archive.write(scratch / "set" / "DICOMDIR", "DICOMDIR")
        for instance in media:
            path = contents[str(instance.SOPInstanceUID)]
            archive.write(path, "/".join(instance.ReferencedFileID))
            made.files += 1
            made.bytes += path.stat().st_size
    part.replace(to)
