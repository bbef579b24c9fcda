"""Identifiers that are no good: a refusal with a comment, and the association lives on."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from simulator.archive.identifier import LONGEST, Identifier, of_dataset, of_request
from simulator.archive.key_values import ExpectedValue, check_value
from simulator.network import command as cmd
from simulator.network.dimse import DimseError, encode_dataset
from tests.archive.support import Lab, query
from tests.archive.test_query import FIND

LEVEL = b"\x08\0\x52\0CS\x06\0STUDY "


def read(data: bytes, *, refuse: bool = True, default: str = "ISO_IR 6") -> Identifier:
    return of_request(
        data, ExplicitVRLittleEndian, "study", default=default, relational=False, refuse=refuse
    )


def element(tag: int, vr: str, raw: bytes) -> bytes:
    raw += b" " * (len(raw) % 2)
    return struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr.encode(), len(raw)) + raw


def nested(depth: int) -> bytes:
    """A sequence in a sequence in a sequence …, each of undefined length."""
    head = struct.pack("<HH2sHI", 0x0040, 0x0275, b"SQ", 0, 0xFFFFFFFF)
    item = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    return (head + item) * depth


BAD = {
    "noise": (b"\x00\x11\x22\x33\x44\x55\x66\x77\x88", 0xC000, "cannot parse"),
    "cut off": (LEVEL[:-3], 0xC000, "longer than the data set"),
    "a length beyond the end": (
        LEVEL + b"\x10\0\x10\0PN\xff\xff", 0xC000, "(0010,0010) is longer than the data set"
    ),
    "a huge length": (
        LEVEL + b"\x10\0\x10\0UT\0\0\xf0\xff\xff\x7f", 0xC000, "longer than the data set"
    ),
    "no representation": (LEVEL + b"\x10\0\x10\0??\x02\0AB", 0xC000, "no value representation"),
    "deep nesting": (LEVEL + nested(5000), 0xC000, "nested deeper than"),
    "a sequence without an end": (LEVEL + nested(2), 0xC000, "has no end"),
    "too long": (LEVEL + bytes(LONGEST), 0xC000, "longer than 1 MB"),
    "a very long value": (
        LEVEL + element(0x00100020, "LO", b"A" * 2000), 0xC000, "more than 1024 characters"
    ),
    "very many values": (
        LEVEL + element(0x00100020, "LO", b"\\".join([b"A"] * 20_000)), 0xC000, "more than 16384"
    ),
    "a control character": (
        LEVEL + element(0x00100020, "LO", b"A\x07B"), 0xC000, "PatientID: a control character"
    ),
    "a character set nobody knows": (
        element(0x00080005, "CS", b"KLINGON") + LEVEL + element(0x00100010, "PN", b"M\xfcller"),
        0xC000, "PatientName: no text in character set KLINGON",
    ),
    "text that is not in its set": (
        element(0x00080005, "CS", b"ISO_IR 192") + LEVEL + element(0x00100010, "PN", b"M\xfcller"),
        0xC000, "PatientName: no text in character set ISO_IR 192",
    ),
    "no level": (element(0x00100020, "LO", b"A"), 0xA900, "(0008,0052) is missing"),
    "nothing at all": (b"", 0xA900, "(0008,0052) is missing"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "status", "says"), BAD.values(), ids=BAD)
def test_a_bad_identifier_is_refused(data: bytes, status: int, says: str) -> None:
    with pytest.raises(DimseError) as refused:
        read(data)
    assert refused.value.status == status
    assert says in refused.value.comment


def test_the_association_lives_through_all_of_them(lab: Lab) -> None:
    with lab.open(FIND) as association:
        context = association.accepted(FIND)
        assert context
        command = {"CommandField": cmd.C_FIND, "AffectedSOPClassUID": FIND, "Priority": 0}
        for data, status, says in BAD.values():
            if data:  # a request without a data set is another matter
                (refused,) = association.request(context, command, [data])
                assert refused.command["Status"] == status
                assert says[:20] in refused.command["ErrorComment"]
        (ended,) = association.request(context, command, [encode_dataset(
            query("STUDY", StudyInstanceUID=""), context.transfer_syntax)])  # fmt: skip
        assert ended.command["Status"] == 0


def test_what_is_wrong_names_its_element() -> None:
    with pytest.raises(DimseError) as refused:
        read(LEVEL + element(0x00080020, "DA", b"20260230"))
    assert refused.value.offending == 0x00080020
    assert refused.value.comment == "StudyDate: '20260230' is no date YYYYMMDD, nor a range"


def test_the_rules_of_the_model_come_before_the_values() -> None:
    with pytest.raises(DimseError) as refused:
        read(b"\x08\0\x52\0CS\x06\0SERIES" + element(0x0020000D, "UI", b"1.2.*"))
    assert refused.value.status == 0xA900


def test_what_makes_no_sense_can_be_passed_over() -> None:
    data = LEVEL + element(0x00080020, "DA", b"2026") + element(0x00100020, "LO", b"A")
    found = read(data, refuse=False)
    assert found.values("StudyDate") == ()
    assert found.values("PatientID") == ("A",)
    assert found.find("StudyDate")  # still returned


def test_undeclared_text_is_read_as_the_setting_says() -> None:
    data = LEVEL + element(0x00100010, "PN", b"M\xfcller")
    assert read(data, default="ISO_IR 100").values("PatientName") == ("Müller",)


def test_misspelt_character_sets_are_understood() -> None:
    for term in (b"ISO-IR 100", b"ISO_IR_100", b"iso ir 100", b"ISO 2022 IR 100"):
        data = element(0x00080005, "CS", term) + LEVEL + element(0x00100010, "PN", b"M\xfcller")
        assert read(data).values("PatientName") == ("Müller",)


def test_a_sequence_in_implicit_vr_of_undefined_length() -> None:
    item = Dataset()
    item.RequestedProcedureID = "RP1"
    ds = query("SERIES", StudyInstanceUID="1.2", RequestAttributesSequence=Sequence([item]))
    ds["RequestAttributesSequence"].is_undefined_length = True
    ds.RequestAttributesSequence[0].is_undefined_length_sequence_item = True
    found = of_request(
        encode_dataset(ds, ImplicitVRLittleEndian), ImplicitVRLittleEndian, "study",
        default="ISO_IR 6", relational=False, refuse=True,
    )  # fmt: skip
    key = found.find("RequestAttributesSequence")
    assert key
    assert [(inner.keyword, inner.values) for inner in key.item] == [
        ("RequestedProcedureID", ("RP1",))
    ]


@pytest.mark.parametrize(
    ("vr", "good", "wrong"),
    [
        ("DA", ["20260302", "2026.03.02", "20260101-", "-20260101", "20240229"],
         ["-", "202603", "20260230", "20261301", "2026*", "20250229", "today"]),
        ("TM", ["10", "1030", "103059.5", "10:30", "1000-1100", "235960"],
         ["24", "1060", "1", "10-30-", "noon", "*"]),
        ("DT", ["20260302103000", "2026", "20260302103000-0500", "2026-2027"], ["x", "-"]),
        ("UI", ["1.2.3"], ["1.2.*", "1.2?", "a.b", "1" * 65]),
        ("IS", ["1", "-7", "+07"], ["one", "1-2"]),
        ("LO", ["A*", "100%", "x" * 1024], ["x" * 1025, "\x01"]),
    ],
)  # fmt: skip
def test_values(vr: str, good: list[str], wrong: list[str]) -> None:
    check_value(vr, good)
    for text in wrong:
        with pytest.raises(ExpectedValue):
            check_value(vr, [text])


def test_a_data_set_of_our_own_side_is_taken_as_it_is() -> None:
    found = of_dataset(query("", StudyDate="2026", PatientName="Ж*"), "STUDY")
    assert found.values("StudyDate") == ("2026",)
    assert found.values("PatientName") == ("Ж*",)


@settings(max_examples=300, deadline=None)
@given(noise=st.binary(max_size=120), at=st.integers(0, 60), byte=st.integers(0, 255))
def test_whatever_comes_is_read_or_refused(noise: bytes, at: int, byte: int) -> None:
    good = LEVEL + element(0x00100010, "PN", b"A*") + nested(1) + element(0x00400009, "SH", b"S")
    broken = bytearray(good)
    broken[at % len(good)] = byte
    for data in (noise, LEVEL + noise, bytes(broken), good[:at]):
        try:
            read(data)
        except DimseError as refused:
            assert refused.status in (0xA900, 0xC000)
