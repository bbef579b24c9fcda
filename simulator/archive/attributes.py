"""Which attributes the index keeps at each level, and how they are read and kept.

The keys are those of PS3.4 C.6.1 and C.6.2 (required and unique keys first), with the optional
ones that clients really ask for.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.multival import MultiValue
from pydicom.uid import UID

from simulator.network.dimse import encode_dataset

EXPLICIT = "1.2.840.10008.1.2.1"
LEVELS = ("PATIENT", "STUDY", "SERIES", "IMAGE")
KEEP: dict[str, tuple[str, ...]] = {
    "PATIENT": (
        "PatientID",
        "PatientName",
        "IssuerOfPatientID",
        "PatientBirthDate",
        "PatientBirthTime",
        "PatientSex",
        "OtherPatientIDs",
        "EthnicGroup",
        "PatientComments",
    ),
    "STUDY": (
        "StudyInstanceUID",
        "StudyDate",
        "StudyTime",
        "AccessionNumber",
        "StudyID",
        "StudyDescription",
        "ReferringPhysicianName",
        "NameOfPhysiciansReadingStudy",
        "ProcedureCodeSequence",
        "AdmittingDiagnosesDescription",
        "PatientAge",
        "PatientSize",
        "PatientWeight",
        "Occupation",
        "AdditionalPatientHistory",
    ),
    "SERIES": (
        "SeriesInstanceUID",
        "Modality",
        "SeriesNumber",
        "SeriesDescription",
        "SeriesDate",
        "SeriesTime",
        "BodyPartExamined",
        "Laterality",
        "ProtocolName",
        "PatientPosition",
        "PerformingPhysicianName",
        "OperatorsName",
        "StationName",
        "InstitutionName",
        "InstitutionalDepartmentName",
        "Manufacturer",
        "ManufacturerModelName",
        "PerformedProcedureStepID",
        "PerformedProcedureStepStartDate",
        "PerformedProcedureStepStartTime",
        "RequestAttributesSequence",
    ),
    "IMAGE": (
        "SOPInstanceUID",
        "SOPClassUID",
        "InstanceNumber",
        "ImageType",
        "ContentDate",
        "ContentTime",
        "AcquisitionDate",
        "AcquisitionTime",
        "AcquisitionNumber",
        "NumberOfFrames",
        "Rows",
        "Columns",
        "BitsAllocated",
        "PhotometricInterpretation",
        "ImageComments",
        "ContentLabel",
        "ConceptNameCodeSequence",
    ),
}
UNIQUE_KEY = {
    "PATIENT": "PatientID",
    "STUDY": "StudyInstanceUID",
    "SERIES": "SeriesInstanceUID",
    "IMAGE": "SOPInstanceUID",
}
_HEADER_TAGS = [
    tag for level in LEVELS for keyword in KEEP[level] if (tag := tag_for_keyword(keyword))
] + [0x00080005]
_PIXELS = 0x7FE00000


def level_of(keyword: str) -> str | None:
    """Return the level at which the index keeps this attribute."""
    return next((level for level in LEVELS if keyword in KEEP[level]), None)


def read_header(fragments: Sequence[bytes | memoryview], transfer_syntax: str) -> Dataset:
    """Read the kept attributes of an encoded data set; pixel data is never looked at.

    What cannot be decoded stays in the file, and the index does without it.
    """
    uid = UID(transfer_syntax)
    header = read_dataset(
        BytesIO(b"".join(fragments)),
        uid.is_implicit_VR,
        uid.is_little_endian,
        stop_when=lambda tag, vr, length: tag >= _PIXELS,
        specific_tags=list(_HEADER_TAGS),
    )
    for tag in list(header.keys()):
        try:
            _decode(header[tag])
        except Exception:  # pydicom raises many kinds
            del header[tag]
    return header


def _decode(element: DataElement) -> None:
    """Decode a sequence to its depths, while the character set it was written in is known."""
    if element.VR == "SQ":
        for item in element.value:
            for nested in item:
                _decode(nested)


def at_level(header: Dataset, level: str) -> Dataset:
    """Return the attributes of `header` that belong to `level`."""
    ds = Dataset()
    for keyword in KEEP[level]:
        if keyword in header:
            ds[keyword] = header[keyword]
    return ds


def pack(ds: Dataset) -> bytes:
    """Encode attributes for the index: always Explicit VR Little Endian, UTF-8."""
    kept = Dataset()
    kept.SpecificCharacterSet = "ISO_IR 192"
    for element in ds:
        kept[element.tag] = element
        _decode(element)
    return encode_dataset(kept, EXPLICIT)


def unpack(data: bytes) -> Dataset:
    """Decode attributes of the index."""
    return read_dataset(BytesIO(data), False, True)


def text(ds: Dataset, keyword: str) -> str:
    """Return an attribute's value as text without padding, empty if it is missing."""
    value = ds.get(keyword)
    if isinstance(value, MultiValue):
        value = "\\".join(map(str, value))
    return "" if value is None else str(value).strip()
