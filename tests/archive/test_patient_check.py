"""Missing and conflicting Patient IDs: how a conflict is decided, and what each policy does."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset

from simulator.archive.patient_check import is_another, letters
from tests.archive.support import Lab, image, raw_store


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Test^Anna", "TEST^ANNA"),
        ("Test^Anna", "Test^Anna^^^"),
        ("Test^Anna", " test ^ anna"),
        ("Müller^Zoë", "MULLER^ZOE"),
        ("Straße^A", "STRASSE^A"),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "YAMADA^TAROU"),
    ],
)
def test_names_are_compared_by_their_letters(one: str, other: str) -> None:
    assert letters(one) == letters(other) != ""


@pytest.mark.parametrize(
    ("name", "birth", "another"),
    [
        ("Test^Anna", "19700101", False),
        ("Other^Bo", "19700101", False),  # a change of name
        ("TEST^ANNA", "19991231", False),  # a wrong date
        ("Other^Bo", "19991231", True),
        ("", "19991231", False),  # nothing is known
        ("Other^Bo", "", False),
    ],
)
def test_another_person_differs_in_name_and_birth_date(
    name: str, birth: str, another: bool
) -> None:
    said = Dataset()
    said.PatientName, said.PatientBirthDate = name, birth
    assert is_another(said, image()) is another
    assert is_another(image(), said) is another


def send(lab: Lab, ds: Dataset) -> Any:
    with lab.open() as association:
        return raw_store(association, ds)


OTHER = {"PatientName": "Other^Bo", "PatientBirthDate": "19991231"}


@pytest.mark.parametrize(
    ("key", "facts", "status", "says"),
    [
        ("patient.missing_id", {"PatientID": ""}, 0xC101, "it has no Patient ID"),
        ("patient.missing_id", {"PatientID": None}, 0xC101, "it has no Patient ID"),
        ("patient.conflict", OTHER, 0xC102, "this Patient ID is another person's here"),
    ],
)
@pytest.mark.parametrize("policy", ["accept", "quarantine", "refuse"])
def test_each_policy(
    lab: Lab, key: str, facts: dict[str, Any], status: int, says: str, policy: str
) -> None:
    send(lab, image(PatientID="T1"))
    lab.set(key, policy)
    answer = send(lab, image(StudyInstanceUID="1.2.3.2", SeriesInstanceUID="1.2.3.2.1", **facts))
    assert answer["Status"] == (0 if policy == "accept" else status)
    assert lab.archive.index.counts()["instances"] == (2 if policy == "accept" else 1)
    if policy != "accept":
        assert answer["ErrorComment"] == says
        assert answer["OffendingElement"] == [0x00100020]
    assert len(lab.archive.quarantine.all()) == (policy == "quarantine")
    assert send(lab, image(InstanceNumber=2))["Status"] == 0  # the association is well


def test_another_issuer_is_another_patient(lab: Lab) -> None:
    lab.set("patient.conflict", "refuse")
    send(lab, image(PatientID="T1", IssuerOfPatientID="EAST"))
    assert send(lab, image(PatientID="T1", IssuerOfPatientID="WEST", **OTHER))["Status"] == 0


def test_a_coercion_comes_before_the_policies(lab: Lab) -> None:
    lab.set("patient.conflict", "refuse")
    lab.set("coerce.default_issuer", "WEST")
    send(lab, image(PatientID="T1", IssuerOfPatientID="EAST"))
    assert send(lab, image(PatientID="T1", **OTHER))["Status"] == 0xB000
