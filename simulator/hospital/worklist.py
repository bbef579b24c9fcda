"""Modality Worklist SCP (PS3.4 Annex K): what a device may scan next.

Finished and cancelled steps are hidden, unless the query names an Accession Number: whoever knows
the number wants to know what became of it. Who may ask, what each device sees, and how entries are
written is a matter of settings (devices.py, worklist_view.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pydicom.dataset import Dataset

from simulator.hospital import matching
from simulator.hospital.book import OrderBook
from simulator.hospital.devices import Device, Gate
from simulator.hospital.orders import OPEN, Order
from simulator.hospital.worklist_view import (
    View,
    charset_of,
    first_charset,
    in_charset,
    minutes,
    without,
)
from simulator.network import dimse
from simulator.network.dimse import Reply, Request
from simulator.people import Person

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

    def __init__(self, book: OrderBook, gate: Gate) -> None:
        """Show what stands in `book` to those whom `gate` lets in, by its settings."""
        self.book, self.gate, self.settings = book, gate, gate.settings
        self.visit_of: Callable[[Person], tuple[str, str]] = lambda who: ("", "")

    def find(self, request: Request) -> Iterator[Reply]:
        """Answer a C-FIND-RQ (PS3.4 K.4.1); refuses before the first answer."""
        device = self.gate.need(request.calling, "worklist")
        query = request.identifier
        matching.check(query)
        return self._answers(request, query, device)

    def entries(self, query: Dataset, device: Device | None = None) -> Iterator[Dataset]:
        """Yield the whole entries that match, as `device` gets to see them."""
        exact = bool(self.settings["worklist.case_sensitive_names"])
        keys = without(query, self._words("worklist.ignored_keys"))
        view = self._view(query)
        asks_for_visit = "AdmissionID" in query or "CurrentPatientLocation" in query
        for order in self._candidates(query):
            if device is not None and not device.sees(order.station_ae):
                continue
            entry = view.applied(entry_of(order))
            if asks_for_visit:
                entry.AdmissionID, entry.CurrentPatientLocation = self.visit_of(order.patient)
            if matching.matches(keys, entry, exact_names=exact):
                yield entry

    def _answers(self, request: Request, query: Dataset, device: Device) -> Iterator[Reply]:
        limit, left_out = int(self.settings["worklist.limit"]), self._words("worklist.left_out")
        for number, entry in enumerate(self.entries(query, device), 1):
            if request.cancelled():
                yield Reply(status=dimse.CANCELLED)
                return
            if limit and number > limit:
                yield self._cut(limit)
                return
            shown = self._written(without(entry, left_out), query, device)
            found, missing = matching.answer(query, shown)
            pending = dimse.PENDING_OPTIONAL_KEYS if missing else dimse.PENDING
            yield Reply(status=pending, dataset=found)
        yield Reply(status=dimse.SUCCESS)

    def _cut(self, limit: int) -> Reply:
        """Return how an answer ends that the limit has cut: products differ."""
        status = int(str(self.settings["worklist.limit_status"]), 16)
        comment = {"ErrorComment": f"more than {limit} entries match"} if status else {}
        return Reply(status=status, command=comment)

    def _candidates(self, query: Dataset) -> list[Order]:
        """Narrow down in SQL what the pure rules then decide."""
        named = str(query.get("AccessionNumber") or "").strip()
        if "*" in named.strip("*") or "?" in named:
            return self.book.find()
        if named.strip("*"):
            return self.book.find(accession=named)
        if not self.settings["worklist.hide_finished"]:
            return self.book.find()
        started = bool(self.settings["worklist.hide_started"])
        return self.book.find([each for each in OPEN if not (started and each == "in progress")])

    def _view(self, query: Dataset) -> View:
        offset = str(self.settings["worklist.timezone"])
        asked = str(query.get("TimezoneOffsetFromUTC") or "")
        if self.settings["worklist.heed_timezone"] and asked:
            return View(shift=minutes(asked) - minutes(offset), said=asked)
        if self.settings["worklist.times"] == "utc":
            return View(shift=-minutes(offset))
        return View()

    def _written(self, entry: Dataset, query: Dataset, device: Device) -> Dataset:
        """Return an entry in the character set this device gets."""
        wanted = device.charset or str(self.settings["worklist.charset"])
        if not self.settings["worklist.declare_charset"]:
            wanted = "ISO_IR 100"
        elif wanted == "as asked":
            wanted = first_charset(query) or "as needed"
        made = entry if wanted == "as needed" else in_charset(entry, wanted)
        if not self.settings["worklist.declare_charset"]:
            del made.SpecificCharacterSet
        return made

    def _words(self, key: str) -> set[str]:
        return set(str(self.settings[key]).split()) - {"none"}


def entry_of(order: Order) -> Dataset:
    """Return an order as a worklist entry with every attribute we support (PS3.4 Table K.6-1)."""
    ds = Dataset()
    ds.SpecificCharacterSet = charset_of(order)
    _add_patient(ds, order)
    _add_request(ds, order)
    ds.ScheduledProcedureStepSequence = [_step(order)]
    return ds


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
