"""The quick way through a header says what pydicom says, of anything; the rest is left to it."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pydicom.data import get_testdata_files
from pydicom.dataset import Dataset
from pydicom.filereader import dcmread, read_partial
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from simulator.archive import attributes as a
from simulator.archive import header as quick
from simulator.network.dimse import encode_dataset
from tests.archive.support import image

EXPLICIT, IMPLICIT, BIG = ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian


def slow(fragments: Sequence[bytes], syntax: str, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return each level as it is kept without the quick way."""
    with monkeypatch.context() as patch:
        patch.setattr(quick, "scan", lambda *given: None)
        patch.setattr(quick, "is_plain", lambda *given, **more: False)
        patch.setattr(quick, "encoded", lambda *given, **more: None)
        return kept(fragments, syntax)


def kept(fragments: Sequence[bytes], syntax: str) -> list[Any]:
    header = a.read_header(fragments, syntax)
    return [a.unpack(a.packed(header, level)) for level in a.LEVELS]


def body(path: str) -> tuple[str, list[bytes]] | None:
    """Return a file's transfer syntax and its data set, in pieces as they come over the wire."""
    with open(path, "rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            head = read_partial(file, stop_when=lambda *_: True)
            syntax = str(head.file_meta.TransferSyntaxUID)
        except Exception:
            return None
        data = Path(path).read_bytes()[file.tell() :]
    if syntax.endswith(".1.99"):
        return None
    return syntax, [data[at : at + 16000] for at in range(0, len(data), 16000)]


@pytest.mark.filterwarnings("ignore")
def test_pydicoms_own_files_are_kept_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = scanned = 0
    for path in get_testdata_files("*.dcm"):
        found = body(path)
        if found is None:
            continue
        syntax, fragments = found
        try:
            expected = slow(fragments, syntax, monkeypatch)
        except Exception:
            continue  # not even pydicom reads it
        assert kept(fragments, syntax) == expected, path
        compared += 1
        scanned += quick.scan(fragments, syntax, a._WANTED) is not None
    assert compared > 60 and scanned > compared // 2


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG])
@pytest.mark.parametrize(
    "values",
    [
        {"PatientName": "Müller^Jürgen", "SpecificCharacterSet": "ISO_IR 100"},
        {"PatientName": "Müller^Jürgen", "SpecificCharacterSet": "ISO_IR 192"},
        {"PatientName": "Yamada^Tarou=山田^太郎", "SpecificCharacterSet": ["", "ISO 2022 IR 87"]},
        {"InstanceNumber": None, "StudyDate": "2026.03.02", "ImageType": ["ORIGINAL", "PRIMARY"]},
        {"PatientID": " 7 ", "OtherPatientIDs": ["a", "b "], "PatientWeight": "70.5"},
        {"StudyDescription": "", "PatientComments": "one\\two"},
    ],
)
def test_unusual_values_are_kept_the_same(
    values: dict[str, Any], syntax: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = encode_dataset(image(**values), syntax)
    assert kept([data], syntax) == slow([data], syntax, monkeypatch)
    header = a.read_header([data], syntax)
    read = [a.text(header, word) for word in values]  # what was decoded first is kept the same
    again = [a.unpack(a.packed(header, level)) for level in a.LEVELS]
    assert again == slow([data], syntax, monkeypatch) and len(read) == len(values)


@pytest.mark.parametrize("raw", [b"abc ", b"1\\x ", b"99999999999999999999", b"1.5 "])
def test_a_number_that_is_none_is_left_out(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    data = encode_dataset(image(InstanceNumber=None), EXPLICIT)
    element = struct.pack("<HH2sH", 0x0020, 0x0013, b"IS", len(raw)) + raw
    at = data.index(b"\x28\x00\x02\x00US")
    data = data[:at] + element + data[at:]
    assert kept([data], EXPLICIT) == slow([data], EXPLICIT, monkeypatch)


def test_a_header_in_several_fragments_is_found() -> None:
    data = encode_dataset(image(), EXPLICIT)
    for cut in (4, 100, 333):
        header = quick.scan([data[:cut], data[cut:]], EXPLICIT, a._WANTED)
        assert header is not None and header.Rows == 64


def test_a_data_set_without_pixels_is_read_to_its_end() -> None:
    ds = image()
    del ds[0x7FE00010]
    header = quick.scan([encode_dataset(ds, EXPLICIT)], EXPLICIT, a._WANTED)
    assert header is not None and header.PatientID == "T1"


@pytest.mark.parametrize("cut", [3, 9, 40, 301])
def test_what_is_cut_off_is_left_to_pydicom(cut: int) -> None:
    ds = image()
    del ds[0x7FE00010]
    data = encode_dataset(ds, EXPLICIT)
    assert quick.scan([data[:-cut]], EXPLICIT, a._WANTED) is None or cut == 40


def test_undefined_lengths_are_left_to_pydicom(monkeypatch: pytest.MonkeyPatch) -> None:
    ds, item = image(), Dataset()
    item.ScheduledProcedureStepID = "S1"
    ds.RequestAttributesSequence = [item]
    ds["RequestAttributesSequence"].is_undefined_length = True
    data = encode_dataset(ds, EXPLICIT)
    assert quick.scan([data], EXPLICIT, a._WANTED) is None
    assert kept([data], EXPLICIT) == slow([data], EXPLICIT, monkeypatch)


def test_text_is_what_pydicom_makes_of_it() -> None:
    path = get_testdata_files("CT_small.dcm")[0]
    raw, decoded = dcmread(path), dcmread(path)
    for word in a._TAGS:
        value = decoded.get(word)
        many = value if isinstance(value, list) else [value]
        plain = "\\".join("" if one is None else str(one) for one in many).strip()
        if not hasattr(value, "__iter__") or isinstance(value, str):
            assert a.text(raw, word) == plain
