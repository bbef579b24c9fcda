"""What is worked out for a downtime without asking anybody: the report, and the paper worklist."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.clients import worklist_page
from simulator.clients.downtime import Meanwhile, compare
from simulator.errors import CannotError, UsageError

SINCE, UNTIL = "2026-03-02T08:00:00", "2026-03-02T10:00:00"


def step(uid: str, **facts: Any) -> dict[str, Any]:
    return {
        "uid": uid, "status": "COMPLETED", "station_ae": "CT1", "accessions": [f"A{uid}"],
        "patient_id": "M1", "created": "2026-03-02T08:30:00", "updated": "2026-03-02T08:40:00",
        "study_uids": [uid], "instances": 3, **facts,
    }  # fmt: skip


def study(uid: str, instances: int = 3, state: str = "matched") -> dict[str, Any]:
    return {"study_uid": uid, "instances": instances, "order_state": state}


def waiting(uid: str, queued: int = 3) -> dict[str, Any]:
    return {"study_uid": uid, "queued": queued, "station": "CT1", "accession": f"A{uid}",
            "patient_id": "M1", "started": "2026-03-02T09:00:00", "images": 3}  # fmt: skip


def test_each_exam_is_in_the_state_it_is_in() -> None:
    steps = [
        step("1"), step("2"), step("3"), step("4"), step("5"), step("6", status="IN PROGRESS"),
        step("7", created="2026-03-02T07:00:00", updated="2026-03-02T07:30:00"),
        step("8", created="2026-03-02T10:30:00", updated="2026-03-02T10:40:00"),
        step("9", created="2026-03-02T07:50:00"), step("10", instances=0),
    ]  # fmt: skip
    studies = [study("1"), study("3", 2), study("4", state="unmatched"), study("9")]
    found = compare(
        Meanwhile(since=SINCE, until=UNTIL, steps=steps, studies=studies,
                  queues=[waiting("2"), waiting("99"), waiting("1", 0)])
    )  # fmt: skip
    states = {row["accession"]: row["state"] for row in found}
    assert states == {
        "A1": "arrived", "A2": "queued at CT1", "A3": "incomplete", "A4": "unmatched",
        "A5": "missing", "A6": "in progress", "A9": "arrived", "A10": "arrived",
        "A99": "not reported",
    }  # fmt: skip
    assert found[-1]["state"] == "arrived" and all(
        row["remedy"] for row in found if row["state"] != "arrived"
    )


ENTRY = {
    "scheduled": "2026-03-02T09:10:00", "patient_name": "<b>O'Hara</b>^Ann", "patient_id": "M7",
    "birth_date": "19700101", "sex": "F", "accession": "A7", "description": "CT Head & neck",
    "priority": "STAT", "indication": "Fall\nat home", "station_ae": "CT1",
}  # fmt: skip


def test_the_paper_worklist_is_one_section_a_station_and_escaped(tmp_path: Path) -> None:
    rows = [ENTRY, {**ENTRY, "station_ae": "MR1"}, {**ENTRY, "scheduled": "2026-03-02T08:00:00"}]
    assert worklist_page.write(tmp_path / "list.html", rows, SINCE) == 3
    page = (tmp_path / "list.html").read_text("utf-8")
    assert page.count("<section>") == 2 and "<b>" not in page
    assert "CT Head &amp; neck" in page and "&lt;b&gt;O&#x27;Hara&lt;/b&gt; Ann" in page
    assert page.index("2026-03-02 08:00</td>") < page.index("2026-03-02 09:10</td>")
    worklist_page.write(tmp_path / "list.txt", rows, SINCE)
    said = (tmp_path / "list.txt").read_text("utf-8")
    assert "Fall at home" in said and said.count("images ________") == 3
    worklist_page.write(tmp_path / "list.pdf", rows * 30, SINCE)
    assert (tmp_path / "list.pdf").read_bytes().startswith(b"%PDF-1.4")


def test_an_empty_worklist_says_so(tmp_path: Path) -> None:
    worklist_page.write(tmp_path / "list.html", [], SINCE)
    assert "was empty at 2026-03-02 08:00" in (tmp_path / "list.html").read_text("utf-8")


def test_a_page_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.html, \.pdf or \.txt"):
        worklist_page.write(tmp_path / "list.doc", [ENTRY], SINCE)
    with pytest.raises(CannotError, match="cannot be written"):
        worklist_page.write(Path("/proc/nowhere/list.html"), [ENTRY], SINCE)
