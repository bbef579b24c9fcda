"""Rejection (IHE IOCM): notes, what they hide at every door, coming again, restoring, purging."""

from __future__ import annotations

from io import BytesIO

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import KeyObjectSelectionDocumentStorage

from simulator.archive.fixup import note as notes
from simulator.archive.fixup.plan import stored as rows_of
from simulator.archive.owed import Report
from simulator.errors import RefusedError, UsageError
from simulator.network import dimse
from tests.archive.fixup.desk import NOW, edit, everything, reject, sent, stored, study_of
from tests.archive.support import Lab, image, study, until

UID = "1.2.3.1"


def restore(lab: Lab) -> None:
    numbers = {row["change"] for row in lab.archive.fixup.rejecting.all(UID)}
    for number in sorted(numbers, reverse=True):
        lab.archive.fixup.undo(number, "eva")


def note_of(lab: Lab) -> Dataset:
    """Return the note of the newest change, wherever it is kept."""
    number = lab.archive.fixup.record.all()[0]["number"]
    (row,) = [r for r in lab.archive.fixup.record.objects(number) if r["after"]]
    return dcmread(BytesIO(lab.archive.store.read(row["after_digest"])))


@pytest.mark.parametrize("code", ["113001", "113037", "113038", "113039"])
def test_a_rejected_study_vanishes_from_every_door_and_comes_back(lab: Lab, code: str) -> None:
    lab.store(*study(1, 2), *study(2, 1))
    until(lambda: study_of(lab)["order_state"] == "unmatched")
    before, facts = everything(lab), study_of(lab)
    reject(lab, code)
    assert [str(ds.StudyInstanceUID) for ds in lab.find(StudyInstanceUID="")] == ["1.2.3.2"]
    assert lab.find("PATIENT", model="patient", PatientID="T1") == []
    assert lab.get(StudyInstanceUID=UID)[1] == []
    assert lab.archive.index.studies() == [study_of(lab, "1.2.3.2")]
    lab.archive._sweep()
    restore(lab)
    assert (everything(lab), study_of(lab)) == (before, facts)
    assert lab.archive.fixup.rejecting.all() == []


def test_the_note_is_a_key_object_document_that_says_what_and_why(lab: Lab) -> None:
    lab.store(*study(1, 2))
    reject(lab, "113037", UID, "1.2.3.1.1.2")
    ds = note_of(lab)
    assert ds.SOPClassUID == KeyObjectSelectionDocumentStorage
    assert (ds.Modality, ds.ValueType, ds.PatientID) == ("KO", "CONTAINER", "T1")
    assert ds.StudyInstanceUID == UID and ds.SeriesInstanceUID != "1.2.3.1.1"
    (title,) = ds.ConceptNameCodeSequence
    assert (title.CodeValue, title.CodingSchemeDesignator) == ("113037", "DCM")
    assert ds.ContentTemplateSequence[0].TemplateIdentifier == "2010"
    said = notes.read(ds)
    assert said is not None and said.code == "113037"
    assert said.references == ((UID, "1.2.3.1.1", "1.2.3.1.1.2"),)
    assert ds.ContentSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID == "1.2.3.1.1.2"
    (found,) = lab.find(StudyInstanceUID=UID, NumberOfStudyRelatedInstances="")
    assert found.NumberOfStudyRelatedInstances == 1  # neither the image nor the note


def test_rejected_for_quality_stays_visible_where_the_site_wants_that(lab: Lab) -> None:
    lab.store(*study(1, 2))
    lab.set("reject.quality", "show")
    reject(lab, "113001", UID, "1.2.3.1.1.2")
    (found,) = lab.find(StudyInstanceUID=UID, NumberOfStudyRelatedInstances="",
                        ModalitiesInStudy="")  # fmt: skip
    assert found.NumberOfStudyRelatedInstances == 3
    assert set(found.ModalitiesInStudy) == {"CT", "KO"}
    with pytest.raises(RefusedError, match="rejected already"):
        reject(lab, "113001", UID, "1.2.3.1.1.2")
    restore(lab)
    assert set(everything(lab)) == {"1.2.3.1.1.1", "1.2.3.1.1.2"}


def test_what_is_not_rejected(lab: Lab) -> None:
    lab.store(*study(1, 2))
    now = everything(lab)
    with pytest.raises(UsageError, match="no code of rejection"):
        reject(lab, "113000")
    with pytest.raises(RefusedError, match="no such object"):
        reject(lab, "113037", UID, "1.2.3.99")
    with pytest.raises(RefusedError, match="no such series"):
        reject(lab, "113037", series="1.2.3.99")
    assert everything(lab) == now
    reject(lab, "113037", UID, "1.2.3.1.1.1")
    with pytest.raises(RefusedError, match=r"rejected already \(113037"):
        reject(lab, "113001", UID, "1.2.3.1.1.1")


def test_a_note_that_is_stored_takes_effect(lab: Lab) -> None:
    lab.store(*study(1, 2))
    (target,) = [
        row for row in rows_of(lab.archive.database, [])
        if row.location.sop_uid == "1.2.3.1.1.1"
    ]  # fmt: skip
    note = notes.make("113037", [target], stored(lab, "1.2.3.1.1.1"), NOW, "wrong patient")
    assert lab.store(note) == [0]
    assert set(everything(lab)) == {"1.2.3.1.1.2"}
    (told,) = lab.told("study.rejected")
    assert "a note of CT1 rejects 1 objects: 113037" in told.text
    number = lab.archive.fixup.record.all()[0]["number"]
    lab.archive.fixup.undo(number, "eva")
    assert set(everything(lab)) == {"1.2.3.1.1.1", "1.2.3.1.1.2", str(note.SOPInstanceUID)}


