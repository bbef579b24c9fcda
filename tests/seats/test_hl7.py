"""HL7 in a running hospital: the order's side of a study, from the HIS to the report."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from simulator.client import Client
from simulator.errors import RefusedError
from simulator.network.mllp_client import MllpClient
from tests.hl7_support import message
from tests.net import wait_for

PID = "PID|1||H1^^^PACSLAB^MR||DOE^JÓN||19700131|M"
ORDER = f"{PID}\nORC|NW|X1|||||^^^20260302090000^^S\nOBR|1|X1||CT-CHEST^CT Chest"


def send(hospital: Client, kind: str, body: str, to: str = "ris") -> str:
    place = hospital.seat.facts["hl7"][to]
    with MllpClient(place["host"], place["port"]) as client:
        ack = client.send(message("T1", kind, body, sender="TEST"))
    return f"{ack.code} {ack.reason}".strip()


def settled(hospital: Client) -> None:
    """Wait until nothing is on its way from the RIS to the archive."""
    wait_for(lambda: not any(row["queued"] for row in hospital.ris.channels()), 15)


def placed(hospital: Client) -> dict[str, Any]:
    assert send(hospital, "ORM^O01", ORDER) == "AA"
    return next(row for row in hospital.ris.orders() if row["placer"] == "X1")


def test_the_baseline_came_over_hl7(hospital: Client) -> None:
    rows = hospital.ris.messages(channel="HIS", limit=500)
    assert len(rows) == 8 and {row["kind"] for row in rows} == {"ORM^O01"}
    known = {order["accession"]: order["status"] for order in hospital.archive.orders()}
    assert set(known.values()) == {"completed"} and len(known) == 8
    assert {row["status"] for row in hospital.archive.call("GET", "/mpps")} == {"COMPLETED"}
    assert len(hospital.archive.reading_list()) == 8


def test_both_listeners_answer(hospital: Client) -> None:
    rows = hospital.seat.status()["hl7"]
    assert [(row["name"], row["answers"]) for row in rows] == [("ris", True), ("archive", True)]
    assert hospital.seat.facts["hl7"]["ris"]["port"] == rows[0]["port"]


def test_from_the_order_to_the_report(hospital: Client) -> None:
    order = placed(hospital)
    accession = order["accession"]
    assert hospital.modality(order["station_ae"]).perform(accession)
    settled(hospital)
    wait_for(lambda: hospital.archive.studies(accession=accession, order_state="matched"))
    wait_for(lambda: accession in {row["accession"] for row in hospital.archive.reading_list()})
    report = f"{PID}\nOBR|1|X1|{accession}|CT{'|' * 21}F\nOBX|1|TX|||All is well."
    assert send(hospital, "ORU^R01", report) == "AA"
    settled(hospital)
    assert hospital.ris.order(accession)["status"] == "reported"
    assert hospital.archive.reports(accession)[0]["text"] == "All is well."
    (study,) = hospital.archive.studies(accession=accession)
    assert hospital.archive.study(study["study_uid"])["reports"][0]["status"] == "F"
    assert accession not in {row["accession"] for row in hospital.archive.reading_list()}
    what = [row["new"] for row in hospital.ris.history(accession)]
    assert what == ["scheduled", "in progress", "completed", "reported"]
    line = hospital.timeline(accession)
    assert line[0]["ihe"].startswith("RAD-2")
    said = {row["ihe"].split()[0] for row in line if row["ihe"]}
    assert said == {"RAD-2", "RAD-6", "RAD-7", "RAD-8", "RAD-24", "RAD-28"}
    assert {row["profile"] for row in line} == {"SWF"}


def test_a_merge_in_the_his_reaches_the_archive(hospital: Client) -> None:
    study = hospital.archive.studies()[0]
    old = study["patient_id"]
    mine = len(hospital.archive.studies(patient_id=old))
    assert hospital.ris.adt("A40", "M777", retired=old)["code"] == "AA"
    settled(hospital)
    assert not hospital.archive.studies(patient_id=old)
    assert len(hospital.archive.studies(patient_id="M777")) == mine
    assert not hospital.archive.find(PatientID=old)
    assert not [row for row in hospital.ris.orders() if row["patient_id"] == old]
    answer = hospital.ris.adt("A08", old, patient_name="NEW^NAME")
    assert answer["code"] == "AE" and "was merged into M777" in answer["reason"]


def test_an_interface_that_is_down_holds_orders_back(hospital: Client) -> None:
    """Faults E11, J2 and J10: the queue rises; once it goes on, all is as it should be."""
    hospital.ris.pause("PACS")
    order = placed(hospital)
    assert hospital.modality(order["station_ae"]).perform(order["accession"])
    accession = order["accession"]
    assert accession not in {row["accession"] for row in hospital.archive.reading_list()}
    (channel,) = [row for row in hospital.ris.channels() if row["name"] == "PACS"]
    assert channel["queued"] == 3 and channel["paused"]
    hospital.ris.resume("PACS")
    wait_for(lambda: accession in {row["accession"] for row in hospital.archive.reading_list()})


def test_a_wrong_application_is_mended_and_the_queue_goes_on(hospital: Client) -> None:
    """Fault J8: AR at the archive, told in both journals, and nothing lost."""
    hospital.ris.channel("PACS", receiving_application="OLDPACS")
    order = placed(hospital)
    wait_for(lambda: hospital.archive.messages(state="rejected"))
    hospital.ris.channel("PACS", on_reject="park")
    settled(hospital)
    (parked,) = hospital.ris.messages(state="parked")
    assert parked["code"] == "AR" and "no application 'OLDPACS'" in parked["reason"]
    hospital.ris.channel("PACS", receiving_application="PACSLAB", on_reject="retry")
    text = hospital.ris.message(parked["number"])["text"].replace("OLDPACS", "PACSLAB")
    assert hospital.ris.resend(parked["number"], text)["state"] == "sent"
    known = {row["accession"] for row in hospital.archive.orders()}
    assert order["accession"] in known


def test_killing_the_hospital_loses_no_message(hospital: Client) -> None:
    hospital.ris.pause("PACS")
    order = placed(hospital)
    seat = hospital.seat
    os.kill(seat.facts["pids"]["hospital"], signal.SIGKILL)
    wait_for(lambda: not seat.is_up("hospital"), 10)
    seat.service("start", "hospital")
    assert hospital.ris.order(order["accession"])["placer"] == "X1"
    hospital.ris.resume("PACS")
    settled(hospital)
    assert order["accession"] in {row["accession"] for row in hospital.archive.orders()}


def test_the_archive_down_for_a_while(hospital: Client) -> None:
    seat = hospital.seat
    seat.service("stop", "archive")
    order = placed(hospital)
    seat.service("start", "archive")
    settled(hospital)
    assert order["accession"] in {row["accession"] for row in hospital.archive.orders()}


def test_reset_takes_messages_and_channels_back(hospital: Client) -> None:
    def state() -> tuple[Any, ...]:
        ris, archive = hospital.ris, hospital.archive
        return (
            list(ris.messages(limit=1000)), list(archive.messages(limit=1000)),
            list(ris.channels()), list(ris.patients()), list(ris.reports()),
            list(archive.orders()), list(archive.call("GET", "/mpps")), list(archive.reports()),
            list(archive.studies()), list(ris.mpps()),
        )  # fmt: skip

    before = state()
    order = placed(hospital)
    assert hospital.modality(order["station_ae"]).perform(order["accession"])
    hospital.ris.adt("A40", "M777", retired=hospital.archive.studies()[-1]["patient_id"])
    hospital.ris.channel("PACS", ack_seconds=3.0)
    hospital.seat.reset(resume=False)
    assert state() == before


def test_a_message_is_shown_and_replayed(hospital: Client) -> None:
    assert send(hospital, "ORM^O01", ORDER.replace("NW", "CA")).startswith("AE ORC-2: no order X1")
    (row,) = hospital.ris.messages(state="rejected")
    shown = hospital.ris.message(row["number"])
    assert {f["name"] for f in shown["fields"]} >= {"Patient name", "Order control"}
    assert hospital.ris.compare(row["number"], 1).one(path="MSH-3")["one"] == "TEST"
    assert shown["segments"][1][5] == "DOE^JÓN" and "JÓN" in shown["text"]
    with pytest.raises(RefusedError, match="no order X1"):
        hospital.ris.replay(row["number"])
    placed(hospital)
    assert "is cancelled" in hospital.ris.replay(row["number"])


def test_the_command(command: Callable[..., tuple[int, str, str]], hospital: Client) -> None:
    assert "ORM^O01" in command("ris", "messages")[1]
    status, said, _ = command("ris", "messages", "show", "1")
    assert status == 0 and said.startswith("MSH|")
    assert "PACS" in command("ris", "channels")[1]
    assert command("ris", "channels", "pause", "PACS")[0] == 0
    assert command("ris", "channels", "set", "PACS", "on_error=hope")[0] == 2
    assert command("ris", "channels", "pause", "LAB")[0] == 1
    assert command("archive", "reading-list", "--json")[0] == 0
    assert "RIS" in command("archive", "messages", "--json")[1]
    assert command("ris", "messages", "show", "999999")[0] == 1
    accession = hospital.ris.orders()[0]["accession"]
    assert "RAD-8 Modality Images Stored" in command("ris", "timeline", accession)[1]
    assert command("ris", "timeline", "NONE")[0] == 1
