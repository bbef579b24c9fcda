"""What a search gives back (PS3.18 10.6.3.3, Tables 10.6.3-3 to 10.6.3-5)."""

from __future__ import annotations

from collections.abc import Iterable

from pydicom.dataset import Dataset

from simulator.archive.attributes import KEEP
from simulator.archive.query import COMPUTED

PATIENT = ("PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex")
ALWAYS: dict[str, tuple[str, ...]] = {
    "STUDY": (
        *("StudyDate", "StudyTime", "AccessionNumber", "ModalitiesInStudy"),
        *("ReferringPhysicianName", *PATIENT, "StudyInstanceUID", "StudyID", "StudyDescription"),
        *("NumberOfStudyRelatedSeries", "NumberOfStudyRelatedInstances"),
    ),
    "SERIES": (
        *("Modality", "SeriesDescription", "SeriesInstanceUID", "SeriesNumber"),
        *("NumberOfSeriesRelatedInstances", "PerformedProcedureStepStartDate"),
        *("PerformedProcedureStepStartTime", "RequestAttributesSequence"),
    ),
    "IMAGE": (
        *("SOPClassUID", "SOPInstanceUID", "InstanceNumber", "Rows", "Columns"),
        *("BitsAllocated", "NumberOfFrames"),
    ),
}
_IF_THERE = {
    *("IssuerOfPatientID", "StudyDescription", "Rows", "Columns", "BitsAllocated"),
    *("NumberOfFrames", "PerformedProcedureStepStartDate", "PerformedProcedureStepStartTime"),
    *("RequestAttributesSequence", "SeriesDescription"),
}
_OF_PATIENT = set(KEEP["PATIENT"])


def wanted(levels: Iterable[str], everything: bool) -> list[str]:
    """Return the keywords that are given back at these levels without being asked for."""
    found = [keyword for level in levels for keyword in ALWAYS[level]]
    if everything:
        for level in levels:
            found += [*KEEP["PATIENT"]] if level == "STUDY" else []
            found += [*KEEP[level], *(name for name, at in COMPUTED.items() if at == level)]
    return list(dict.fromkeys(found))


def belongs(keyword: str, levels: Iterable[str]) -> bool:
    """Return whether a search at these levels can give this attribute back."""
    return any(
        keyword in KEEP[level]
        or COMPUTED.get(keyword) == level
        or (level == "STUDY" and keyword in _OF_PATIENT)
        for level in levels
    )


def tidy(answer: Dataset, asked: set[str]) -> None:
    """Take out what is empty and nobody asked for, where the tables say 'if known'."""
    for element in list(answer):
        if element.keyword in _IF_THERE - asked and element.is_empty:
            del answer[element.tag]
    if "QueryRetrieveLevel" in answer:
        del answer.QueryRetrieveLevel
