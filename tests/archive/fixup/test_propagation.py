"""Corrections follow the copies: a second archive that had the study gets what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.archive.nodes import Node
from tests.archive.fixup.desk import HAND, do, edit, everything, reject, stored, study_of
from tests.archive.routing.support import free_port, pair, rule, through
from tests.archive.support import Lab, image, lab, study, until
from tests.orthanc import orthanc

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


def corrections(ours: Lab, ae: str = "OTHER", **options: Any) -> dict[str, Any]:
    """Return how many corrections went to a node, and how they ended."""
    rows = ours.archive.routing.counts.reconcile(**options)
    return next(row for row in rows if (row["rule"], row["ae"]) == ("correction", ae))


@pytest.mark.parametrize("code", ["113001", "113038", "113039"])
def test_what_is_restored_comes_back_where_that_is_accepted(both: Both, code: str) -> None:
    ours, other = both
    other.set("reject.again", "accept")
    before = set(everything(other))
    number = reject(ours, code).number
    until(lambda: not everything(other), 10)
    through(ours)
    assert ours.archive.fixup.undo(number, "eva")["sent_again"] == {"OTHER": 3}
    until(lambda: set(everything(other)) == before, 10)
    through(ours)
    assert other.archive.fixup.rejecting.all() == []
    (told,) = ours.told("study.restored")
    assert told.text.endswith("; 3 objects go again to OTHER") and told.facts["by"] == "eva"
    line = corrections(ours, ask=True)
    assert (line["sent"], line["present"], line["refused"], line["reconciled"]) == (3, 3, 0, True)


@pytest.mark.parametrize(("code", "how"), [("113037", "accept"), ("113038", "refuse")])
def test_what_the_receiver_keeps_rejected_is_counted_as_refused(
    both: Both, code: str, how: str
) -> None:
    ours, other = both
    other.set("reject.again", how)
    number = reject(ours, code, UID, "1.2.3.1.1.1").number
    until(lambda: "1.2.3.1.1.1" not in everything(other), 10)
    through(ours)
    ours.archive.fixup.undo(number, "eva")
    through(ours)
    assert "1.2.3.1.1.1" not in everything(other)
    line = corrections(ours)
    assert (line["sent"], line["refused"], line["reconciled"]) == (0, 1, False)
    assert "was rejected before" in line["refusals"][0]
    told = [entry for entry in ours.told("route.sent") if entry.facts["rule"] == "correction"]
    assert "0 instances" in told[-1].text and "was rejected before" in told[-1].text


def test_a_rejection_for_quality_that_is_shown_here_comes_back_where_it_was_hidden(
    both: Both,
) -> None:
    ours, other = both
    ours.set("reject.quality", "show")
    other.set("reject.again", "accept")
    number = reject(ours, "113001", UID, "1.2.3.1.1.1").number
    until(lambda: "1.2.3.1.1.1" not in everything(other), 10)
    through(ours)
    assert ours.archive.fixup.undo(number, "eva")["sent_again"] == {"OTHER": 1}
    until(lambda: "1.2.3.1.1.1" in everything(other), 10)


def test_a_node_that_was_not_told_yet_never_hears_of_it(both: Both) -> None:
    ours, other = both
    ours.archive.owed.pause("OTHER", "eva", "the line is down")
    number = reject(ours, "113037").number
    assert [report.kind for report in ours.archive.owed.all()] == ["rejection"]
    assert ours.archive.fixup.undo(number, "eva")["sent_again"] == {}
    assert ours.archive.owed.all() == []
    assert ours.told("study.restored")[0].text.endswith("; OTHER had not been told of it yet")
    assert len(everything(other)) == 3 and other.archive.fixup.rejecting.all() == []


def test_a_note_that_failed_is_not_tried_again_once_it_is_undone(both: Both) -> None:
    ours, other = both
    port = ours.archive.nodes.find("OTHER").port  # type: ignore[union-attr]
    ours.archive.nodes.change("OTHER", {"port": free_port()})
    number = reject(ours, "113037").number
    until(lambda: any(report.attempts for report in ours.archive.owed.all()), 10)
    ours.archive.fixup.undo(number, "eva")
    ours.archive.nodes.change("OTHER", {"port": port})
    through(ours)
    assert len(everything(other)) == 3 and other.archive.fixup.rejecting.all() == []
    assert corrections(ours)["sent"] == 3


def test_orthanc_has_everything_after_a_restoration(tmp_path: Path) -> None:
    with (
        orthanc(tmp_path / "orthanc", {}) as peer,
        lab(tmp_path / "ours", [Node(ae=peer.ae, port=peer.port)]) as ours,
    ):
        ours.set("route.quiet_seconds", 0.2)
        rule(ours, to=[peer.ae], when=["StudyDescription=CT chest"])
        ours.store(*study(1, 2))
        until(lambda: len(peer.instances()) == 2, 15)
        through(ours)
        images = set(everything(ours))
        number = reject(ours, "113037").number
        until(lambda: len(peer.instances()) == 3, 10)  # the note: Orthanc keeps it as an object
        through(ours)
        for one in peer.call("GET", "/instances?expand"):  # somebody obeyed it there by hand
            if one["MainDicomTags"]["SOPInstanceUID"] in images:
                peer.call("DELETE", f"/instances/{one['ID']}")
        ours.archive.fixup.undo(number, "eva")
        until(lambda: images < set(peer.instances()), 10)
        through(ours)
        assert corrections(ours, peer.ae)["sent"] == 2


def test_what_moved_arrives_with_its_new_uids_and_the_old_vanishes(both: Both) -> None:
    ours, other = both
    make = ours.archive.fixup.moving.move
    do(ours, lambda: make(study_of(ours), None, HAND, series=["1.2.3.1.2"]))
    until(lambda: "1.2.3.1.2.1" not in everything(other), 10)
    through(ours)
    assert set(everything(other)) == set(everything(ours))


def test_a_move_that_is_undone_is_undone_at_the_copy(both: Both) -> None:
    ours, other = both
    other.set("reject.again", "accept")
    before = set(everything(other))
    make = ours.archive.fixup.moving.move
    number = do(ours, lambda: make(study_of(ours), None, HAND, series=["1.2.3.1.2"])).number
    until(lambda: "1.2.3.1.2.1" not in everything(other), 10)
    through(ours)
    assert len(everything(other)) == 3  # two, and the copy with its new UIDs
    assert ours.archive.fixup.undo(number, "eva")["sent_again"] == {"OTHER": 1}
    until(lambda: set(everything(other)) == before, 10)
    through(ours)
    assert set(everything(ours)) == before


def test_a_correction_of_what_nobody_has_goes_nowhere(both: Both) -> None:
    ours, _ = both
    ours.store(*study(2, 1, StudyDescription="MR head"))
    until(lambda: study_of(ours, "1.2.3.2")["order_state"] == "unmatched")
    through(ours)
    reject(ours, "113037", "1.2.3.2")
    assert ours.archive.owed.all() == []
