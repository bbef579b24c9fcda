"""A hospital whose archive is a real Orthanc."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable

import httpx
import pytest

from simulator import system
from simulator.backends.capabilities import LacksError
from simulator.client import Client
from simulator.errors import CannotError, PacsLabError, RefusedError
from simulator.network import scu
from simulator.network.associate import Caller
from simulator.seat import Seat
from tests.net import wait_for

pytestmark = [pytest.mark.peer("Orthanc"), pytest.mark.timeout(180)]
Command = Callable[..., tuple[int, str, str]]


def test_seat_json_says_what_is_there(orthanc_seat: Seat) -> None:
    facts = orthanc_seat.facts
    assert facts["backend"] == "orthanc" and facts["dicom"]["archive"]["ae"] == "PACSLAB"
    assert "archive_tls" not in facts["dicom"] and "archive" not in facts["hl7"]
    assert facts["urls"]["api"].endswith("/api") and facts["urls"]["orthanc"]
    assert 'kind = "orthanc"' in (orthanc_seat.folder / "config.toml").read_text("utf-8")
    configuration = json.loads((orthanc_seat.folder / "archive-orthanc/orthanc.json").read_text())
    assert configuration["AuthenticationEnabled"] and not configuration["RemoteAccessAllowed"]


def test_orthanc_wants_the_seats_password(orthanc_seat: Seat) -> None:
    url, admin = orthanc_seat.facts["urls"]["orthanc"], orthanc_seat.secrets["admin"]
    assert httpx.get(f"{url}/system", trust_env=False).status_code == 401
    known = (admin["user"], admin["password"])
    assert httpx.get(f"{url}/system", auth=known, trust_env=False).status_code == 200


def test_the_first_studies_and_their_pixels(orthanc_hospital: Client) -> None:
    archive = orthanc_hospital.archive
    rows = archive.studies()
    assert len(rows) == 4 and archive.status()["studies"] == 4 and archive.echo().ok
    assert archive.studies(patient_id=rows[0]["patient_id"])
    assert not archive.studies(patient_id="*")  # a value is a value, not a pattern
    study = archive.study(rows[0]["study_uid"])
    images = [image for line in study["tree"] for image in line["instances"]]
    assert len(images) == rows[0]["instances"]
    assert archive.instance(images[0]["sop_uid"]).StudyInstanceUID == rows[0]["study_uid"]
    with pytest.raises(RefusedError, match="no such study"):
        archive.study("1.2.3")


def test_a_workstation_finds_and_fetches(orthanc_hospital: Client) -> None:
    row = orthanc_hospital.archive.studies()[0]
    desk = orthanc_hospital.workstation("WS1")
    assert desk.find(PatientID=row["patient_id"])
    assert desk.retrieve(row["study_uid"]).ok
    assert sum(one["instances"] for one in desk.received()) == row["instances"]


def test_a_device_stores_and_gets_commitment(orthanc_hospital: Client) -> None:
    device = orthanc_hospital.modality("CT1")
    device.set("commitment", True)
    device.perform_unscheduled(protocol="head", patient_id="T1", patient_name="Test^One")
    device.send()

    def committed() -> bool:
        return bool(orthanc_hospital.journal.entries(kind="device.commitment.result"))

    wait_for(committed, 20, "Orthanc's word on the images")
    entry = orthanc_hospital.journal.entries(kind="device.commitment.result")[-1]
    assert entry.facts["committed"] > 0 and not entry.facts["failed"]
    assert device.facts["uncommitted"] == 0


def test_strangers_and_wrong_titles_are_rejected(orthanc_hospital: Client) -> None:
    peer = orthanc_hospital.archive.peer
    for caller, called, triple in (
        ("STRANGER", peer.ae, (1, 1, 3)),
        ("NOTEBOOK", "WRONG", (1, 1, 7)),
    ):
        with pytest.raises(PacsLabError) as raised:
            scu.echo(type(peer)(ae=called, host=peer.host, port=peer.port), Caller(ae=caller))
        assert getattr(raised.value, "triple", None) == triple
    if system.has_loopback_network():  # a known title from another address is a stranger too
        with pytest.raises(PacsLabError):
            scu.echo(peer, Caller(ae="CT1", host="127.0.0.1"))


def test_nothing_waits_for_what_orthanc_does_not_take(orthanc_hospital: Client) -> None:
    assert not [row for row in orthanc_hospital.ris.channels() if row["name"] == "PACS"]
    settled = orthanc_hospital.seat.call(
        "hospital", "POST", "/channels/settle", {}, as_instructor=True
    )
    assert settled["ok"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("archive", "user", "list"), "no accounts or roles"),
        (("archive", "setting", "list"), "no settings"),
        (("archive", "setting", "set", "store.duplicates", "refuse"), "no settings"),
        (("archive", "audit", "list"), "not PACS Lab's audit trail"),
        (("archive", "queue", "list"), "no queues"),
        (("archive", "study", "list", "--unmatched"), "knows no orders"),
    ],
)
def test_a_command_says_what_is_lacking(
    orthanc_seat: Seat, command: Command, words: tuple[str, ...], line: str
) -> None:
    status, _, said = command(orthanc_seat, *words)
    assert status == 3 and line in said and said.count("\n") == 1


def test_the_client_says_it_too(orthanc_hospital: Client) -> None:
    assert "knows no orders" in str(orthanc_hospital.archive.unmatched())
    with pytest.raises(CannotError, match="no settings"):
        orthanc_hospital.archive.set("store.duplicates", "refuse")
    with pytest.raises(LacksError, match="no accounts"):
        orthanc_hospital.capabilities.need("users")
    with pytest.raises(CannotError, match="knows no orders"):
        orthanc_hospital.archive.link(orthanc_hospital.archive.studies()[0]["study_uid"], "A1")


def test_a_reset_is_exact_for_studies_and_nodes(orthanc_hospital: Client, command: Command) -> None:
    archive, seat = orthanc_hospital.archive, orthanc_hospital.seat
    studies = {row["study_uid"]: row["instances"] for row in archive.studies()}
    nodes = list(archive.nodes())
    archive.delete(archive.studies()[0]["study_uid"])
    orthanc_hospital.modality("DX1").perform_unscheduled(
        protocol="chest", patient_id="T2", patient_name="Test^Two"
    )
    orthanc_hospital.modality("DX1").send()
    archive.change_node("WS1", port=4444, description="moved")
    archive.remove_node("WS2")
    archive.add_node("NEW1", "127.0.0.1", 0, rights=["echo"])
    assert {row["study_uid"] for row in archive.studies()} != set(studies)
    status, said, _ = command(seat, "reset")
    assert status == 0 and "Orthanc's log and its list of jobs go on" in said
    assert {row["study_uid"]: row["instances"] for row in archive.studies()} == studies
    assert list(archive.nodes()) == nodes


def test_stop_kill_and_start_leave_nothing_behind(orthanc_hospital: Client) -> None:
    seat = orthanc_hospital.seat
    before = {row["study_uid"]: row["instances"] for row in orthanc_hospital.archive.studies()}
    place = seat.facts["dicom"]["archive"]
    seat.service("stop", "archive")
    assert not system.accepts(place["host"], place["port"])
    seat.service("start", "archive")
    os.kill(seat.facts["pids"]["archive"], getattr(signal, "SIGKILL", signal.SIGTERM))
    wait_for(lambda: not system.accepts(place["host"], place["port"]), 10)
    wait_for(lambda: not seat.is_up("archive"), 10)
    seat.service("start", "archive")
    after = {row["study_uid"]: row["instances"] for row in orthanc_hospital.archive.studies()}
    assert after == before


@pytest.mark.skipif(sys.platform == "win32", reason="the plug-in is looked for on Debian")
def test_dicomweb_where_the_plugin_is(orthanc_hospital: Client) -> None:
    url = orthanc_hospital.seat.facts["urls"]["dicomweb"]
    if url is None:
        with pytest.raises(CannotError, match="DICOMweb"):
            _ = orthanc_hospital.archive.dicomweb_url
        return
    admin = orthanc_hospital.seat.secrets["admin"]
    known = (admin["user"], admin["password"])
    found = httpx.get(f"{url}/studies", auth=known, trust_env=False, timeout=20)
    assert found.status_code == 200 and len(found.json()) == 4


@pytest.mark.skipif(sys.platform == "win32", reason="the plug-in is looked for on Debian")
def test_the_viewer_in_jupyterlab_gets_images_from_it(orthanc_hospital: Client) -> None:
    """OHIF asks through JupyterLab, which has Orthanc's account; the browser never does."""
    seat = orthanc_hospital.seat
    if not seat.facts["urls"]["dicomweb"]:
        pytest.skip("Orthanc's DICOMweb plug-in is not installed")
    plan = seat.plan
    assert plan is not None
    url = httpx.URL(seat.start_lab())
    try:
        base = f"http://127.0.0.1:{plan.jupyter}/pacslab/dicom-web"
        headers = {"Authorization": f"token {url.params['token']}"}
        with httpx.Client(trust_env=False, timeout=30, headers=headers) as client:
            found = client.get(f"{base}/studies", headers={"Accept": "application/dicom+json"})
            assert found.status_code == 200 and len(found.json()) == 4
            uid = found.json()[0]["0020000D"]["Value"][0]
            assert client.get(f"{base}/studies/{uid}/metadata").status_code == 200
    finally:
        seat._stop("jupyter")
