"""What a device or workstation receives: instances, hash-named, with one line each in a list."""

from __future__ import annotations

import hashlib
import threading
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)
from pynetdicom.presentation import (
    AllStoragePresentationContexts,
    PresentationContext,
    build_context,
)
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from simulator.clock import Clock
from simulator.fleet.lines import append_line, read_lines
from simulator.imaging.part10 import prologue
from simulator.network import dimse
from simulator.network.dimse import DimseError, Request

SYNTAXES: list[str | UID] = [
    ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGLosslessSV1, JPEGLossless, RLELossless,
    JPEG2000Lossless, JPEGLSLossless, JPEGBaseline8Bit,
]  # fmt: skip
_STUDY = 0x0020000D  # Study Instance UID: nothing behind it is needed


@lru_cache(maxsize=1)
def contexts() -> tuple[PresentationContext, ...]:
    """Return what a receiver takes: verification, and storage of everything."""
    classes = [str(context.abstract_syntax) for context in AllStoragePresentationContexts]
    storage = [build_context(sop_class, SYNTAXES) for sop_class in classes]
    return (build_context(Verification, SYNTAXES[:2]), *storage)


class Inbox:
    """Keeps what was received in one folder."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Keep files in `folder`, going on with what is there."""
        self.folder, self.clock = folder, clock
        self._lock = threading.Lock()
        self._rows: dict[str, dict[str, Any]] = {}
        self.reload()

    def reload(self) -> None:
        """Read the list again, e.g. after a restore."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._lock:
            rows = read_lines(self.folder / "received.jsonl")
            self._rows = {row["file"]: row for row in rows if (self.folder / row["file"]).exists()}

    def store(self, request: Request) -> int:
        """Keep one instance (C-STORE, PS3.4 Annex B)."""
        return self.keep(
            request.sop_class, request.sop_instance, request.context.transfer_syntax,
            request.data, request.calling,
        )  # fmt: skip

    def keep(self, sop_class: str, uid: str, syntax: str, data: bytes, calling: str) -> int:
        """Keep one instance that `calling` has sent; raises DimseError where it is no good."""
        if not uid:
            raise DimseError(dimse.INVALID_INSTANCE, "the Affected SOP Instance UID is missing")
        head = _head(data, syntax)
        file = hashlib.sha256(uid.encode("ascii", "replace")).hexdigest() + ".dcm"
        row = {
            "study_uid": str(head.get("StudyInstanceUID") or ""),
            "sop_instance_uid": uid,
            "sop_class_uid": sop_class,
            "patient_id": str(head.get("PatientID") or ""),
            "accession": str(head.get("AccessionNumber") or ""),
            "calling": calling,
            "received": self.clock.now().isoformat(timespec="seconds"),
            "file": file,
        }
        (self.folder / file).write_bytes(prologue(sop_class, uid, syntax) + data)
        with self._lock:
            self._rows[file] = row
            append_line(self.folder / "received.jsonl", row)
        return dimse.SUCCESS

    def received(self, study_uid: str = "") -> list[dict[str, Any]]:
        """Return one row for each instance received."""
        with self._lock:
            rows = list(self._rows.values())
        return [row for row in rows if study_uid in ("", row["study_uid"])]

    def studies(self) -> list[dict[str, Any]]:
        """Return one row for each study: its number of instances, who sent it, when."""
        found: dict[str, dict[str, Any]] = {}
        for row in self.received():
            study = found.setdefault(row["study_uid"], {**row, "instances": 0})
            study["instances"] += 1
            study["received"] = row["received"]
        wanted = ("study_uid", "patient_id", "accession", "instances", "calling", "received")
        return [{key: study[key] for key in wanted} for study in found.values()]


def _head(data: bytes, syntax: str) -> Dataset:
    """Read an instance up to its study; raises DimseError where that is not possible."""
    uid = UID(syntax)
    try:
        return read_dataset(
            BytesIO(data),
            uid.is_implicit_VR,
            uid.is_little_endian,
            stop_when=lambda tag, vr, length: tag > _STUDY,
        )
    except Exception as error:  # anything at all may come over the wire
        raise DimseError(dimse.CANNOT_UNDERSTAND, f"cannot parse the data set: {error}") from error
