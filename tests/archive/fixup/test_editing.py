"""Editing attributes: headers and index follow, originals are kept, and everything comes back."""

from __future__ import annotations

import pytest

from simulator.errors import RefusedError, UsageError
from tests.archive.fixup.desk import HAND, ORDER, do, edit, everything, stored, study_of
from tests.archive.support import PIXELS, Lab, study, until


def test_what_is_edited_is_found_and_stored_and_remembered(lab: Lab) -> None:
    lab.store(*study(1, 2))
    edit(lab, StudyDescription="CT abdomen", ReferringPhysicianName="Neu^Nora")
    ds = stored(lab, "1.2.3.1.1.1")
    assert (ds.StudyDescription, ds.ReferringPhysicianName) == ("CT abdomen", "Neu^Nora")
    (item,) = ds.OriginalAttributesSequence
    assert item.ModifiedAttributesSequence[0].StudyDescription == "CT chest"
    assert item.ModifyingSystem == "PACS Lab (eva)"
    assert ds.PixelData == PIXELS
    (found,) = lab.find(StudyInstanceUID="1.2.3.1", StudyDescription="")
    assert found.StudyDescription == "CT abdomen"
    (told,) = lab.told("study.edited")
    assert "eva sets StudyDescription 'CT abdomen'" in told.text
    assert (told.facts["by"], told.facts["instances"]) == ("eva", 2)


def test_a_patients_name_changes_in_all_the_patients_studies(lab: Lab) -> None:
    lab.store(*study(1, 1, PatientID="P"), *study(2, 1, PatientID="P"), *study(3, 1))
    done = edit(lab, PatientName="Neu^Anna")
    assert done.objects == 2
    assert {str(stored(lab, f"1.2.3.{n}.1.1").PatientName) for n in (1, 2)} == {"Neu^Anna"}
    assert stored(lab, "1.2.3.3.1.1").PatientName == "Test^Anna"


def test_laterality_of_one_series(lab: Lab) -> None:
    lab.store(*study(1, 1), *study(1, 1, SeriesInstanceUID="1.2.3.1.2", SOPInstanceUID="1.9"))
    make = lab.archive.fixup.editing.edit
    values = {"Laterality": "L"}
    do(lab, lambda: make(study_of(lab), values, HAND, series="1.2.3.1.2"))
    assert stored(lab, "1.9").Laterality == "L"
    assert "Laterality" not in stored(lab, "1.2.3.1.1.1")


def test_the_preview_says_what_then_happens_and_changes_nothing(lab: Lab) -> None:
    lab.store(*study(1, 2))
    before, files = everything(lab), lab.files()
    fixup = lab.archive.fixup
    shown = fixup.preview(fixup.editing.edit(study_of(lab), {"StudyDescription": "X"}, HAND))
    assert shown["changes"] == [
        {"study": "1.2.3.1", "attribute": "StudyDescription", "before": "CT chest", "after": "X",
         "objects": 2}
    ]  # fmt: skip
    assert (shown["objects"], shown["studies"], shown["new_uids"]) == (2, ["1.2.3.1"], [])
    assert (everything(lab), lab.files()) == (before, files)


def test_undo_puts_back_the_very_files(lab: Lab) -> None:
    lab.store(*study(1, 3))
    until(lambda: study_of(lab)["order_state"] == "unmatched")
    before, facts = everything(lab), study_of(lab)
    number = edit(lab, StudyDescription="X").number
    lab.archive._sweep()  # what can come back stays
    assert everything(lab) != before
    shown = lab.archive.fixup.preview_undo(number)
    assert [(row["before"], row["after"]) for row in shown["changes"]] == [("X", "CT chest")]
    lab.archive.fixup.undo(number, "eva")
    assert (everything(lab), study_of(lab)) == (before, facts)
    lab.archive._sweep()
    assert sorted(digest for _, _, digest in before.values()) == lab.files()
    with pytest.raises(RefusedError, match="was undone already"):
        lab.archive.fixup.undo(number, "eva")


def test_undo_is_refused_where_something_newer_touched_the_objects(lab: Lab) -> None:
    lab.store(*study(1, 1))
    first, second = edit(lab, StudyDescription="X").number, edit(lab, StudyID="7").number
    now = everything(lab)
    with pytest.raises(RefusedError, match=f"change {second} has changed 1 of its objects since"):
        lab.archive.fixup.undo(first, "eva")
    assert everything(lab) == now
    lab.archive.fixup.undo(second, "eva")
    lab.archive.fixup.undo(first, "eva")
    assert stored(lab, "1.2.3.1.1.1").StudyDescription == "CT chest"


def test_a_reset_takes_the_corrections_back_and_keeps_those_of_the_baseline(lab: Lab) -> None:
    lab.store(*study(1, 1))
    number = edit(lab, StudyDescription="X").number
    lab.archive.save_baseline()
    edit(lab, StudyDescription="Y")
    lab.archive.reset()
    assert [row["number"] for row in lab.archive.fixup.record.all()] == [number]
    assert stored(lab, "1.2.3.1.1.1").StudyDescription == "X"
    lab.archive.fixup.undo(number, "eva")
    assert stored(lab, "1.2.3.1.1.1").StudyDescription == "CT chest"


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({}, "Nothing is to be changed"),
        ({"StudyInstanceUID": "1.2"}, "'StudyInstanceUID' cannot be edited"),
        ({"PixelData": "x"}, "'PixelData' cannot be edited"),
        ({"Rows": "1"}, "'Rows' cannot be edited"),
        ({"PatientSex": "X"}, "'X' is no PatientSex"),
        ({"StudyDate": "yesterday"}, "'yesterday' is no StudyDate"),
        ({"StudyDate": "20261301"}, "'20261301' is no StudyDate"),
        ({"AccessionNumber": "x" * 17}, "too long"),
        ({"StudyDescription": "a\0b"}, "no text"),
        ({"StudyDescription": 7}, "no text"),
        ({"PatientName": "A", "StudyID": "1"}, "all the patient's studies"),
    ],
)
def test_what_is_not_edited(lab: Lab, values: dict[str, str], why: str) -> None:
    lab.store(*study(1, 1))
    before = everything(lab)
    with pytest.raises(UsageError, match=why):
        edit(lab, **values)
    assert everything(lab) == before
    assert lab.archive.fixup.record.all() == []


def test_what_is_linked_to_no_order_or_the_wrong_one(lab: Lab) -> None:
    lab.store(*study(1, 1))
    until(lambda: study_of(lab)["order_state"] == "unmatched")
    link = lab.archive.fixup.editing.link
    with pytest.raises(RefusedError, match="A9 is cancelled"):
        link(study_of(lab), {**ORDER, "status": "cancelled"}, HAND, other_patient=True)
    with pytest.raises(RefusedError, match="another patient"):
        link(study_of(lab), ORDER, HAND, other_patient=False)
    do(lab, lambda: link(study_of(lab), ORDER, HAND, other_patient=True))
    with pytest.raises(RefusedError, match="linked to order A9 already"):
        link(study_of(lab), ORDER, HAND, other_patient=True)
    do(lab, lambda: lab.archive.fixup.editing.unlink(study_of(lab), HAND))
    assert study_of(lab)["order_state"] == "unmatched"
    assert stored(lab, "1.2.3.1.1.1").AccessionNumber == ""
    with pytest.raises(RefusedError, match="linked to no order"):
        lab.archive.fixup.editing.unlink(study_of(lab), HAND)
