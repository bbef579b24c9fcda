"""Which attributes the index keeps at each level, and how they are read and kept.

The keys are those of PS3.4 C.6.1 and C.6.2 (required and unique keys first), with the optional
ones that clients really ask for.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.multival import MultiValue
from pydicom.uid import UID

from simulator.archive import header as quick
from simulator.network import charsets
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
_WANTED = frozenset(_HEADER_TAGS)
_VRS = {
    level: {tag: dictionary_VR(tag) for word in KEEP[level] if (tag := tag_for_keyword(word))}
    for level in LEVELS
}
_TAGS = {
    word: tag
    for level in LEVELS
    for word in KEEP[level]
    if (tag := tag_for_keyword(word)) and dictionary_VR(tag) in quick.TEXT
}
_VR = {tag: vr for level in LEVELS for tag, vr in _VRS[level].items()}
_PIXELS = 0x7FE00000
# The object's own Specific Character Set, kept beside attributes that are all kept in UTF-8.
ORIGIN = 0x00091001
_ORIGIN_BLOCK = 0x00090010


def level_of(keyword: str) -> str | None:
    """Return the level at which the index keeps this attribute."""
    return next((level for level in LEVELS if keyword in KEEP[level]), None)


def read_header(fragments: Sequence[bytes | memoryview], transfer_syntax: str) -> Dataset:
    """Read the kept attributes of an encoded data set; pixel data is never looked at.

    What cannot be decoded stays in the file, and the index does without it.
    """
    header = quick.scan(fragments, transfer_syntax, _WANTED) or _read_any(
        fragments, transfer_syntax
    )
    terms = charsets.terms_of(header)
    utf8 = terms == [charsets.UTF8]
    charsets.read_extended(header)
    for tag in list(header.keys()):
        raw = header.get_item(tag)
        if raw is not None and quick.is_plain(raw, _VR.get(tag, ""), utf8=utf8):
            continue
        try:
            _decode(header[tag])
        except Exception:  # pydicom raises many kinds
            del header[tag]
    return header


def _read_any(fragments: Sequence[bytes | memoryview], transfer_syntax: str) -> Dataset:
    uid = UID(transfer_syntax)
    return read_dataset(
        BytesIO(b"".join(fragments)),
        uid.is_implicit_VR,
        uid.is_little_endian,
        stop_when=lambda tag, vr, length: tag >= _PIXELS,
        specific_tags=list(_HEADER_TAGS),
    )


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
    if any(charsets.terms_of(header)):
        ds.add_new(_ORIGIN_BLOCK, "LO", "PACSLAB")
        ds.add_new(ORIGIN, "CS", charsets.terms_of(header))
    return ds


def pack(ds: Dataset) -> bytes:
    """Encode attributes for the index: always Explicit VR Little Endian, UTF-8."""
    kept = Dataset()
    kept.SpecificCharacterSet = "ISO_IR 192"
    for element in ds:
        kept[element.tag] = element
        _decode(element)
    return encode_dataset(kept, EXPLICIT)


def packed(header: Dataset, level: str) -> bytes:
    """Return the attributes of `header` that belong to `level`, encoded for the index."""
    terms = charsets.terms_of(header)
    origin = {
        _ORIGIN_BLOCK: ("LO", b"PACSLAB"),
        ORIGIN: ("CS", "\\".join(terms).encode("ascii", "replace")),
    }
    kept = quick.encoded(
        header, _VRS[level], origin if any(terms) else {}, utf8=terms == [charsets.UTF8]
    )
    return pack(at_level(header, level)) if kept is None else kept


def unpack(data: bytes) -> Dataset:
    """Decode attributes of the index."""
    ds = read_dataset(BytesIO(data), False, True)
    for tag in (_ORIGIN_BLOCK, ORIGIN):
        ds.pop(tag, None)
    return ds


def text(ds: Dataset, keyword: str) -> str:
    """Return an attribute's value as text without padding, empty if it is missing."""
    raw = ds.get_item(_TAGS.get(keyword, 0))
    if isinstance(raw, RawDataElement) and raw.value and quick.is_simple(raw.value):
        return raw.value.decode("ascii").strip("\0 ")  # as pydicom would, in a tenth of the time
    value = ds.get(keyword)
    if isinstance(value, MultiValue):
        value = "\\".join(map(str, value))
    return "" if value is None else str(value).strip()
