"""What notebooks hold: the client's objects do what the devices and people would."""

from __future__ import annotations

import pytest

from simulator.client import Client
from simulator.errors import RefusedError
from simulator.results import Outcome, Rows


def test_a_study_goes_all_the_way(hospital: Client) -> None:
    """Order, worklist, images, MPPS, store, matched: the straight line of design.md."""
    procedure = hospital.ris.mapping().one(station_ae="CT1", protocol="head")
    order = hospital.ris.place(code=procedure["code"])
    assert order["accession"] in {row["accession"] for row in hospital.modality("CT1").worklist()}
    done = hospital.modality("CT1").perform(order["accession"])
    assert done, done.error
    _wait_for(lambda: hospital.archive.studies(accession=order["accession"], order_state="matched"))
    assert hospital.ris.order(order["accession"])["status"] == "completed"
    (step,) = [s for s in hospital.ris.mpps() if order["accession"] in str(s)]
    assert step["status"] == "COMPLETED"


def test_find_and_move_over_dicom(hospital: Client) -> None:
    study = hospital.archive.studies()[0]
    found = hospital.archive.find(PatientID=study["patient_id"], StudyInstanceUID=None)
    assert study["study_uid"] in {ds.StudyInstanceUID for ds in found}
    moved = hospital.archive.move(study["study_uid"], "WS1")
    assert moved and moved.facts["completed"] == study["instances"]
    assert study["study_uid"] in {
        row["study_uid"] for row in hospital.workstation("WS1").received()
    }


def test_an_unknown_destination_is_the_peers_refusal(hospital: Client) -> None:
    moved = hospital.archive.move(hospital.archive.studies()[0]["study_uid"], "NOWHERE")
    assert not moved and moved.kind == "the peer refused" and moved.facts["status"] == 0xA801


def test_an_unscheduled_study_is_unmatched_until_linked(hospital: Client) -> None:
    order = hospital.ris.orders(status="completed")[0]
    typed = {"patient_name": "DOE^JOHN", "patient_id": "X1", "protocol": "chest"}
    assert hospital.modality("CT1").perform_unscheduled(**typed)
    (study,) = _wait_for(lambda: hospital.archive.unmatched())
    tree = hospital.archive.study(study["study_uid"])["tree"]
    sop_uid = tree[0]["instances"][0]["sop_uid"]
    before = hospital.archive.instance(sop_uid)
    assert hospital.archive.link(study["study_uid"], order["accession"])
    after = hospital.archive.instance(sop_uid)
    assert after.PatientID == order["patient_id"] and after.PixelData == before.PixelData
    original = after.OriginalAttributesSequence[0].ModifiedAttributesSequence[0]
    assert original.PatientID == "X1"
    assert not hospital.archive.unmatched()


def test_the_last_administrator_cannot_be_disabled(hospital: Client) -> None:
    with pytest.raises(RefusedError, match="last active PACS administrator"):
        hospital.users.disable("pacsadmin")


def test_staff_act_under_their_own_names(hospital: Client) -> None:
    hospital.as_staff("m.reyes").archive.change_node("WS2", description="moved to room 4")
    entry = hospital.journal.entries(kind="node.changed")[-1]
    assert entry.facts["by"] == "m.reyes"


def test_tables_escape_what_came_over_the_wire() -> None:
    rows = Rows([{"name": "<script>alert(1)</script>", "n": 1}])
    assert "<script>" not in rows._repr_html_() and "&lt;script&gt;" in rows._repr_html_()
    outcome = Outcome(ok=False, what="<b>x</b>", error="<i>")
    assert "<b>" not in outcome._repr_html_() and "<i>" not in outcome._repr_html_()


def _wait_for(look: object, seconds: float = 8.0) -> object:
    import time

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():  # type: ignore[operator]
            return found
        time.sleep(0.05)
    raise AssertionError("nothing came")
