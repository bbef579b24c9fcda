"""STOW-RS (PS3.18 10.5): what is stored, refused and answered."""

from __future__ import annotations

import pytest
from pydicom.uid import ImplicitVRLittleEndian

from simulator.network import dimse
from tests.archive.dicomweb.support import (
    BOUNDARY,
    DICOM,
    WebLab,
    multipart,
    part10,
    place,
    read,
    reasons,
    sample,
    uids,
)  # fmt: skip
from tests.archive.support import image, study


def test_dicomweb_client_stores_and_fetches(web: WebLab) -> None:
    sent = [read(part10(ds)) for ds in study(1, 3)]
    client = web.client()
    answer = client.store_instances(sent)
    assert len(answer.ReferencedSOPSequence) == 3 and "FailedSOPSequence" not in answer
    assert answer.RetrieveURL == f"{web.url}/studies/1.2.3.1"
    got = client.retrieve_study("1.2.3.1")
    assert [ds.PixelData for ds in got] == [ds.PixelData for ds in sent]
    assert [ds.SOPInstanceUID for ds in got] == [ds.SOPInstanceUID for ds in sent]


@pytest.mark.parametrize(
    "name",
    [
        *("CT_small.dcm", "MR_small_RLE.dcm", "MR_small_jp2klossless.dcm", "SC_rgb_jpeg_dcmtk.dcm"),
        *("SC_rgb_rle_2frame.dcm", "MR_small_jpeg_ls_lossless.dcm", "waveform_ecg.dcm"),
        "test-SR.dcm",
    ],
)
def test_the_data_set_comes_back_byte_for_byte(web: WebLab, name: str) -> None:
    sent = sample(name)
    assert web.stow(sent).status_code == 200
    got = web.get(place(read(sent)), "application/dicom; transfer-syntax=*").content
    assert data_set(got) == data_set(sent)


def data_set(file: bytes) -> bytes:
    """Return what follows the file meta information, which begins with its own length."""
    return file[144 + int.from_bytes(file[140:144], "little") :]


def test_it_goes_the_same_way_as_a_c_store(web: WebLab) -> None:
    (ds,) = study(1)
    assert web.stow(part10(ds)).status_code == 200
    location = web.archive.index.find_instance(ds.SOPInstanceUID)
    assert location is not None
    assert web.lab.store(ds) == [dimse.SUCCESS]  # a second copy: the first is kept
    assert [location.digest] == web.lab.files()


def test_implicit_vr_is_stored_and_given_back_explicit(web: WebLab) -> None:
    ds = image()
    assert web.stow(part10(ds, ImplicitVRLittleEndian)).status_code == 200
    (got,) = web.client().retrieve_series(*uids(ds)[:2])
    assert got.PixelData == ds.PixelData and not got.is_implicit_VR


@pytest.mark.parametrize(("policy", "status"), [("keep_first", 200), ("refuse", 409)])
def test_a_duplicate_meets_the_policy(web: WebLab, policy: str, status: int) -> None:
    web.lab.set("store.duplicates", policy)
    body = part10(image())
    web.stow(body)
    answer = web.stow(body)
    assert answer.status_code == status
    assert reasons(answer) == ([dimse.DUPLICATE_INSTANCE] if status == 409 else [])


def test_some_stored_is_202_and_each_has_its_reason(web: WebLab) -> None:
    good, bad, other = part10(image()), part10(image(StudyInstanceUID="1.2.x")), b"garbage"
    answer = web.stow(good, bad, other)
    assert answer.status_code == 202
    assert reasons(answer) == [0xA900, 0xC000]
    assert "StudyInstanceUID" in answer.headers["warning"]
    assert len(web.lab.files()) == 1
    (entry,) = web.told("store")
    assert (entry.facts["stored"], entry.facts["failed"]) == (1, 2)


def test_an_instance_of_another_study_is_refused(web: WebLab) -> None:
    answer = web.stow(part10(image()), path="/studies/1.2.3.99")
    assert answer.status_code == 409 and reasons(answer) == [0xA900]
    assert web.stow(part10(image()), path="/studies/1.2.3.1").status_code == 200


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", 0xC000),
        (bytes(200), 0xC000),
        (bytes(128) + b"DICM", 0xC000),
        (bytes(128) + b"DICM" + b"\xff" * 100, 0xC000),
        (part10(image())[:500], 0xA900),
        (part10(image(SOPInstanceUID="1.2.3.4")).replace(b"1.2.3.4\0", b"../x.4\0\0"), 0x0117),
        (part10(image(SOPClassUID="1.2.840.10008.1.1")), 0x0122),
        (sample("image_dfl.dcm"), 0xC122),
    ],
)
def test_what_cannot_be_filed_is_409(shelf: WebLab, body: bytes, reason: int) -> None:
    answer = shelf.stow(body)
    assert answer.status_code == 409, answer.text
    assert reasons(answer) == [reason]
    assert len(shelf.lab.files()) == 1


@pytest.mark.parametrize(
    ("content_type", "content", "status"),
    [
        ("application/json", b"{}", 415),
        ('multipart/related; type="application/dicom+json"; boundary=x', b"--x--", 415),
        ("text/plain", b"x", 415),
        ("", b"x", 415),
        (DICOM, multipart(b"x"), 400),  # no boundary
        (f"{DICOM}; boundary={BOUNDARY}", b"no boundary in here", 400),
        (f"{DICOM}; boundary={BOUNDARY}", multipart(), 400),
        (f"{DICOM}; boundary={BOUNDARY}", multipart(b"x")[:-9], 400),
        (f"{DICOM}; boundary={BOUNDARY}", b"", 400),
    ],
)
def test_a_body_that_is_none_is_refused(
    shelf: WebLab, content_type: str, content: bytes, status: int
) -> None:
    answer = shelf.http.post("/studies", content=content, headers={"Content-Type": content_type})
    assert answer.status_code == status
    assert set(answer.json()) >= {"error", "remedy"}


def test_what_came_before_a_break_is_kept_and_said(web: WebLab) -> None:
    content = multipart(part10(image()), part10(image()))[:-5000]
    headers = {"Content-Type": f"{DICOM}; boundary={BOUNDARY}"}
    answer = web.http.post("/studies", content=content, headers=headers)
    assert answer.status_code == 202 and reasons(answer) == [0xC000]
    assert len(web.lab.files()) == 1


def test_a_single_file_needs_no_multipart(web: WebLab) -> None:
    headers = {"Content-Type": "application/dicom"}
    answer = web.http.post("/studies", content=part10(image()), headers=headers)
    assert answer.status_code == 200


def test_a_chunked_body_is_read_as_it_comes(web: WebLab) -> None:
    body = multipart(*(part10(ds) for ds in study(1, 3)))
    pieces = (body[at : at + 777] for at in range(0, len(body), 777))
    headers = {"Content-Type": f"{DICOM}; boundary={BOUNDARY}"}
    assert web.http.post("/studies", content=pieces, headers=headers).status_code == 200
    assert len(web.lab.files()) == 3


def test_a_full_disk_is_507(web: WebLab, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("simulator.archive.store._write", full)
    answer = web.stow(part10(image()))
    assert answer.status_code == 507 and reasons(answer) == [0xA700]
