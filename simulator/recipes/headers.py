"""Flaws of the header: each function spoils one thing in a data set, always in the same way."""

from __future__ import annotations

from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from simulator.imaging.uids import make_uid


def put(ds: Dataset, keyword: str, value: bytes) -> None:
    """Write a value as these very bytes, however wrong they are."""
    tag = Tag(keyword)
    value += (b"\0" if dictionary_VR(tag) == "UI" else b" ") * (len(value) % 2)
    ds[tag] = RawDataElement(tag, dictionary_VR(tag), len(value), value, 0, False, True)


def _drop(ds: Dataset, *keywords: str) -> None:
    for keyword in keywords:
        if keyword in ds:
            del ds[keyword]


def _text(ds: Dataset, keyword: str) -> str:
    return str(ds.get(keyword) or "")


def no_id(ds: Dataset) -> None:
    """Leave Patient ID empty."""
    put(ds, "PatientID", b"")


def padded_id(ds: Dataset) -> None:
    """Put blanks before Patient ID."""
    put(ds, "PatientID", b"   " + _text(ds, "PatientID").encode("ascii"))


def bare_id(ds: Dataset) -> None:
    """Leave out the letter that Patient ID begins with."""
    put(ds, "PatientID", _text(ds, "PatientID").lstrip("M").encode("ascii"))


def no_issuer(ds: Dataset) -> None:
    """Leave out who issued the Patient ID."""
    _drop(ds, "IssuerOfPatientID")


def foreign(ds: Dataset) -> None:
    """Name another hospital as issuer of the Patient ID."""
    put(ds, "IssuerOfPatientID", b"STMARYS")


def comma(ds: Dataset) -> None:
    """Write the name with a comma, all of it a family name (PS3.5 6.2.1)."""
    family, _, given = _text(ds, "PatientName").partition("^")
    ds.PatientName = f"{family}, {given}"


def lower_case(ds: Dataset) -> None:
    """Write the name in lower case."""
    ds.PatientName = _text(ds, "PatientName").lower()


def utf8(ds: Dataset) -> None:
    """Write the name in UTF-8 without saying so."""
    name = _text(ds, "PatientName")
    put(ds, "PatientName", (name if not name.isascii() else f"{name}É").encode("utf-8"))
    put(ds, "SpecificCharacterSet", b"ISO_IR 100")


def sex(ds: Dataset) -> None:
    """Write a sex in another language."""
    put(ds, "PatientSex", b"W")


def birth_date(ds: Dataset) -> None:
    """Write the birth date as a person would."""
    date = _text(ds, "PatientBirthDate") or "19500101"
    put(ds, "PatientBirthDate", f"{date[6:8]}/{date[4:6]}/{date[:4]}".encode())


def dots(ds: Dataset) -> None:
    """Write the date of the study as ACR-NEMA did."""
    date = _text(ds, "StudyDate")
    put(ds, "StudyDate", f"{date[:4]}.{date[4:6]}.{date[6:8]}".encode())


def no_date(ds: Dataset) -> None:
    """Leave out when the study was (Type 2, PS3.3 C.7.2.1)."""
    _drop(ds, "StudyDate", "StudyTime")


def long_accession(ds: Dataset) -> None:
    """Make the accession number longer than SH can be."""
    put(ds, "AccessionNumber", b"RADIOLOGY-2026-" + _text(ds, "AccessionNumber")[-5:].encode())


def no_accession(ds: Dataset) -> None:
    """Leave out the accession number and the request."""
    _drop(ds, "AccessionNumber", "RequestAttributesSequence", "ReferencedRequestSequence")


def bare(ds: Dataset) -> None:
    """Leave out all descriptions."""
    _drop(ds, "StudyDescription", "SeriesDescription", "ProtocolName", "BodyPartExamined",
          "ProcedureCodeSequence")  # fmt: skip


def leading_zero(ds: Dataset) -> None:
    """Write a Study Instance UID with a leading zero (PS3.5 9.1)."""
    number = str(ds.StudyInstanceUID).rpartition(".")[2][:20]
    put(ds, "StudyInstanceUID", f"2.25.0{number}".encode())


def same_uid(ds: Dataset) -> None:
    """Give all objects of a series one UID."""
    ds.SOPInstanceUID = make_uid("flaw", str(ds.SeriesInstanceUID))


def other_patient(ds: Dataset) -> None:
    """Put one object into another patient's name."""
    ds.PatientName, ds.PatientID, ds.PatientBirthDate = "WRONG^PATIENT", "M0000007", "19440404"


def same_number(ds: Dataset) -> None:
    """Number every object 1."""
    put(ds, "InstanceNumber", b"1")


def same_place(ds: Dataset) -> None:
    """Put every slice at the same place."""
    put(ds, "ImagePositionPatient", b"-200\\-200\\0")
    _drop(ds, "SliceLocation")


def no_spacing(ds: Dataset) -> None:
    """Leave out how large a pixel is."""
    _drop(ds, "PixelSpacing", "ImagerPixelSpacing")


def decimal_comma(ds: Dataset) -> None:
    """Write a decimal comma."""
    put(ds, "WindowCenter", b"40,5")


def long_ds(ds: Dataset) -> None:
    """Write a DS value of 18 characters, as float arithmetic leaves it (PS3.5 6.2)."""
    put(ds, "PatientWeight", b"71.999999999999997")


def high_bit(ds: Dataset) -> None:
    """Contradict Bits Stored (PS3.5 8.1.1)."""
    ds.HighBit = int(ds.BitsStored) - 2


def modality(ds: Dataset) -> None:
    """Call the image something else."""
    put(ds, "Modality", b"OT")


def other_side(ds: Dataset) -> None:
    """Say the other side."""
    for keyword in ("Laterality", "ImageLaterality"):
        if _text(ds, keyword) in ("L", "R"):
            put(ds, keyword, b"R" if _text(ds, keyword) == "L" else b"L")


def burned_in(ds: Dataset) -> None:
    """Deny the text in the pixels (PS3.3 C.7.6.1.1)."""
    put(ds, "BurnedInAnnotation", b"NO")


def orphan(ds: Dataset) -> None:
    """Add a private element whose block nobody reserved (PS3.5 7.8.1)."""
    ds[Tag(0x00291010)] = RawDataElement(Tag(0x00291010), "LO", 8, b"0815471 ", 0, False, True)


def photometric(ds: Dataset) -> None:
    """Call RGB pixels YBR."""
    put(ds, "PhotometricInterpretation", b"YBR_FULL")
