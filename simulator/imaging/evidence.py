"""References from a document to the instances it is about (PS3.3 C.17.2, C.17.6)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator.imaging.documents import Made
from simulator.imaging.exam import Exam

if TYPE_CHECKING:
    from pydicom import Dataset


def references(made: Sequence[Made]) -> "list[Dataset]":
    """Return a SOP instance reference for each (PS3.3 Table 10-11)."""
    from pydicom import Dataset

    items = []
    for one in made:
        item = Dataset()
        item.ReferencedSOPClassUID = one.sop_class_uid
        item.ReferencedSOPInstanceUID = one.sop_instance_uid
        items.append(item)
    return items


def by_series(made: Sequence[Made], keyword: str) -> "list[Dataset]":
    """Return the references series by series, under `keyword` in each."""
    from pydicom import Dataset

    items = []
    for uid in dict.fromkeys(one.series_uid for one in made):
        item = Dataset()
        item.SeriesInstanceUID = uid
        setattr(item, keyword, references([one for one in made if one.series_uid == uid]))
        items.append(item)
    return items


def evidence(study_uid: str, made: Sequence[Made]) -> "list[Dataset]":
    """Return the references as evidence of one study."""
    from pydicom import Dataset

    item = Dataset()
    item.StudyInstanceUID = study_uid
    item.ReferencedSeriesSequence = by_series(made, "ReferencedSOPSequence")
    return [item]


def request(exam: Exam) -> "list[Dataset]":
    """Return the request that an SR document fulfils (PS3.3 C.17.2); empty for unscheduled work."""
    from pydicom import Dataset

    if not exam.requested_procedure_id:
        return []
    item = Dataset()
    item.StudyInstanceUID, item.ReferencedStudySequence = exam.study_uid, []
    item.AccessionNumber = exam.accession
    item.PlacerOrderNumberImagingServiceRequest = ""
    item.FillerOrderNumberImagingServiceRequest = ""
    item.RequestedProcedureID = exam.requested_procedure_id
    item.RequestedProcedureDescription = exam.procedure
    item.RequestedProcedureCodeSequence = []
    return [item]
