"""A file of the store read back as what was once received: for filing it again."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pydicom.filereader import read_dataset

from simulator.archive.incoming import Incoming
from simulator.archive.index import Location
from simulator.network.dimse import CANNOT_UNDERSTAND, DimseError


@dataclass(frozen=True, kw_only=True)
class ArchivedFile:
    """A Part 10 file: what it holds, and where it would be in the index."""

    incoming: Incoming
    location: Location  # without its study and series

    def locate(self, study_uid: str, series_uid: str) -> Location:
        """Return its place in the index."""
        return Location(**{**vars(self.location), "study_uid": study_uid, "series_uid": series_uid})

    @staticmethod
    def bare(data: bytes) -> Incoming:
        """Return bytes of the store that are no instance."""
        return Incoming(
            sop_class="", sop_instance="", transfer_syntax="1.2.840.10008.1.2.1",
            source="the store", fragments=[data],
        )  # fmt: skip


def read_file(data: bytes, digest: str) -> ArchivedFile:
    """Read preamble and file meta information (PS3.10 7.1); raises DimseError where it is none."""
    if data[128:132] != b"DICM":
        raise DimseError(CANNOT_UNDERSTAND, "it is no Part 10 file")
    file = BytesIO(data)
    file.seek(132)
    try:
        meta: Any = read_dataset(file, False, True, stop_when=lambda tag, vr, n: tag >> 16 != 2)
        sop_class, sop_uid = str(meta.MediaStorageSOPClassUID), str(meta.MediaStorageSOPInstanceUID)
        syntax = str(meta.TransferSyntaxUID)
        source = str(meta.get("SourceApplicationEntityTitle") or "")
    except (Exception, RecursionError) as error:  # a disk may return anything
        raise DimseError(CANNOT_UNDERSTAND, f"no file meta information: {error}") from error
    offset = file.tell()
    incoming = Incoming(
        sop_class=sop_class, sop_instance=sop_uid, transfer_syntax=syntax, source=source,
        fragments=[memoryview(data)[offset:]],
    )  # fmt: skip
    location = Location(
        sop_uid=sop_uid, sop_class=sop_class, transfer_syntax=syntax, digest=digest,
        offset=offset, size=len(data), study_uid="", series_uid="",
    )  # fmt: skip
    return ArchivedFile(incoming=incoming, location=location)
