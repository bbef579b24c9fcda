"""The modules that every image shares: patient, study, series, equipment, request (PS3.3 C.7)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from simulator.fleet.profile import KINDS, ModalityProfile, Protocol, Size
from simulator.imaging import codecs
from simulator.imaging.body import Body, age_in_years
from simulator.imaging.exam import Exam
from simulator.imaging.frame import Pixels, Take
from simulator.imaging.template import decimal
from simulator.imaging.uids import make_uid

if TYPE_CHECKING:
    from pydicom import Dataset

# Our own codes for procedures and protocols.
SCHEME = "99PACSLAB"


def date_of(moment: datetime) -> str:
    """Write a DA value."""
    return f"{moment.year:04d}{moment.month:02d}{moment.day:02d}"


def time_of(moment: datetime) -> str:
    """Write a TM value of 13 characters."""
    clock = f"{moment.hour:02d}{moment.minute:02d}{moment.second:02d}"
    return f"{clock}.{moment.microsecond:06d}"


def code_item(value: str, scheme: str, meaning: str) -> "Dataset":
    """Return a code sequence item (PS3.3 8.8)."""
    from pydicom import Dataset

    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def add_patient(ds: "Dataset", exam: Exam, body: Body) -> None:
    """Add the Patient and Patient Study modules."""
    ds.PatientName, ds.PatientID, ds.IssuerOfPatientID = (
        exam.patient_name,
        exam.patient_id,
        exam.issuer,
    )
    ds.PatientBirthDate, ds.PatientSex = exam.birth_date, exam.sex
    age = age_in_years(exam)
    if age is not None:
        ds.PatientAge = f"{min(age, 999):03d}Y"
    ds.PatientSize, ds.PatientWeight = decimal(body.height), decimal(body.weight)


def add_study(ds: "Dataset", exam: Exam, protocol: Protocol) -> None:
    """Add the General Study module."""
    ds.StudyInstanceUID, ds.AccessionNumber = exam.study_uid, exam.accession
    ds.StudyDate, ds.StudyTime = date_of(exam.started), time_of(exam.started)
    ds.StudyID = exam.requested_procedure_id[:16]
    ds.StudyDescription = exam.procedure or protocol.description
    ds.ReferringPhysicianName = exam.referring
    ds.ProcedureCodeSequence = [code_item(protocol.code, SCHEME, protocol.description)]
    if exam.indication:
        ds.AdmittingDiagnosesDescription = exam.indication[:64]


def add_equipment(ds: "Dataset", profile: ModalityProfile, exam: Exam) -> None:
    """Add the General Equipment module."""
    ds.Manufacturer, ds.ManufacturerModelName = profile.manufacturer, profile.model
    ds.DeviceSerialNumber, ds.SoftwareVersions = profile.serial_number, profile.software_versions
    ds.StationName, ds.InstitutionName = profile.station_name, exam.institution
    ds.InstitutionalDepartmentName = profile.department


def add_procedure_step(ds: "Dataset", exam: Exam, protocol: Protocol) -> None:
    """Add what came from worklist and MPPS (IHE RAD TF-2x Appendix A)."""
    from pydicom import Dataset

    ds.PerformedProcedureStepID = exam.pps_id
    ds.PerformedProcedureStepStartDate = date_of(exam.started)
    ds.PerformedProcedureStepStartTime = time_of(exam.started)
    ds.PerformedProcedureStepDescription = protocol.description
    ds.PerformingPhysicianName = exam.performing
    ds.PerformedProtocolCodeSequence = [code_item(protocol.code, SCHEME, protocol.description)]
    if exam.pps_uid:
        step = Dataset()
        step.ReferencedSOPClassUID = "1.2.840.10008.3.1.2.3.3"  # Modality Performed Procedure Step
        step.ReferencedSOPInstanceUID = exam.pps_uid
        ds.ReferencedPerformedProcedureStepSequence = [step]
    if exam.requested_procedure_id or exam.step_id:
        ds.RequestAttributesSequence = [_request(exam, protocol)]


def _request(exam: Exam, protocol: Protocol) -> "Dataset":
    """Return the Request Attributes item (PS3.3 10.6); absent for unscheduled work."""
    from pydicom import Dataset

    item = Dataset()
    item.AccessionNumber, item.StudyInstanceUID = exam.accession, exam.study_uid
    item.RequestedProcedureID = exam.requested_procedure_id
    item.RequestedProcedureDescription = exam.procedure
    item.ScheduledProcedureStepID = exam.step_id
    item.ScheduledProcedureStepDescription = exam.procedure
    if exam.indication:
        item.ReasonForTheRequestedProcedure = exam.indication[:64]
    return item


def add_pixels(ds: "Dataset", size: Size, pixels: Pixels, syntax: str) -> None:
    """Add the Image Pixel module (PS3.3 C.7.6.3) without the pixels; true to the syntax."""
    ds.SamplesPerPixel = pixels.samples
    ds.PhotometricInterpretation = codecs.photometric(pixels.samples, syntax)
    if pixels.samples > 1:
        ds.PlanarConfiguration = codecs.planar(syntax)
    ds.Rows, ds.Columns = size.rows, size.columns
    ds.BitsAllocated = 8 if pixels.bits <= 8 else 16
    ds.BitsStored, ds.HighBit, ds.PixelRepresentation = pixels.bits, pixels.bits - 1, 0
    if size.frames > 1:
        ds.NumberOfFrames = size.frames


def series_dataset(take: Take, *, number: int, uid: str, began: datetime) -> "Dataset":
    """Return a data set with all that the instances of one series have in common."""
    from pydicom import Dataset
    from pydicom import uid as uids

    profile, exam, protocol, series = take.profile, take.exam, take.protocol, take.series
    kind = KINDS[profile.kind(series)]
    ds = Dataset()
    parts = exam.character_set.split("\\")
    ds.SpecificCharacterSet = parts if len(parts) > 1 else parts[0]
    ds.SOPClassUID = getattr(uids, kind.sop_class)
    ds.SyntheticData = "YES"
    if profile.timezone:
        ds.TimezoneOffsetFromUTC = profile.timezone
    add_patient(ds, exam, take.body)
    add_study(ds, exam, protocol)
    add_equipment(ds, profile, exam)
    ds.Modality, ds.SeriesInstanceUID, ds.SeriesNumber = kind.modality, uid, number
    bare = profile.series_names == "bare"
    ds.SeriesDescription = str(number) if bare else series.description
    ds.SeriesDate, ds.SeriesTime = date_of(began), time_of(began)
    ds.ContentDate = date_of(began)
    return ds


def add_acquisition(ds: "Dataset", take: Take, number: int, began: datetime) -> None:
    """Add what only images have: protocol, body part, acquisition."""
    add_procedure_step(ds, take.exam, take.protocol)
    ds.ProtocolName = take.protocol.description
    ds.AcquisitionDate, ds.AcquisitionNumber = date_of(began), number
    ds.BodyPartExamined = take.protocol.body_part


def add_frame_of_reference(
    ds: "Dataset", uid: str, orientation: list[float], spacing: float
) -> None:
    """Add the Frame of Reference module and what every slice of a stack shares (C.7.4.1)."""
    ds.FrameOfReferenceUID, ds.PositionReferenceIndicator = uid, ""
    ds.ImageOrientationPatient = [decimal(v) for v in orientation]
    ds.PixelSpacing = [decimal(spacing), decimal(spacing)]


def series_began(exam: Exam, profile: ModalityProfile, number: int, count: int) -> datetime:
    """Return when a series begins: the series share the time the patient is in the room."""
    seconds = profile.minutes_per_exam * 60 * number // (count + 1)
    return exam.started + timedelta(seconds=seconds)


def study_key(exam: Exam, seed: int, station: str) -> tuple[object, ...]:
    """Return what identifies an acquisition: repeating an exam at another time gives new UIDs."""
    return (seed, exam.study_uid, station, exam.pps_uid, exam.started.isoformat())


def frame_of_reference(key: tuple[object, ...]) -> str:
    """Return the UID of the patient's position on the table during an acquisition."""
    return make_uid("frame of reference", *key)
