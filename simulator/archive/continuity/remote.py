"""Another archive as a migration sees it: what it lists, and what it really holds.

Counts that an archive tells are not believed: every instance is asked for by its UID.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import (
    JPEG2000,
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)
from pynetdicom.presentation import PresentationContext, build_context

from simulator.archive.attributes import text
from simulator.network import scu
from simulator.network.associate import Caller, Peer, associate, plain_context
from simulator.network.association import Association, Message

_FIND = str(scu.MODELS["study", "find"])
_STUDY = ("StudyInstanceUID", "StudyDate", "PatientID", "AccessionNumber",
          "NumberOfStudyRelatedInstances")  # fmt: skip
_PLAIN: tuple[UID, ...] = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
_PACKED: tuple[UID, ...] = (
    JPEGBaseline8Bit, JPEGLosslessSV1, JPEGLSLossless, JPEG2000Lossless, JPEG2000, RLELossless,
    ExplicitVRBigEndian,
)  # fmt: skip
_MOST = 120  # storage contexts beside that of C-GET itself (PS3.8 9.3.2.2)


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One study as an archive lists it."""

    study_uid: str
    study_date: str
    patient_id: str
    accession: str
    said: int  # Number of Study Related Instances; 0 where it is not told


class Remote:
    """An archive that is asked over DICOM."""

    def __init__(self, peer: Peer, caller: Caller) -> None:
        """Ask `peer`, calling as `caller`."""
        self.peer, self.caller = peer, caller
        self._open: Association | None = None

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Keep one association open for the queries of a block."""
        with associate(self.peer, [plain_context(_FIND)], self.caller) as association:
            self._open = association
            try:
                yield
            finally:
                self._open = None

    def studies(self, date: str = "") -> list[Listed]:
        """List studies of a date or range, or all; raises NetworkError."""
        found = (_listed(ds) for ds in self._find("STUDY", _STUDY, StudyDate=date))
        return [one for one in found if one.study_uid]

    def instances(self, study_uid: str) -> dict[str, str]:
        """Return a study's instances: SOP Instance UID, and SOP class ('' if it is not told)."""
        found: dict[str, str] = {}
        of = {"StudyInstanceUID": study_uid}
        for series in self._find("SERIES", ("SeriesInstanceUID",), **of):
            uid = text(series, "SeriesInstanceUID")
            asked = ("SOPInstanceUID", "SOPClassUID")
            for ds in self._find("IMAGE", asked, **of, SeriesInstanceUID=uid):
                found[text(ds, "SOPInstanceUID")] = text(ds, "SOPClassUID")
        return found

    def get(
        self, study_uid: str, classes: Sequence[str], receive: Callable[[Message], int]
    ) -> scu.Retrieved:
        """Fetch a study with C-GET; `receive` gets each instance and returns its status."""
        caller = replace(self.caller, dimse_timeout=120.0)
        return scu.get(self.peer, _query(study_uid), receive, contexts(classes), caller)

    def move(self, study_uid: str, destination: str) -> scu.Retrieved:
        """Have a study sent to the AE title `destination` (C-MOVE)."""
        caller = replace(self.caller, dimse_timeout=120.0)
        return scu.move(self.peer, _query(study_uid), destination, caller)

    def _find(self, level: str, asked: tuple[str, ...], **keys: str) -> list[Dataset]:
        query = Dataset()
        query.QueryRetrieveLevel = level
        for keyword in asked:
            setattr(query, keyword, "")
        for keyword, value in keys.items():
            setattr(query, keyword, value)
        if self._open is not None:
            return list(scu.find_on(self._open, query, _FIND))
        return list(scu.find(self.peer, query, self.caller))


def contexts(classes: Sequence[str]) -> list[PresentationContext]:
    """Propose each class in each syntax apart, so that nothing is converted on its way."""
    known = sorted({uid for uid in classes if uid})
    if len(known) * (len(_PACKED) + 2) <= _MOST:
        return [build_context(uid, [x]) for uid in known for x in (*_PLAIN, *_PACKED)]
    packed: list[Any] = list(_PACKED)
    made = [build_context(uid, [x]) for uid in known for x in _PLAIN]
    return [*made, *(build_context(uid, packed) for uid in known)][:_MOST]


def _query(study_uid: str) -> Dataset:
    query = Dataset()
    query.QueryRetrieveLevel, query.StudyInstanceUID = "STUDY", study_uid
    return query


def _listed(ds: Dataset) -> Listed:
    said = text(ds, "NumberOfStudyRelatedInstances")
    return Listed(
        study_uid=text(ds, "StudyInstanceUID")[:64], study_date=text(ds, "StudyDate")[:8],
        patient_id=text(ds, "PatientID")[:64], accession=text(ds, "AccessionNumber")[:64],
        said=int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0,
    )  # fmt: skip
