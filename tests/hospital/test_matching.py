"""Attribute matching (PS3.4 C.2.2.2), without a network."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset

from simulator.hospital.matching import answer, check, matches
from simulator.network.dimse import DimseError


def dataset(**values: Any) -> Dataset:
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, [dataset(**value)] if isinstance(value, dict) else value)
    return ds


ENTRY = dataset(
    PatientName="MÜLLER^ANNA",
    PatientID="M[1]",
    AccessionNumber="A1",
    StudyInstanceUID="1.2.3",
    ScheduledProcedureStepSequence={
        "ScheduledStationAETitle": "CT1",
        "ScheduledProcedureStepStartDate": "20260302",
        "ScheduledProcedureStepStartTime": "093000",
        "Modality": "CT",
    },
)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, True),
        ({"PatientName": ""}, True),
        ({"PatientName": "*"}, True),
        ({"PatientName": "müller*"}, True),
        ({"PatientName": "M?LLER^ANNA"}, True),
        ({"PatientName": "M.LLER^ANNA"}, False),
        ({"PatientName": "MULLER*"}, False),
        ({"PatientID": "M[1]"}, True),
        ({"PatientID": "m[1]"}, False),
        ({"PatientID": "M[*"}, True),
        ({"PatientID": "M1"}, False),
        ({"StudyInstanceUID": ["1.2.9", "1.2.3"]}, True),
        ({"StudyInstanceUID": "1.2"}, False),
        ({"AccessionNumber": "A1 "}, True),
        ({"SpecificCharacterSet": "ISO_IR 192"}, True),
        ({"TimezoneOffsetFromUTC": "+0200"}, True),
        ({"PatientWeight": "80"}, True),
    ],
)
def test_top_level_keys(keys: dict[str, Any], expected: bool) -> None:
    assert matches(dataset(**keys), ENTRY) is expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"ScheduledStationAETitle": "CT1"}, True),
        ({"ScheduledStationAETitle": "CT2"}, False),
        ({"ScheduledStationAETitle": "CT*", "Modality": "CT"}, True),
        ({"ScheduledStationAETitle": "CT1", "Modality": "MR"}, False),
        ({"ScheduledProcedureStepStartDate": "20260302"}, True),
        ({"ScheduledProcedureStepStartDate": "20260301-20260302"}, True),
        ({"ScheduledProcedureStepStartDate": "-20260301"}, False),
        ({"ScheduledProcedureStepStartDate": "20260302-"}, True),
        ({"ScheduledProcedureStepStartDate": "20260303-"}, False),
        ({"ScheduledProcedureStepStartTime": "0900-0930"}, True),
        ({"ScheduledProcedureStepStartTime": "09-09"}, True),
        ({"ScheduledProcedureStepStartTime": "100000-"}, False),
        ({"ScheduledProcedureStepStartTime": "093000.000"}, True),
        ({"ScheduledProcedureStepStartTime": "0930"}, True),
        ({"ScheduledProcedureStepStartTime": "09:30:00"}, True),
    ],
)
def test_scheduled_step_keys(keys: dict[str, Any], expected: bool) -> None:
    query = dataset(ScheduledProcedureStepSequence=keys)
    assert matches(query, ENTRY) is expected


def test_an_empty_sequence_matches_and_returns_everything() -> None:
    query = dataset(AccessionNumber="")
    query.ScheduledProcedureStepSequence = []
    assert matches(query, ENTRY)
    reply, missing = answer(query, ENTRY)
    assert reply.ScheduledProcedureStepSequence[0].Modality == "CT" and missing == []
    assert "PatientName" not in reply


def test_only_what_was_asked_for_comes_back() -> None:
    query = dataset(
        PatientName="", PatientWeight="", ScheduledProcedureStepSequence={"Modality": "CT"}
    )
    reply, missing = answer(query, ENTRY)
    assert [element.keyword for element in reply] == [
        "PatientName", "ScheduledProcedureStepSequence",
    ]  # fmt: skip
    assert [element.keyword for element in reply.ScheduledProcedureStepSequence[0]] == ["Modality"]
    assert missing == ["PatientWeight"]


def test_nonsense_is_refused() -> None:
    with pytest.raises(DimseError, match="StartDate"):
        check(dataset(ScheduledProcedureStepSequence={"ScheduledProcedureStepStartDate": "soon"}))
    query = Dataset()
    query.ScheduledProcedureStepSequence = [Dataset(), Dataset()]
    with pytest.raises(DimseError, match="one item"):
        check(query)
