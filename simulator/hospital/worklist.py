"""Modality Worklist SCP (PS3.4 Annex K): what a device may scan next.

Finished and cancelled steps are hidden, unless the query names an Accession Number: whoever knows
the number wants to know what became of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydicom.dataset import Dataset

from simulator.hospital import matching
from simulator.hospital.book import OrderBook
from simulator.hospital.orders import OPEN, Order
from simulator.network import dimse
from simulator.network.dimse import Reply, Request

SCHEME = "99PACSLAB"
# Scheduled Procedure Step Status (0040,0020), PS3.3 C.4.10
STEP_STATUS = {
    "ordered": "SCHEDULED",
    "scheduled": "SCHEDULED",
    "arrived": "ARRIVED",
    "in progress": "STARTED",
    "completed": "COMPLETED",
    "reported": "COMPLETED",
    "discontinued": "DISCONTINUED",
    "cancelled": "CANCELLED",
}


class Worklist:
    """Answers worklist queries from the order book."""

    def __init__(self, book: OrderBook) -> None:
        """Show what stands in `book`."""
        self.book = book

    def find(self, request: Request) -> Iterator[Reply]:
        """Answer a C-FIND-RQ (PS3.4 K.4.1); refuses before the first answer."""
        query = request.identifier
        matching.check(query)
        return self._answers(request, query)

    def entries(self, query: Dataset) -> Iterator[Dataset]:
        """Yield the whole entries that match."""
        for order in self._candidates(query):
            entry = entry_of(order)
            if matching.matches(query, entry):
                yield entry

    def _answers(self, request: Request, query: Dataset) -> Iterator[Reply]:
        for entry in self.entries(query):
            if request.cancelled():
                yield Reply(status=dimse.CANCELLED)
                return
            found, missing = matching.answer(query, entry)
            pending = dimse.PENDING_OPTIONAL_KEYS if missing else dimse.PENDING
            yield Reply(status=pending, dataset=found)
        yield Reply(status=dimse.SUCCESS)

    def _candidates(self, query: Dataset) -> list[Order]:
        """Narrow down in SQL what the pure rules then decide."""
        named = str(query.get("AccessionNumber") or "").strip()
        if not named.strip("*"):
            return self.book.find(OPEN)
        if "*" in named or "?" in named:
            return self.book.find()
        return self.book.find(accession=named)


def entry_of(order: Order) -> Dataset:
    """Return an order as a worklist entry with every attribute we support (PS3.4 Table K.6-1)."""
    ds = Dataset()
    ds.SpecificCharacterSet = _character_set(order)
    _add_patient(ds, order)
    _add_request(ds, order)
    ds.ScheduledProcedureStepSequence = [_step(order)]
    return ds


def _character_set(order: Order) -> str:
    """Return Latin-1 as long as it can say everything, otherwise UTF-8 (PS3.3 C.12.1.1.2)."""
    try:
        "".join(map(str, order.facts().values())).encode("latin-1")
    except UnicodeEncodeError:
        return "ISO_IR 192"
    return "ISO_IR 100"


def _add_patient(ds: Dataset, order: Order) -> None:
    ds.PatientName, ds.PatientID = order.patient.name, order.patient.mrn
    ds.IssuerOfPatientID = order.patient.issuer
    ds.PatientBirthDate, ds.PatientSex = order.patient.birth_date, order.patient.sex
    ds.PatientWeight = ds.PatientSize = None
    for keyword in ("OtherPatientIDsSequence", "ReferencedPatientSequence"):
        setattr(ds, keyword, [])
    for keyword in ("AdmissionID", "CurrentPatientLocation", "PatientState", "MedicalAlerts",
                    "Allergies", "ConfidentialityConstraintOnPatientDataDescription",
                    "PatientComments", "AdditionalPatientHistory", "SpecialNeeds"):  # fmt: skip
        setattr(ds, keyword, "")
    ds.PregnancyStatus = 4  # unknown


def _add_request(ds: Dataset, order: Order) -> None:
    ds.AccessionNumber, ds.StudyInstanceUID = order.accession, order.study_uid
    ds.ReferringPhysicianName = ds.RequestingPhysician = order.referring
    ds.RequestedProcedureID = order.requested_procedure_id
    ds.RequestedProcedureDescription = order.procedure.description
    ds.RequestedProcedureCodeSequence = [_code(order.procedure.code, order.procedure.description)]
    ds.RequestedProcedurePriority = order.priority
    ds.ReasonForTheRequestedProcedure = order.indication
    ds.PlacerOrderNumberImagingServiceRequest = order.placer
    ds.FillerOrderNumberImagingServiceRequest = order.accession
    ds.ReferencedStudySequence = []
    ds.PatientTransportArrangements = ds.RequestingService = ds.RequestedProcedureComments = ""


def _step(order: Order) -> Dataset:
    step = Dataset()
    step.ScheduledStationAETitle = order.station_ae
    step.ScheduledProcedureStepStartDate = f"{order.scheduled:%Y%m%d}"
    step.ScheduledProcedureStepStartTime = f"{order.scheduled:%H%M%S}"
    step.Modality = order.procedure.modality
    step.ScheduledPerformingPhysicianName = order.performing
    step.ScheduledProcedureStepDescription = order.procedure.description
    step.ScheduledProcedureStepID = order.step_id
    step.ScheduledProcedureStepStatus = STEP_STATUS[order.status]
    step.ScheduledProtocolCodeSequence = [
        _code(order.procedure.protocol, order.procedure.description)
    ]
    step.ScheduledStationName = step.ScheduledProcedureStepLocation = ""
    step.PreMedication = step.RequestedContrastAgent = ""
    return step


def _code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, SCHEME, meaning
    return item
