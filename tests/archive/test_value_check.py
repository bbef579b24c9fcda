"""Values that break the standard: what is found, what each policy does, and what is left alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from simulator.archive.attributes import read_header
from simulator.archive.value_check import faults
from simulator.fleet.profile import load_profiles
from simulator.imaging.exam import Exam
from simulator.imaging.study import acquire
from simulator.network.dimse import encode_dataset
from tests.archive.support import Lab, image, raw_store

EXPLICIT = "1.2.840.10008.1.2.1"


def odd(**values: str | bytes) -> Dataset:
    """Return an image with values that pydicom would not write by itself."""
    ds = image(PatientID="T1")
    for keyword, value in values.items():
        if isinstance(value, bytes):
            tag, vr = Tag(keyword), "PN" if keyword == "PatientName" else "CS"
            padded = value + b" " * (len(value) % 2)
            ds[tag] = RawDataElement(tag, vr, len(padded), padded, 0, False, True)
        else:
            vr = {"StudyDate": "DA", "PatientAge": "AS", "StudyID": "SH"}.get(keyword, "CS")
            vr = {"StudyDescription": "LO", "StudyTime": "TM"}.get(keyword, vr)
            ds[keyword] = DataElement(keyword, vr, value, validation_mode=0)
    return ds


def found(ds: Dataset) -> list[tuple[str, str]]:
    return list(faults(read_header([encode_dataset(ds, EXPLICIT)], EXPLICIT)))


@pytest.mark.parametrize(
    ("values", "keyword", "says"),
    [
        ({"BodyPartExamined": "Chest PA"}, "BodyPartExamined", "'Chest PA' is no code string (CS)"),
        ({"BodyPartExamined": "CHEST AND ABDOMEN"}, "BodyPartExamined",
         "'CHEST AND ABDOMEN' is no code string (CS)"),
        ({"PatientSex": "Female"}, "PatientSex", "'Female' is no code string (CS)"),
        ({"StudyDate": "2026.03.02"}, "StudyDate", "'2026.03.02' is no date YYYYMMDD (DA)"),
        ({"StudyTime": "09:30:00"}, "StudyTime", "'09:30:00' is no time HHMMSS (TM)"),
        ({"PatientAge": "45"}, "PatientAge", "'45' is no age (AS)"),
        ({"StudyID": "x" * 17}, "StudyID", f"'{'x' * 17}' is too long (SH)"),
        ({"StudyDescription": "x" * 65}, "StudyDescription", f"'{'x' * 20}' is too long (LO)"),
        ({"PatientName": b"A\0\0^B"}, "PatientName", "'A??^B' has a control character"),
        ({"PatientName": b"x" * 65}, "PatientName", f"'{'x' * 20}' is too long (PN)"),
    ],
)  # fmt: skip
def test_a_value_its_vr_does_not_allow(values: dict[str, Any], keyword: str, says: str) -> None:
    assert found(odd(**values)) == [(keyword, says)]


@pytest.mark.filterwarnings("ignore:Unknown encoding", "ignore:Incorrect value", "ignore:Failed")
@pytest.mark.parametrize("term", ["ISO IR 192", "ISO_IR_192", "UTF-8", "LATIN1", "ISO_IR 999"])
def test_a_term_of_no_set_counts_for_foreign_names_alone(term: str) -> None:
    foreign = odd(SpecificCharacterSet=term.encode(), PatientName="Müller^Zoë".encode())
    assert found(foreign)[0] == ("SpecificCharacterSet", f"'{term}' is no defined term")
    assert found(odd(SpecificCharacterSet=term.encode(), PatientName=b"MILLER^ZOE")) == []


@pytest.mark.filterwarnings("ignore:Failed to decode")
def test_text_that_is_not_in_the_set_that_is_named() -> None:
    name = "Müller^Zoë".encode("latin-1")
    said = found(odd(SpecificCharacterSet=b"ISO_IR 192", PatientName=name))
    assert [keyword for keyword, _ in said] == ["PatientName"]
    assert "is not in its character set" in said[0][1]


@pytest.mark.parametrize(
    ("terms", "name", "codec"),
    [
        ("ISO_IR 100", "Müller^Zoë", "latin-1"),
        ("ISO_IR 192", "Παπάς^Νίκος", "utf-8"),
        ("GB18030", "Wang^Xiao=王^小", "gb18030"),
        ("", "MILLER^ZOE", "ascii"),
    ],
)
def test_what_the_standard_allows_is_no_fault(terms: str, name: str, codec: str) -> None:
    assert found(odd(SpecificCharacterSet=terms.encode(), PatientName=name.encode(codec))) == []


@pytest.mark.parametrize("policy", ["accept", "quarantine", "refuse"])
def test_each_policy(lab: Lab, policy: str) -> None:
    lab.set("store.values", policy)
    with lab.open() as association:
        answer = raw_store(association, odd(PatientSex="Female"))
        fine = raw_store(association, image(PatientID="T2"))
    assert answer["Status"] == (0 if policy == "accept" else 0xC000)
    assert fine["Status"] == 0  # the association is well
    if policy != "accept":
        assert answer["OffendingElement"] == [0x00100040]
        assert answer["ErrorComment"] == "PatientSex 'Female' is no code string (CS)"
    assert len(lab.archive.quarantine.all()) == (policy == "quarantine")


def test_a_warning_instead_of_a_failure(lab: Lab) -> None:
    lab.set("store.values", "quarantine")
    lab.set("quarantine.answer", "warning")
    with lab.open() as association:
        assert raw_store(association, odd(PatientSex="Female"))["Status"] == 0xB007
    assert len(lab.archive.quarantine.all()) == 1
    assert lab.archive.index.counts()["instances"] == 0


def test_a_coercion_comes_first(lab: Lab) -> None:
    lab.set("store.values", "refuse")
    lab.set("coerce.default_issuer", "EAST")
    with lab.open() as association:
        assert raw_store(association, image(PatientID="T1"))["Status"] == 0xB000


@pytest.mark.parametrize("name", sorted(load_profiles()))
def test_no_device_as_it_is_delivered_is_refused(name: str) -> None:
    profile = load_profiles()[name]
    exam = Exam(
        patient_name="Müller-Sørensen^Zoë", patient_id="T1", issuer="PACSLAB", sex="F",
        birth_date="19610704", accession="A1", study_uid="1.2.3", requested_procedure_id="R1",
        step_id="S1", procedure="", protocol=next(iter(profile.protocols)), indication="Cough",
        referring="Tester^Tina", performing="", institution="Lab", station=profile.ae_title,
        started=datetime(2026, 3, 2, 9),
    )  # fmt: skip
    first = next(iter(acquire(profile, exam, seed=1)))
    header = read_header([first.data], first.transfer_syntax_uid)
    assert list(faults(header)) == []
