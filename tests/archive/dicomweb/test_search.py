"""QIDO-RS (PS3.18 10.6), asked by dicomweb-client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.archive.dicomweb.support import WebLab, web_lab
from tests.archive.support import study


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebLab]:
    """An archive with three studies, for tests that change nothing."""
    with web_lab(tmp_path_factory.mktemp("full")) as made:
        _fill(made)
        yield made


def _fill(web: WebLab) -> None:
    web.lab.enter(
        *study(1, 3, PatientName="Müller^Jürgen", SpecificCharacterSet="ISO_IR 100"),
        *study(2, 2, PatientName="Smith^Anna", Modality="MR", StudyDate="20260310"),
        *study(3, 1, PatientName="Smithson^Bob", StudyDate="20260401", PatientSex="M"),
    )


def names(found: list[dict[str, Any]]) -> list[str]:
    return [row["00100010"]["Value"][0]["Alphabetic"] for row in found]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["Müller^Jürgen", "Smith^Anna", "Smithson^Bob"]),
        ({"PatientName": "smith*"}, ["Smith^Anna", "Smithson^Bob"]),
        ({"PatientName": "Smith^Anna"}, ["Smith^Anna"]),
        ({"PatientName": "Müller*"}, ["Müller^Jürgen"]),
        ({"PatientName": "?mith^*"}, ["Smith^Anna"]),
        ({"00100020": "T3"}, ["Smithson^Bob"]),
        ({"PatientID": "T%"}, []),
        ({"PatientID": "*"}, ["Müller^Jürgen", "Smith^Anna", "Smithson^Bob"]),
        ({"StudyDate": "20260310"}, ["Smith^Anna"]),
        ({"StudyDate": "20260303-20260331"}, ["Smith^Anna"]),
        ({"StudyDate": "20260303-"}, ["Smith^Anna", "Smithson^Bob"]),
        ({"StudyDate": "-20260310"}, ["Müller^Jürgen", "Smith^Anna"]),
        ({"StudyInstanceUID": "1.2.3.1,1.2.3.3"}, ["Müller^Jürgen", "Smithson^Bob"]),
        ({"ModalitiesInStudy": "MR"}, ["Smith^Anna"]),
        ({"ModalitiesInStudy": "MR,US"}, ["Smith^Anna"]),
        ({"AccessionNumber": "A2", "PatientSex": "F"}, ["Smith^Anna"]),
    ],
)
def test_studies_match(full: WebLab, filters: dict[str, str], expected: list[str]) -> None:
    found = full.client().search_for_studies(search_filters=filters)
    assert names(found) == expected


def test_a_study_says_what_the_table_asks_for(full: WebLab) -> None:
    (row,) = full.client().search_for_studies(search_filters={"PatientID": "T2"})
    assert row["00201206"]["Value"] == [1] and row["00201208"]["Value"] == [2]
    assert row["00080061"]["Value"] == ["MR"]
    assert row["00080056"]["Value"] == ["ONLINE"]
    assert row["00081190"]["Value"] == [f"{full.url}/studies/1.2.3.2"]
    assert row["0020000D"]["Value"] == ["1.2.3.2"]
    assert "00080052" not in row  # a level is nothing of the web's


def test_series_of_one_study_and_of_all(full: WebLab) -> None:
    client = full.client()
    (row,) = client.search_for_series("1.2.3.1")
    assert row["0020000E"]["Value"] == ["1.2.3.1.1"] and row["00201209"]["Value"] == [3]
    assert "00100010" not in row
    rows = client.search_for_series(search_filters={"Modality": "CT"})
    assert {row["0020000D"]["Value"][0] for row in rows} == {"1.2.3.1", "1.2.3.3"}
    assert {row["00100010"]["Value"][0]["Alphabetic"] for row in rows} > {"Smithson^Bob"}


def test_instances_at_every_path(full: WebLab) -> None:
    client = full.client()
    assert len(client.search_for_instances()) == 6
    assert len(client.search_for_instances("1.2.3.1")) == 3
    rows = client.search_for_instances("1.2.3.1", "1.2.3.1.1")
    assert [row["00200013"]["Value"] for row in rows] == [[1], [2], [3]]
    assert rows[0]["00280010"]["Value"] == [64] and "00280008" not in rows[0]
    (row,) = client.search_for_instances("1.2.3.1", search_filters={"InstanceNumber": "2"})
    assert row["00080018"]["Value"] == ["1.2.3.1.1.2"]


def test_pages_follow_each_other(full: WebLab) -> None:
    client = full.client()
    pages = [client.search_for_studies(limit=1, offset=n) for n in range(4)]
    assert [names(page) for page in pages] == [
        ["Müller^Jürgen"], ["Smith^Anna"], ["Smithson^Bob"], [],
    ]  # fmt: skip
    assert len(client.search_for_studies(limit=1, get_remaining=True)) == 3


def test_the_archive_s_own_limit_is_said(full: WebLab) -> None:
    full.lab.set("query.limit", 2)
    answer, small = full.get("/studies"), full.get("/studies", limit=2)
    full.lab.set("query.limit", 0)
    assert len(answer.json()) == 2
    assert "Additional results can be requested." in answer.headers["warning"]
    assert "warning" not in small.headers


def test_fields_come_when_they_are_asked_for(full: WebLab) -> None:
    client = full.client()
    (bare, *_) = client.search_for_studies(limit=1)
    assert "00102180" not in bare  # Occupation
    (more, *_) = client.search_for_studies(limit=1, fields=["Occupation", "00321060"])
    assert "00102180" in more and "00321060" not in more
    (everything, *_) = full.get("/studies", includefield="all", limit=1).json()
    assert {"00102180", "00080062"} <= set(everything) and "00080060" not in everything


def test_nothing_found_is_an_empty_list(full: WebLab) -> None:
    answer = full.get("/studies", PatientID="nobody")
    assert answer.status_code == 200 and answer.json() == []
    assert answer.headers["content-type"] == "application/dicom+json"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"fuzzymatching": "true"}, "The fuzzymatching parameter is not supported."),
        ({"emptyvaluematching": "true"}, "Empty Value Matching has not been performed."),
        ({"PatientMotherBirthName": "Eva"}, "PatientMotherBirthName"),
    ],
)
def test_what_is_not_done_is_declared(full: WebLab, query: dict[str, str], said: str) -> None:
    answer = full.get("/studies", **query)
    assert answer.status_code == 200 and len(answer.json()) == 3
    assert said in answer.headers["warning"] and answer.headers["warning"].startswith("299 ")


@pytest.mark.parametrize(
    "query",
    [
        "Nonsense=1",
        "PatientID=1&00100020=2",
        "StudyDate=2026-03-02",
        "StudyDate=yesterday",
        "Rows=many",
        "limit=-1",
        "limit=all",
        "limit=1&limit=2",
        "00091001=x",
        "PatientID.StudyID=1",
        "RequestAttributesSequence=1",
    ],
)
def test_a_senseless_query_is_refused(full: WebLab, query: str) -> None:
    answer = full.http.get(f"/instances?{query}")
    assert answer.status_code == 400
    assert set(answer.json()) >= {"error", "remedy"}


def test_a_sequence_is_searched_by_its_path(web: WebLab) -> None:
    from pydicom.dataset import Dataset

    item = Dataset()
    item.ScheduledProcedureStepID = "S7"
    web.lab.enter(*study(1, RequestAttributesSequence=[item]), *study(2))
    for path in ("RequestAttributesSequence.ScheduledProcedureStepID", "00400275.00400009"):
        (row,) = web.get("/series", **{path: "S7"}).json()
        assert row["0020000D"]["Value"] == ["1.2.3.1"]


def test_a_search_is_journalled_once(full: WebLab) -> None:
    before = len(full.told("search"))
    full.get("/studies", PatientID="T1")
    *others, entry = full.told("search")
    assert len(others) == before
    assert entry.facts["by"] == "pacsadmin" and entry.facts["answers"] == 1
    assert entry.facts["status"] == 200
