"""Moving and splitting: new UIDs, pointers kept whole, and the old objects rejected."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    BasicTextSRStorage,
    CTImageStorage,
    GrayscaleSoftcopyPresentationStateStorage,
    KeyObjectSelectionDocumentStorage,
)

from simulator.archive.fixup.acting import Done
from simulator.archive.fixup.references import pointed_at
from simulator.errors import RefusedError, UsageError
from simulator.network import dimse
from tests.archive.fixup.desk import HAND, do, everything, sent, stored, study_of
from tests.archive.support import PIXELS, Lab, image, study, until

SERIES = ("1.2.3.1.1", "1.2.3.1.2")


def fill(lab: Lab, *documents: Dataset) -> None:
    """Store a study of two series with two images each, another study, and documents."""
    second = [
        image(SeriesInstanceUID=SERIES[1], SOPInstanceUID=f"{SERIES[1]}.{n}", SeriesNumber=2)
        for n in (1, 2)
    ]
    lab.store(*study(1, 2), *second, *study(2, 1, PatientName="Bolt^Bea", StudyID="7"))
    for ds in documents:
        assert lab.store(ds) == [0]
    until(lambda: not [s for s in lab.archive.index.studies() if s["order_state"] == "new"])


def move(lab: Lab, to: str = "", **what: Any) -> Done:
    target = study_of(lab, to) if to else None
    return do(lab, lambda: lab.archive.fixup.moving.move(study_of(lab), target, HAND, **what))


def reference(uid: str) -> Dataset:
    ds = Dataset()
    ds.ReferencedSOPClassUID, ds.ReferencedSOPInstanceUID = CTImageStorage, uid
    return ds


def document(kind: str, uid: str, **series: list[str]) -> Dataset:
    """Return a KO, PR or SR of study 1 about images, by the series they are in."""
    ds = image(SOPInstanceUID=uid, SeriesInstanceUID=f"1.2.3.1.{uid}", Modality=kind)
    del ds.PixelData
    items = []
    for name, uids in series.items():
        item = Dataset()
        item.SeriesInstanceUID = SERIES[int(name[1])]
        key = "ReferencedImageSequence" if kind == "PR" else "ReferencedSOPSequence"
        setattr(item, key, Sequence(map(reference, uids)))
        items.append(item)
    if kind == "PR":
        ds.SOPClassUID = GrayscaleSoftcopyPresentationStateStorage
        ds.ReferencedSeriesSequence = Sequence(items)
        return ds
    ds.SOPClassUID = KeyObjectSelectionDocumentStorage if kind == "KO" else BasicTextSRStorage
    evidence, content = Dataset(), Dataset()
    evidence.StudyInstanceUID, evidence.ReferencedSeriesSequence = "1.2.3.1", Sequence(items)
    ds.CurrentRequestedProcedureEvidenceSequence = Sequence([evidence])
    content.ValueType = "IMAGE"
    content.ReferencedSOPSequence = Sequence([reference(u) for us in series.values() for u in us])
    ds.ContentSequence = Sequence([content])
    return ds


def objects(lab: Lab, modality: str) -> list[Dataset]:
    found = [stored(lab, uid) for uid in everything(lab)]
    return [ds for ds in found if ds.Modality == modality]


def test_a_series_moves_to_another_study_with_new_uids(lab: Lab) -> None:
    fill(lab)
    before = everything(lab)
    done = move(lab, "1.2.3.2", series=[SERIES[1]])
    assert done.objects == 2
    after = everything(lab)
    new = [uid for uid in after if uid not in before]
    assert len(new) == 2 and not {f"{SERIES[1]}.1", f"{SERIES[1]}.2"} & set(after)
    (series,) = {after[uid][1] for uid in new}
    assert series not in SERIES and {after[uid][0] for uid in new} == {"1.2.3.2"}
    ds = stored(lab, new[0])
    assert ds.file_meta.MediaStorageSOPInstanceUID == ds.SOPInstanceUID == new[0]
    assert (ds.PatientName, ds.PatientID, ds.AccessionNumber) == ("Bolt^Bea", "T2", "A2")
    assert (ds.StudyID, ds.SeriesNumber, ds.PixelData) == ("7", 2, PIXELS)
    old = ds.OriginalAttributesSequence[0].ModifiedAttributesSequence[0]
    assert old.StudyInstanceUID == "1.2.3.1" and old.SeriesInstanceUID == SERIES[1]
    assert str(old.SOPInstanceUID) in before
    late = image(SeriesInstanceUID=SERIES[1], SOPInstanceUID=f"{SERIES[1]}.1", SeriesNumber=2)
    assert sent(lab, late) == [dimse.REJECTED_INSTANCE]  # it does not bring the mix-up back
    lab.archive.fixup.undo(done.number, "eva")
    assert everything(lab) == before
    assert lab.archive.fixup.rejecting.all() == []


def test_the_preview_has_the_very_uids(lab: Lab) -> None:
    fill(lab)
    fixup = lab.archive.fixup
    plan = fixup.moving.move(study_of(lab), study_of(lab, "1.2.3.2"), HAND, series=[SERIES[1]])
    shown = fixup.preview(plan)
    assert shown["warnings"] == [
        "The objects go from patient Test^Anna (T1) to patient Bolt^Bea (T2)."
    ]
    move(lab, "1.2.3.2", series=[SERIES[1]])
    assert {row["SOPInstanceUID after"] for row in shown["new_uids"]} <= set(everything(lab))


def test_instances_are_split_off_into_a_new_study(lab: Lab) -> None:
    fill(lab)
    done = move(lab, instances=["1.2.3.1.1.2"])
    (new,) = [
        s for s in lab.archive.index.studies() if s["study_uid"] not in ("1.2.3.1", "1.2.3.2")
    ]
    assert (new["patient_name"], new["patient_id"], new["accession"]) == ("Test^Anna", "T1", "")
    until(lambda: study_of(lab, new["study_uid"])["order_state"] == "unmatched")
    assert study_of(lab)["instances"] == 3
    assert done.studies == ["1.2.3.1", new["study_uid"]]


@pytest.mark.parametrize("kind", ["KO", "PR", "SR"])
def test_a_document_about_what_moves_goes_along_and_still_points_at_it(lab: Lab, kind: str) -> None:
    fill(lab, document(kind, "1.9", s1=[f"{SERIES[1]}.1", f"{SERIES[1]}.2"]))
    with pytest.raises(RefusedError, match=f"{kind} refers to 2 objects that would move"):
        move(lab, "1.2.3.2", series=[SERIES[1]])
    before = everything(lab)
    done = move(lab, "1.2.3.2", series=[SERIES[1]], references="update")
    (ds,) = objects(lab, kind)
    places = everything(lab)
    assert ds.SOPInstanceUID != "1.9" and ds.StudyInstanceUID == "1.2.3.2"
    assert len(pointed_at(ds)) == 2 and pointed_at(ds) <= set(places)
    if kind != "PR":
        (study_item,) = ds.CurrentRequestedProcedureEvidenceSequence
        assert study_item.StudyInstanceUID == "1.2.3.2"
        (series,) = study_item.ReferencedSeriesSequence
    else:
        (series,) = ds.ReferencedSeriesSequence
    assert {places[uid][1] for uid in pointed_at(ds)} == {series.SeriesInstanceUID}
    lab.archive.fixup.undo(done.number, "eva")
    assert everything(lab) == before


@pytest.mark.parametrize("kind", ["KO", "PR", "SR"])
def test_a_document_about_images_of_two_patients_is_not_made(lab: Lab, kind: str) -> None:
    fill(lab, document(kind, "1.9", s0=["1.2.3.1.1.1"], s1=[f"{SERIES[1]}.1"]))
    before = everything(lab)
    with pytest.raises(RefusedError, match="would refer to two studies"):
        move(lab, "1.2.3.2", series=[SERIES[1]], references="update")
    assert everything(lab) == before


def test_a_report_that_stays_points_into_both_studies_of_the_patient(lab: Lab) -> None:
    fill(lab, document("SR", "1.9", s0=["1.2.3.1.1.1"], s1=[f"{SERIES[1]}.1"]))
    plan = lab.archive.fixup.moving.move(
        study_of(lab), None, HAND, series=[SERIES[1]], references="update"
    )
    assert [row["what"] for row in plan.references] == ["is repointed"]
    move(lab, series=[SERIES[1]], references="update")
    (ds,) = objects(lab, "SR")
    assert ds.SOPInstanceUID == "1.9"
    first, second = ds.CurrentRequestedProcedureEvidenceSequence
    assert first.StudyInstanceUID == "1.2.3.1" and second.StudyInstanceUID != "1.2.3.1"
    places = everything(lab)
    for item in (first, second):
        for series in item.ReferencedSeriesSequence:
            for one in series.ReferencedSOPSequence:
                place = places[one.ReferencedSOPInstanceUID]
                assert place[:2] == (item.StudyInstanceUID, series.SeriesInstanceUID)
    assert "ContentSequence" in ds.OriginalAttributesSequence[0].ModifiedAttributesSequence[0]


def test_a_document_does_not_leave_its_images_behind(lab: Lab) -> None:
    fill(lab, document("PR", "1.9", s0=["1.2.3.1.1.1"]))
    with pytest.raises(RefusedError, match="1 objects it refers to stay"):
        move(lab, instances=["1.9"])


def test_what_is_not_moved(lab: Lab) -> None:
    fill(lab)
    before = everything(lab)
    for why, to, what in (
        ("in that study already", "1.2.3.1", {"series": [SERIES[0]]}),
        ("the whole study", "", {"series": list(SERIES)}),
        ("has no 1.9.9", "1.2.3.2", {"series": ["1.9.9"]}),
    ):
        with pytest.raises(RefusedError, match=why):
            move(lab, to, **what)
    with pytest.raises(UsageError, match="What is to be moved"):
        move(lab, "1.2.3.2")
    with pytest.raises(UsageError, match="references"):
        move(lab, "1.2.3.2", series=[SERIES[0]], references="maybe")
    assert everything(lab) == before and lab.archive.fixup.record.all() == []


def test_a_whole_study_goes_into_another(lab: Lab) -> None:
    fill(lab)
    move(lab, "1.2.3.2", series=list(SERIES))
    assert lab.archive.index.study("1.2.3.1") is None
    assert study_of(lab, "1.2.3.2")["instances"] == 5


def test_pointers_of_deep_content_are_found() -> None:
    inner, outer = Dataset(), Dataset()
    inner.ReferencedSOPSequence = Sequence([reference("1.1")])
    outer.ContentSequence = Sequence([deepcopy(inner)])
    assert pointed_at(outer) == {"1.1"}