def test_a_note_that_comes_before_its_objects_holds_them_off(lab: Lab) -> None:
    lab.store(*study(1, 2))
    (target,) = [
        row for row in rows_of(lab.archive.database, [])
        if row.location.sop_uid == "1.2.3.1.1.1"
    ]  # fmt: skip
    note = notes.make("113038", [target], stored(lab, "1.2.3.1.1.1"), NOW, "")
    lab.archive.index.delete_study(UID)
    assert lab.store(note) == [0]
    assert sent(lab, *study(1, 2)) == [dimse.REJECTED_INSTANCE, 0]


def test_a_key_object_note_that_rejects_nothing_is_an_object_like_others(lab: Lab) -> None:
    lab.store(*study(1, 1))
    (target,) = rows_of(lab.archive.database, [])
    note = notes.make("113037", [target], stored(lab, "1.2.3.1.1.1"), NOW, "")
    note.ConceptNameCodeSequence[0].CodeValue = "113000"  # Of Interest
    assert lab.store(note) == [0]
    assert len(everything(lab)) == 2 and lab.archive.fixup.record.all() == []


@pytest.mark.parametrize(
    ("how", "code", "status", "there"),
    [
        ("refuse", "113038", dimse.REJECTED_INSTANCE, False),
        ("warn", "113038", dimse.CLASS_MISMATCH_WARNING, False),
        ("accept", "113038", dimse.SUCCESS, True),
        ("accept", "113037", dimse.REJECTED_INSTANCE, False),
    ],
)
def test_what_a_rejected_object_meets_that_comes_again(
    lab: Lab, how: str, code: str, status: int, there: bool
) -> None:
    lab.store(*study(1, 1))
    reject(lab, code)
    lab.set("reject.again", how)
    assert sent(lab, *study(1, 1)) == [status]
    assert ("1.2.3.1.1.1" in everything(lab)) is there


def test_what_comes_back_follows_its_study_to_the_patient_it_has_meanwhile(lab: Lab) -> None:
    lab.store(*study(1, 2))
    number = reject(lab, "113001", UID, "1.2.3.1.1.2").number
    edit(lab, PatientName="Neu^Anna")
    lab.archive.fixup.undo(number, "eva")
    assert stored(lab, "1.2.3.1.1.2").PatientName == "Neu^Anna"


def test_a_purge_deletes_for_good(lab: Lab) -> None:
    lab.store(*study(1, 2), *study(2, 1))
    edit(lab, StudyDescription="X")
    purging = lab.archive.fixup.purging
    with pytest.raises(RefusedError, match="Nothing of this study is rejected"):
        purging.do(UID)
    number = reject(lab, "113037").number
    assert purging.preview(UID)["objects"] == 3
    assert purging.do(UID) == 3
    assert lab.files() == [digest for _, _, digest in everything(lab).values()]
    for change in (number, number - 1):
        with pytest.raises(RefusedError, match="its files were deleted for good"):
            lab.archive.fixup.undo(change, "eva")
    assert sent(lab, *study(1, 2)) == [dimse.REJECTED_INSTANCE] * 2  # they stay rejected


def test_a_held_study_is_not_purged(lab: Lab) -> None:
    lab.store(*study(1, 1))
    lab.archive.lifecycle.holds.put("trial", "eva", study_uid=UID)
    reject(lab, "113037")
    with pytest.raises(RefusedError, match="on hold"):
        lab.archive.fixup.purging.do(UID)


def test_an_unrejected_study_is_purged_only_by_setting(lab: Lab) -> None:
    lab.store(*study(1, 2))
    lab.set("purge.unrejected", True)
    assert lab.archive.fixup.purging.do(UID) == 2
    assert lab.files() == [] and everything(lab) == {}
    assert lab.store(image(SOPInstanceUID="1.2.3.1.1.1")) == [0]


def test_a_hidden_note_that_comes_again_vanishes_again_and_stays_committed(lab: Lab) -> None:
    lab.store(*study(1, 2))
    (target,) = [
        row for row in rows_of(lab.archive.database, []) if row.location.sop_uid == "1.2.3.1.1.1"
    ]
    note = notes.make("113037", [target], stored(lab, "1.2.3.1.1.1"), NOW, "")
    for _ in range(2):
        assert lab.store(note) == [0]
        assert set(everything(lab)) == {"1.2.3.1.1.2"}
    keeps = lab.archive.fixup.record.keeps
    assert keeps(str(note.SOPInstanceUID)) and keeps("1.2.3.1.1.1")
    assert not keeps("1.2.3.1.1.2") and not keeps("1.2.3.9")
    asked = {(str(note.SOPClassUID), str(note.SOPInstanceUID)): None}
    references = [*asked, (image().SOPClassUID, "1.2.3.9")]
    report = Report(pk=1, kind="commitment", ae="CT1", subject="1.9", created="", attempts=0,
                    due=0, note="", facts={"references": references})  # fmt: skip
    result = lab.archive.commitment.result(report)
    assert set(result.committed) == set(asked) and len(result.failed) == 1
