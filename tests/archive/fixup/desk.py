"""What the tests of the fix-up desk share: who corrects, orders, and looking at stored objects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

from pydicom import dcmread
from pydicom.dataset import Dataset

from simulator.archive.fixup.acting import Done
from simulator.archive.fixup.editing import Hand
from simulator.archive.fixup.plan import Plan
from simulator.errors import StatusError
from tests.archive.support import Lab

NOW = datetime(2026, 3, 2, 9, 30)
HAND = Hand(by="eva", now=NOW)
ORDER = {
    "accession": "A9",
    "patient_name": "Right^Rosa",
    "patient_id": "P9",
    "issuer": "HOSPITAL",
    "birth_date": "19800202",
    "sex": "F",
    "study_uid": "1.2.3.9",
    "requested_procedure_id": "RP9",
    "procedure": "CT chest",
    "referring": "Ref^Rita",
    "step_id": "SP9",
}


def study_of(lab: Lab, uid: str = "1.2.3.1") -> dict[str, Any]:
    """Return a study's facts."""
    found = lab.archive.index.study(uid)
    assert found is not None
    return found


def do(lab: Lab, make: Callable[[], Plan]) -> Done:
    """Do a plan as eva."""
    return lab.archive.fixup.do(make, HAND)


def stored(lab: Lab, sop_uid: str) -> Dataset:
    """Return an object as it is stored."""
    found = lab.archive.index.find_instance(sop_uid)
    assert found is not None
    return dcmread(BytesIO(lab.archive.store.read(found.digest)))


def everything(lab: Lab) -> dict[str, tuple[str, str, str]]:
    """Return study, series and file of every instance in the index."""
    places = lab.archive.index.locate([])
    return {place.sop_uid: (place.study_uid, place.series_uid, place.digest) for place in places}


def edit(lab: Lab, uid: str = "1.2.3.1", **values: str) -> Done:
    """Edit a study."""
    return do(lab, lambda: lab.archive.fixup.editing.edit(study_of(lab, uid), values, HAND))


def reject(lab: Lab, code: str, uid: str = "1.2.3.1", *instances: str, series: str = "") -> Done:
    """Reject a study or parts of it."""
    rejecting = lab.archive.fixup.rejecting
    return do(lab, lambda: rejecting.reject(study_of(lab, uid), code, HAND, series, instances))


def sent(lab: Lab, *objects: Dataset) -> list[int]:
    """Send objects one by one and return their statuses, failures too."""
    found = []
    for ds in objects:
        try:
            found += lab.store(ds)
        except StatusError as error:
            found.append(error.status)
    return found
