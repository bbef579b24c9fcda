"""Coercion on arrival: off by default; what each rule changes, and what nobody may lose by it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)
from sqlalchemy import insert

from simulator.archive import tables as t
from simulator.network.dimse import encode_dataset
from tests.archive.support import PIXELS, Lab, image, raw_store, study

FACTS = {"patient_name": "Tester^Anna", "birth_date": "19700101", "sex": "F"}


def order(lab: Lab, accession: str = "A1", patient_id: str = "T1", **facts: str) -> None:
    with lab.archive.database.write() as db:
        row = {"accession": accession, "patient_id": patient_id, "issuer": facts.pop("issuer", "")}
        said = {"accession": accession, "patient_id": patient_id, **FACTS, **facts}
        db.execute(insert(t.orders).values(**row, facts=said))


def send(lab: Lab, ds: Dataset, syntax: str = ExplicitVRLittleEndian) -> Any:
    with lab.open(syntax=syntax) as association:
        return raw_store(association, ds)


def stored(lab: Lab, uid: str) -> Dataset:
    found = lab.archive.index.find_instance(uid)
    assert found is not None
    return dcmread(lab.archive.store.path(found.digest))


def test_everything_is_off_by_default(lab: Lab) -> None:
    order(lab)
    ds = image(SOPInstanceUID="1.2", PatientID="T1", PatientName=" Test^Anna")
    assert send(lab, ds)["Status"] == 0
    found = lab.archive.index.find_instance("1.2")
    assert found is not None
    data = lab.archive.store.read(found.digest)[found.offset :]
    assert data == encode_dataset(ds, ExplicitVRLittleEndian)


def test_demographics_come_from_the_order(lab: Lab) -> None:
    lab.set("coerce.from_order", True)
    order(lab, sex="O")
    answer = send(lab, image(SOPInstanceUID="1.2"))
    assert answer["Status"] == 0xB000
    assert answer["ErrorComment"] == "coerced: PatientName, PatientSex"
    assert answer["OffendingElement"] == [0x00100010, 0x00100040]
    ds = stored(lab, "1.2")
    assert (ds.PatientName, ds.PatientSex, ds.PatientBirthDate) == ("Tester^Anna", "O", "19700101")
    (item,) = ds.OriginalAttributesSequence
    (before,) = item.ModifiedAttributesSequence
    assert (before.PatientName, before.PatientSex) == ("Test^Anna", "F")
    assert len(before) == 2
    assert item.ReasonForTheAttributeModification == "COERCE"
    assert item.ModifyingSystem == "PACS Lab (coerce.from_order)"
    assert item.SourceOfPreviousValues == "CT1"
    assert ds.PixelData == PIXELS
    (entry,) = lab.told("coercion")
    assert entry.facts["rule"] == "coerce.from_order"
    assert "PatientName 'Test^Anna' → 'Tester^Anna'" in entry.text
    (found,) = lab.find(PatientName="Tester*")  # the index says what the object says
    assert found.PatientName == "Tester^Anna"


@pytest.mark.parametrize(
    "facts",
    [
        {"accession": "A2"},
        {"patient_id": "T2"},
        {"issuer": "ELSEWHERE"},
        {"patient_name": "Test^Anna"},
    ],
)
def test_an_order_that_does_not_agree_changes_nothing(lab: Lab, facts: dict[str, str]) -> None:
    lab.set("coerce.from_order", True)
    order(lab, **facts)
    assert send(lab, image(IssuerOfPatientID="HOSP"))["Status"] == 0
    assert lab.told("coercion") == []


def test_empty_values_of_an_order_replace_nothing(lab: Lab) -> None:
    lab.set("coerce.from_order", True)
    order(lab, patient_name="", birth_date="", sex="")
    assert send(lab, image())["Status"] == 0


def test_demographics_come_from_the_same_patient_here(lab: Lab) -> None:
    lab.set("coerce.from_patient", True)
    send(lab, study(1, PatientID="T1")[0])
    assert send(lab, image(SOPInstanceUID="1.2", PatientName="TEST^ANA"))["Status"] == 0xB000
    assert stored(lab, "1.2").PatientName == "Test^Anna"


def test_another_person_is_never_renamed(lab: Lab) -> None:
    lab.set("coerce.from_patient", True)
    send(lab, study(1, PatientID="T1")[0])
    other = image(SOPInstanceUID="1.2", PatientName="Other^Bo", PatientBirthDate="19991231")
    assert send(lab, other)["Status"] == 0
    assert stored(lab, "1.2").PatientName == "Other^Bo"


def test_several_candidates_change_nothing_and_lose_nothing(lab: Lab) -> None:
    send(lab, study(1, PatientID="T1", IssuerOfPatientID="EAST")[0])
    send(lab, study(2, PatientID="T1", IssuerOfPatientID="WEST")[0])
    lab.set("coerce.from_patient", True)
    assert send(lab, image(SOPInstanceUID="1.2", PatientName="Tset^Anna"))["Status"] == 0
    assert stored(lab, "1.2").PatientName == "Tset^Anna"
    (entry,) = lab.told("coercion.ambiguous")
    assert "found 2 candidates: stored as it came" in entry.text


def test_the_order_comes_before_the_patient(lab: Lab) -> None:
    send(lab, study(1, PatientID="T1")[0])
    lab.set("coerce.from_patient", True)
    lab.set("coerce.from_order", True)
    order(lab)
    send(lab, image(SOPInstanceUID="1.2", PatientName="T^A"))
    assert stored(lab, "1.2").PatientName == "Tester^Anna"


def test_a_missing_issuer_is_filled_in(lab: Lab) -> None:
    lab.set("coerce.default_issuer", "HOSP")
    assert send(lab, image(SOPInstanceUID="1.2"))["Status"] == 0xB000
    ds = stored(lab, "1.2")
    assert ds.IssuerOfPatientID == "HOSP"
    before = ds.OriginalAttributesSequence[0].ModifiedAttributesSequence[0]
    assert "IssuerOfPatientID" in before and not before.IssuerOfPatientID  # there was none
    assert send(lab, image(IssuerOfPatientID="ELSEWHERE"))["Status"] == 0
    assert send(lab, image(PatientID=""))["Status"] == 0  # an issuer of nothing


def test_spaces_are_trimmed(lab: Lab) -> None:
    lab.set("coerce.trim", True)
    ds = image(
        SOPInstanceUID="1.2", PatientID="  T1", PatientName=" Test ^ Anna", AccessionNumber=" A1"
    )
    assert send(lab, ds)["Status"] == 0xB000
    kept = stored(lab, "1.2")
    assert (kept.PatientID, kept.PatientName, kept.AccessionNumber) == ("T1", "Test^Anna", "A1")
    assert send(lab, image(PatientID="T1 "))["Status"] == 0  # padding to an even length


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, RLELossless])
def test_the_rest_stays_byte_for_byte(lab: Lab, syntax: str) -> None:
    lab.set("coerce.from_order", True)
    order(lab, patient_name="Tëster^Ånna")  # needs another character set
    ds = image(SOPInstanceUID="1.2")
    ds.add_new(0x00091010, "UN", b"\1\2private\0\xff")
    ds.add_new(0x00090010, "LO", "VENDOR")
    nested = Dataset()
    nested.CodeMeaning = "inner"
    ds.ProcedureCodeSequence = Sequence([nested])
    if syntax == RLELossless:
        ds.ensure_file_meta()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.compress(RLELossless, np.frombuffer(PIXELS, "<u2").reshape(64, 64))
        ds.SOPInstanceUID = "1.2"
    assert send(lab, ds, syntax)["Status"] == 0xB000
    kept = stored(lab, "1.2")
    assert kept.file_meta.TransferSyntaxUID == syntax
    assert kept.SpecificCharacterSet == "ISO_IR 192" and kept.PatientName == "Tëster^Ånna"
    raw = encode_dataset(ds, syntax)
    found = lab.archive.index.find_instance("1.2")
    assert found is not None
    data = lab.archive.store.read(found.digest)
    order_of_bytes = "big" if syntax == ExplicitVRBigEndian else "little"
    pixels = b"".join(n.to_bytes(2, order_of_bytes) for n in (0x7FE0, 0x0010))  # type: ignore[arg-type]
    assert data[data.rindex(pixels) :] == raw[raw.rindex(pixels) :]
    for tag in (0x00091010, 0x00081032, 0x00280010):
        assert kept[tag].value == ds[tag].value
    assert {e.tag for e in ds} <= {e.tag for e in kept}


def test_what_cannot_be_written_again_is_stored_as_it_came(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    from simulator.archive import coercion

    def fail(*_: object, **__: object) -> None:
        raise ValueError("an element of a careless device")

    monkeypatch.setattr(coercion, "write_values", fail)
    lab.set("coerce.default_issuer", "HOSP")
    assert send(lab, image(SOPInstanceUID="1.2"))["Status"] == 0
    assert "OriginalAttributesSequence" not in stored(lab, "1.2")
    assert "an element of a careless device" in lab.told("coercion.failed")[0].text
