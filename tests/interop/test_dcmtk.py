"""DCMTK's clients and its storescp, as a trainee would use them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydicom import dcmread

from tests.archive.support import Lab, image, save, store_on, study
from tests.interop.support import data_set_bytes, tool
from tests.net import free_port, wait_for_port
from tests.peers import background, run

pytestmark = pytest.mark.peer("echoscu", "storescu", "findscu", "movescu", "getscu", "storescp")


@pytest.fixture
def storescp(lab: Lab, tmp_path: Path, peer: Callable[[str], Path]) -> Iterator[Path]:
    """A storescp that is WS1, and the folder it writes to."""
    port, folder = free_port(), tmp_path / "ws1"
    folder.mkdir()
    options = ("-od", folder, "-aet", "WS1", "+B", "+xa")
    with background(peer("storescp"), *options, port):
        wait_for_port(port)
        lab.archive.nodes.change("WS1", {"port": port})
        yield folder


def test_echoscu(lab: Lab) -> None:
    assert "Received Echo Response (Success)" in tool("echoscu", lab, "-v").stdout
    refused = tool("echoscu", lab, ae="STRANGER")
    assert refused.returncode != 0
    assert "Calling AE Title Not Recognized" in refused.stdout
    wrong = tool("echoscu", lab, "-aec", "WRONG")
    assert "Called AE Title Not Recognized" in wrong.stdout


def test_storescu(lab: Lab, tmp_path: Path) -> None:
    paths = [save(ds, tmp_path / f"{n}.dcm") for n, ds in enumerate(study(1, 3))]
    done = tool("storescu", lab, "-v", *paths)
    assert done.stdout.count("Received Store Response (Success)") == 3, done.stdout
    assert lab.archive.index.counts()["instances"] == 3


def test_storescu_hears_a_refusal_in_full(lab: Lab, tmp_path: Path) -> None:
    lab.set("store.duplicates", "refuse")
    path = save(image(), tmp_path / "a.dcm")
    assert tool("storescu", lab, path).returncode == 0
    done = tool("storescu", lab, "-d", path)
    assert "0x0111" in done.stdout and "the SOP instance is stored already" in done.stdout


def test_findscu(lab: Lab) -> None:
    lab.enter(
        *study(1, 3), *study(2, 1, PatientName="Müller^Jürgen", SpecificCharacterSet="ISO_IR 100")
    )
    keys = ("-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID", "-k", "PatientName=te*")
    counts = ("-k", "NumberOfStudyRelatedInstances", "-k", "ModalitiesInStudy")
    said = tool("findscu", lab, "-S", *keys, *counts).stdout
    assert "UI [1.2.3.1" in said and "1.2.3.2" not in said
    assert "(0020,1208) IS [3 ]" in said and "(0008,0061) CS [CT]" in said
    patients = tool(
        "findscu", lab, "-P", "-k", "QueryRetrieveLevel=PATIENT", "-k", "PatientID"
    ).stdout
    assert "[T1]" in patients and "[T2]" in patients


def test_findscu_extracts_answers_in_utf_8(lab: Lab, tmp_path: Path) -> None:
    lab.enter(*study(1, 1, PatientName="Müller^Jürgen", SpecificCharacterSet="ISO_IR 100"))
    keys = ("-k", "QueryRetrieveLevel=STUDY", "-k", "PatientName", "-k", "StudyInstanceUID")
    tool("findscu", lab, "-S", *keys, "-X", "-od", str(tmp_path))
    (path,) = tmp_path.glob("rsp*.dcm")
    assert dcmread(path).PatientName == "Müller^Jürgen"


def test_findscu_hears_why_a_query_is_wrong(lab: Lab) -> None:
    said = tool("findscu", lab, "-d", "-S", "-k", "PatientName=te*").stdout
    assert "0xa900" in said.lower()
    assert "Query/Retrieve Level (0008,0052) is missing" in said


def test_findscu_cancels(lab: Lab) -> None:
    for number in range(50):
        lab.enter(*study(number))
    keys = ("-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID", "--cancel", "3")
    assert tool("findscu", lab, "-S", *keys).returncode == 0
    assert lab.told("c-find")[0].facts["status"] in ("0xFE00", "0x0000")


def test_movescu(lab: Lab, storescp: Path) -> None:
    sent = study(1, 3)
    lab.store(*sent)
    keys = ("-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=1.2.3.1")
    done = tool("movescu", lab, "-v", "-S", "-aem", "WS1", *keys)
    assert done.returncode == 0 and "Received Final Move Response (Success)" in done.stdout
    assert sorted(dcmread(path).InstanceNumber for path in storescp.iterdir()) == [1, 2, 3]
    assert all(
        dcmread(path) == sent[dcmread(path).InstanceNumber - 1] for path in storescp.iterdir()
    )
    unknown = tool("movescu", lab, "-d", "-S", "-aem", "NOWHERE", *keys)
    assert "0xa801" in unknown.stdout.lower()
    assert "'NOWHERE' is not a known move destination" in unknown.stdout


def test_getscu(lab: Lab, tmp_path: Path) -> None:
    sent = study(1, 3)
    lab.store(*sent)
    folder = tmp_path / "got"
    folder.mkdir()
    keys = ("-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=1.2.3.1")
    done = tool("getscu", lab, "-v", "-S", "+B", "-od", str(folder), *keys)
    assert done.returncode == 0, done.stdout
    got = {dcmread(path).InstanceNumber: path for path in folder.iterdir()}
    assert sorted(got) == [1, 2, 3]
    with lab.open() as association:  # it is what we stored, to the byte
        store_on(association, sent[0])
    found = lab.archive.index.find_instance(sent[0].SOPInstanceUID)
    assert found is not None
    assert data_set_bytes(got[1]) == lab.archive.store.read(found.digest)[found.offset :]


def test_worklist_with_findscu(tmp_path: Path, peer: Callable[[str], Path]) -> None:
    """The RIS answers DCMTK, too."""
    from simulator.clock import ClockKeeper
    from simulator.hospital.ris import Ris
    from simulator.journal import Journal
    from tests.hospital.conftest import PROCEDURES

    clock = ClockKeeper(tmp_path / "clock.json")
    journal = Journal(tmp_path / "journal", "hospital", clock)
    ris = Ris(tmp_path / "hospital", 1, clock, journal, PROCEDURES)
    server = ris.serve()
    try:
        order = ris.book.place(code="CT-CHEST")
        keys = ("PatientName", "AccessionNumber", "ScheduledProcedureStepSequence[0].Modality=CT")
        asked = [part for key in keys for part in ("-k", key)]
        call = ("-v", "-W", "-aec", "RISLAB", *asked, "127.0.0.1", server.port)
        done = run(peer("findscu"), *call)
        assert done.returncode == 0, done.stdout
        assert f"[{order.accession}" in done.stdout
    finally:
        server.stop()
        ris.close()
        journal.close()
