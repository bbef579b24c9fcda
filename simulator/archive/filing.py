"""Filing one instance, however it came: C-STORE (PS3.4 B) and STOW-RS (PS3.18 10.5) both end here.

The order is fixed: the file is durable, the index has committed, then the status goes back
(PS3.4 B.2.3 lists the statuses).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydicom.dataset import Dataset
from sqlalchemy.exc import OperationalError

from simulator.archive.attributes import read_header, text
from simulator.archive.index import Filed, Index, Location
from simulator.archive.settings import Settings
from simulator.archive.store import FileStore
from simulator.clock import Clock
from simulator.journal import Journal
from simulator.network import dimse, negotiation
from simulator.network.dimse import DimseError

_UID = re.compile(r"[0-9]+(\.[0-9]+)*")


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """An instance that wants to be filed: what its sender says of it, and the data set."""

    sop_class: str
    sop_instance: str
    transfer_syntax: str
    source: str  # the AE title that sent it
    fragments: Sequence[bytes | memoryview]  # the encoded data set, without file meta information


class Filing:
    """The one way into the archive."""

    def __init__(
        self,
        index: Index,
        store: FileStore,
        settings: Settings,
        clock: Clock,
        journal: Journal,
        on_new_study: Callable[[str], None] = lambda uid: None,
    ) -> None:
        """File into `store` and `index`, by the policies of `settings`."""
        self.index, self.store, self.settings = index, store, settings
        self.clock, self.journal, self.on_new_study = clock, journal, on_new_study
        self.on_filed: Callable[[str], None] = lambda study_uid: None

    def file(self, incoming: Incoming, header: Dataset | None = None) -> int:
        """Keep one instance and return the status; raises DimseError where it is refused.

        A `header` that `checked_header` has read of it already is not read again.
        """
        header = checked_header(incoming) if header is None else header
        if self.index.has(incoming.sop_instance) and not self._replaces():
            return self._duplicate(incoming)
        return self._keep(incoming, header)

    def _keep(self, incoming: Incoming, header: Dataset) -> int:
        """Write the file, then the index, then answer."""
        meta = file_meta(
            incoming.sop_class, incoming.sop_instance, incoming.transfer_syntax, incoming.source
        )
        received = self.clock.now().isoformat(timespec="milliseconds")
        try:
            with self.store.put([meta, *incoming.fragments]) as stored:
                location = Location(
                    sop_uid=incoming.sop_instance,
                    sop_class=incoming.sop_class,
                    transfer_syntax=incoming.transfer_syntax,
                    digest=stored.digest,
                    offset=len(meta),
                    size=stored.size,
                    study_uid=text(header, "StudyInstanceUID"),
                    series_uid=text(header, "SeriesInstanceUID"),
                )
                filed = self.index.file(
                    header, location, incoming.source, received, replace=self._replaces()
                )
        except (OSError, OperationalError) as error:  # the disk of the files, or of the index
            why = getattr(error, "strerror", None) or getattr(error, "orig", error)
            raise DimseError(dimse.OUT_OF_RESOURCES, f"cannot write: {why}") from error
        if filed is Filed.DUPLICATE:  # another association was quicker
            return self._duplicate(incoming)
        if filed is Filed.NEW_STUDY:
            self.on_new_study(location.study_uid)
        self.on_filed(location.study_uid)
        return dimse.SUCCESS

    def _duplicate(self, incoming: Incoming) -> int:
        """Answer a second copy of a SOP Instance UID by the policy in force."""
        if self.settings["store.duplicates"] == "refuse":
            raise DimseError(dimse.DUPLICATE_INSTANCE, "the SOP instance is stored already")
        self.journal.write(
            "store.duplicate",
            f"{incoming.source} sent an instance again; the first copy was kept",
            calling=incoming.source,
            sop_instance=incoming.sop_instance,
        )
        return dimse.SUCCESS

    def _replaces(self) -> bool:
        return bool(self.settings["store.duplicates"] == "replace")


def checked_header(incoming: Incoming) -> Dataset:
    """Read what the index needs; refuse what cannot be filed."""
    if not is_uid(incoming.sop_instance):
        raise DimseError(dimse.INVALID_INSTANCE, "the SOP Instance UID is not a valid UID")
    try:
        header = read_header(incoming.fragments, incoming.transfer_syntax)
        uids = {k: text(header, k) for k in ("StudyInstanceUID", "SeriesInstanceUID")}
        text(header, "PatientName")
    except (Exception, RecursionError) as error:  # anything may come over the wire
        raise DimseError(dimse.CANNOT_UNDERSTAND, f"cannot parse: {error}") from error
    for keyword, uid in uids.items():
        if not is_uid(uid):
            raise DimseError(
                dimse.DATASET_DOES_NOT_MATCH_CLASS, f"{keyword} is missing or not a valid UID"
            )
    for keyword, said in (
        ("SOPClassUID", incoming.sop_class),
        ("SOPInstanceUID", incoming.sop_instance),
    ):
        if text(header, keyword) != said:
            raise DimseError(
                dimse.DATASET_DOES_NOT_MATCH_CLASS, f"{keyword} differs from the command's"
            )
    return header


def is_uid(text: str) -> bool:
    """Return whether this is a UID: digits and dots, at most 64 (PS3.5 9.1)."""
    return 0 < len(text) <= 64 and bool(_UID.fullmatch(text))


def file_meta(sop_class: str, sop_instance: str, transfer_syntax: str, source: str) -> bytes:
    """Return preamble (zeroed) and file meta information of a Part 10 file (PS3.10 7.1)."""
    elements = (
        (0x0001, b"OB", b"\0\1"),
        (0x0002, b"UI", sop_class.encode()),
        (0x0003, b"UI", sop_instance.encode()),
        (0x0010, b"UI", transfer_syntax.encode()),
        (0x0012, b"UI", negotiation.IMPLEMENTATION_UID.encode()),
        (0x0013, b"SH", negotiation.IMPLEMENTATION_VERSION.encode()),
        (0x0016, b"AE", source.encode("ascii", "replace")),
    )
    body = b"".join(_meta_element(*element) for element in elements)
    length = _meta_element(0x0000, b"UL", struct.pack("<I", len(body)))
    return bytes(128) + b"DICM" + length + body


def _meta_element(number: int, vr: bytes, value: bytes) -> bytes:
    """Encode an element of group 0002 in Explicit VR Little Endian."""
    value += (b" " if vr in (b"SH", b"AE") else b"\0") * (len(value) % 2)
    size = struct.pack("<HI", 0, len(value)) if vr == b"OB" else struct.pack("<H", len(value))
    return struct.pack("<HH2s", 0x0002, number, vr) + size + value
