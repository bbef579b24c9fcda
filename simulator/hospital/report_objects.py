"""A report as a DICOM object of its study: Basic Text SR (PS3.3 A.35.1) or a PDF (A.45.1).

Its study says what the order says; so it lands beside the images, under the same Study UID.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import BasicTextSRStorage, EncapsulatedPDFStorage

from simulator.errors import RefusedError
from simulator.hospital.orders import Order
from simulator.imaging import content as c
from simulator.imaging.header import code_item
from simulator.imaging.pdf import page
from simulator.imaging.uids import make_uid

CLASSES = {"sr": BasicTextSRStorage, "pdf": EncapsulatedPDFStorage}
TITLE = ("11528-7", "LN", "Radiology Report")
# What a line of a report may begin with: its heading (CID 7001) and its content (CID 7002).
_HEADINGS = {
    "indication": (
        ("121109", "DCM", "Indications for Procedure"),
        ("121110", "DCM", "Patient Presentation"),
    ),
    "findings": (("121070", "DCM", "Findings"), ("121071", "DCM", "Finding")),
    "impression": (("121072", "DCM", "Impressions"), ("121073", "DCM", "Impression")),
}
_LINES = 38  # that fit on the one page of a PDF
_COLUMNS = 88
Report = Mapping[str, Any]


def made(form: str, order: Order, report: Report, *, begun: str, sop_uid: str) -> Dataset:
    """Return the object; `begun` is when the exam began, as the performed step says (DA TM)."""
    ds = Dataset()
    _add_study(ds, order, begun)
    _add_series(ds, form, order, report, sop_uid)
    if form == "sr":
        _add_tree(ds, order, report)
    else:
        _add_pdf(ds, order, report)
    return ds


def _add_study(ds: Dataset, order: Order, begun: str) -> None:
    who = order.patient
    ds.SyntheticData = "YES"
    ds.PatientName, ds.PatientID, ds.IssuerOfPatientID = who.name, who.mrn, who.issuer
    ds.PatientBirthDate, ds.PatientSex = who.birth_date, who.sex
    date, _, time = begun.partition(" ")
    ds.StudyDate = date or f"{order.scheduled:%Y%m%d}"
    ds.StudyTime = time or f"{order.scheduled:%H%M%S}"
    ds.StudyInstanceUID, ds.AccessionNumber = order.study_uid, order.accession
    ds.StudyID, ds.ReferringPhysicianName = order.requested_procedure_id[:16], order.referring
    ds.StudyDescription = order.procedure.description


def _add_series(ds: Dataset, form: str, order: Order, report: Report, sop_uid: str) -> None:
    at = datetime.fromisoformat(report["at"])
    ds.SpecificCharacterSet = _charset(order, report)
    ds.SOPClassUID, ds.SOPInstanceUID = CLASSES[form], sop_uid
    ds.InstanceCreationDate = ds.ContentDate = ds.SeriesDate = f"{at:%Y%m%d}"
    ds.InstanceCreationTime = ds.ContentTime = ds.SeriesTime = f"{at:%H%M%S}"
    ds.Modality = {"sr": "SR", "pdf": "DOC"}[form]
    ds.SeriesInstanceUID = make_uid("report series", order.study_uid, form)
    ds.SeriesNumber, ds.InstanceNumber = {"sr": 900, "pdf": 901}[form], report["number"]
    ds.SeriesDescription = "Radiology report"
    ds.Manufacturer, ds.ManufacturerModelName = "PACS Lab", "RIS"


def _charset(order: Order, report: Report) -> str:
    try:
        "".join([*map(str, order.facts().values()), report["text"]]).encode("latin-1")
    except UnicodeEncodeError:
        return "ISO_IR 192"
    return "ISO_IR 100"


# --- structured report ----------------------------------------------------------------------------


def _add_tree(ds: Dataset, order: Order, report: Report) -> None:
    """Add the document (TID 2000, Basic Diagnostic Imaging Report)."""
    author = _pn(report["author"] or order.performing)
    ds.CompletionFlag, ds.VerificationFlag = "COMPLETE", "VERIFIED"
    ds.PreliminaryFlag = "FINAL"
    ds.ReferencedPerformedProcedureStepSequence = []
    ds.VerifyingObserverSequence = [_verifier(author, report["at"])]
    ds.ReferencedRequestSequence = [_request(order)]
    ds.PerformedProcedureCodeSequence = [
        code_item(order.procedure.code, "99PACSLAB", order.procedure.description)
    ]
    language = c.code(("121049", "DCM", "Language of Content Item and Descendants"),
                      ("en", "RFC5646", "English"), relation="HAS CONCEPT MOD")  # fmt: skip
    observer = c.person(("121008", "DCM", "Person Observer Name"), author, "HAS OBS CONTEXT")
    c.as_root(ds, c.container(TITLE, language, observer, *_sections(report["text"])), "2000")


def _sections(text: str) -> list[Dataset]:
    """Return a heading for each part of a report; what names none is a finding."""
    parts: dict[str, list[str]] = {}
    heading = "findings"
    for line in filter(None, map(str.strip, text.split("\n"))):
        found = re.match(r"(\w+):\s*(.*)", line)
        if found and found[1].lower() in _HEADINGS:
            heading, line = found[1].lower(), found[2]
        parts.setdefault(heading, []).append(line)
    return [
        c.container(_HEADINGS[name][0], c.text(_HEADINGS[name][1], "\r\n".join(lines)))
        for name, lines in parts.items()
    ]


def _verifier(author: str, at: str) -> Dataset:
    item = Dataset()
    item.VerifyingObserverName = author
    item.VerifyingOrganization = "PACS Lab Hospital"
    item.VerificationDateTime = f"{datetime.fromisoformat(at):%Y%m%d%H%M%S}"
    item.VerifyingObserverIdentificationCodeSequence = []
    return item


def _request(order: Order) -> Dataset:
    item = Dataset()
    item.StudyInstanceUID, item.AccessionNumber = order.study_uid, order.accession
    item.ReferencedStudySequence = []
    item.PlacerOrderNumberImagingServiceRequest = order.placer
    item.FillerOrderNumberImagingServiceRequest = order.accession
    item.RequestedProcedureID = order.requested_procedure_id
    item.RequestedProcedureDescription = order.procedure.description
    item.RequestedProcedureCodeSequence = [
        code_item(order.procedure.code, "99PACSLAB", order.procedure.description)
    ]
    return item


# --- PDF ------------------------------------------------------------------------------------------


def _add_pdf(ds: Dataset, order: Order, report: Report) -> None:
    who, author = order.patient, report["author"] or order.performing.replace("^", " ")
    lines = [
        f"Patient: {who.name.split('=')[0].replace('^', ' ')}  ID: {who.mrn}",
        f"Born: {who.birth_date}  Sex: {who.sex}  Accession: {order.accession}",
        f"Reported by {author} at {report['at'][:16].replace('T', ' ')}",
        "",
        *(part for line in report["text"].split("\n") for part in _wrapped(line)),
        "",
        "Synthetic document for training; not for clinical use.",
    ]
    if len(lines) > _LINES:
        raise RefusedError("The report does not fit on the one page of a PDF.", "Export it as sr.")
    document = page(order.procedure.description, lines)
    ds.ConversionType, ds.BurnedInAnnotation = "WSD", "YES"
    ds.AcquisitionDateTime, ds.DocumentTitle = "", "Radiology report"
    ds.ConceptNameCodeSequence = [code_item(*TITLE)]
    ds.MIMETypeOfEncapsulatedDocument = "application/pdf"
    ds.EncapsulatedDocument = document + b"\0" * (len(document) % 2)
    ds.EncapsulatedDocumentLength = len(document)


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, _COLUMNS) or [""]


def _pn(name: str) -> str:
    """Return a name as a PN: reports say 'Given Family'."""
    if "^" in name:
        return name
    given, _, family = name.rpartition(" ")
    return f"{family}^{given}".rstrip("^")[:64]
