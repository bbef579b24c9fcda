"""Volumes: their simulated size, what else fills them, and what a full one does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydicom.dataset import Dataset

from simulator.archive.lifecycle.amounts import later, period_of, size_of, size_text
from simulator.errors import RefusedError, UsageError
from tests.archive.support import Lab, image, raw_store, study


@pytest.fixture
def volumes(lab: Lab) -> Any:
    return lab.archive.lifecycle.volumes


def refused(lab: Lab, ds: Dataset) -> int:
    """Send what is not taken and return the status."""
    with lab.open() as association:
        return int(raw_store(association, ds)["Status"])


def test_what_an_archive_begins_with(volumes: Any) -> None:
    rows = {row["name"]: (row["tier"], row["state"]) for row in volumes.all()}
    assert rows == {
        "ONLINE1": ("online", "fine"),
        "NEAR1": ("nearline", "fine"),
        "VAULT1": ("offline", "not mounted"),
    }


def test_images_count_and_deleted_ones_do_not(lab: Lab, volumes: Any) -> None:
    lab.store(*study(1, 3))
    row = volumes.facts(volumes.get("ONLINE1"))
    sizes = sum(place.size for place in lab.archive.index.locate([]))
    assert (row["files"], row["images"], row["used"]) == (3, sizes, sizes)
    lab.archive.index.delete_study("1.2.3.1")
    assert volumes.used(volumes.get("ONLINE1")) == 0


def test_a_full_volume_refuses_with_a700_until_there_is_room(lab: Lab, volumes: Any) -> None:
    assert lab.store(*study(1, 2)) == [0, 0]
    volumes.change("ONLINE1", {"capacity": volumes.used(volumes.get("ONLINE1")) + 100})
    with lab.open() as association:
        response = raw_store(association, study(2)[0])
    assert response["Status"] == 0xA700
    assert "ONLINE1" in response["ErrorComment"]
    assert lab.archive.index.counts()["instances"] == 2 and len(lab.files()) == 2
    lab.archive.index.delete_study("1.2.3.1")
    assert lab.store(study(2)[0]) == [0]


def test_another_volume_takes_what_the_first_cannot(lab: Lab, volumes: Any) -> None:
    volumes.change("ONLINE1", {"capacity": 1})
    volumes.add("ONLINE2", {"capacity": "1 GB"})
    assert lab.store(*study(1)) == [0]
    (place,) = lab.archive.index.locate([])
    assert place.volume == volumes.get("ONLINE2").number
    with pytest.raises(RefusedError, match="holds 1 files"):
        volumes.remove("ONLINE2")
    volumes.change("ONLINE2", {"writable": False})
    assert refused(lab, *study(2)) == 0xA700


def test_logs_and_temp_fill_a_disk_and_can_be_cleared(lab: Lab, volumes: Any) -> None:
    volumes.change("ONLINE1", {"capacity": "1 MB"})
    volumes.fill("ONLINE1", "logs", "1 MB")
    assert volumes.get("ONLINE1").other["logs"]["bytes"] == 10**6
    assert volumes.all()[0]["state"] == "full"
    assert lab.archive.monitor.facts.storage().percent == 100
    assert refused(lab, *study(1)) == 0xA700
    volumes.fill("ONLINE1", "database", 10)
    with pytest.raises(RefusedError, match="is needed"):
        volumes.clear("ONLINE1", "database")
    assert volumes.clear("ONLINE1", "logs") == 10**6
    assert lab.store(*study(1)) == [0]
    assert volumes.all()[0]["other"] == {"logs": 0, "database": 10}


def test_what_grows_grows_with_hospital_time(lab: Lab, volumes: Any) -> None:
    volumes.change("ONLINE1", {"capacity": 1000})
    volumes.fill("ONLINE1", "temp", 100, 50)
    clock: Any = lab.archive.clock
    clock.jump(clock.now() + timedelta(days=4))
    assert volumes.all()[0]["other"]["temp"] == pytest.approx(300, abs=1)
    volumes.clear("ONLINE1", "temp")
    clock.jump(clock.now() + timedelta(days=2))
    assert volumes.all()[0]["other"]["temp"] == pytest.approx(100, abs=1)


@pytest.mark.parametrize(
    "change",
    [
        {"threshold": 120}, {"threshold": 0}, {"threshold": True}, {"low": 90}, {"low": -1},
        {"capacity": -5}, {"capacity": "much"}, {"capacity": 10**19}, {"capacity": None},
        {"recall_seconds": -1}, {"writable": "yes"}, {"description": 5}, {"colour": "red"},
        {"tier": "cloud"}, {"mounted": True}, {"other": {}},
    ],
)  # fmt: skip
def test_what_no_volume_can_be(volumes: Any, change: dict[str, Any]) -> None:
    before = volumes.all()
    with pytest.raises(UsageError) as error:
        volumes.change("ONLINE1", change)
    assert error.value.sentence.endswith((".", "?")) and error.value.remedy
    with pytest.raises(UsageError):
        volumes.add("NEW1", change)
    assert volumes.all() == before


@pytest.mark.parametrize("name", ["", "a", "../X", "X" * 17, None, "X Y"])
def test_names_that_are_none(volumes: Any, name: Any) -> None:
    with pytest.raises(UsageError, match="no name of a volume"):
        volumes.add(name, {})


def test_what_a_volume_is_stays(volumes: Any) -> None:
    with pytest.raises(RefusedError, match="already"):
        volumes.add("NEAR1", {})
    with pytest.raises(RefusedError, match="stay"):
        volumes.change("NEAR1", {"tier": "online"})
    with pytest.raises(RefusedError, match="last online"):
        volumes.remove("ONLINE1")
    with pytest.raises(RefusedError, match="no volume 'X'"):
        volumes.get("X")
    with pytest.raises(RefusedError, match="always mounted"):
        volumes.mount("ONLINE1", there=False)
    with pytest.raises(UsageError, match="nothing kept here"):
        volumes.fill("ONLINE1", "films", 1)


def test_a_reset_puts_the_volumes_back(lab: Lab, volumes: Any) -> None:
    lab.archive.save_baseline()
    volumes.change("ONLINE1", {"capacity": 1, "threshold": 50, "low": 10})
    assert refused(lab, image()) == 0xA700
    lab.archive.reset()
    assert volumes.get("ONLINE1").capacity == 0 and volumes.get("ONLINE1").threshold == 90
    assert lab.store(image()) == [0]


def test_sizes_and_periods() -> None:
    from datetime import date

    assert size_of("1.5 GB", "x") == 1_500_000_000 and size_of(7, "x") == 7
    assert size_text(1_500_000) == "1.5 MB" and size_text(12) == "12 B"
    assert period_of(" 10Y ", "x") == "10y"
    assert later(date(2024, 2, 29), "1y") == date(2025, 2, 28)
    assert later(date(2025, 11, 30), "3m") == date(2026, 2, 28)
    assert later(date(2025, 12, 31), "1d") == date(2026, 1, 1)
    for bad in ("-3y", "0y", "101y", "5", "y", None, 3.5, "1e3y", "３y"):
        with pytest.raises(UsageError, match="no period"):
            period_of(bad, "keep")
