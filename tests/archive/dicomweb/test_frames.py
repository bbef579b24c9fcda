"""WADO-RS frames (PS3.18 10.4.1.1.6): pixel data byte for byte, compressed or not."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from pydicom.encaps import generate_frames
from pydicom.uid import ExplicitVRLittleEndian

from tests.archive.dicomweb.support import (
    INSTANCE,
    WebLab,
    part10,
    parts,
    place,
    read,
    sample,
    uids,
)
from tests.archive.support import PIXELS, image

OCTETS = 'multipart/related; type="application/octet-stream"'
RLE2, J2K, JPEG = "SC_rgb_rle_2frame.dcm", "MR_small_jp2klossless.dcm", "SC_rgb_jpeg_dcmtk.dcm"


def test_frames_of_a_multi_frame_image(web: WebLab) -> None:
    ds = image(NumberOfFrames=4, Rows=32, Columns=32)
    web.lab.store(ds)
    got = web.client().retrieve_instance_frames(*uids(ds), frame_numbers=[1, 3, 4])
    size = 32 * 32 * 2
    assert got == [PIXELS[at : at + size] for at in (0, 2 * size, 3 * size)]


@pytest.mark.parametrize(
    ("name", "kind"), [(RLE2, "image/dicom-rle"), (J2K, "image/jp2"), (JPEG, "image/jpeg")]
)
def test_compressed_frames_as_they_are_stored(web: WebLab, name: str, kind: str) -> None:
    sent = read(sample(name))
    web.stow(sample(name))
    stored = list(generate_frames(sent.PixelData, number_of_frames=sent.get("NumberOfFrames", 1)))
    syntax = sent.file_meta.TransferSyntaxUID
    for accept in (f'multipart/related; type="{kind}"', f"{OCTETS}; transfer-syntax=*"):
        answer = web.get(f"{place(sent)}/frames/1", accept)
        assert parts(answer) == [(f"{kind}; transfer-syntax={syntax}", stored[0])]


@pytest.mark.parametrize("name", [RLE2, J2K])
@pytest.mark.parametrize(
    "accept", [OCTETS, "*/*", f"{OCTETS}; transfer-syntax=1.2.840.10008.1.2.1"]
)
def test_compressed_frames_decoded_without_loss(web: WebLab, name: str, accept: str) -> None:
    sent = read(sample(name))
    web.stow(sample(name))
    frames = sent.pixel_array if sent.get("NumberOfFrames") else sent.pixel_array[np.newaxis]
    for number, expected in enumerate(frames, 1):
        ((kind, got),) = parts(web.get(f"{place(sent)}/frames/{number}", accept))
        assert kind == f"application/octet-stream; transfer-syntax={ExplicitVRLittleEndian}"
        assert got == expected.tobytes()


def test_dicomweb_client_takes_what_it_asks_for(web: WebLab) -> None:
    sent = read(sample(J2K))
    web.stow(sample(J2K))
    media = (("image/jp2", sent.file_meta.TransferSyntaxUID),)
    (got,) = web.client().retrieve_instance_frames(*uids(sent), [1], media_types=media)
    assert got == next(generate_frames(sent.PixelData, number_of_frames=1))


def test_big_endian_is_turned_round(web: WebLab) -> None:
    sent = read(sample("MR_small_bigendian.dcm"))
    web.stow(sample("MR_small_bigendian.dcm"))
    ((_, got),) = parts(web.get(f"{place(sent)}/frames/1"))
    assert got == sent.pixel_array.astype("<i2").tobytes()


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        ("frames/0", "*/*", 404),
        ("frames/2", "*/*", 404),
        ("frames/1,2", "*/*", 404),
        ("frames/x", "*/*", 400),
        ("frames/-1", "*/*", 400),
        ("frames/1,", "*/*", 400),
        ("frames/" + "9" * 30, "*/*", 400),
        ("frames/1", "image/png", 406),
        ("frames/1", 'multipart/related; type="image/jp2"', 406),
        ("frames/1", f"{OCTETS}; transfer-syntax=1.2.840.10008.1.2.4.90", 406),
        ("frames/1", "application/octet-stream", 406),
    ],
)
def test_frames_that_are_not_to_be_had(shelf: WebLab, path: str, accept: str, status: int) -> None:
    answer = shelf.get(f"{INSTANCE}/{path}", accept)
    assert answer.status_code == status and answer.json()["error"]


@pytest.mark.parametrize(
    "facts",
    [
        {"Rows": 60000, "Columns": 60000},
        {"Rows": 65535, "Columns": 65535, "SamplesPerPixel": 65535},
        {"Rows": 0},
        {"Rows": None},
        {"Columns": 4096},  # more than the file holds
        {"NumberOfFrames": 2_000_000_000, "Rows": 60000, "Columns": 60000},
        {"BitsAllocated": 0},
    ],
)
def test_dimensions_that_lie_are_refused(web: WebLab, facts: dict[str, int | None]) -> None:
    ds = image(**facts)
    assert web.stow(part10(ds)).status_code == 200
    for path in ("frames/1", "rendered", "thumbnail", "frames/1/rendered"):
        answer = web.get(f"{place(ds)}/{path}")
        assert answer.status_code == 406, path
        assert "transfer-syntax=*" in answer.json()["remedy"]
    assert web.get(place(ds)).status_code == 200  # as it is stored it can always be had
    assert web.get(f"{place(ds)}/metadata").status_code == 200


def test_a_small_file_that_claims_a_huge_image_is_not_decoded(web: WebLab) -> None:
    sent = read(sample("MR_small_RLE.dcm"))
    sent.Rows = sent.Columns = 60000
    web.stow(part10(sent, sent.file_meta.TransferSyntaxUID))
    for path in ("/frames/1", "/rendered", ""):
        assert web.get(place(sent) + path).status_code == 406
    kept = web.get(place(sent), "application/dicom; transfer-syntax=*")
    assert kept.status_code == 200


@pytest.mark.parametrize("name", [J2K, JPEG, "MR_small_jpeg_ls_lossless.dcm"])
def test_a_codestream_that_is_larger_than_its_image_is_not_decoded(web: WebLab, name: str) -> None:
    sent = read(sample(name))
    rows, columns = sent.Rows, sent.Columns
    sides = (columns, rows) if name == J2K else (rows, columns)
    form, claim = (">2I", 60000) if name == J2K else (">2H", 60000)
    body = sample(name).replace(struct.pack(form, *sides), struct.pack(form, claim, claim), 1)
    assert body != sample(name)
    web.stow(body)
    for path in ("/frames/1", "/rendered", ""):
        assert web.get(place(sent) + path).status_code == 406, path


def test_broken_pixel_data_is_refused(web: WebLab) -> None:
    sent = read(sample("MR_small_RLE.dcm"))
    body = part10(sent, sent.file_meta.TransferSyntaxUID)
    web.stow(body[:-4000] + bytes(4000))
    for path in ("/frames/1", "/rendered", "/thumbnail"):
        assert web.get(place(sent) + path, "*/*").status_code in (200, 406)
    assert web.lab.told("bug") == []


def test_what_has_no_pixels_has_no_frames(web: WebLab) -> None:
    sent = read(sample("test-SR.dcm"))
    web.stow(sample("test-SR.dcm"))
    for path in ("/frames/1", "/rendered", "/thumbnail"):
        assert web.get(place(sent) + path).status_code == 406
