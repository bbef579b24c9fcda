"""Whether everybody tells one story: the pure comparison, and a day of a whole hospital."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator.client import Client, connect
from simulator.clients.agreement import Agreement, Picture, agreement, compare
from simulator.network.mllp_client import MllpClient
from simulator.seat import Options, Seat
from tests.hl7_support import message
from tests.net import wait_for

Row = dict[str, Any]


def order(accession: str, status: str, patient_id: str = "M1") -> Row:
    return {"accession": accession, "status": status, "patient_id": patient_id}


def study(accession: str, instances: int = 3, state: str = "matched", who: str = "M1") -> Row:
    return {"accession": accession, "instances": instances, "order_state": state,
            "order_note": "why", "patient_id": who}  # fmt: skip


def step(accession: str, status: str = "COMPLETED", instances: int = 3) -> Row:
    return {"uid": f"1.{accession}", "accessions": [accession] if accession else [],
            "status": status, "instances": instances, "station_ae": "CT1"}  # fmt: skip


FINE = Picture(
    orders=[order("A1", "reported"), order("A2", "completed"), order("A3", "scheduled"),
            order("A4", "cancelled"), order("A5", "discontinued"), order("A6", "in progress")],
    worklist=[{"accession": "A3"}, {"accession": "A6"}],
    steps=[step("A1"), step("A2"), step("A5", "DISCONTINUED", 0), step("A6", "IN PROGRESS", 0)],
    passed_on=[step("A1"), step("A2"), step("A5", "DISCONTINUED"), step("A6", "IN PROGRESS")],
    studies=[study("A1"), study("A2")],
    known=[order("A1", "reported"), order("A2", "completed"), order("A3", "scheduled"),
           order("A4", "cancelled"), order("A5", "discontinued"), order("A6", "in progress")],
    reading=[{"accession": "A2"}],
    reports=[{"accession": "A1", "status": "F"}],
    kept_reports=[{"accession": "A1", "status": "F"}],
    exports=[], queues=[], owed=[],
)  # fmt: skip


def test_when_all_agree() -> None:
    found = compare(FINE)
    assert found and not found.rows
    assert found.counts["orders"] == 6 and found.counts["orders completed"] == 1
    assert (found.counts["steps"], found.counts["studies"], found.counts["reports"]) == (4, 2, 1)


def swap(rows: list[Row], accession: str, **changes: Any) -> list[Row]:
    return [{**row, **changes} if row["accession"] == accession else row for row in rows]


@pytest.mark.parametrize(
    ("changes", "order_number", "words"),
    [
        ({"studies": [study("A2")]}, "A1", "0 studies are in the archive, not one"),
        ({"studies": [*FINE.studies, study("A1")]}, "A1", "2 studies"),
        ({"studies": [study("A1"), study("A2", 2)]}, "A2", "name 3 objects, the archive has 2"),
        ({"studies": [study("A1"), study("A2", state="unmatched")]}, "A2", "unmatched: why"),
        ({"studies": [study("A1", who="M9"), study("A2")]}, "A1", "patient M1, the images M9"),
        ({"studies": [*FINE.studies, study("A9")]}, "A9", "the RIS does not know the order"),
        ({"studies": [*FINE.studies, study("A3", 0)]}, "A3", "its images are there already"),
        ({"studies": [*FINE.studies, study("A4", 0)]}, "A4", "cancelled and has images"),
        ({"steps": FINE.steps[1:]}, "A1", "no completed step belongs to it"),
        ({"steps": [*FINE.steps, step("")]}, "1.", "a step that belongs to no order"),
        ({"steps": FINE.steps[:3]}, "A6", "no step of it is in progress"),
        ({"passed_on": FINE.passed_on[1:]}, "A1", "the archive knows nothing"),
        ({"reading": []}, "A2", "0 times on the reading list, not 1"),
        ({"reading": [{"accession": "A1"}, {"accession": "A2"}]}, "A1", "1 times on the reading"),
        ({"worklist": [{"accession": "A3"}]}, "A6", "0 times on the worklist, not 1"),
        ({"worklist": [*FINE.worklist, {"accession": "A4"}]}, "A4", "1 times on the worklist"),
        ({"kept_reports": []}, "A1", "1 reports here, 0 at the archive"),
        ({"reports": []}, "A1", "status and final report do not agree"),
        ({"known": swap(FINE.known, "A2", status="in progress")}, "A2", "says it is in progress"),
        ({"known": FINE.known[1:]}, "A1", "the archive says it is nothing"),
        ({"queues": [{"accession": "A2", "queued": 2, "uncommitted": 1}]}, "A2", "2 images wait"),
    ],
)  # fmt: skip
def test_each_disagreement_is_named(changes: dict[str, Any], order_number: str, words: str) -> None:
    found = compare(replace(FINE, **changes))
    assert not found
    told = [row for row in found.rows if words in row["what"]]
    assert [row["order"] for row in told] == [order_number] and told[0]["remedy"]


def test_exported_reports_are_no_images() -> None:
    more = replace(FINE, studies=[study("A1", 4), study("A2")],
                   exports=[{"accession": "A1", "state": "stored"}])  # fmt: skip
    assert compare(more)


def test_a_new_hospital_agrees(
    hospital: Client, command: Callable[..., tuple[int, str, str]]
) -> None:
    status, said, _ = command("ris", "reconcile")
    assert status == 0 and "studies matched          8" in said and "(nothing)" in said
    accession = hospital.ris.orders()[0]["accession"]
    hospital.ris.pause("PACS")
    assert hospital.ris.sender("OTHER", taken=True)["application"] == "OTHER"
    study_uid = hospital.archive.studies(accession=accession)[0]["study_uid"]
    hospital.archive.delete(study_uid)
    status, said, _ = command("ris", "reconcile", "--json")
    assert status == 1 and "0 studies are in the archive, not one" in said


# --- a day ----------------------------------------------------------------------------------------


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Client]:
    """A hospital whose devices want storage commitment, and whose reports are exported."""
    seat = Seat(tmp_path / "seat")
    seat.folder.mkdir()
    config = "seed = 3\nbaseline_studies = 4\npace_minutes = 6.0\n"
    (seat.folder / "config.toml").write_text(config, "utf-8")
    seat.up(Options(ports="auto", lab=False))
    try:
        hospital = connect(seat.folder)
        for device in hospital.fleet.devices():
            if device["kind"] != "workstation":
                hospital.fleet.device(device["name"]).set("commitment", True)
        hospital.ris.set("reports.export", "sr")
        yield hospital
    finally:
        seat.down()


def said(hospital: Client, kind: str, body: str) -> str:
    place = hospital.seat.facts["hl7"]["ris"]
    with MllpClient(place["host"], place["port"]) as client:
        return client.send(message("T1", kind, body, sender="TEST")).code


def settled(hospital: Client) -> Agreement:
    """Wait until nothing is on its way, and compare."""

    def calm() -> bool:
        queues = hospital.ris.channels()
        exports = hospital.ris.exports()
        return (
            not any(row["queued"] for row in queues)
            and not any(row["state"] == "queued" for row in exports)
            and not hospital.archive.studies(order_state="new")
            and not agreement(hospital).counts["commitments outstanding"]
        )

    wait_for(calm, 60)
    return agreement(hospital)


def live_through(hospital: Client, hours: int) -> None:
    """Let a day pass with what days are made of: cancellations, corrections, mergers."""
    for hour in range(hours):
        hospital.clock.step(60)
        waiting = hospital.ris.orders(status="scheduled")
        if waiting and hour % 2 == 0:
            hospital.ris.change(waiting[-1]["accession"], event="cancel")
        patients = [row for row in hospital.ris.patients() if not row["merged_into"]]
        one, other = patients[hour % len(patients)], patients[-1 - hour % len(patients)]
        hospital.ris.adt("A08", one["patient_id"], patient_name=f"CHANGED^AT{hour}")
        if one["patient_id"] != other["patient_id"] and hour % 3 == 0:
            hospital.ris.adt("A40", one["patient_id"], retired=other["patient_id"])


SHORT = pytest.param(2, marks=pytest.mark.timeout(280))
WHOLE = pytest.param(24, marks=[pytest.mark.slow, pytest.mark.timeout(1500)])


@pytest.mark.parametrize("hours", [SHORT, WHOLE])
def test_every_order_of_a_day_ends_in_one_right_place(ward: Client, hours: int) -> None:
    live_through(ward, hours)
    ward.fleet.pause()
    found = settled(ward)
    assert not found.rows, found.rows
    counts = found.counts
    done = counts.get("orders completed", 0) + counts.get("orders reported", 0)
    assert counts["studies"] == counts["studies matched"] == counts["steps completed"] == done
    assert counts["steps"] == counts["steps at the archive"]
    assert counts["reports"] == counts["reports at the archive"] > 0
    assert counts["to be read"] == counts.get("orders completed", 0)
    assert counts["orders"] >= 5 * hours and counts["commitments outstanding"] == 0
    stored = [row for row in ward.ris.exports() if row["state"] == "stored"]
    assert len(stored) == counts["reports"]
