"""HL7 into the archive: its own copy of the orders, updates, merges, reports; and MPPS."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pydicom.dataset import Dataset

from simulator.archive.nodes import Node
from simulator.errors import StatusError
from simulator.network import scu
from simulator.network.associate import Caller
from simulator.network.mllp import MllpServer
from simulator.network.mllp_client import MllpClient
from tests.archive.support import Lab, study, until
from tests.hl7_support import message

Send = Callable[..., str]
PID = "PID|1||T1^^^^MR||TEST^ANNA||19700101|F"
ORM = f"{PID}\nORC|NW|P1|A1||SC\nOBR|1|P1|A1|CT^CT chest||||||||||||||A1|RP1|SP1\nZDS|1.2.3.1"


@pytest.fixture
def send(lab: Lab) -> Iterator[Send]:
    """Send one message; returns code and reason."""
    receive = lab.archive.interfaces.receiver.receive
    server = MllpServer(name="archive", host="127.0.0.1", port=0, receive=receive).start()
    with MllpClient("127.0.0.1", int(server.port)) as client:
        count = iter(range(1, 10**6))

        def call(kind: str, body: str, **header: str) -> str:
            raw = message(f"M{next(count)}", kind, body, sender="RIS", **header)
            ack = client.send(raw)
            return f"{ack.code} {ack.reason}".strip()

        yield call
    server.stop()


def states(lab: Lab) -> list[str]:
    return [row["order_state"] for row in lab.archive.index.studies()]


def test_a_study_is_matched_with_the_order_hl7_told_of(lab: Lab, send: Send) -> None:
    assert send("ORM^O01", ORM) == "AA"
    lab.store(*study(1, 2))
    until(lambda: states(lab) == ["matched"])
    assert not lab.told("orders.unreachable")  # nobody was asked
    (order,) = lab.archive.orders.all()
    assert (order["patient_id"], order["step_id"], order["procedure"]) == ("T1", "SP1", "CT chest")
    assert (order["study_uid"], order["status"]) == ("1.2.3.1", "scheduled")


def test_images_that_beat_their_order_are_matched_when_it_comes(lab: Lab, send: Send) -> None:
    """Fault J10."""
    lab.store(*study(1))
    until(lambda: states(lab) == ["unmatched"])
    assert send("ORM^O01", ORM) == "AA"
    until(lambda: states(lab) == ["matched"])
    assert [entry.kind for entry in lab.told("study.")] == [
        "study.unmatched", "study.late-order", "study.matched",
    ]  # fmt: skip


def test_another_patient_s_order_matches_nothing(lab: Lab, send: Send) -> None:
    send("ORM^O01", ORM.replace("T1^", "T9^"))
    lab.store(*study(1))
    until(lambda: states(lab) == ["unmatched"])


def test_status_goes_along_and_old_news_changes_nothing(lab: Lab, send: Send) -> None:
    for control, status in (("NW", "SC"), ("SC", "IP"), ("SC", "CM"), ("NW", "SC")):
        assert send("ORM^O01", ORM.replace("NW|P1|A1||SC", f"{control}|P1|A1||{status}")) == "AA"
    assert [order["status"] for order in lab.archive.orders.all()] == ["completed"]
    assert send("ORM^O01", f"{PID}\nORC|CA|P1|A1\nOBR|1|P1|A1") == "AA"
    (order,) = lab.archive.orders.all()
    assert (order["status"], order["step_id"]) == ("cancelled", "SP1")


# --- patients -----------------------------------------------------------------------------------


def test_an_update_changes_index_and_images(lab: Lab, send: Send) -> None:
    lab.store(*study(1, 2), *study(2, PatientID="T1"))
    assert send("ADT^A08", PID.replace("TEST^ANNA", "NEU^ÄNNE")) == "AA"
    names = {str(answer.PatientName) for answer in lab.find(PatientID="T1", PatientName="")}
    assert names == {"NEU^ÄNNE"} and not lab.find(PatientName="TEST*")
    counts, images = lab.get(StudyInstanceUID="1.2.3.1")
    assert counts.completed == 2 and {str(ds.PatientName) for ds in images} == {"NEU^ÄNNE"}
    (kept,) = images[0].OriginalAttributesSequence
    assert kept.ModifiedAttributesSequence[0].PatientName == "Test^Anna"
    entries = lab.told("study.readdressed")
    assert len(entries) == 2 and "ADT^A08 M1 of RIS" in entries[0].facts["rule"]
    send("ADT^A08", PID.replace("TEST^ANNA", "NEU^ÄNNE"))
    assert len(lab.told("study.readdressed")) == 2  # nothing to change the second time


def test_an_update_can_be_switched_off(lab: Lab, send: Send) -> None:
    lab.set("hl7.patient_updates", False)
    lab.store(*study(1))
    assert send("ADT^A08", PID.replace("TEST", "NEU")) == "AA"
    assert not lab.find(PatientName="NEU*")


def test_a_merge_moves_studies_and_the_retired_identifier_vanishes(lab: Lab, send: Send) -> None:
    lab.store(*study(1, 2), *study(2), *study(3, PatientID="T2"))
    send("ORM^O01", ORM)
    merge = f"{PID.replace('T1^', 'T2^')}\nMRG|T1"
    assert send("ADT^A40", merge) == "AA"
    assert not lab.find(PatientID="T1") and len(lab.find(PatientID="T2")) == 3
    assert not lab.find("PATIENT", model="patient", PatientID="T1")
    _, images = lab.get(StudyInstanceUID="1.2.3.1")
    assert {ds.PatientID for ds in images} == {"T2"}
    assert [order["patient_id"] for order in lab.archive.orders.all()] == ["T2"]
    assert send("ADT^A40", merge) == "AA"  # again
    reverse = f"{PID}\nMRG|T2"
    assert send("ADT^A40", reverse).startswith("AE PID-3: T1 was merged into T2")
    assert send("ADT^A08", PID).startswith("AE PID-3: T1 was merged into T2")
    assert send("ORM^O01", ORM).startswith("AE PID-3: T1 was merged into T2")


def test_images_that_come_under_a_retired_identifier(lab: Lab, send: Send) -> None:
    """A device that still has the old worklist: the survivor gets the study, by a told rule."""
    send("ORM^O01", ORM)
    send("ADT^A40", f"{PID.replace('T1^', 'T2^')}\nMRG|T1")
    lab.store(*study(1))
    until(lambda: states(lab) == ["matched"])
    assert not lab.find(PatientID="T1") and lab.find(PatientID="T2")
    (entry,) = lab.told("study.readdressed")
    assert entry.facts["rule"] == "T1 was merged into T2 before"


def test_a_merge_in_a_chain_ends_at_the_last(lab: Lab, send: Send) -> None:
    lab.store(*study(1))
    for old, new in (("T1", "T2"), ("T2", "T3")):
        assert send("ADT^A40", f"{PID.replace('T1^', f'{new}^')}\nMRG|{old}") == "AA"
    identities = lab.archive.interfaces.identities
    assert identities.merged_into("T1", "") == identities.merged_into("T2", "") == ("T3", "")
    assert lab.find(PatientID="T3")


# --- reports and reading ------------------------------------------------------------------------


def report(status: str = "F", accession: str = "A1") -> str:
    return f"{PID}\nOBR|1|P1|{accession}|CT{'|' * 21}{status}\nOBX|1|TX|||Well.\nOBX|2|TX|||Done."


def test_a_study_is_to_be_read_once_it_is_completed_and_here(lab: Lab, send: Send) -> None:
    """Fault E11: without the trigger it is on no reading list."""
    wanted = lab.archive.interfaces.reading_list
    completed = ORM.replace("NW|P1|A1||SC", "SC|P1|A1||CM")
    send("ORM^O01", ORM)
    lab.store(*study(1))
    until(lambda: states(lab) == ["matched"])
    assert wanted() == []
    send("ORM^O01", completed)
    assert [row["accession"] for row in wanted()] == ["A1"]
    send("ORU^R01", report("P"))
    assert wanted()
    assert send("ORU^R01", report()) == "AA" and wanted() == []
    assert [row["text"] for row in lab.archive.interfaces.reports("A1")] == ["Well.\nDone."] * 2


@pytest.mark.parametrize(
    ("kind", "body", "header", "answer"),
    [
        ("ORU^R01", report(accession="A7"), {}, "AE OBR-3: neither a study nor an order A7"),
        ("ORU^R01", report().replace("T1^", "T7^"), {}, "AE PID-3: A1 is of patient T1"),
        ("ORU^R01", report(), {"receiver": "OLDPACS"}, "AR MSH-5: no application 'OLDPACS'"),
        ("ORM^O01", f"{PID}\nORC|SC|P9|A9||CM\nOBR|1|P9|A9", {}, "AE OBR-18: no order A9"),
        ("ADT^A40", f"{PID}\nMRG|T1", {}, "AE MRG-1: PID-3 and MRG-1 both name T1"),
        ("SIU^S12", "SCH|1", {}, "AR MSH-9.1: messages 'SIU^S12' are not taken here"),
    ],
)
def test_what_is_refused_says_why(
    lab: Lab, send: Send, kind: str, body: str, header: dict[str, str], answer: str
) -> None:
    send("ORM^O01", ORM)
    assert send(kind, body, **header).startswith(answer)
    assert answer[3:] in lab.told("hl7.received")[-1].text
    assert lab.archive.interfaces.log.find()[-1]["state"] == "rejected"


def test_the_listener_answers_to_the_name_it_is_given(lab: Lab, send: Send) -> None:
    """Fault J8: a changed name, mended by the setting; then replayed."""
    lab.set("hl7.application", "NEWPACS")
    assert send("ORM^O01", ORM, receiver="PACSLAB").startswith("AR MSH-5: no application 'PACSLAB'")
    lab.set("hl7.application", "PACSLAB")
    assert "order A1" in lab.archive.interfaces.receiver.replay(1)


def test_a_reset_takes_all_of_it_back(lab: Lab, send: Send) -> None:
    lab.store(*study(1))
    until(lambda: states(lab) == ["unmatched"])
    lab.archive.save_baseline()
    before = lab.archive.index.studies()
    send("ORM^O01", ORM)
    send("ADT^A40", f"{PID.replace('T1^', 'T2^')}\nMRG|T1")
    send("ORU^R01", report().replace("T1^", "T2^"))
    until(lambda: states(lab) == ["matched"])
    lab.archive.reset()
    interfaces = lab.archive.interfaces
    assert lab.archive.index.studies() == before and lab.archive.orders.all() == []
    assert interfaces.log.find() == [] and interfaces.reports() == []
    assert interfaces.identities.merged_into("T1", "") is None


# --- MPPS ---------------------------------------------------------------------------------------


def step() -> Dataset:
    ds, item = Dataset(), Dataset()
    item.StudyInstanceUID, item.AccessionNumber = "1.2.3.1", "A1"
    ds.ScheduledStepAttributesSequence = [item]
    ds.PatientName, ds.PatientID = "TEST^ANNA", "T1"
    ds.PerformedProcedureStepID, ds.PerformedStationAETitle, ds.Modality = "P1", "CT1", "CT"
    ds.PerformedProcedureStepStartDate, ds.PerformedProcedureStepStartTime = "20260302", "0930"
    ds.PerformedProcedureStepStatus = "IN PROGRESS"
    return ds


def ended() -> Dataset:
    ds = Dataset()
    ds.PerformedProcedureStepStatus = "COMPLETED"
    return ds


def test_mpps_is_kept_and_a_final_state_is_final(lab: Lab) -> None:
    lab.archive.nodes.add(Node(ae="RIS", rights=("mpps",)))
    ris = Caller(ae="RIS")
    scu.mpps_create(lab.peer, "1.2.9", step(), ris)
    scu.mpps_set(lab.peer, "1.2.9", ended(), ris)
    (row,) = lab.archive.steps.all("A1")
    assert (row["status"], row["station_ae"], row["accessions"]) == ("COMPLETED", "CT1", ["A1"])
    for act, uid, ds, status in (
        (scu.mpps_create, "1.2.9", step(), 0x0111),
        (scu.mpps_set, "1.2.9", ended(), 0x0110),
        (scu.mpps_set, "1.2.8", ended(), 0x0112),
    ):
        with pytest.raises(StatusError) as refused:
            act(lab.peer, uid, ds, ris)
        assert refused.value.status == status
    assert [entry.kind for entry in lab.told("mpps.")] == ["mpps.created", "mpps.updated"]


def test_who_has_no_right_to_mpps(lab: Lab) -> None:
    lab.archive.nodes.change("CT1", {"rights": ["echo", "store"]})
    with pytest.raises(StatusError) as refused:
        scu.mpps_create(lab.peer, "1.2.9", step(), Caller(ae="CT1"))
    assert refused.value.status == 0x0124 and lab.archive.steps.all() == []
