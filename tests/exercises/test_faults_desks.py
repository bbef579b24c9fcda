"""Faults of reading workstations: what they do on the wire, and that lifting mends it."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from exercises.engine import harm
from exercises.engine.case import eventually
from simulator import faults
from simulator.client import Client
from tests.exercises.lifting import lifts

BY = "mhill"
STATES: dict[str, dict[str, Any]] = {
    "dropped-entry": {"workstation": "WS2", "like": "WS1", "key": "query.return_keys",
                      "entry": "StudyTime"},
    "polling": {"workstation": "WS1", "every": 120, "rounds": 1},
}  # fmt: skip


@pytest.mark.parametrize("kind", STATES)
def test_it_changes_something_and_lifting_changes_it_back(seat: Client, kind: str) -> None:
    lifts(seat, kind, {**STATES[kind], "by": BY})


def test_a_column_that_is_not_asked_for_stays_empty(seat: Client) -> None:
    faults.make("dropped-entry", {**STATES["dropped-entry"], "by": BY}).apply(seat)
    assert "StudyTime" not in seat.workstation("WS2").find()[0]
    assert "StudyTime" in seat.workstation("WS1").find()[0]


def test_a_class_that_is_not_offered_does_not_come(seat: Client) -> None:
    study = next(row for row in seat.archive.studies() if row["modalities"] == ["CR"])
    entry = "ComputedRadiographyImageStorage"
    for name in ("WS1", "WS2"):
        seat.workstation(name).set("retrieve.by", "get")
    wrong = {"workstation": "WS1", "like": "WS2", "key": "retrieve.classes", "entry": entry}
    fault = faults.make("dropped-entry", {**wrong, "by": BY})
    fault.apply(seat)
    answer = seat.workstation("WS1").retrieve(study["study_uid"])
    assert not answer.ok and answer.facts["status"] == "0xA702"
    assert seat.workstation("WS2").retrieve(study["study_uid"]).ok
    fault.lift(seat)
    assert seat.workstation("WS1").retrieve(study["study_uid"]).ok


def test_a_poller_asks_for_everything_at_equal_intervals(seat: Client) -> None:
    count = len(seat.journal.entries(kind="c-find"))
    fault = faults.make("polling", {**STATES["polling"], "rounds": 3, "by": BY})
    fault.apply(seat)
    asked = [e for e in seat.journal.entries(kind="c-find")[count:] if e.facts["calling"] == "WS1"]
    assert [e.facts["pending"] for e in asked] == [len(seat.archive.studies())] * 3
    moments = [datetime.fromisoformat(e.hospital) for e in asked]
    gaps = [(b - a).total_seconds() for a, b in pairwise(moments)]
    assert all(110 < gap < 150 for gap in gaps), gaps
    fault.lift(seat)
    assert seat.workstation("WS1").settings["poll.every"] == 0


def test_a_reset_ends_a_poller(seat: Client) -> None:
    faults.make("polling", {**STATES["polling"], "every": 10, "by": BY}).apply(seat)
    seat.seat.reset(resume=False)
    seat.clock.step(5)
    seat.workstation("WS2").set("poll.every", 10)  # one that runs is told of, after all that time
    assert eventually(lambda: _polls(seat)[-1:] == ["WS2"])
    assert _polls(seat).count("WS1") == 1


def test_undated_studies_are_in_no_range_until_they_have_a_date(seat: Client) -> None:
    before, study = harm.picture(seat), dict(seat.archive.studies()[0])
    facts = {"title": "OLDPACS1", "number": 181, "dates": ["20150504", "20190808"], "seed": 7}
    fault = faults.make("undated", {**facts, "study": study, "by": BY})
    fault.apply(seat)
    desk, patient = seat.workstation("WS1"), study["patient_id"]
    blank = [row for row in desk.find(PatientID=patient) if not row["StudyDate"]]
    assert len(blank) == 2
    assert not desk.find(PatientID=patient, StudyDate="20100101-20201231")
    keys = {"StudyInstanceUID": blank[0]["StudyInstanceUID"], "SeriesDate": ""}
    (series,) = desk.find(QueryRetrieveLevel="SERIES", **keys)
    assert series["SeriesDate"] in facts["dates"]  # type: ignore[operator]
    seat.fixup.edit(blank[0]["StudyInstanceUID"], {"StudyDate": series["SeriesDate"]})
    assert len(desk.find(PatientID=patient, StudyDate="20100101-20201231")) == 1
    fault.lift(seat)
    fault.lift(seat)
    assert not harm.compare(before, harm.picture(seat))


def _polls(seat: Client) -> list[str]:
    told = seat.journal.entries(kind="device.poll")
    since = max((e.real for e in seat.journal.entries(kind="hospital.reset")[:-1]), default="")
    return [e.facts["device"] for e in told if e.real > since]
