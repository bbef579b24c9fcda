"""What tiers do by themselves: copies of quiet studies, and disks cleaned down to their mark."""

from __future__ import annotations

from typing import Any

import pytest

from tests.archive.lifecycle.test_tiers import UID, pass_time
from tests.archive.support import Lab, study, until


@pytest.fixture
def life(lab: Lab) -> Any:
    lab.store(*study(1, 2))
    return lab.archive.lifecycle


def test_cleaning_stops_at_the_low_mark_and_leaves_what_has_no_copy(lab: Lab, life: Any) -> None:
    for number in (2, 3, 4):
        lab.store(*study(number, 2))
        life.tiers.copy(f"1.2.3.{number}", "NEAR1")
    used = life.volumes.used(life.volumes.get("ONLINE1"))
    life.volumes.change("ONLINE1", {"capacity": used, "low": 50})
    plan = life.tiers.clean("ONLINE1", "test", dry=True)
    done = life.tiers.clean("ONLINE1", "test", dry=False)
    assert [row["study_uid"] for row in done["studies"]] == ["1.2.3.2", "1.2.3.3"]
    assert [row["study_uid"] for row in plan["studies"]] == ["1.2.3.2", "1.2.3.3"]
    assert [row["study_uid"] for row in done["kept"]] == [UID]
    assert done["percent"] <= 50 < plan["percent"]
    assert len(lab.told("volume.cleaned")) == 1


def test_a_setting_cleans_by_itself(lab: Lab, life: Any) -> None:
    life.tiers.copy(UID, "NEAR1")
    used = life.volumes.used(life.volumes.get("ONLINE1"))
    life.volumes.change("ONLINE1", {"capacity": used})
    lab.set("tier.clean", "threshold")
    life.recalls.wake()
    until(lambda: life.volumes.used(life.volumes.get("ONLINE1")) == 0)


def test_studies_are_copied_by_themselves_once_they_are_quiet(lab: Lab, life: Any) -> None:
    lab.set("tier.copy_to", "NEAR1")
    pass_time(lab, 300)
    life.recalls.each_round()
    assert life.copies.of(lab.files()) == {digest: [] for digest in lab.files()}
    pass_time(lab, 301)
    life.recalls.wake()
    until(lambda: {row["copies"].get("NEAR1") for row in life.tiers.where(UID)} == {"good"})
    life.volumes.change("ONLINE1", {"capacity": 1})
    lab.set("tier.clean", "threshold")
    life.recalls.wake()
    until(lambda: lab.files() == [])


def test_what_cannot_be_done_is_told_once(lab: Lab, life: Any) -> None:
    life.volumes.change("ONLINE1", {"capacity": 1})
    lab.set("tier.clean", "threshold")
    lab.set("tier.copy_to", "NOWHERE")
    for _ in range(3):
        life.recalls.each_round()
    told = {entry.text for entry in lab.told("volume.failed")}
    assert len(lab.told("volume.failed")) == len(told) == 2
    assert any("nothing on it can be freed" in text for text in told)
