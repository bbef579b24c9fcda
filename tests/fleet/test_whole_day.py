"""A whole day performed: in the hospital, and for any peer; errors of technologists are seen."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread

from simulator.crew import Crew
from simulator.errors import PacsLabError, RefusedError, UsageError
from simulator.fleet import whole_day
from simulator.fleet.tally import Tally
from simulator.fleet.timetable import Visit
from simulator.recipes import load
from tests.fleet.conftest import Shelf, Ward
from tests.net import free_port, wait_for

START = datetime(2026, 3, 2, 7, 0)


def run(ward: Ward, **options: object) -> whole_day.WholeDay:
    ward.fleet.open_day(ward.ris.book.place_next, 5.0)
    done = ward.fleet.run_day(**{"beds": 60, "hours": 3.0, **options})  # type: ignore[arg-type]
    wait_for(lambda: not done.running, 40)
    return done


def headers(ward: Ward) -> list:  # type: ignore[type-arg]
    return [dcmread(BytesIO(data), force=True, stop_before_pixels=True)
            for data in ward.shelf.stored.values()]  # fmt: skip


def test_hours_pass_and_everybody_is_examined(ward: Ward) -> None:
    done = run(ward)
    facts = done.progress()
    assert facts["done"] == facts["of"] > 5 and not facts["failed"], facts["errors"]
    assert facts["objects"] == len(ward.shelf.stored)
    assert facts["bytes"] == sum(map(len, ward.shelf.stored.values()))
    assert ward.clock.now() > START + timedelta(hours=1)
    states = Counter(order.status for order in ward.ris.book.find())
    assert states["completed"] >= facts["done"] - facts["unidentified"] - 1
    assert ward.clock.state.mode == "stepped" and not ward.fleet.day.paused  # type: ignore[union-attr]


def test_a_second_run_is_refused_and_a_run_can_be_stopped(ward: Ward) -> None:
    ward.fleet.open_day(ward.ris.book.place_next, 5.0)
    ward.fleet.run_day(beds=300, hours=24, speed=60)
    with pytest.raises(RefusedError, match="already"):
        ward.fleet.run_day(beds=300, hours=24)
    assert ward.clock.state.speed == 60
    ward.fleet.whole.stop()  # type: ignore[union-attr]
    assert not ward.fleet.whole.running and ward.clock.state.speed != 60  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "bad", [{"beds": 0}, {"hours": 0}, {"hours": 1000}, {"speed": -1}, {"pixels": "huge"}]
)
def test_what_no_day_can_be_is_refused(ward: Ward, bad: dict[str, object]) -> None:
    ward.fleet.open_day(ward.ris.book.place_next, 5.0)
    with pytest.raises(UsageError):
        ward.fleet.run_day(**{"beds": 10, "hours": 1.0, **bad})  # type: ignore[arg-type]


def test_helpers_draw_the_same_pictures(ward: Ward) -> None:
    device, order = ward.fleet.modality("US3"), ward.order("US3")
    item = device.find_item(order.accession)
    device.perform(item, at=START)
    here = dict(ward.shelf.stored)
    device.crew, device.disk.times = Crew(), Counter()
    device.perform(item, at=START)
    device.crew.close()
    assert ward.shelf.stored == here and here


def visit(ward: Ward, device: str, error: str, **more: object) -> Visit:
    moment = ward.clock.now()
    protocol = next(iter(ward.fleet.modality(device).profile.protocols))
    return replace(
        Visit(number=1, device=device, protocol=protocol, origin="inpatient", ordered=moment,
              came=moment, began=moment, ended=moment, error=error),
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def perform(ward: Ward, one: Visit) -> tuple[whole_day.WholeDay, object]:
    day = ward.fleet.open_day(ward.ris.book.place_next, 5.0)
    done = whole_day.WholeDay(ward.fleet, ward.clock, day.place_order, beds=1, hours=0.1,
                              speed=None, pixels="small")  # fmt: skip
    done._order(one)
    done._room.acquire()
    done._examine(one)
    return done, done._places[1]


def test_the_wrong_line_is_picked(ward: Ward) -> None:
    other = ward.order("CR1")
    done, order = perform(ward, visit(ward, "CR1", "wrong-patient"))
    assert not done.tally.failed and done.tally.mistakes == {"wrong-patient": 1}
    assert {ds.PatientID for ds in headers(ward)} == {other.patient.mrn}
    assert ward.ris.book.get(order.accession).status == "scheduled"  # type: ignore[attr-defined]


def test_the_wrong_protocol_the_other_side_and_twice(ward: Ward) -> None:
    perform(ward, visit(ward, "CR1", "wrong-protocol", protocol="hand"))
    assert {ds.BodyPartExamined for ds in headers(ward)} != {"HAND"}
    ward.shelf.stored.clear()
    perform(ward, visit(ward, "CR1", "other-side", protocol="hand"))
    assert {ds.Laterality for ds in headers(ward)} == {"R"}
    ward.shelf.calling.clear()
    perform(ward, visit(ward, "CR1", "sent-twice", protocol="hand"))
    assert len(ward.shelf.calling) == 2


def test_a_patient_without_identity_has_no_order(ward: Ward) -> None:
    one = visit(ward, "CR1", "", identified=False, origin="emergency")
    day = ward.fleet.open_day(ward.ris.book.place_next, 5.0)
    done = whole_day.WholeDay(ward.fleet, ward.clock, day.place_order, beds=1, hours=0.1,
                              speed=None, pixels="small")  # fmt: skip
    done._room.acquire()
    done._examine(one)
    (ds,) = headers(ward)
    assert str(ds.PatientName).startswith("UNKNOWN^") and not ds.AccessionNumber


def test_any_peer_gets_a_day() -> None:
    shelf = Shelf()
    wanted = load.Load(peer=shelf.peer, beds=40, hours=3, speed=None, pixels="small", seed=1,
                       start=START)  # fmt: skip
    tally, seen = Tally(start=START), []
    load.run(wanted, tally, lambda: seen.append(tally.done))
    assert tally.done == tally.of > 3 and not tally.failed, tally.errors
    assert tally.objects >= len(shelf.stored) > 0
    assert {who for who, _ in shelf.calling} <= {"CT1", "CT2", "MR1", "MR2", "DX1", "DX2", "CR1",
                                                "US1", "US2", "US3", "MG1", "XA1", "RF1", "NM1",
                                                "PT1", "OT1"}  # fmt: skip
    shelf.server.stop()


def test_a_peer_that_is_not_there_is_counted_and_told() -> None:
    peer = replace(Shelf().peer, port=free_port())
    wanted = load.Load(peer=peer, beds=20, hours=2, speed=None, pixels="small", seed=1, start=START)
    tally = Tally(start=START)
    load.run(wanted, tally, lambda: None)
    assert tally.failed == tally.done == tally.of > 0 and tally.errors and not tally.objects


def test_dask_that_is_not_installed_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    wanted = load.Load(peer=Shelf().peer, beds=9, hours=1, speed=None, pixels="small", seed=1,
                       start=START)  # fmt: skip
    with pytest.raises(PacsLabError, match="Dask is not installed"):
        load.run(wanted, Tally(start=START), lambda: None, "tcp://127.0.0.1:1")


def test_the_picture_of_the_day_is_drawn(tmp_path: Path) -> None:
    from simulator.console.day_plot import save_day

    tally = Tally(start=START, of=3)
    for hour, name in enumerate(("CT", "MR", "US")):
        tally.add(name, START + timedelta(hours=hour), 100 * hour + 5, 10**6)
    facts = {"beds": 300, "hours_run": 24, "seconds": 60.0, **tally.facts()}
    path = save_day(facts, tmp_path / "plots" / "day.png")
    assert path.read_bytes().startswith(b"\x89PNG") and path.stat().st_size > 10_000
