"""Raw data sets: what pydicom writes is read, what we write pydicom reads, bounds are kept."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from simulator.archive.records import Malformed, is_plain, items, read, texts, write
from simulator.network.dimse import encode_dataset

SYNTAXES = {False: ExplicitVRLittleEndian, True: ImplicitVRLittleEndian}


def sample() -> Dataset:
    inner = Dataset()
    inner.CodeValue, inner.CodeMeaning = "CT01", "Schädel"
    outer = Dataset()
    outer.RequestedProcedureCodeSequence = Sequence([inner])
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.PatientName, ds.ImageType, ds.Rows = "Müller^Jürgen", ["ORIGINAL", "PRIMARY"], 512
    ds.StudyInstanceUID, ds.ImageComments = "1.2.3", "a\\b"
    ds.RequestAttributesSequence = Sequence([outer, Dataset()])
    return ds


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("undefined", [False, True])
def test_what_pydicom_writes(implicit: bool, undefined: bool) -> None:
    ds = sample()
    ds["RequestAttributesSequence"].is_undefined_length = undefined
    for item in ds.RequestAttributesSequence:
        item.is_undefined_length_sequence_item = undefined
    record = read(encode_dataset(ds, SYNTAXES[implicit]), implicit=implicit)
    assert texts(record[0x00100010]) == ["Müller^Jürgen"]
    assert texts(record[0x00080008]) == ["ORIGINAL", "PRIMARY"]
    assert texts(record[0x00280010]) == ["512"]
    assert texts(record[0x00204000]) == ["a\\b"]  # LT: a backslash is a letter there
    first, second = items(record[0x00400275][1], implicit=implicit)
    (code,) = items(first[0x00321064][1], implicit=implicit)
    assert texts(code[0x00080104]) == ["Schädel"]
    assert second == {}


@pytest.mark.parametrize("implicit", [False, True])
def test_pydicom_reads_what_we_write(implicit: bool) -> None:
    record = read(encode_dataset(sample(), ExplicitVRLittleEndian))
    again = read_dataset(BytesIO(write(record, ("ISO_IR 192",), implicit=implicit)), implicit, True)
    assert again == sample()


def test_another_character_set_reaches_into_sequences() -> None:
    record = read(encode_dataset(sample(), ExplicitVRLittleEndian))
    record[0x00080005] = ("CS", b"ISO_IR 100")
    again = read_dataset(BytesIO(write(record, ("ISO_IR 100",), implicit=False)), False, True)
    meaning = again.RequestAttributesSequence[0].RequestedProcedureCodeSequence[0].CodeMeaning
    assert (again.PatientName, meaning) == ("Müller^Jürgen", "Schädel")
    with pytest.raises(UnicodeError):
        write(record, ("ISO_IR 144",), implicit=False)


def test_plain_or_not() -> None:
    assert not is_plain(read(encode_dataset(sample(), ExplicitVRLittleEndian)))
    ds = sample()
    ds.PatientName = "Mueller"
    assert not is_plain(read(encode_dataset(ds, ExplicitVRLittleEndian)))  # in the sequence
    del ds.RequestAttributesSequence
    assert is_plain(read(encode_dataset(ds, ExplicitVRLittleEndian)))


@given(data=st.binary(max_size=200), implicit=st.booleans())
def test_noise_is_refused_or_read_and_never_more_than_there_is(data: bytes, implicit: bool) -> None:
    try:
        record = read(data, implicit=implicit)
    except Malformed:
        return
    assert sum(len(raw) for _, raw in record.values()) <= len(data)
