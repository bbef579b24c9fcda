"""Tiers: copies compared by digest, never the last one taken away, recalls, and mounts."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from simulator.archive.availability import notice
from simulator.archive.owed import Report
from simulator.errors import RefusedError, StatusError
from simulator.network import scu
from tests.archive.support import CALLER, Lab, query, study, until

UID = "1.2.3.1"


@pytest.fixture
def life(lab: Lab) -> Any:
    lab.store(*study(1, 2))
    return lab.archive.lifecycle


def pass_time(lab: Lab, seconds: float) -> None:
    clock: Any = lab.archive.clock
    clock.jump(clock.now() + timedelta(seconds=seconds))


def how_soon(lab: Lab, level: str = "STUDY", **keys: Any) -> str:
    (answer,) = lab.find(level, InstanceAvailability=None, StudyInstanceUID=UID, **keys)
    return str(answer.InstanceAvailability)


def spoil(life: Any, name: str, digest: str) -> None:
    path = life.copies.shelf(life.volumes.get(name)).store.path(digest)
    path.write_bytes(path.read_bytes()[:-2] + b"XX")


def nearline(life: Any) -> None:
    life.tiers.copy(UID, "NEAR1")
    life.tiers.free(UID)


def test_the_last_copy_is_never_freed(lab: Lab, life: Any) -> None:
    with pytest.raises(RefusedError, match="last good copy"):
        life.tiers.free(UID)
    assert life.tiers.copy(UID, "NEAR1") == 2
    assert life.tiers.copy(UID, "NEAR1") == 0
    before = life.volumes.used(life.volumes.get("ONLINE1"))
    assert life.tiers.free(UID) == before and lab.files() == []
    near = life.volumes.facts(life.volumes.get("NEAR1"))
    assert (near["files"], near["images"]) == (2, before)
    assert life.volumes.used(life.volumes.get("ONLINE1")) == 0


def test_a_copy_that_is_damaged_is_no_copy(lab: Lab, life: Any) -> None:
    life.tiers.copy(UID, "NEAR1")
    digest = lab.files()[0]
    spoil(life, "NEAR1", digest)
    with pytest.raises(RefusedError, match="last good copy"):
        life.tiers.free(UID)
    assert len(lab.files()) == 2
    assert {row["copies"]["NEAR1"] for row in life.tiers.where(UID)} == {"good", "damaged"}
    report = life.tiers.verify("NEAR1", mend=True)
    assert (report["checked"], report["good"]) == (2, 1)
    assert [row["mended"] for row in report["bad"]] == [True]
    assert life.tiers.verify("NEAR1", mend=False)["good"] == 2
    life.tiers.free(UID)


def test_a_damaged_original_is_not_copied_but_mended(lab: Lab, life: Any) -> None:
    digest = lab.files()[0]
    spoil(life, "ONLINE1", digest)
    with pytest.raises(RefusedError, match="not what was stored"):
        life.tiers.copy(UID, "NEAR1")
    assert all(row["copies"] == {} for row in life.tiers.where(UID))
    report = life.tiers.verify("ONLINE1", mend=True)
    assert [row["mended"] for row in report["bad"]] == [False]


def test_damage_online_is_mended_from_the_other_tier(lab: Lab, life: Any) -> None:
    life.tiers.copy(UID, "NEAR1")
    spoil(life, "ONLINE1", lab.files()[0])
    assert [r["mended"] for r in life.tiers.verify("ONLINE1", mend=True)["bad"]] == [True]
    assert life.tiers.verify("ONLINE1", mend=False)["bad"] == []


def test_a_query_says_how_soon_images_can_be_had(lab: Lab, life: Any) -> None:
    assert how_soon(lab) == "ONLINE"
    nearline(life)
    series = {"SeriesInstanceUID": f"{UID}.1"}
    assert how_soon(lab) == how_soon(lab, "SERIES", **series) == "NEARLINE"
    assert how_soon(lab, "IMAGE", **series, SOPInstanceUID=f"{UID}.1.1") == "NEARLINE"
    life.volumes.mount("NEAR1", there=False)
    assert how_soon(lab) == "OFFLINE"
    lab.store(*study(2))
    answers = lab.find(InstanceAvailability=None, StudyInstanceUID=None)
    found = {str(a.StudyInstanceUID): str(a.InstanceAvailability) for a in answers}
    assert found == {UID: "OFFLINE", "1.2.3.2": "ONLINE"}


def test_a_retrieval_waits_for_the_recall(lab: Lab, life: Any) -> None:
    nearline(life)
    got: list[Any] = []
    thread = threading.Thread(target=lambda: got.append(lab.get(StudyInstanceUID=UID)))
    thread.start()
    until(lambda: life.recalls.all())
    assert life.recalls.all()[0]["state"] == "recalling" and not got
    pass_time(lab, 61)
    thread.join(10)
    retrieved, images = got[0]
    assert (retrieved.status, retrieved.completed, len(images)) == (0, 2, 2)
    assert life.recalls.all()[0]["state"] == "done" and how_soon(lab) == "ONLINE"
    assert len(lab.files()) == 2


def test_a_retrieval_may_be_refused_while_the_recall_goes_on(lab: Lab, life: Any) -> None:
    nearline(life)
    lab.set("retrieve.recall", "refuse")
    with pytest.raises(StatusError, match="nearline: recall 1, ready about") as error:
        lab.get(StudyInstanceUID=UID)
    assert error.value.status == 0xA702
    pass_time(lab, 61)
    until(lambda: life.recalls.all()[0]["state"] == "done")
    assert lab.get(StudyInstanceUID=UID)[0].completed == 2


def test_offline_images_ask_for_a_mount(lab: Lab, life: Any) -> None:
    life.volumes.mount("VAULT1", there=True)
    life.tiers.copy(UID, "VAULT1")
    life.tiers.free(UID)
    life.volumes.mount("VAULT1", there=False)
    with pytest.raises(StatusError, match="offline: mount VAULT1") as error:
        lab.get(StudyInstanceUID=UID)
    assert error.value.status == 0xA702
    with pytest.raises(StatusError, match="offline: mount VAULT1"):
        lab.get(StudyInstanceUID=UID)
    (row,) = life.recalls.all()
    assert (row["state"], row["note"]) == ("mount", "mount VAULT1")
    assert len(lab.told("recall.mount")) == 1
    assert life.recalls.mounted(life.volumes.mount("VAULT1", there=True)) == 1
    pass_time(lab, 601)
    until(lambda: life.recalls.all()[0]["state"] == "done")
    assert lab.get(StudyInstanceUID=UID)[0].completed == 2


def test_what_is_online_is_sent_though_the_rest_is_not(lab: Lab, life: Any) -> None:
    nearline(life)
    life.volumes.mount("NEAR1", there=False)
    lab.store(study(1, 3)[2])
    retrieved, images = lab.get(StudyInstanceUID=UID)
    assert (retrieved.status, retrieved.completed, retrieved.failed) == (0xB000, 1, 2)
    assert len(images) == 1


def test_a_recall_finds_no_room_or_no_good_copy(lab: Lab, life: Any) -> None:
    nearline(life)
    life.volumes.change("ONLINE1", {"capacity": 5})
    life.volumes.change("NEAR1", {"recall_seconds": 0})
    life.recalls.ask(UID, "test")
    until(lambda: life.recalls.all()[0]["state"] == "failed")
    assert "no room" in life.recalls.all()[0]["note"]
    life.volumes.change("ONLINE1", {"capacity": 0})
    digest = life.tiers.where(UID)[0]["digest"]
    spoil(life, "NEAR1", digest)
    life.recalls.ask(UID, "test")
    until(lambda: life.recalls.all()[0]["state"] == "failed")
    assert lab.files() == [] or how_soon(lab) == "UNAVAILABLE"
    assert how_soon(lab) == "UNAVAILABLE"
    with pytest.raises(RefusedError, match="No good copy"):
        life.recalls.ask(UID, "test")


def test_a_held_study_stays_where_it_is(lab: Lab, life: Any) -> None:
    life.tiers.copy(UID, "NEAR1")
    life.holds.put("court", "test", study_uid=UID)
    with pytest.raises(RefusedError, match="on hold"):
        life.tiers.free(UID)
    assert len(lab.files()) == 2


def test_a_reset_brings_back_what_was_freed_and_forgets_later_copies(lab: Lab, life: Any) -> None:
    lab.archive.save_baseline()
    nearline(life)
    assert lab.files() == []
    lab.archive.reset()
    assert len(lab.files()) == 2 and how_soon(lab) == "ONLINE"
    near = life.copies.shelf(life.volumes.get("NEAR1")).store
    assert list(near.digests()) == []
    assert lab.get(StudyInstanceUID=UID)[0].completed == 2
    assert lab.archive.integrity.check(deep=True).missing == []


def test_a_reset_brings_back_copies_the_baseline_knows(lab: Lab, life: Any) -> None:
    nearline(life)
    lab.archive.save_baseline()
    life.volumes.change("NEAR1", {"recall_seconds": 0})
    life.recalls.ask(UID, "test")
    until(lambda: len(lab.files()) == 2)
    lab.archive.index.delete_study(UID)
    life.copies.settle()
    lab.archive.reset()
    assert how_soon(lab) == "NEARLINE" and lab.files() == []
    assert life.tiers.verify("NEAR1", mend=False)["good"] == 2


def test_the_check_of_files_and_index_knows_what_is_elsewhere(lab: Lab, life: Any) -> None:
    nearline(life)
    report = lab.archive.integrity.check(deep=True)
    assert (report.missing, report.damaged, report.removed) == ([], [], 0)


def test_notices_and_commitments_know_the_other_tiers(lab: Lab, life: Any) -> None:
    nearline(life)
    places = lab.archive.index.locate([])
    report = Report(pk=1, kind="commitment", ae="CT1", subject="1.2", created="", attempts=0,
                    due=0, note="", facts={"references": [
                        (place.sop_class, place.sop_uid) for place in places]})  # fmt: skip
    assert lab.archive.commitment.result(report).failed == {}
    away = lab.archive.availability.of_files([place.digest for place in places])
    (series,) = notice(report, places, "PACSLAB", away).ReferencedSeriesSequence
    said = {item.InstanceAvailability for item in series.ReferencedSOPSequence}
    assert said == {"NEARLINE"}
    life.copies.note(places[0].digest, life.volumes.get("NEAR1"), "damaged")
    assert set(lab.archive.commitment.result(report).failed.values()) == {0x0110}


def test_nonsense_is_refused(life: Any) -> None:
    with pytest.raises(RefusedError, match="no such study"):
        life.tiers.copy("1.9.9", "NEAR1")
    with pytest.raises(RefusedError, match="no volume"):
        life.tiers.copy(UID, "X")
    with pytest.raises(RefusedError, match="is online"):
        life.tiers.copy(UID, "ONLINE1")
    with pytest.raises(RefusedError, match="not mounted"):
        life.tiers.copy(UID, "VAULT1")
    with pytest.raises(RefusedError, match="is online"):
        life.recalls.ask(UID, "test")
    with pytest.raises(RefusedError, match="no size"):
        life.tiers.clean("ONLINE1", "test", dry=True)
    with pytest.raises(RefusedError, match="not online"):
        life.tiers.clean("NEAR1", "test", dry=True)
    life.volumes.change("NEAR1", {"capacity": 5})
    with pytest.raises(RefusedError, match="no room"):
        life.tiers.copy(UID, "NEAR1")


def test_c_move_of_nearline_images_reaches_its_destination_later(lab: Lab, life: Any) -> None:
    """Whom a C-MOVE calls is looked at before anything is recalled."""
    nearline(life)
    with pytest.raises(StatusError, match="not a known move destination"):
        scu.move(lab.peer, query("STUDY", StudyInstanceUID=UID), "NOBODY", CALLER)
    assert life.recalls.all() == []
