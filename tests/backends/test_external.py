"""A hospital whose archive is somebody else's: DCMTK's dcmqrscp, called STRANGER."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.backends.external import CALLER, verify
from simulator.client import Client
from simulator.errors import CannotError
from simulator.network.associate import Peer
from simulator.seat import Options, Seat
from tests.net import free_port
from tests.orthanc import Orthanc

pytestmark = [pytest.mark.peer("dcmqrscp"), pytest.mark.timeout(180)]
Command = Callable[..., tuple[int, str, str]]


def test_nothing_is_started_and_seat_json_names_the_peer(external_seat: Seat) -> None:
    facts = external_seat.facts
    assert facts["backend"] == "external" and facts["dicom"]["archive"]["ae"] == "STRANGER"
    assert facts["urls"]["dicomweb"] is None and "archive" not in facts["hl7"]
    assert not list(external_seat.folder.glob("archive-orthanc"))
    assert external_seat.config.backend.port == facts["dicom"]["archive"]["port"]
    assert external_seat.plan is not None
    assert external_seat.plan.archive != facts["dicom"]["archive"]["port"]


def test_the_fleet_stores_there_and_the_catalogue_lists_it(external_hospital: Client) -> None:
    archive = external_hospital.archive
    rows = archive.studies()
    assert len(rows) >= 4 and archive.echo().ok
    study = archive.study(rows[0]["study_uid"])
    images = [image for line in study["tree"] for image in line["instances"]]
    assert images
    assert archive.instance(images[0]["sop_uid"]).StudyInstanceUID == rows[0]["study_uid"]


def test_a_workstation_fetches_from_it(external_hospital: Client) -> None:
    row = external_hospital.archive.studies()[0]
    desk = external_hospital.workstation("WS1")
    assert desk.find(PatientID=row["patient_id"])
    assert desk.retrieve(row["study_uid"]).ok
    assert desk.received()


def test_status_names_what_to_enter_there(external_seat: Seat, command: Command) -> None:
    status, said, _ = command(external_seat, "status")
    assert status == 0 and "The archive is the external archive." in said
    for name, place in external_seat.facts["dicom"]["devices"].items():
        assert name in said and place["host"] in said and str(place["port"]) in said
    assert "Enter these at the external archive" in said and "NOTEBOOK" in said


def test_what_it_lacks_is_said(external_seat: Seat, command: Command) -> None:
    for words in (("node", "list"), ("user", "list"), ("setting", "list"), ("audit", "list")):
        status, _, said = command(external_seat, "archive", *words)
        assert status == 3 and said.startswith("pacslab: The external archive ")


def test_nothing_can_be_deleted_from_here(external_hospital: Client) -> None:
    row = external_hospital.archive.studies()[0]
    with pytest.raises(CannotError, match="only in its own administration"):
        external_hospital.archive.delete(row["study_uid"])


def test_a_reset_says_what_stays(external_seat: Seat, command: Command) -> None:
    before = len(Client(external_seat).archive.studies())
    status, said, _ = command(external_seat, "reset")
    assert status == 0 and "cannot be taken back from here" in said
    assert len(Client(external_seat).archive.studies()) == before


# --- three kinds of failure -----------------------------------------------------------------------


def test_nobody_answers() -> None:
    port = free_port()
    outcome = verify(Peer(ae="PACS", host="127.0.0.1", port=port))
    assert not outcome and outcome.kind == "nobody answered"
    assert outcome.error.startswith(f"Nobody answered at 127.0.0.1:{port}.")


def test_something_listens_and_says_nothing(silent_port: int) -> None:
    quick = type(CALLER)(ae=CALLER.ae, connect_timeout=1, acse_timeout=0.5)
    outcome = verify(Peer(ae="PACS", host="127.0.0.1", port=silent_port), quick)
    assert outcome.kind == "nobody answered" and "Nobody answered" in outcome.error


def test_our_title_is_refused(orthanc_seat: Seat) -> None:
    place = Peer(**orthanc_seat.facts["dicom"]["archive"])
    stranger = type(CALLER)(ae="WHO_IS_THAT")
    outcome = verify(place, stranger)
    assert outcome.kind == "the peer refused"
    assert "refused our AE title WHO_IS_THAT" in outcome.error


def test_its_title_is_another_one(orthanc_seat: Seat) -> None:
    place = orthanc_seat.facts["dicom"]["archive"]
    outcome = verify(Peer(**{**place, "ae": "OTHER"}))
    assert outcome.kind == "the peer refused" and "is not called OTHER" in outcome.error


def test_up_with_nobody_there_says_so_and_goes_on(tmp_path: Path) -> None:
    """A PACS that is down, or does not know us yet, is no reason not to start."""
    seat = Seat(tmp_path / "seat")
    seat.folder.mkdir()
    (seat.folder / "config.toml").write_text("baseline_studies = 1\n", "utf-8")
    port = free_port()
    try:
        seat.up(Options(ports="auto", lab=False, peer=f"PACS@127.0.0.1:{port}"))
        state = seat.status()
        assert state["up"] and f"Nobody answered at 127.0.0.1:{port}" in state["said"][0]
        assert not next(row for row in state["nodes"] if row["ae"] == "PACS")["answers"]
        waiting = sum(row["queued"] for row in Client(seat).fleet.devices() if "queued" in row)
        assert waiting, "the first exam waits on its device"
        with pytest.raises(CannotError, match="connection refused"):
            Client(seat).archive.studies()
    finally:
        seat.down()


def test_an_orthanc_of_somebody_else_is_told_apart(orthanc: Orthanc) -> None:
    outcome = verify(Peer(ae="ORTHANC", host="127.0.0.1", port=orthanc.port))
    assert outcome.ok or outcome.kind == "the peer refused"
