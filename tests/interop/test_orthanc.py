"""A real Orthanc beside our archive: it sends to us, receives from us, asks us."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread

from tests.archive.support import Lab, save, study
from tests.interop.support import differences
from tests.orthanc import Orthanc

pytestmark = pytest.mark.peer("Orthanc")


@pytest.fixture
def both(lab: Lab, orthanc: Orthanc) -> tuple[Lab, Orthanc]:
    """Archive and Orthanc, each known to the other."""
    lab.archive.nodes.change("ORTHANC", {"port": orthanc.port})
    orthanc.register("PACSLAB", lab.port)
    return lab, orthanc


def test_orthanc_and_the_archive_exchange_objects(
    both: tuple[Lab, Orthanc], tmp_path: Path
) -> None:
    lab, orthanc = both
    orthanc.echo("PACSLAB")
    # Orthanc is the modality ...
    sent = study(1, 3)
    for number, ds in enumerate(sent):
        orthanc.upload(save(ds, tmp_path / f"{number}.dcm").read_bytes())
    answer = orthanc.store_to("PACSLAB")
    assert answer.get("FailedInstancesCount", 0) == 0
    assert lab.archive.index.counts()["instances"] == 3
    (row, *_) = lab.archive.index.locate([])
    kept = dcmread(BytesIO(lab.archive.store.read(row.digest)))
    assert differences(sent[kept.InstanceNumber - 1], kept) == []
    # ... then the workstation: a C-MOVE from us to it
    lab.store(*study(2, 2))
    from simulator.network import scu
    from tests.archive.support import CALLER, query

    moved = scu.move(lab.peer, query("STUDY", StudyInstanceUID="1.2.3.2"), "ORTHANC", CALLER)
    assert (moved.completed, moved.failed, moved.status) == (2, 0, 0)
    assert {"1.2.3.2.1.1", "1.2.3.2.1.2"} < set(orthanc.instances())


def test_orthanc_asks_and_fetches(both: tuple[Lab, Orthanc]) -> None:
    lab, orthanc = both
    lab.store(*study(1, 2), *study(2, 1, PatientName="Other^One"))
    asked = {"Level": "Study", "Query": {"PatientName": "TEST*", "StudyDate": "20260101-"}}
    found = orthanc.call("POST", "/modalities/PACSLAB/query", asked)
    answers = orthanc.call("GET", f"{found['Path']}/answers?expand&simplify")
    assert [answer["StudyInstanceUID"] for answer in answers] == ["1.2.3.1"]
    fetched = {"TargetAet": "ORTHANC", "Synchronous": True}
    orthanc.call("POST", f"{found['Path']}/retrieve", fetched)
    assert orthanc.instances() == ["1.2.3.1.1.1", "1.2.3.1.1.2"]
    for level, keys in (
        ("Series", {"StudyInstanceUID": "1.2.3.1"}),
        ("Instance", {"StudyInstanceUID": "1.2.3.1", "SeriesInstanceUID": "1.2.3.1.1"}),
    ):
        found = orthanc.call("POST", "/modalities/PACSLAB/query", {"Level": level, "Query": keys})
        assert (
            len(orthanc.call("GET", f"{found['Path']}/answers"))
            == {"Series": 1, "Instance": 2}[level]
        )
