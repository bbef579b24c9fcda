"""A report as an encapsulated PDF (PS3.3 A.45.1)."""

from typing import TYPE_CHECKING

from simulator.imaging.documents import Made
from simulator.imaging.header import add_procedure_step, code_item
from simulator.imaging.pdf import page

if TYPE_CHECKING:
    from pydicom import Dataset

    from simulator.imaging.frame import Take


def write(ds: "Dataset", take: "Take", made: tuple[Made, ...]) -> None:
    """Make `ds` a report on the images made before."""
    exam = take.exam
    words = take.finding.words if take.finding else "No abnormality detected."
    document = page(
        exam.procedure or take.protocol.description,
        [
            exam.institution,
            f"Patient: {exam.patient_name.split('=')[0].replace('^', ' ')}  ID: {exam.patient_id}",
            f"Born: {exam.birth_date}  Sex: {exam.sex}  Accession: {exam.accession}",
            f"Indication: {exam.indication or 'not given'}",
            "",
            f"Findings: {words}",
            f"Images: {len(made)}",
            "",
            "Synthetic document for training; not for clinical use.",
        ],
    )
    add_procedure_step(ds, exam, take.protocol)
    ds.ConversionType, ds.BurnedInAnnotation = "WSD", "YES"
    ds.AcquisitionDateTime = ""
    ds.DocumentTitle = take.series.description
    ds.ConceptNameCodeSequence = [code_item("11528-7", "LN", "Radiology Report")]
    ds.MIMETypeOfEncapsulatedDocument = "application/pdf"
    ds.EncapsulatedDocument = document + b"\0" * (len(document) % 2)
    ds.EncapsulatedDocumentLength = len(document)
