"""Rejection Notes: Key Object Selection Documents that say which objects are rejected, and why.

IHE Imaging Object Change Management (RAD-66); PS3.3 A.35.4, PS3.16 TID 2010, CID 7010.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import UID, KeyObjectSelectionDocumentStorage, generate_uid

from simulator.archive.attributes import KEEP, text
from simulator.archive.fixup.plan import Stored
from simulator.errors import UsageError

QUALITY, SAFETY, WORKLIST, EXPIRED = "113001", "113037", "113038", "113039"
CODES = {  # PS3.16 CID 7010
    QUALITY: "Rejected for Quality Reasons",
    SAFETY: "Rejected for Patient Safety Reasons",
    WORKLIST: "Incorrect Modality Worklist Entry",
    EXPIRED: "Data Retention Policy Expired",
}
NOTE_CLASS = str(KeyObjectSelectionDocumentStorage)
_ALIKE = (*KEEP["PATIENT"], *KEEP["STUDY"], "SpecificCharacterSet", "SyntheticData")


@dataclass(frozen=True, kw_only=True)
class Note:
    """What a Rejection Note says."""

    code: str
    references: tuple[tuple[str, str, str], ...]  # study, series, instance


def checked_code(code: object) -> str:
    """Return a code that IOCM knows; raises UsageError for another."""
    if not isinstance(code, str) or code not in CODES:
        known = ", ".join(f"{key} ({words})" for key, words in CODES.items())
        raise UsageError(f"'{str(code)[:20]}' is no code of rejection.", f"There are: {known}.")
    return code


def make(
    code: str, targets: Sequence[Stored], header: Dataset, now: datetime, comment: str
) -> Dataset:
    """Return a Rejection Note about objects of one study; `header` is one of them."""
    ds = Dataset()
    for keyword in _ALIKE:
        if keyword in header:
            ds[keyword] = header[keyword]
    seed = [code, *(one.location.digest for one in targets)]  # the same in preview and act
    ds.SOPClassUID, ds.SOPInstanceUID = NOTE_CLASS, generate_uid(entropy_srcs=[*seed, "note"])
    ds.SeriesInstanceUID = generate_uid(entropy_srcs=[*seed, "series"])
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "KO", 9000, 1
    ds.Manufacturer, ds.SeriesDescription = "PACS Lab", "Rejection Note"
    ds.ReferencedPerformedProcedureStepSequence = DicomSequence()
    ds.ContentDate, ds.ContentTime = now.strftime("%Y%m%d"), now.strftime("%H%M%S")
    ds.ValueType, ds.ContinuityOfContent = "CONTAINER", "SEPARATE"
    ds.ConceptNameCodeSequence = DicomSequence([_code(code, CODES[code])])
    template = Dataset()
    template.MappingResource, template.TemplateIdentifier = "DCMR", "2010"
    ds.ContentTemplateSequence = DicomSequence([template])
    ds.CurrentRequestedProcedureEvidenceSequence = DicomSequence(_evidence(targets))
    said = [_description(comment)] if comment else []
    ds.ContentSequence = DicomSequence([*said, *map(_content, targets)])
    return ds


def read(ds: Dataset) -> Note | None:
    """Return what a Key Object Selection Document rejects; None if it rejects nothing."""
    title = next(iter(ds.get("ConceptNameCodeSequence") or []), Dataset())
    code = text(title, "CodeValue")
    if code not in CODES or text(title, "CodingSchemeDesignator") != "DCM":
        return None
    return Note(code=code, references=tuple(_references(ds)))


def _references(ds: Dataset) -> Iterator[tuple[str, str, str]]:
    for study in ds.get("CurrentRequestedProcedureEvidenceSequence") or []:
        for series in study.get("ReferencedSeriesSequence") or []:
            for item in series.get("ReferencedSOPSequence") or []:
                yield (
                    text(study, "StudyInstanceUID"), text(series, "SeriesInstanceUID"),
                    text(item, "ReferencedSOPInstanceUID"),
                )  # fmt: skip


def _code(value: str, meaning: str) -> Dataset:
    ds = Dataset()
    ds.CodeValue, ds.CodingSchemeDesignator, ds.CodeMeaning = value, "DCM", meaning
    return ds


def _evidence(targets: Sequence[Stored]) -> list[Dataset]:
    study, found = Dataset(), dict[str, Dataset]()
    study.StudyInstanceUID = targets[0].location.study_uid
    for one in targets:
        uid = one.location.series_uid
        if uid not in found:
            found[uid] = Dataset()
            found[uid].SeriesInstanceUID = uid
            found[uid].ReferencedSOPSequence = DicomSequence()
        found[uid].ReferencedSOPSequence.append(_reference(one))
    study.ReferencedSeriesSequence = DicomSequence(list(found.values()))
    return [study]


def _reference(one: Stored) -> Dataset:
    ds = Dataset()
    ds.ReferencedSOPClassUID = one.location.sop_class
    ds.ReferencedSOPInstanceUID = one.location.sop_uid
    return ds


def _content(one: Stored) -> Dataset:
    ds = Dataset()
    ds.RelationshipType, ds.ReferencedSOPSequence = "CONTAINS", DicomSequence([_reference(one)])
    ds.ValueType = "IMAGE" if _is_image(one.location.sop_class) else "COMPOSITE"
    return ds


def _is_image(sop_class: str) -> bool:
    return "Image Storage" in UID(sop_class).name


def _description(comment: str) -> Dataset:
    ds = Dataset()
    ds.RelationshipType, ds.ValueType = "CONTAINS", "TEXT"
    ds.ConceptNameCodeSequence = DicomSequence([_code("113012", "Key Object Description")])
    ds.TextValue = comment
    return ds
