"""C-FIND over the wire: levels, keys, what is asked wrongly, and what comes back."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ImplicitVRLittleEndian, UltrasoundImageStorage
from pynetdicom.presentation import build_context
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    PatientRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelFind,
    Verification,
)

from simulator.errors import StatusError
from simulator.network import command as cmd
from simulator.network import scu
from simulator.network.associate import associate
from simulator.network.association import Context
from tests.archive.support import CALLER, Lab, ask, image, query, study

FIND, PATIENT_FIND = (
    StudyRootQueryRetrieveInformationModelFind,
    PatientRootQueryRetrieveInformationModelFind,
)


@pytest.fixture
def filled(lab: Lab) -> Lab:
    """Three studies of two patients; the first has two series."""
    lab.store(
        *study(1, 3, PatientName="Smith^John", StudyDescription="CT 100% chest"),
        *study(1, 1, SeriesInstanceUID="1.2.3.1.2", SOPInstanceUID="1.9", Modality="SR",
               PatientName="Smith^John", StudyDescription="CT 100% chest"),
        *study(2, 1, PatientName="Smith^John", PatientID="T1", StudyDate="20260401",
               AccessionNumber="A_2", StudyDescription="CT 1000 chest"),
        *study(3, 1, PatientName="smythe^Ann", StudyDate="", AccessionNumber="AB2"),
    )  # fmt: skip
    return lab


def uids(found: list[Dataset]) -> list[str]:
    return [str(ds.StudyInstanceUID)[-1] for ds in found]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, "123"),
        ({"PatientName": "SMITH^JOHN"}, "12"),
        ({"PatientName": "sm?th*"}, "123"),
        ({"PatientName": "smith"}, ""),
        ({"PatientID": "T3"}, "3"),
        ({"PatientID": "t3"}, ""),
        ({"AccessionNumber": "A_2"}, "2"),
        ({"AccessionNumber": "A_*"}, "2"),  # an underscore is a letter like others
        ({"StudyDescription": "CT 100%*"}, "1"),  # so is a per cent sign
        ({"StudyDate": "20260302"}, "1"),
        ({"StudyDate": "20260301-20260401"}, "12"),
        ({"StudyDate": "20260303-"}, "2"),
        ({"StudyDate": "-20260401"}, "12"),
        ({"StudyInstanceUID": ["1.2.3.1", "1.2.3.3", "1.7"]}, "13"),
        ({"ModalitiesInStudy": "SR"}, "1"),
        ({"ModalitiesInStudy": ["SR", "CT"]}, "123"),
        ({"ModalitiesInStudy": "S*"}, "1"),
        ({"PatientName": "Smith*", "StudyDate": "20260401"}, "2"),
        ({"PatientSex": "M"}, ""),
    ],
)
def test_study_level(filled: Lab, keys: dict[str, Any], expected: str) -> None:
    found = filled.find("STUDY", **{"StudyInstanceUID": "", **keys})
    assert "".join(uids(found)) == expected


def test_the_other_levels(filled: Lab) -> None:
    patients = filled.find(
        "PATIENT", model="patient", PatientID="", NumberOfPatientRelatedStudies=""
    )
    assert [(str(p.PatientID), p.NumberOfPatientRelatedStudies) for p in patients] == [
        ("T1", 2),
        ("T3", 1),
    ]
    series = filled.find("SERIES", StudyInstanceUID="1.2.3.1", Modality="", SeriesInstanceUID="")
    assert [s.Modality for s in series] == ["CT", "SR"]
    above = {"StudyInstanceUID": "1.2.3.1", "SeriesInstanceUID": "1.2.3.1.1"}
    images = filled.find("IMAGE", **above, InstanceNumber=None, Rows=None)
    assert [(i.InstanceNumber, i.Rows) for i in images] == [(1, 64), (2, 64), (3, 64)]
    assert [i.InstanceNumber for i in filled.find("IMAGE", **above, InstanceNumber="2")] == [2]


def test_what_is_made_on_demand(filled: Lab) -> None:
    (found,) = filled.find(
        StudyInstanceUID="1.2.3.1",
        ModalitiesInStudy="",
        SOPClassesInStudy="",
        NumberOfStudyRelatedSeries="",
        NumberOfStudyRelatedInstances="",
        NumberOfPatientRelatedStudies="",  # study root: the patient's are study level (C.6.2.1)
    )
    assert list(found.ModalitiesInStudy) == ["CT", "SR"]
    assert found.SOPClassesInStudy == image().SOPClassUID
    assert (found.NumberOfStudyRelatedSeries, found.NumberOfStudyRelatedInstances) == (2, 4)
    assert found.NumberOfPatientRelatedStudies == 2
    (series,) = filled.find(
        "SERIES", StudyInstanceUID="1.2.3.1", SeriesInstanceUID="1.2.3.1.1",
        NumberOfSeriesRelatedInstances="",
    )  # fmt: skip
    assert series.NumberOfSeriesRelatedInstances == 3


def test_an_answer_holds_what_was_asked_for_and_no_more(filled: Lab) -> None:
    (found,) = filled.find(PatientName="", StudyInstanceUID="1.2.3.1", InstitutionAddress="")
    assert {element.keyword for element in found} == {
        "QueryRetrieveLevel",
        "RetrieveAETitle",
        "PatientName",
        "StudyInstanceUID",
    }  # an attribute unknown here is left out (C.2.2.1.3)
    assert (found.QueryRetrieveLevel, found.RetrieveAETitle) == ("STUDY", "PACSLAB")


def test_names_in_their_case_if_so_set(filled: Lab) -> None:
    filled.set("query.case_sensitive_names", True)
    assert uids(filled.find(PatientName="smi*", StudyInstanceUID="")) == []
    assert uids(filled.find(PatientName="smy*", StudyInstanceUID="")) == ["3"]


def test_a_key_we_cannot_match_is_a_warning_and_matches_all(filled: Lab) -> None:
    for keys in ({"InstitutionAddress": "Main St"}, {"Modality": "CT"}):
        with filled.open(FIND) as association:
            responses = ask(association, query("STUDY", StudyInstanceUID="", **keys))
        assert [r.command["Status"] for r in responses] == [0xFF01] * 3 + [0x0000]


@pytest.mark.parametrize(
    ("identifier", "says"),
    [
        (query(""), "Query/Retrieve Level (0008,0052) is missing"),
        (query("STUDIES"), "level 'STUDIES' is not one of"),
        (query("PATIENT"), "level 'PATIENT' is not one of"),
        (query("SERIES"), "StudyInstanceUID must have one value at level SERIES"),
        (query("SERIES", StudyInstanceUID=""), "StudyInstanceUID must have one value"),
        (query("SERIES", StudyInstanceUID=["1.2", "1.3"]), "StudyInstanceUID must have one value"),
        (query("SERIES", StudyInstanceUID="1.*"), "StudyInstanceUID must have one value"),
        (query("IMAGE", StudyInstanceUID="1.2"), "SeriesInstanceUID must have one value"),
    ],
)
def test_a_wrong_identifier_is_0xA900_with_a_comment_and_the_association_lives(
    filled: Lab, identifier: Dataset, says: str
) -> None:
    with filled.open(FIND) as association:
        (refused,) = ask(association, identifier)
        assert refused.command["Status"] == 0xA900
        assert says in refused.command["ErrorComment"]
        assert refused.command["OffendingElement"]
        assert len(ask(association, query("STUDY", StudyInstanceUID=""))) == 4


def test_patient_root_needs_the_patient_above_a_study(filled: Lab) -> None:
    with filled.open(PATIENT_FIND) as association:
        (refused,) = ask(association, query("STUDY", StudyInstanceUID=""), PATIENT_FIND)
        assert refused.command["Status"] == 0xA900
        assert "PatientID" in refused.command["ErrorComment"]
        found = ask(association, query("STUDY", PatientID="T1", StudyInstanceUID=""), PATIENT_FIND)
        assert len(found) == 3


def test_text_beyond_ascii_comes_back_readable(lab: Lab) -> None:
    item = Dataset()
    item.RequestedProcedureDescription = "Schädel"
    for number, (name, charset) in enumerate(
        [("Müller^Jürgen", "ISO_IR 100"), ("Yamada^Tarou=山田^太郎", "ISO 2022 IR 87")], 1
    ):
        charsets = charset if number == 1 else ["", charset]
        facts: dict[str, Any] = {}
        if number == 1:
            facts["RequestAttributesSequence"] = Sequence([item])
        lab.store(*study(number, PatientName=name, SpecificCharacterSet=charsets, **facts))
    first, second = lab.find(PatientName="", StudyInstanceUID="")
    assert (first.SpecificCharacterSet, first.PatientName) == ("ISO_IR 100", "Müller^Jürgen")
    assert (second.SpecificCharacterSet, second.PatientName) == (
        ["", "ISO 2022 IR 87"],
        "Yamada^Tarou=山田^太郎",
    )
    (found,) = lab.find(PatientName="müller*", SpecificCharacterSet="ISO_IR 192")
    assert found.PatientName == "Müller^Jürgen"
    (series,) = lab.find(
        "SERIES", StudyInstanceUID="1.2.3.1", RequestAttributesSequence=Sequence([Dataset()])
    )
    assert series.RequestAttributesSequence[0].RequestedProcedureDescription == "Schädel"


def test_keys_without_a_plain_vr_do_not_break_the_answer(filled: Lab) -> None:
    """US-or-SS keys in Implicit VR, group lengths, private keys: clients send them all."""
    keys = query("STUDY", StudyInstanceUID="1.2.3.1")
    keys.add_new(0x00280106, "US", None)  # SmallestImagePixelValue: US or SS
    keys.add_new(0x00080000, "UL", 100)  # a group length is no key
    keys.add_new(0x00090010, "LO", "ACME")
    keys.add_new(0x00091001, "LO", None)
    with associate(
        filled.peer, [build_context(FIND, ImplicitVRLittleEndian)], CALLER
    ) as association:
        responses = ask(association, keys)
    assert [r.command["Status"] for r in responses][-1] == 0x0000
    assert len(responses) == 2


def test_the_limit(filled: Lab) -> None:
    filled.set("query.limit", 3)
    assert len(filled.find(StudyInstanceUID="")) == 3
    filled.set("query.limit", 2)
    with filled.open(FIND) as association:
        responses = ask(association, query("STUDY", StudyInstanceUID=""))
    assert [r.command["Status"] for r in responses] == [0xFF00, 0xFF00, 0xB001]
    assert "only the first 2 matches" in responses[-1].command["ErrorComment"]
    assert len(filled.find(StudyInstanceUID="")) == 2  # a warning is no failure
    filled.set("query.limit_status", "0xA700")
    with pytest.raises(StatusError, match="more than 2 matches"):
        filled.find(StudyInstanceUID="")


def test_a_cancelled_query_ends(lab: Lab) -> None:
    for number in range(200):
        lab.enter(*study(number))
    with lab.open(FIND) as association:
        found = scu.find_on(association, query("STUDY", StudyInstanceUID=""), FIND)
        next(found)
        del found  # sends C-CANCEL and hears the archive out
        assert len(list(scu.find_on(association, query("STUDY"), FIND))) == 200
    (first, second) = lab.told("c-find")
    assert first.facts["status"] in ("0xFE00", "0x0000")  # small answers may be out already
    assert second.facts["status"] == "0x0000"


def test_the_context_decides_which_model_is_asked_not_the_command(filled: Lab) -> None:
    """A command that names another class than its context gets 0x0122, not a crash of ours."""
    with filled.open(FIND, Verification) as association:
        context = association.accepted(FIND)
        assert isinstance(context, Context)
        for field, named in (
            (cmd.C_FIND, "1.2.3"),
            (cmd.C_FIND, PATIENT_FIND),
            (cmd.C_MOVE, FIND),
            (cmd.C_STORE, UltrasoundImageStorage),
        ):
            command = {
                "CommandField": field,
                "AffectedSOPClassUID": named,
                "AffectedSOPInstanceUID": "1.2" if field == cmd.C_STORE else None,
                "MoveDestination": "WS1" if field == cmd.C_MOVE else None,
                "Priority": 0,
            }
            (response,) = association.request(context, command, [b"\x08\0\x52\0CS\6\0STUDY "])
            assert response.command["Status"] == 0x0122, cmd.NAMES[field]


def test_a_node_without_the_right_is_refused(filled: Lab) -> None:
    filled.archive.nodes.change("CT1", {"rights": ["echo", "store"]})
    with pytest.raises(StatusError, match="0x0124") as refused:
        filled.find(StudyInstanceUID="")
    assert "CT1 has no right to find here" in refused.value.sentence
    scu.echo(filled.peer, CALLER)
