"""WADO-RS instances, metadata and bulk data (PS3.18 10.4), judged by dicomweb-client."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import (
    EncapsulatedPDFStorage,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
)  # fmt: skip

from tests.archive.dicomweb.support import (
    DICOM,
    INSTANCE,
    WebLab,
    part10,
    parts,
    place,
    read,
    sample,
    uids,
)  # fmt: skip
from tests.archive.support import PIXELS, image, study

RLE, J2K = "MR_small_RLE.dcm", "MR_small_jp2klossless.dcm"


def test_study_series_and_instance(web: WebLab) -> None:
    web.lab.store(*study(1, 3), *study(2, 1))
    client = web.client()
    assert len(client.retrieve_study("1.2.3.1")) == 3
    assert len(client.retrieve_series("1.2.3.1", "1.2.3.1.1")) == 3
    got = client.retrieve_instance("1.2.3.1", "1.2.3.1.1", "1.2.3.1.1.2")
    assert got.SOPInstanceUID == "1.2.3.1.1.2" and got.PixelData == PIXELS


def test_parts_say_what_and_where_they_are(web: WebLab) -> None:
    web.lab.store(*study(1, 2))
    answer = web.get("/studies/1.2.3.1", DICOM)
    assert answer.headers["content-type"].startswith(DICOM)
    kinds = [kind for kind, _ in parts(answer)]
    assert kinds == [f"application/dicom; transfer-syntax={ExplicitVRLittleEndian}"] * 2
    assert f"Content-Location: {web.url}/studies/1.2.3.1/series/1.2.3.1.1" in answer.text


@pytest.mark.parametrize("name", [RLE, J2K])
def test_compressed_is_kept_only_when_that_is_asked_for(web: WebLab, name: str) -> None:
    sent = read(sample(name))
    web.stow(sample(name))
    stored = sent.file_meta.TransferSyntaxUID
    for syntax, expected in (("*", stored), (stored, stored), ("", ExplicitVRLittleEndian)):
        accept = DICOM + (f"; transfer-syntax={syntax}" if syntax else "")
        ((kind, body),) = parts(web.get(place(sent), accept))
        got = read(body)
        assert got.file_meta.TransferSyntaxUID == expected and kind.endswith(expected)
        assert (got.pixel_array == sent.pixel_array).all()
        assert got.SOPInstanceUID == sent.SOPInstanceUID


def test_the_best_that_can_be_had_is_given(web: WebLab) -> None:
    sent = read(sample(RLE))
    web.stow(sample(RLE))
    accept = f"{DICOM}; transfer-syntax={JPEG2000Lossless}, {DICOM}; transfer-syntax=*; q=0.5"
    assert parts(web.get(place(sent), accept))[0][0].endswith(RLELossless)


@pytest.mark.parametrize(
    "accept",
    [
        f"{DICOM}; transfer-syntax={JPEG2000Lossless}",
        f"{DICOM}; transfer-syntax=1.2.840.10008.1.2",  # not on the web: PS3.18 8.7.3.5.2
        "image/jpeg",
        "application/dicom+xml",
        f"{DICOM}; q=0",
    ],
)
def test_what_cannot_be_had_is_406(shelf: WebLab, accept: str) -> None:
    answer = shelf.get("/studies/1.2.3.1", accept)
    assert answer.status_code == 406
    assert "application/dicom" in answer.json()["remedy"]


def test_a_study_is_streamed_and_a_lost_file_is_said(web: WebLab) -> None:
    web.lab.store(*study(1, 2))
    first = web.archive.index.find_instance("1.2.3.1.1.1")
    assert first is not None
    web.archive.store.path(first.digest).unlink()
    answer = web.get("/studies/1.2.3.1")
    assert answer.status_code == 206 and len(parts(answer)) == 1
    assert web.get("/studies/1.2.3.1/series/1.2.3.1.1/instances/1.2.3.1.1.1").status_code == 503


def test_head_has_headers_and_no_body(web: WebLab) -> None:
    web.lab.store(*study(1))
    answer = web.http.head("/studies/1.2.3.1")
    assert answer.status_code == 200 and answer.content == b""
    assert answer.headers["content-type"].startswith("multipart/related")


# --- metadata -----------------------------------------------------------------------------------


def test_metadata_is_the_data_set_without_its_pixels(web: WebLab) -> None:
    sent = study(1, 2, PatientName="Müller^Jürgen=山田^太郎", SpecificCharacterSet="ISO_IR 192")
    web.lab.store(*sent)
    rows = web.client().retrieve_series_metadata("1.2.3.1", "1.2.3.1.1")
    got = [Dataset.from_json(row, lambda *_: b"") for row in rows]
    for ds, expected in zip(got, sent, strict=True):
        assert str(ds.PatientName) == "Müller^Jürgen=山田^太郎"
        assert ds.Rows == 64 and ds.SOPInstanceUID == expected.SOPInstanceUID
    assert rows[0]["7FE00010"]["BulkDataURI"].endswith("/bulkdata/7FE00010")
    assert rows[0]["00083002"]["Value"] == [ExplicitVRLittleEndian]


def test_every_sample_has_metadata(web: WebLab) -> None:
    for name in (RLE, J2K, "CT_small.dcm", "test-SR.dcm", "waveform_ecg.dcm", "rtplan.dcm"):
        sent = read(sample(name))
        if web.stow(sample(name)).status_code == 200:
            (row,) = web.client().retrieve_study_metadata(sent.StudyInstanceUID)
            assert row["00080018"]["Value"] == [sent.SOPInstanceUID], name
    json.loads(web.get("/instances").content)


def test_bad_values_are_left_out_and_the_rest_stays(web: WebLab) -> None:
    body = part10(image(SliceThickness="1.5", WindowWidth="100"))
    web.stow(body.replace(b"DS\x04\x001.5 ", b"DS\x04\x00x.5 "))
    (row,) = web.get("/studies/1.2.3.1/metadata").json()
    assert "00180050" not in row and row["00281051"]["Value"] == [100]


def test_what_is_no_number_is_said_in_words(web: WebLab) -> None:
    ds = image()
    ds.add_new(0x00189073, "FD", float("nan"))  # Acquisition Duration
    web.stow(part10(ds))
    (row,) = web.get("/studies/1.2.3.1/metadata").json()
    assert row["00189073"]["Value"] == ["NaN"]


# --- bulk data ----------------------------------------------------------------------------------


def test_pixel_data_by_its_uri(web: WebLab) -> None:
    ds = image()
    web.lab.store(ds)
    client = web.client()
    row: dict[str, Any] = client.retrieve_instance_metadata(*uids(ds))
    (data,) = client.retrieve_bulkdata(row["7FE00010"]["BulkDataURI"])
    assert data == PIXELS
    single = web.get(f"{place(ds)}/bulkdata/7FE00010", "application/octet-stream")
    assert single.content == PIXELS


def test_bulk_data_within_a_sequence(web: WebLab) -> None:
    sent = read(sample("waveform_ecg.dcm"))
    web.stow(sample("waveform_ecg.dcm"))
    client = web.client()
    row = client.retrieve_instance_metadata(*uids(sent))
    uri = row["54000100"]["Value"][1]["54001010"]["BulkDataURI"]
    assert uri.endswith("/bulkdata/54000100/1/54001010")
    (data,) = client.retrieve_bulkdata(uri)
    assert data == sent.WaveformSequence[1].WaveformData


@pytest.mark.parametrize(
    ("where", "status"),
    [("00100010", 404), ("7FE00008", 404), ("54000100/9/54001010", 404), ("../x", 404),
     ("PatientName", 400), ("7FE0001", 400), ("00100010/0", 400)],
)  # fmt: skip
def test_no_bulk_data_there(shelf: WebLab, where: str, status: int) -> None:
    assert shelf.get(f"{INSTANCE}/bulkdata/{where}").status_code == status


def test_a_document_is_rendered_as_it_is(web: WebLab) -> None:
    ds = image(SOPClassUID=EncapsulatedPDFStorage, Rows=None, Columns=None, Modality="DOC")
    ds.EncapsulatedDocument = b"%PDF-1.4 hello"
    del ds[0x7FE00010]
    web.stow(part10(ds))
    answer = web.get(f"{place(ds)}/rendered", "application/pdf")
    assert answer.content == b"%PDF-1.4 hello"
    assert web.get(f"{place(ds)}/rendered", "image/png").status_code == 406
