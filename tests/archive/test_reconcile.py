"""Linking a study to its order: the header is corrected, nothing is lost, the pixels untouched."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from simulator.archive import tables as t
from simulator.archive.fixup import acting
from tests.archive.fixup.desk import HAND, ORDER, do, stored, study_of
from tests.archive.support import PIXELS, Lab, image, study, until


def link(lab: Lab, **changes: Any) -> int:
    order = {**ORDER, **changes}
    make = lab.archive.fixup.editing.link
    return do(lab, lambda: make(study_of(lab), order, HAND, other_patient=True)).objects


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_the_header_says_what_the_order_says(lab: Lab, syntax: str) -> None:
    lab.store(*study(1, 3), syntax=syntax)
    before = lab.files()
    assert link(lab) == 3
    ds = stored(lab, "1.2.3.1.1.2")
    assert (ds.PatientName, ds.PatientID, ds.IssuerOfPatientID) == ("Right^Rosa", "P9", "HOSPITAL")
    assert (ds.AccessionNumber, ds.PatientBirthDate) == ("A9", "19800202")
    request = ds.RequestAttributesSequence[0]
    assert (request.RequestedProcedureID, request.ScheduledProcedureStepID) == ("RP9", "SP9")
    assert ds.PixelData == PIXELS
    assert (ds.StudyInstanceUID, ds.InstanceNumber) == ("1.2.3.1", 2)
    assert ds.file_meta.TransferSyntaxUID == syntax
    assert ds.file_meta.SourceApplicationEntityTitle == "CT1"
    # files never change: the old ones are there until the next sweep, the new ones beside them
    assert set(before) < set(lab.files()) and len(lab.files()) == 6
    lab.archive._sweep()  # an undo may want them
    assert len(lab.files()) == 6


def test_what_was_there_before_is_remembered(lab: Lab) -> None:
    request = Dataset()
    request.ScheduledProcedureStepID = "OLD"
    lab.store(*study(1, RequestAttributesSequence=Sequence([request])))
    link(lab)
    (item,) = stored(lab, "1.2.3.1.1.1").OriginalAttributesSequence
    assert item.AttributeModificationDateTime == "20260302093000"
    assert (item.ModifyingSystem, item.ReasonForTheAttributeModification) == (
        "PACS Lab (eva)",
        "CORRECT",
    )
    (old,) = item.ModifiedAttributesSequence
    assert (old.PatientName, old.PatientID, old.AccessionNumber) == ("Test^Anna", "T1", "A1")
    assert old.RequestAttributesSequence[0].ScheduledProcedureStepID == "OLD"
    assert "PatientSex" not in old  # it did not change
    link(lab, accession="A10")  # and linked once more: both steps are remembered
    first, second = stored(lab, "1.2.3.1.1.1").OriginalAttributesSequence
    assert first.ModifiedAttributesSequence[0].PatientID == "T1"
    assert second.ModifiedAttributesSequence[0].AccessionNumber == "A9"


def test_the_index_follows(lab: Lab) -> None:
    lab.store(*study(1, 2), *study(2, 1, PatientID="T1"))
    link(lab)
    assert [str(ds.StudyInstanceUID) for ds in lab.find(PatientID="T1", StudyInstanceUID="")] == [
        "1.2.3.2"
    ]
    (found,) = lab.find(PatientID="P9", AccessionNumber="", NumberOfStudyRelatedInstances="")
    assert (found.AccessionNumber, found.NumberOfStudyRelatedInstances) == ("A9", 2)
    row = lab.archive.index.study("1.2.3.1")
    assert row is not None
    assert (row["order_state"], row["order_note"]) == ("matched", "linked to order A9 by eva")
    assert (row["source"], row["patient_name"]) == ("CT1", "Right^Rosa")
    retrieved, got = lab.get(StudyInstanceUID="1.2.3.1")
    assert retrieved.completed == 2 and {ds.PatientID for ds in got} == {"P9"}


def test_the_last_study_of_the_wrong_patient_takes_the_patient_along(lab: Lab) -> None:
    lab.store(*study(1))
    link(lab)
    assert lab.archive.index.counts()["patients"] == 1
    assert lab.find("PATIENT", model="patient", PatientID="T1") == []


@pytest.mark.parametrize("charset", [None, "ISO_IR 100", "ISO_IR 192"])
def test_a_name_the_old_character_set_lacks(lab: Lab, charset: str | None) -> None:
    facts = {"SpecificCharacterSet": charset, "StudyDescription": "Schädel"} if charset else {}
    lab.store(image(SOPInstanceUID="1.5", **facts))
    link(lab, patient_name="Łukasz^Żółć=山田^太郎")
    ds = stored(lab, "1.5")
    assert ds.PatientName == "Łukasz^Żółć=山田^太郎"
    assert ds.StudyDescription == ("Schädel" if charset else "CT chest")
    assert ds.OriginalAttributesSequence[0].ModifiedAttributesSequence[0].PatientName == "Test^Anna"
    (found,) = lab.find(PatientName="Łukasz*", SpecificCharacterSet="ISO_IR 192")
    assert found.PatientName == "Łukasz^Żółć=山田^太郎"


def test_an_image_that_arrives_meanwhile_is_not_lost(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.store(*study(1, 2))
    late = study(1, 3)[2]
    write = acting.write
    sent: list[int] = []

    def slowly(*arguments: Any) -> Any:
        if not sent:
            sent.extend(lab.store(late))
        return write(*arguments)

    monkeypatch.setattr(acting, "write", slowly)
    assert link(lab) == 3
    assert sent == [0]
    assert stored(lab, late.SOPInstanceUID).PatientID == "P9"
    assert lab.archive.index.counts() == {"patients": 1, "studies": 1, "series": 1, "instances": 3}


def test_linking_while_the_archive_is_swept(lab: Lab) -> None:
    lab.store(*study(1, 4))
    stop = threading.Event()

    def sweep() -> None:
        while not stop.is_set():
            lab.archive._sweep()

    thread = threading.Thread(target=sweep)
    thread.start()
    for number in range(5):
        link(lab, accession=f"A{number}")
    stop.set()
    thread.join()
    assert lab.get(StudyInstanceUID="1.2.3.1")[0].completed == 4


def state(lab: Lab) -> str:
    row = lab.archive.index.study("1.2.3.1")
    return str(row["order_state"]) if row else "gone"


def test_a_link_by_hand_is_not_undone_by_a_match_that_was_under_way(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worklist answers slowly; meanwhile somebody has linked the study."""
    lab.store(*study(1))
    until(lambda: state(lab) == "unmatched")

    def slow(accession: str) -> None:
        link(lab)

    monkeypatch.setattr(lab.archive.orders, "find", slow)
    lab.archive.orders.match("1.2.3.1")
    row = lab.archive.index.study("1.2.3.1")
    assert row is not None and row["order_note"] == "linked to order A9 by eva"
    assert len(lab.told("study.unmatched")) == 1  # the first one, before


def test_a_correction_keeps_the_match_that_came_meanwhile(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An A08 that arrives while a study is being matched must not make it new again."""
    lab.store(*study(1))
    until(lambda: state(lab) == "unmatched")
    write = acting.write

    def matched_meanwhile(*arguments: Any) -> Any:
        lab.archive.index.set_order_state("1.2.3.1", "matched", "meanwhile")
        return write(*arguments)

    monkeypatch.setattr(acting, "write", matched_meanwhile)
    values, scope = {"PatientName": "NEU^ANNA"}, [t.studies.c.study_uid == "1.2.3.1"]
    fixup = lab.archive.fixup
    make = fixup.editing.readdress
    assert fixup.act(lambda: make(scope, values, HAND, "update", "A08"), HAND).objects == 1
    row = study_of(lab)
    assert (row["order_state"], row["patient_name"]) == ("matched", "NEU^ANNA")
