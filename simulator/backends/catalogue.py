"""A foreign archive's contents, asked for over DICOM alone: C-FIND for the lists, C-GET for pixels.

Rows have the keys that our own archive's have, so that panels and commands need not know whom they
ask; what C-FIND does not tell (who sent it, how many bytes) is empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)
from pynetdicom.presentation import (
    PresentationContext,
    StoragePresentationContexts,
    build_context,
)

from simulator.errors import CannotError, NoAnswerError, RefusedError
from simulator.imaging.part10 import prologue
from simulator.network import dimse, scu
from simulator.network.associate import Caller, Peer
from simulator.network.association import Message

_STUDY = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyDate",
    "StudyTime", "StudyDescription", "AccessionNumber", "ModalitiesInStudy",
    "NumberOfStudyRelatedSeries", "NumberOfStudyRelatedInstances",
)  # fmt: skip
_SERIES = ("SeriesInstanceUID", "Modality", "SeriesNumber", "SeriesDescription")
_IMAGE = ("SOPInstanceUID", "SOPClassUID", "InstanceNumber", "NumberOfFrames")
_KEYS = {  # what a list may be filtered by
    "study_uid": "StudyInstanceUID",
    "accession": "AccessionNumber",
    "patient_id": "PatientID",
    "date": "StudyDate",
}
_WILD = str.maketrans({"*": "?", "\\": "?"})  # a value is asked for as it is, not as a pattern
_MOST = 127  # storage contexts beside that of C-GET itself (PS3.8 9.3.2.2)
_SYNTAXES: list[str | UID] = [
    *(ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGBaseline8Bit, JPEGLosslessSV1),
    *(JPEGLSLossless, JPEG2000Lossless, RLELossless),
]


class Catalogue:
    """What a DICOM peer holds."""

    def __init__(self, peer: Peer, caller: Caller) -> None:
        """Ask `peer`, calling as `caller`."""
        self.peer, self.caller = peer, caller
        self._places: dict[str, tuple[str, str, str]] = {}  # instance: study, series, SOP class

    def counts(self) -> dict[str, int]:
        """Return how many patients, studies, series and instances the peer tells of."""
        rows = self.studies()
        return {
            "patients": len({row["patient_id"] for row in rows}),
            "studies": len(rows),
            "series": sum(row["series"] for row in rows),
            "instances": sum(row["instances"] for row in rows),
        }

    def studies(self, filters: dict[str, str] | None = None) -> list[Any]:
        """Return studies, newest first; filters are exact values by the names of `filterable`."""
        wanted = filters or {}
        keys = {_KEYS[name]: value.translate(_WILD) for name, value in wanted.items()}
        rows = [_study_row(ds) for ds in self._find("STUDY", _STUDY, **keys)]
        rows = [row for row in rows if all(row[name] == wanted[name] for name in wanted)]
        if wanted:  # few: what the peer does not count, we do
            rows = [row if row["instances"] else self._counted(row) for row in rows]
        rows.sort(key=lambda row: (row["date"], row["time"]), reverse=True)
        return rows

    def study(self, study_uid: str) -> dict[str, Any]:
        """Return a study with its series and instances; raises RefusedError if it is not there."""
        found = self.studies({"study_uid": study_uid})
        if not found:
            raise RefusedError("There is no such study in the archive.", "List the studies.", 404)
        return {**found[0], "tree": self._tree(study_uid), "reports": []}

    def _counted(self, row: dict[str, Any]) -> dict[str, Any]:
        """Count series and images, for a peer that leaves the Number of Related keys out."""
        tree = self._tree(row["study_uid"])
        images = sum(len(line["instances"]) for line in tree)
        kinds = sorted({line["modality"] for line in tree} - {""})
        return {**row, "series": len(tree), "instances": images, "modalities": kinds}

    def _tree(self, study_uid: str) -> list[dict[str, Any]]:
        answers = self._find("SERIES", _SERIES, StudyInstanceUID=study_uid)
        lines = [_series_row(ds) for ds in answers]
        for line in lines:
            line["instances"] = self._instances(study_uid, line["series_uid"])
        return sorted(lines, key=lambda line: _number(line["number"]))

    def _instances(self, study_uid: str, series_uid: str) -> list[dict[str, Any]]:
        keys = {"StudyInstanceUID": study_uid, "SeriesInstanceUID": series_uid}
        rows = [_image_row(ds) for ds in self._find("IMAGE", _IMAGE, **keys)]
        for row in rows:
            self._places[row["sop_uid"]] = study_uid, series_uid, row["sop_class"]
        return sorted(rows, key=lambda row: _number(row["number"]))

    def file(self, sop_uid: str) -> bytes:
        """Return one instance as a Part 10 file (C-GET); its study must have been listed."""
        if sop_uid not in self._places:
            raise RefusedError("There is no such instance.", "List its study first.", 404)
        study, series, sop_class = self._places[sop_uid]
        query = _query(
            "IMAGE", (), StudyInstanceUID=study, SeriesInstanceUID=series, SOPInstanceUID=sop_uid
        )
        came: list[bytes] = []

        def receive(message: Message) -> int:
            came.append(_part10(message))
            return dimse.SUCCESS

        with _told():
            scu.get(self.peer, query, receive, _storage(sop_class), self.caller)
        if not came:
            raise RefusedError(
                f"{self.peer} sent nothing for that instance.",
                "Does it offer C-GET to us, in a syntax we can take?",
                404,
            )
        return came[0]

    def _find(self, level: str, asked: tuple[str, ...], **keys: str) -> list[Dataset]:
        with _told():
            return list(scu.find(self.peer, _query(level, asked, **keys), self.caller))


@contextmanager
def _told() -> Iterator[None]:
    """Say that it cannot be done where nobody answers; a refusal stays a refusal."""
    try:
        yield
    except NoAnswerError as error:
        raise CannotError(error.sentence, error.remedy) from error


def _storage(sop_class: str) -> list[PresentationContext]:
    """Return what we take: every syntax apart for a known class, else the usual classes."""
    if sop_class:
        return [build_context(sop_class, [syntax]) for syntax in _SYNTAXES]
    usual = [str(context.abstract_syntax) for context in StoragePresentationContexts]
    return [build_context(uid, list(_SYNTAXES)) for uid in usual[:_MOST]]


def filterable() -> tuple[str, ...]:
    """Return what a list of studies may be filtered by."""
    return tuple(_KEYS)


def _query(level: str, asked: tuple[str, ...], **keys: str) -> Dataset:
    query = Dataset()
    query.QueryRetrieveLevel = level
    for keyword in asked:
        setattr(query, keyword, "")
    for keyword, value in keys.items():
        setattr(query, keyword, value)
    if not all(value.isascii() for value in keys.values()):
        query.SpecificCharacterSet = "ISO_IR 192"
    return query


def _part10(message: Message) -> bytes:
    command, syntax = message.command, str(message.context.transfer_syntax)
    names = str(command["AffectedSOPClassUID"]), str(command["AffectedSOPInstanceUID"])
    return prologue(*names, syntax) + message.data


def _text(ds: Dataset, keyword: str) -> str:
    return str(ds.get(keyword) or "")


def _number(text: str) -> int:
    return int(text) if text.lstrip("-").isdigit() else 0


def _study_row(ds: Dataset) -> dict[str, Any]:
    modalities = ds.get("ModalitiesInStudy") or []
    return {
        "study_uid": _text(ds, "StudyInstanceUID"),
        "patient_name": _text(ds, "PatientName"),
        "patient_id": _text(ds, "PatientID"),
        "issuer": _text(ds, "IssuerOfPatientID"),
        "birth_date": _text(ds, "PatientBirthDate"),
        "sex": _text(ds, "PatientSex"),
        "accession": _text(ds, "AccessionNumber"),
        "date": _text(ds, "StudyDate"),
        "time": _text(ds, "StudyTime"),
        "description": _text(ds, "StudyDescription"),
        "modalities": [modalities] if isinstance(modalities, str) else sorted(map(str, modalities)),
        "series": _number(_text(ds, "NumberOfStudyRelatedSeries")),
        "instances": _number(_text(ds, "NumberOfStudyRelatedInstances")),
        "bytes": 0,
        "source": "",
        "received": "",
        "order_state": "",
        "order_note": "",
    }


def _series_row(ds: Dataset) -> dict[str, Any]:
    return {
        "series_uid": _text(ds, "SeriesInstanceUID"),
        "modality": _text(ds, "Modality"),
        "number": _text(ds, "SeriesNumber"),
        "description": _text(ds, "SeriesDescription"),
        "instances": [],
    }


def _image_row(ds: Dataset) -> dict[str, Any]:
    return {
        "sop_uid": _text(ds, "SOPInstanceUID"),
        "sop_class": _text(ds, "SOPClassUID"),
        "transfer_syntax": "",
        "number": _text(ds, "InstanceNumber"),
        "frames": _text(ds, "NumberOfFrames") or "1",
        "size": 0,
        "source": "",
        "received": "",
    }
