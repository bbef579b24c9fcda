"""What an object's header is held against: the worklist entry, the statement, the IOD's types."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from math import inf

from pydicom import uid
from pydicom.dataset import Dataset

from simulator.fleet.bench import Got
from simulator.fleet.profile import KINDS, ModalityProfile

# Attributes of the modules that every object has (PS3.3 C.7.1 to C.7.5, C.12.1).
_TYPE_1 = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "Modality")
_TYPE_2 = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime",
    "ReferringPhysicianName", "StudyID", "AccessionNumber", "SeriesNumber", "Manufacturer",
    "InstanceNumber",
)  # fmt: skip
_PIXELS_1 = (
    "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation",
    "SamplesPerPixel", "PhotometricInterpretation",
)  # fmt: skip
_PLANE_1 = ("PixelSpacing", "ImageOrientationPatient", "ImagePositionPatient",
            "FrameOfReferenceUID", "ImageType")  # fmt: skip
_PLANE_2 = ("SliceThickness", "PositionReferenceIndicator", "AcquisitionNumber")
_OF_CLASS = {  # PS3.3 A.3, A.4
    "CTImageStorage": ((*_PLANE_1, "RescaleIntercept", "RescaleSlope"), (*_PLANE_2, "KVP")),
    "MRImageStorage": ((*_PLANE_1, "ScanningSequence", "SequenceVariant"), (*_PLANE_2, "EchoTime")),
}
_COPIED = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "AccessionNumber",
           "StudyInstanceUID", "ReferringPhysicianName")  # fmt: skip
_STATED = {
    "Manufacturer": "manufacturer", "ManufacturerModelName": "model",
    "StationName": "station_name", "DeviceSerialNumber": "serial_number",
    "SoftwareVersions": "software_versions", "InstitutionalDepartmentName": "department",
    "TimezoneOffsetFromUTC": "timezone",
}  # fmt: skip
_PRIVATE = 0x00090010


def typed(got: Got) -> Iterator[str]:
    """Yield the attributes that are missing or empty against their type (PS3.5 7.4)."""
    first, second = [*_TYPE_1], [*_TYPE_2]
    more = _OF_CLASS.get(uid.UID(got.sop_class).keyword, ((), ()))
    first += more[0]
    second += more[1]
    if "Rows" in got.header or got.sop_class in image_classes():
        first += _PIXELS_1
    for keyword in first:
        if got.header.get(keyword) in (None, "", []):
            yield f"{keyword} (type 1) is {'empty' if keyword in got.header else 'missing'}"
    for keyword in second:
        if keyword not in got.header:
            yield f"{keyword} (type 2) is missing"


def image_classes() -> set[str]:
    """Return the SOP classes of the fleet's objects that have pixels."""
    return {str(getattr(uid, kind.sop_class)) for kind in KINDS.values() if kind.image}


def copied(got: Got, entry: Dataset) -> Iterator[str]:
    """Yield where an object differs from the worklist entry (IHE RAD TF-2, Appendix A)."""
    for keyword in _COPIED:
        wanted, found = str(entry.get(keyword, "")), str(got.header.get(keyword, ""))
        if wanted != found:
            yield f"{keyword} is {found!r}, the worklist said {wanted!r}"
    step = entry.ScheduledProcedureStepSequence[0]
    items = got.header.get("RequestAttributesSequence") or []
    if items and str(items[0].get("ScheduledProcedureStepID", "")) != step.ScheduledProcedureStepID:
        yield "ScheduledProcedureStepID is not that of the worklist"


def stated(got: Got, profile: ModalityProfile) -> Iterator[str]:
    """Yield where an object differs from what the conformance statement says."""
    for keyword, field in _STATED.items():
        wanted, found = getattr(profile, field), str(got.header.get(keyword, ""))
        if wanted != found:
            yield f"{keyword} is {found!r}, the statement says {wanted!r}"
    creator = got.header.get(_PRIVATE)
    if creator is not None and creator.value != profile.private_creator:
        yield f"the private creator is {creator.value!r}, not {profile.private_creator!r}"
    if not got.sop_instance.startswith("2.25."):
        yield "its UIDs are not derived from UUIDs, as the statement says"


def charset(got: Got, entry: Dataset, profile: ModalityProfile) -> Iterator[str]:
    """Yield what is wrong with the character set an object declares."""
    found = got.header.get("SpecificCharacterSet", "")
    found = found if isinstance(found, str) else "\\".join(found)
    wanted = profile.character_set or entry.SpecificCharacterSet
    if found != wanted:
        yield f"SpecificCharacterSet is {found!r}, by the statement it would be {wanted!r}"


def seconds_off(got: Got, began: datetime, ended: datetime) -> float:
    """Return how many seconds the study's time is outside the exam's; infinite if there is none."""
    text = f"{got.header.get('StudyDate', '')}{str(got.header.get('StudyTime', ''))[:6]}"
    try:
        said = datetime.strptime(text, "%Y%m%d%H%M%S")
    except ValueError:
        return inf
    early = (began.replace(microsecond=0) - said).total_seconds()
    return max(early, (said - ended).total_seconds(), 0.0)
