"""What a device asks and reports: worklist queries and performed procedure steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pydicom import uid
from pydicom.dataset import Dataset

from simulator.fleet.disk import Image, Job
from simulator.fleet.profile import KINDS, ModalityProfile
from simulator.fleet.workflow_settings import NONE, SHIFTED, WORKLIST
from simulator.imaging.exam import Exam
from simulator.imaging.header import code_item, date_of, time_of
from simulator.imaging.uids import make_uid

SCHEME = "99PACSLAB"
_BROKEN_OFF = ("110515", "DCM", "Patient condition prevented continuing")  # PS3.16 CID 9300
_DOCUMENTS = {str(getattr(uid, kind.sop_class)) for kind in KINDS.values() if not kind.image}
_TOP = (
    "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex",
    "AccessionNumber", "StudyInstanceUID", "ReferringPhysicianName", "RequestedProcedureID",
    "RequestedProcedureDescription", "RequestedProcedurePriority", "ReasonForTheRequestedProcedure",
)  # fmt: skip
_STEP = (
    "ScheduledProcedureStepStartTime", "ScheduledPerformingPhysicianName",
    "ScheduledProcedureStepDescription", "ScheduledProcedureStepID", "ScheduledProcedureStepStatus",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class WorklistItem:
    """One row of the worklist as the console shows it; `protocol` is a code, maybe not ours."""

    patient_name: str
    patient_id: str
    issuer: str = ""
    birth_date: str = ""
    sex: str = ""
    accession: str = ""
    study_uid: str = ""
    requested_procedure_id: str = ""
    step_id: str = ""
    procedure: str = ""
    protocol: str = ""
    modality: str = ""
    station_ae: str = ""
    scheduled: datetime | None = None
    referring: str = ""
    performing: str = ""
    indication: str = ""
    priority: str = ""
    status: str = ""
    character_set: str = "ISO_IR 100"

    def facts(self) -> dict[str, Any]:
        """Return the row as JSON holds it."""
        return {**asdict(self), "scheduled": self.scheduled and self.scheduled.isoformat()}


def worklist_query(*, station_ae: str = "", modality: str = "", date: str = "") -> Dataset:
    """Return a worklist query (PS3.4 K.6.1.2); empty keys match everything."""
    query, step = Dataset(), Dataset()
    for keyword in _TOP:
        setattr(query, keyword, "")
    for keyword in _STEP:
        setattr(step, keyword, "")
    step.ScheduledStationAETitle, step.Modality = station_ae, modality
    step.ScheduledProcedureStepStartDate = date
    step.ScheduledProtocolCodeSequence = []
    query.ScheduledProcedureStepSequence = [step]
    return query


def read_item(ds: Dataset) -> WorklistItem:
    """Read a worklist answer; what is missing is empty."""
    step = _first(ds, "ScheduledProcedureStepSequence")
    protocol = _first(step, "ScheduledProtocolCodeSequence")
    charset = ds.get("SpecificCharacterSet") or "ISO_IR 100"
    return WorklistItem(
        patient_name=_text(ds, "PatientName"),
        patient_id=_text(ds, "PatientID"),
        issuer=_text(ds, "IssuerOfPatientID"),
        birth_date=_text(ds, "PatientBirthDate"),
        sex=_text(ds, "PatientSex"),
        accession=_text(ds, "AccessionNumber"),
        study_uid=_text(ds, "StudyInstanceUID"),
        requested_procedure_id=_text(ds, "RequestedProcedureID"),
        step_id=_text(step, "ScheduledProcedureStepID"),
        procedure=_text(ds, "RequestedProcedureDescription"),
        protocol=_text(protocol, "CodeValue"),
        modality=_text(step, "Modality"),
        station_ae=_text(step, "ScheduledStationAETitle"),
        scheduled=_moment(step),
        referring=_text(ds, "ReferringPhysicianName"),
        performing=_text(step, "ScheduledPerformingPhysicianName"),
        indication=_text(ds, "ReasonForTheRequestedProcedure"),
        priority=_text(ds, "RequestedProcedurePriority"),
        status=_text(step, "ScheduledProcedureStepStatus"),
        character_set=charset if isinstance(charset, str) else "\\".join(charset),
    )


def mpps_create(exam: Exam, profile: ModalityProfile, reference: str = WORKLIST) -> Dataset:
    """Return the N-CREATE of an exam that begins (PS3.4 Table F.7.2-1)."""
    ds = Dataset()
    ds.SpecificCharacterSet = exam.character_set.split("\\")
    ds.Modality, ds.PerformedStationAETitle = profile.modality, exam.station
    ds.PatientName, ds.PatientID = exam.patient_name, exam.patient_id
    ds.PatientBirthDate, ds.PatientSex = exam.birth_date, exam.sex
    ds.ReferencedPatientSequence = []
    ds.PerformedProcedureStepID, ds.PerformedProcedureStepStatus = exam.pps_id, "IN PROGRESS"
    started = profile.clock(exam.started)  # as the images say it, drift and all
    ds.PerformedProcedureStepStartDate = date_of(started)
    ds.PerformedProcedureStepStartTime = time_of(started)
    ds.PerformedProcedureStepEndDate = ds.PerformedProcedureStepEndTime = ""
    ds.PerformedProcedureStepDescription = exam.procedure
    ds.PerformedProcedureTypeDescription = ds.PerformedLocation = ""
    ds.PerformedStationName, ds.StudyID = profile.station_name, exam.requested_procedure_id[:16]
    ds.ProcedureCodeSequence, ds.PerformedSeriesSequence = [], []
    ds.PerformedProtocolCodeSequence = [_protocol(exam, profile)]
    ds.ScheduledStepAttributesSequence = [_scheduled(exam, reference)]
    return ds


def mpps_set(job: Job, profile: ModalityProfile) -> Dataset:
    """Return the N-SET of an exam that has ended (PS3.4 Table F.7.2-1)."""
    ds = Dataset()
    ds.SpecificCharacterSet = job.exam.character_set.split("\\")
    ds.PerformedProcedureStepStatus = "DISCONTINUED" if job.stopped else "COMPLETED"
    if job.stopped:
        ds.PerformedProcedureStepDiscontinuationReasonCodeSequence = [code_item(*_BROKEN_OFF)]
    ended = profile.clock(job.ended)
    ds.PerformedProcedureStepEndDate = date_of(ended)
    ds.PerformedProcedureStepEndTime = time_of(ended)
    series: dict[str, list[Image]] = {}
    for image in job.images:
        series.setdefault(image.series_uid, []).append(image)
    ds.PerformedSeriesSequence = [_series(key, series[key], job, profile) for key in series]
    return ds


def _scheduled(exam: Exam, reference: str) -> Dataset:
    said = (exam.study_uid, exam.accession, exam.requested_procedure_id, exam.step_id)
    own = make_uid("study of a step", exam.pps_uid)
    if reference == SHIFTED:  # the fields of the form and what fills them have come apart
        said = (own, exam.requested_procedure_id, exam.step_id, exam.accession)
    elif reference == NONE:  # as if the patient had come without an order
        said = (own, "", "", "")
    item = Dataset()
    item.StudyInstanceUID, item.AccessionNumber = said[:2]
    item.RequestedProcedureID, item.ScheduledProcedureStepID = said[2:]
    item.ReferencedStudySequence, item.ScheduledProtocolCodeSequence = [], []
    item.RequestedProcedureDescription = exam.procedure
    item.ScheduledProcedureStepDescription = exam.procedure
    return item


def _series(
    series_uid: str, images: Sequence[Image], job: Job, profile: ModalityProfile
) -> Dataset:
    item = Dataset()
    item.SeriesInstanceUID, item.SeriesDescription = series_uid, ""
    item.PerformingPhysicianName, item.OperatorsName = job.exam.performing, ""
    item.ProtocolName = profile.protocol(job.exam.protocol).description[:64]
    item.RetrieveAETitle = ""
    item.ReferencedImageSequence = [_reference(i) for i in images if _is_image(i)]
    others = [_reference(i) for i in images if not _is_image(i)]
    item.ReferencedNonImageCompositeSOPInstanceSequence = others
    return item


def _is_image(image: Image) -> bool:
    """Return whether it has pixels; reports, key objects and states do not (PS3.4 F.7.2.1)."""
    return image.sop_class_uid not in _DOCUMENTS


def _reference(image: Image) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = image.sop_class_uid
    item.ReferencedSOPInstanceUID = image.sop_instance_uid
    return item


def _protocol(exam: Exam, profile: ModalityProfile) -> Dataset:
    protocol = profile.protocol(exam.protocol)
    return code_item(protocol.code, SCHEME, protocol.description)


def _first(ds: Dataset, keyword: str) -> Dataset:
    items = ds.get(keyword) or []
    return items[0] if items else Dataset()


def _text(ds: Dataset, keyword: str) -> str:
    value = ds.get(keyword)
    return "" if value is None else str(value).strip()


def _moment(step: Dataset) -> datetime | None:
    date = _text(step, "ScheduledProcedureStepStartDate")
    time = _text(step, "ScheduledProcedureStepStartTime").partition(".")[0]
    try:
        return datetime.strptime(date + time.ljust(6, "0"), "%Y%m%d%H%M%S")
    except ValueError:
        return None
