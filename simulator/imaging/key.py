"""Key object selection: the few images a reader should look at first (PS3.3 A.35.4, TID 2010)."""

from typing import TYPE_CHECKING

from simulator.imaging import content
from simulator.imaging.documents import Made
from simulator.imaging.evidence import evidence, request

if TYPE_CHECKING:
    from pydicom import Dataset

    from simulator.imaging.frame import Take

OF_INTEREST = ("113000", "DCM", "Of Interest")
DESCRIPTION = ("113012", "DCM", "Key Object Description")
MOST = 3  # images chosen


def chosen(made: tuple[Made, ...]) -> tuple[Made, ...]:
    """Return the middle image of each of the first series."""
    from simulator.fleet.profile import KINDS

    images = [m for m in made if KINDS[m.take.profile.kind(m.take.series)].image]
    middles = []
    for uid in list(dict.fromkeys(m.series_uid for m in images))[:MOST]:
        members = [m for m in images if m.series_uid == uid]
        middles.append(members[len(members) // 2])
    return tuple(middles)


def write(ds: "Dataset", take: "Take", made: tuple[Made, ...]) -> None:
    """Make `ds` a note on the key images among those made before."""
    picked = chosen(made)
    ds.ReferencedPerformedProcedureStepSequence = []
    if take.exam.requested_procedure_id:
        ds.ReferencedRequestSequence = request(take.exam)
    ds.CurrentRequestedProcedureEvidenceSequence = evidence(take.exam.study_uid, picked)
    words = take.finding.words if take.finding else "Representative images."
    root = content.container(
        OF_INTEREST,
        content.text(DESCRIPTION, words),
        *(content.image(m.sop_class_uid, m.sop_instance_uid) for m in picked),
    )
    content.as_root(ds, root, "2010")
