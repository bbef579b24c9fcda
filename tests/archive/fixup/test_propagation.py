"""Corrections follow the copies: a second archive that had the study gets what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.archive.fixup.desk import HAND, do, edit, everything, reject, stored, study_of
from tests.archive.routing.support import pair, rule, through
from tests.archive.support import Lab, image, study, until

UID = "1.2.3.1"
Both = tuple[Lab, Lab]


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    """An archive, and one that has received study 1 of it and takes newer copies."""
    with pair(tmp_path) as (ours, other):
        other.set("store.duplicates", "replace")
        rule(ours, when=["StudyDescription=CT chest"])
        second = image(SeriesInstanceUID="1.2.3.1.2", SOPInstanceUID="1.2.3.1.2.1")
        ours.store(*study(1, 2), second)
        until(lambda: len(everything(other)) == 3, 15)
        through(ours)
        until(lambda: study_of(ours)["order_state"] == "unmatched")
        yield ours, other


def test_the_preview_says_who_has_a_copy(both: Both) -> None:
    fixup = both[0].archive.fixup
    plan = fixup.editing.edit(study_of(both[0]), {"StudyID": "7"}, HAND)
    assert fixup.preview(plan)["destinations"] == {UID: ["OTHER"]}


def test_an_edit_and_its_undo_reach_the_copy(both: Both) -> None:
    ours, other = both
    number = edit(ours, StudyDescription="CT abdomen").number
    until(lambda: stored(other, "1.2.3.1.1.2").StudyDescription == "CT abdomen", 10)
    through(ours)
    ours.archive.fixup.undo(number, "eva")
    until(lambda: stored(other, "1.2.3.1.1.2").StudyDescription == "CT chest", 10)


@pytest.mark.parametrize("code", ["113001", "113037"])
def test_a_rejection_reaches_the_copy_as_a_note(both: Both, code: str) -> None:
    ours, other = both
    reject(ours, code, UID, "1.2.3.1.1.1")
    until(lambda: "1.2.3.1.1.1" not in everything(other), 10)
    assert set(everything(other)) == {"1.2.3.1.1.2", "1.2.3.1.2.1"}
    assert [row["code"] for row in other.archive.fixup.rejecting.all()] == [code]


def test_what_moved_arrives_with_its_new_uids_and_the_old_vanishes(both: Both) -> None:
    ours, other = both
    make = ours.archive.fixup.moving.move
    do(ours, lambda: make(study_of(ours), None, HAND, series=["1.2.3.1.2"]))
    until(lambda: "1.2.3.1.2.1" not in everything(other), 10)
    through(ours)
    assert set(everything(other)) == set(everything(ours))


def test_a_correction_of_what_nobody_has_goes_nowhere(both: Both) -> None:
    ours, _ = both
    ours.store(*study(2, 1, StudyDescription="MR head"))
    until(lambda: study_of(ours, "1.2.3.2")["order_state"] == "unmatched")
    through(ours)
    reject(ours, "113037", "1.2.3.2")
    assert ours.archive.owed.all() == []
