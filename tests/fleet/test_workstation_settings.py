"""What can be set at a workstation, against an archive that runs: each makes a difference there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from simulator.clock import ClockKeeper
from simulator.errors import LocalError, StatusError, UsageError
from simulator.fleet.desk_settings import ASKED, CLASSES, KEYS, DeskSettings, desk_defaults
from simulator.fleet.workstation import Workstation
from simulator.network.associate import Peer
from tests.archive.support import Lab, study, until
from tests.archive.support import lab as run_lab

ARCHIVE, RIS = Peer(ae="PACSLAB", host="h", port=1), Peer(ae="RISLAB", host="h", port=2)
DAY = "20260302"  # on which hospital time begins


@dataclass
class Room:
    """A workstation and the archive it asks."""

    lab: Lab
    clock: ClockKeeper
    desk: Workstation

    def polls(self) -> list[str]:
        return [
            entry.facts["date"] for entry in self.lab.told("device.poll") if entry.facts.get("date")
        ]

    def step(self, seconds: float) -> None:
        self.clock.step_to(self.clock.now() + timedelta(seconds=seconds))


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """Two studies, one of today; the clock is stepped."""
    with run_lab(tmp_path) as lab:
        clock = ClockKeeper(tmp_path / "clock.json")
        clock.step_to(clock.now())
        lab.store(
            *study(1, 2, PatientName="MÜLLER^ANNA", SpecificCharacterSet="ISO_IR 100"),
            *study(2, 1, StudyDate="20200101", PatientName="SMITH^BOB"),
        )
        desk = Workstation(
            "WS1", folder=tmp_path / "ws", clock=clock, journal=lab.journal, archive=lab.peer,
            ris=RIS, address=("127.0.0.1", 0),
        )  # fmt: skip
        desk.start()
        yield Room(lab, clock, desk)
        desk.stop()


@pytest.fixture
def settings() -> DeskSettings:
    return desk_defaults("WS1", ARCHIVE, RIS)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("retrieve.classes", "CTImageStorage, RTPlanStorage", ("CTImageStorage", "RTPlanStorage")),
        ("query.return_keys", ["PatientID"], ("PatientID",)),
        ("query.charset", "none", "none"),
        ("query.encoding", " ISO_IR 144", "ISO_IR 144"),
        ("query.level", "none", "none"),
        ("query.empty_date", "*", "*"),
        ("poll.every", "300", 300),
        ("poll.every", 0, 0),
    ],
)  # fmt: skip
def test_values_are_read(settings: DeskSettings, key: str, text: Any, value: Any) -> None:
    changed = settings.with_changes({key: text})
    assert changed.values()[key] == value
    assert settings.with_changes(changed.changes_from(settings)) == changed


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("retrieve.by", "push"), ("retrieve.classes", ""), ("retrieve.classes", "Verification"),
        ("retrieve.classes", "ExplicitVRLittleEndian"), ("query.return_keys", "Colour"),
        ("query.return_keys", "RequestAttributesSequence"), ("query.return_keys", ""),
        ("query.charset", "LATIN"), ("query.encoding", "none"), ("query.encoding", ""),
        ("query.level", "ROOM"), ("query.model", "worklist"), ("query.empty_date", "?"),
        ("poll.every", 5), ("poll.every", True), ("poll.every", "often"), ("poll.date", ""),
    ],
)  # fmt: skip
def test_a_bad_one_is_one_clear_sentence(settings: DeskSettings, key: str, value: Any) -> None:
    with pytest.raises(UsageError) as error:
        settings.with_changes({key: value})
    assert key in error.value.sentence and error.value.remedy


def test_what_it_has_of_every_device_and_of_its_own(settings: DeskSettings) -> None:
    assert {"ae_title", "archive.port", "retrieve.by", "poll.every"} <= set(KEYS)
    assert not [key for key in KEYS if key.startswith(("worklist", "transfer", "ris"))]
    assert set(KEYS) <= set(settings.table()) and all(settings.table().values())
    assert settings.query_return_keys == ASKED and settings.retrieve_classes == CLASSES


# --- fetching -------------------------------------------------------------------------------------


def test_it_fetches_over_its_own_association(room: Room) -> None:
    room.desk.change({"retrieve.by": "get"})
    assert room.desk.retrieve("1.2.3.1").completed == 2
    (row,) = room.desk.inbox.studies()
    assert (row["study_uid"], row["instances"], row["calling"]) == ("1.2.3.1", 2, "PACSLAB")
    assert [entry.facts["status"] for entry in room.lab.told("c-get")] == ["0x0000"]


def test_what_it_does_not_offer_to_take_does_not_come(room: Room) -> None:
    room.desk.change({"retrieve.by": "get", "retrieve.classes": "MRImageStorage"})
    with pytest.raises(StatusError) as failed:
        room.desk.retrieve("1.2.3.1")
    assert failed.value.status == 0xA702 and not room.desk.inbox.received()
    (told,) = room.lab.told("device.retrieve.failed")
    assert (told.facts["status"], told.facts["by"]) == ("0xA702", "get")


def test_a_get_that_is_not_offered_is_refused_before_it_is_asked(room: Room) -> None:
    room.lab.set("retrieve.c_get", False)
    room.desk.change({"retrieve.by": "get"})
    with pytest.raises(StatusError) as failed:
        room.desk.retrieve("1.2.3.1")
    assert failed.value.status == 0x0122 and not room.lab.told("c-get")
    room.desk.change({"retrieve.by": "move"})
    with pytest.raises(StatusError) as failed:  # and has no port to send to
        room.desk.retrieve("1.2.3.1")
    assert failed.value.status == 0xA801


def test_patient_root_needs_the_patient_that_a_search_has_named(room: Room) -> None:
    room.desk.change({"query.model": "patient", "retrieve.by": "get"})
    with pytest.raises(StatusError) as failed:
        room.desk.retrieve("1.2.3.2")
    assert failed.value.status == 0xA900
    assert len(room.desk.query({"PatientID": "T2"})) == 1
    assert room.desk.retrieve("1.2.3.2").completed == 1


# --- searching ------------------------------------------------------------------------------------


def test_the_answers_have_what_was_asked_for(room: Room) -> None:
    assert "AccessionNumber" in room.desk.query()[0]
    room.desk.change({"query.return_keys": "PatientID, StudyInstanceUID"})
    rows = room.desk.query()
    assert {row["PatientID"] for row in rows} == {"T1", "T2"}
    assert not any("AccessionNumber" in row or "PatientName" in row for row in rows)
    assert "StudyDate" in room.desk.query({"StudyDate": DAY})[0]  # a key comes back, too


@pytest.mark.parametrize("level", ["none", "SERIES", "IMAGE", "PATIENT"])
def test_a_level_that_does_not_fit_is_refused(room: Room, level: str) -> None:
    room.desk.change({"query.level": level})
    with pytest.raises(StatusError) as refused:
        room.desk.query({"PatientID": "T1"})
    assert refused.value.status == 0xA900
    assert len(room.desk.query({"PatientID": "T1", "QueryRetrieveLevel": "STUDY"})) == 1


@pytest.mark.parametrize(
    ("stars", "found"), [("any", 2), ("nothing", 0), ("refuse", StatusError)]
)  # fmt: skip
def test_a_star_for_a_blank_date_means_what_the_archive_says(
    room: Room, stars: str, found: Any
) -> None:
    room.lab.set("query.star_dates", stars)
    assert len(room.desk.query()) == 2
    room.desk.change({"query.empty_date": "*"})
    if found is StatusError:
        with pytest.raises(StatusError) as refused:
            room.desk.query()
        assert refused.value.status == 0xC000
    else:
        assert len(room.desk.query()) == found
    assert len(room.desk.query({"StudyDate": DAY})) == 1


@pytest.mark.parametrize(
    ("declared", "written", "found"),
    [
        ("ISO_IR 192", "ISO_IR 192", 1),
        ("ISO_IR 100", "ISO_IR 100", 1),
        ("ISO_IR 100", "ISO_IR 192", 0),
        ("none", "ISO_IR 100", StatusError),
        ("ISO_IR 192", "ISO_IR 100", StatusError),
        ("ISO_IR 192", "ISO_IR 144", LocalError),
    ],
)
def test_the_character_set_of_a_search(room: Room, declared: str, written: str, found: Any) -> None:
    room.desk.change({"query.charset": declared, "query.encoding": written})
    keys = {"PatientName": "MÜLLER*"}
    if isinstance(found, int):
        assert len(room.desk.query(keys)) == found
    else:
        with pytest.raises(found):
            room.desk.query(keys)
    assert len(room.desk.query({"PatientName": "SMITH*"})) == 1


# --- what it does by itself -----------------------------------------------------------------------


def told(room: Room, count: int) -> Callable[[], bool]:
    return lambda: len(room.polls()) == count


def test_it_searches_by_itself_as_hospital_time_goes(room: Room) -> None:
    room.desk.change({"poll.every": 60, "poll.date": "any"})
    until(told(room, 1))
    room.step(59)
    room.step(1)
    until(told(room, 2))
    room.step(600)  # what was missed is not made up for
    until(told(room, 3))
    counts = [entry.facts["pending"] for entry in room.lab.told("c-find")]
    assert counts == [2, 2, 2]


def test_with_the_date_of_today_it_gets_the_studies_of_today(room: Room) -> None:
    room.desk.change({"poll.every": 60, "poll.date": "any"})
    until(told(room, 1))
    room.desk.change({"poll.date": "today"})  # it begins anew
    until(told(room, 2))
    assert room.polls() == ["any", "today"]
    assert [entry.facts["pending"] for entry in room.lab.told("c-find")] == [2, 1]


@pytest.mark.parametrize(
    "end",
    [
        lambda desk: desk.change({"poll.every": 0}),
        lambda desk: desk.change({"online": False}),
        lambda desk: desk.set_up({}),
        lambda desk: desk.stop(),
    ],
)
def test_it_ends_when_it_is_switched_off(room: Room, end: Callable[[Workstation], Any]) -> None:
    room.desk.change({"poll.every": 60})
    until(told(room, 1))
    end(room.desk)
    room.step(3600)
    room.desk.change({"poll.every": 0})
    room.desk.change({"online": True})
    room.desk.start()
    room.desk.change({"poll.every": 90})  # one that runs answers after all that time
    until(told(room, 2))
    assert room.polls() == ["today", "today"]


def test_a_search_that_fails_is_told_and_the_next_one_comes(room: Room) -> None:
    room.lab.set("dicom.listening", False)
    room.desk.change({"poll.every": 60})
    until(lambda: room.lab.told("device.poll.failed"))
    room.lab.set("dicom.listening", True)
    room.step(60)
    until(told(room, 1))
