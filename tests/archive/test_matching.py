"""Attribute matching, PS3.4 C.2.2.2: a table of cases, and that SQL never hides a match."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from simulator.archive import query
from simulator.archive.answers import key_test
from simulator.archive.attributes import at_level, pack, read_header
from simulator.archive.identifier import of_dataset
from simulator.archive.index import Index, Location
from simulator.archive.matching import Rules, combined_test, split_range, values_test
from simulator.archive.records import read
from simulator.archive.tables import metadata
from simulator.database import Database
from simulator.network.dimse import encode_dataset
from tests.archive.support import image

EXPLICIT = "1.2.840.10008.1.2.1"
CASES = [
    # VR, key, stored, whether it matches
    ("LO", "", "anything", True),  # universal matching (C.2.2.2.3)
    ("LO", "", "", True),
    ("LO", "A1", "A1", True),  # single value (C.2.2.2.1)
    ("LO", "A1", "A12", False),
    ("LO", "a1", "A1", False),  # case matters everywhere but in names
    ("LO", "A1", "", False),
    ("LO", "A1 ", "A1", True),  # padding is no part of the value (PS3.5 6.2)
    ("LO", "A*", "A", True),  # wildcards (C.2.2.2.4)
    ("LO", "A*", "BA", False),
    ("LO", "*", "", True),
    ("LO", "*1", "A1", True),
    ("LO", "A?", "A1", True),
    ("LO", "A?", "A", False),
    ("LO", "?", "", False),
    ("LO", "100%", "100%", True),  # SQL's own metacharacters are letters like others
    ("LO", "1%", "100%", False),
    ("LO", "A_1", "A_1", True),
    ("LO", "A_1", "AB1", False),
    ("LO", "*%*", "100", False),
    ("LO", "*_", "A1", False),
    ("LO", "A.1", "AX1", False),  # nor do those of regular expressions count
    ("LO", "[A]*", "A1", False),
    ("SH", r"A\B", "B", True),  # a list: any of them
    ("CS", "C*", "CT", True),
    ("UI", "1.2.3", "1.2.3", True),
    ("UI", r"1.2.3\1.2.4", "1.2.4", True),  # list of UIDs (C.2.2.2.2)
    ("UI", "1.2.*", "1.2.3", False),  # no wildcards in UIDs
    ("DA", "20260302", "20260302", True),
    ("DA", "2026.03.02", "20260302", True),  # an older way to write it
    ("DA", "20260302", "2026.03.02", True),
    ("DA", "20260301-20260303", "20260302", True),  # ranges (C.2.2.2.5), ends included
    ("DA", "20260302-20260302", "20260302", True),
    ("DA", "20260303-20260304", "20260302", False),
    ("DA", "20260302-", "20260302", True),
    ("DA", "-20260302", "20260302", True),
    ("DA", "20260303-", "20260302", False),
    ("DA", "-20260301", "20260302", False),
    ("DA", "20260301-", "", False),  # what has no date is in no range
    ("TM", "10", "103000", True),  # 10 means all of 10 o'clock
    ("TM", "1030", "103000.123", True),
    ("TM", "10:30", "103000", True),
    ("TM", "11", "103000", False),
    ("TM", "10-11", "113059", True),  # 11 means up to the end of 11 o'clock
    ("TM", "0800-1000", "103000", False),
    ("TM", "-1030", "103000", True),
    ("DT", "20260302-20260303", "20260302103000", True),
    ("DT", "20260302100000-0500", "20260302100000-0500", True),
    ("PN", "TEST^ANNA", "Test^Anna", True),  # names: case does not matter
    ("PN", "test*", "Test^Anna", True),
    ("PN", "Test^Anna^^", "Test^Anna", True),  # empty components at the end do not count
    ("PN", "Test^Anna", "Test^Anna^^", True),
    ("PN", "Test", "Test^Anna", False),
    ("PN", "Test^A*", "Test^Anna", True),
    ("PN", "*Anna", "Test^Anna", True),
    ("PN", "Yamada*", "Yamada^Tarou=山田^太郎=やまだ^たろう", True),
    ("PN", "山田*", "Yamada^Tarou=山田^太郎=やまだ^たろう", True),  # any component group
    ("PN", "=山田^太郎", "Yamada^Tarou=山田^太郎", True),
    ("PN", "=太郎", "Yamada^Tarou=山田^太郎", False),
    ("PN", "MÜLLER*", "Müller^Jürgen", True),
    ("IS", "7", "07", True),
    ("IS", "7", "8", False),
    ("DS", "1.50", "1.5", True),
]


@pytest.mark.parametrize(("vr", "key", "stored", "expected"), CASES)
def test_value_matching(vr: str, key: str, stored: str, expected: bool) -> None:
    asked = [text for part in key.split("\\") if (text := part.strip())]
    assert values_test(vr, asked)([stored] if stored else []) is expected


def test_an_attribute_that_is_not_there_matches_only_the_empty_key() -> None:
    assert values_test("LO", [])([])
    assert values_test("LO", ["*"])([])
    assert not values_test("LO", ["A"])([])


def test_one_of_several_values_is_enough() -> None:
    assert values_test("CS", ["MR"])(["CT", "MR"])
    assert not values_test("CS", ["US"])(["CT", "MR"])


@pytest.mark.parametrize(
    ("rules", "vr", "asked", "found", "expected"),
    [
        (Rules(case_sensitive_names=True), "PN", ["test*"], ["Test^Anna"], False),
        (Rules(match_unknown=True), "LO", ["A"], [], True),  # C.2.2.1.2
        (Rules(match_unknown=True), "LO", ["A"], ["B"], False),
        (Rules(empty_values=True), "LO", ['""'], [], True),
        (Rules(empty_values=True), "LO", ['""'], ["A"], False),
        (Rules(), "LO", ['""'], [], False),
        (Rules(value_lists=False), "CS", ["CT", "MR"], ["CT"], False),
        (Rules(value_lists=False), "UI", ["1.2", "1.3"], ["1.3"], True),
    ],
)
def test_rules(rules: Rules, vr: str, asked: list[str], found: list[str], expected: bool) -> None:
    assert values_test(vr, asked, rules)(found) is expected


@pytest.mark.parametrize(
    ("dates", "times", "day", "time", "expected"),
    [
        ("20060705-20060707", "1000-1800", "20060705", "0900", False),  # the standard's example
        ("20060705-20060707", "1000-1800", "20060706", "0300", True),
        ("20060705-20060707", "1000-1800", "20060707", "1759", True),
        ("20060705-20060707", "1000-1800", "20060707", "1801", False),
        ("20060705-", "1000-", "20060705", "0959", False),
        ("20060705-", "1000-", "20060901", "0000", True),
        ("-20060705", "-1000", "20060705", "100059", True),
        ("-20060705", "-1000", "20060705", "1001", False),
        ("-20060705", "-1000", "", "0900", False),
    ],
)
def test_a_date_and_its_time_as_one_moment(
    dates: str, times: str, day: str, time: str, expected: bool
) -> None:
    test = combined_test(dates, times)
    assert test is not None
    assert test(day, time) is expected


@pytest.mark.parametrize(
    ("dates", "times"),
    [("20060705", "1000-"), ("20060705-", "1000"), ("20060705-", "-1000"), ("-20060705", "1-2")],
)
def test_ranges_of_different_forms_stay_apart(dates: str, times: str) -> None:
    assert combined_test(dates, times) is None


def test_many_stars_cost_no_time() -> None:
    """A pattern like this takes a naive expression longer than a shift."""
    test = values_test("LO", ["*a" * 40 + "*b"])
    assert not test(["a" * 4000])


def matches(asked: Dataset, stored: Dataset, *, case_sensitive_names: bool = False) -> bool:
    rules = Rules(case_sensitive_names=case_sensitive_names)
    record = read(pack(stored))
    return all(key_test(key, rules)(record) for key in of_dataset(asked, "STUDY").keys)


def code(value: str, scheme: str = "99LOCAL") -> Dataset:
    ds = Dataset()
    ds.CodeValue, ds.CodingSchemeDesignator = value, scheme
    return ds


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ([], True),
        ([Dataset()], True),
        ([code("CT01", "")], True),
        ([code("CT02")], True),
        ([code("CT01", "SCT")], False),  # one item must match all keys of the item (C.2.2.2.6)
        ([code("CT*")], True),
        ([code("MR")], False),
    ],
)
def test_sequence_matching(asked: list[Dataset], expected: bool) -> None:
    stored, key = Dataset(), Dataset()
    stored.ProcedureCodeSequence = Sequence([code("CT01"), code("CT02", "99LOCAL")])
    key.ProcedureCodeSequence = Sequence(asked)
    assert matches(key, stored) is expected
    assert matches(key, Dataset()) is (not asked or not len(asked[0]))


def test_a_sequence_key_on_what_is_no_sequence_does_not_match() -> None:
    stored, key = Dataset(), Dataset()
    stored.PatientName = "Test"
    key.add_new(0x00100010, "SQ", [code("X")])
    assert not matches(key, stored)


@pytest.mark.parametrize(
    ("text", "vr", "expected"),
    [
        ("20260302", "DA", None),
        ("20260301-20260303", "DA", ("20260301", "20260303")),
        ("-20260303", "DA", ("", "20260303")),
        ("20260301-", "DA", ("20260301", "")),
        ("20260302100000-0500", "DT", None),  # a zone, not a range
    ],
)
def test_ranges(text: str, vr: str, expected: tuple[str, str] | None) -> None:
    assert split_range(text, vr) == expected


# --- the index narrows down, but never hides a match ----------------------------------------------

ALPHABET = "ABab1%_.^= ü"
letters = st.text(st.sampled_from(ALPHABET), max_size=6)
dates = st.sampled_from(["", "20260302", "2026.03.02", "20251231", "20260302 ", "20270101"])
asked_dates = st.sampled_from(
    ["20260302", "2026.03.02", "20260101-", "-20260302", "20251231-20260302", "-", "2026.01.01-",
     "-2026", "202603-"]
)  # fmt: skip
# How a key is made of the value it looks for, so that many keys do match.
TURNS: st.SearchStrategy[Callable[[str], str]] = st.sampled_from(
    [
        str,
        str.strip,
        str.upper,
        str.lower,
        lambda text: text + "*",
        lambda text: text[:2] + "*",
        lambda text: "*" + text[2:],
        lambda text: "?" + text[1:],
        lambda text: text.strip() + "^",
        lambda text: "X\\" + text,
        lambda text: text.partition("=")[2] or "*",
        lambda text: "=" + text.partition("=")[2],
    ]
)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[dict[str, str], dict[str, str]]:
    """What is stored, and keys made of it."""
    stored = {name: draw(values) for name, values in SUBJECTS.items()}
    names = draw(st.sets(st.sampled_from([*SUBJECTS, "StudyDate"]), min_size=1, max_size=3))
    asked = {name: draw(TURNS)(stored[name]) for name in names if name in stored}
    stored["StudyDate"] = draw(dates)
    if "StudyDate" in names:
        asked["StudyDate"] = draw(asked_dates)
    return stored, asked


SUBJECTS = {
    "PatientID": letters,
    "PatientName": letters.filter(lambda text: text.count("=") < 3),
    "AccessionNumber": letters,
    "Modality": st.sampled_from(["CT", "MR", "", "ct"]),
    "StudyInstanceUID": st.just("1.2.3"),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return Index(Database(tmp_path_factory.mktemp("index") / "index.db", metadata))


@settings(max_examples=200, deadline=None)
@given(pair=pairs(), case=st.booleans())
def test_the_prefilter_never_loses_a_match(
    index: Index, pair: tuple[dict[str, str], dict[str, str]], case: bool
) -> None:
    stored, asked = pair
    ds = image(SpecificCharacterSet="ISO_IR 192", SOPInstanceUID="1.2.3.4", **stored)
    header = read_header([encode_dataset(ds, EXPLICIT)], EXPLICIT)
    index.delete_study("1.2.3")
    place = Location(
        sop_uid="1.2.3.4", sop_class="1", transfer_syntax=EXPLICIT, digest="d", offset=0, size=0,
        study_uid="1.2.3", series_uid=ds.SeriesInstanceUID,
    )  # fmt: skip
    index.file(header, place, "CT1", "", replace=False)
    key = Dataset()
    for keyword, value in asked.items():
        setattr(key, keyword, value)
    kept = Dataset()
    for level in ("PATIENT", "STUDY", "SERIES"):
        kept.update(read_header([pack(at_level(header, level))], EXPLICIT))
    expected = matches(key, kept, case_sensitive_names=case)
    found = list(query.find(index.database, key, "SERIES", case_sensitive_names=case))
    assert len(found) == int(expected)
