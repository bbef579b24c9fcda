"""Rendered images and thumbnails (PS3.18 8.3.5, 10.4.1.1.3), and WADO-URI (9)."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from simulator.archive.dicomweb.render import windowed
from simulator.archive.dicomweb.view import Window
from tests.archive.dicomweb.support import INSTANCE, WebLab, parts, place, read, sample, uids
from tests.archive.support import image, study


def picture(answer: httpx.Response) -> Image.Image:
    assert answer.status_code == 200, answer.text
    return Image.open(BytesIO(answer.content))


def pixels(answer: httpx.Response) -> np.ndarray[Any, Any]:
    return np.asarray(picture(answer))


def test_the_header_s_window_is_applied(web: WebLab) -> None:
    ds = image(WindowCenter="1000", WindowWidth="201", RescaleSlope="2", RescaleIntercept="-100")
    web.lab.store(ds)
    got = pixels(web.get(f"{place(ds)}/rendered", "image/png"))
    values = 2.0 * np.frombuffer(ds.PixelData, "<u2").reshape(64, 64)[:] - 100
    expected = np.clip((values - 999.5) / 200 + 0.5, 0, 1) * 255
    assert np.abs(got - expected).max() <= 1


@pytest.mark.parametrize(
    ("window", "value", "expected"),
    [
        (Window(centre=2048, width=4096), 0, 0),
        (Window(centre=2048, width=4096), 4095, 255),
        (Window(centre=2048, width=1), 2047, 0),
        (Window(centre=2048, width=1), 2048, 127.5),
        (Window(centre=0, width=100, function="linear-exact"), 0, 127.5),
        (Window(centre=0, width=100, function="linear-exact"), -50, 0),
        (Window(centre=0, width=100, function="linear-exact"), 51, 255),
        (Window(centre=10, width=100, function="sigmoid"), 10, 127.5),
        (Window(centre=10, width=1, function="sigmoid"), -1e9, 0),
    ],
)
def test_windows(window: Window, value: float, expected: float) -> None:
    assert windowed(np.array([value]), window)[0] == pytest.approx(expected, abs=0.01)


def test_monochrome1_is_turned_over(web: WebLab) -> None:
    facts = {"WindowCenter": "30000", "WindowWidth": "60000"}
    normal, inverse = image(**facts), image(PhotometricInterpretation="MONOCHROME1", **facts)
    web.lab.store(normal, inverse)
    one, other = (pixels(web.get(f"{place(ds)}/rendered", "image/png")) for ds in (normal, inverse))
    assert np.abs(one.astype(int) + other - 255).max() <= 1


@pytest.mark.parametrize(
    "name", ["examples_rgb_color.dcm", "examples_palette.dcm", "SC_rgb_jpeg_dcmtk.dcm"]
)
def test_colours(web: WebLab, name: str) -> None:
    sent = read(sample(name))
    assert web.stow(sample(name)).status_code == 200
    got = picture(web.get(f"{place(sent)}/rendered", "image/png"))
    assert got.mode == "RGB" and got.size == (sent.Columns, sent.Rows)
    if name == "examples_rgb_color.dcm":
        assert (np.asarray(got) == sent.pixel_array).all()


@pytest.mark.parametrize(
    ("query", "size"),
    [
        ({}, (64, 64)),
        ({"viewport": "32,32"}, (32, 32)),
        ({"viewport": "200,100"}, (100, 100)),
        ({"viewport": "20,20,0,0,32,16"}, (20, 10)),
        ({"viewport": "32,16,0,0,-32,16", "window": "300,100,linear"}, (32, 16)),
        ({"window": "300,100,SIGMOID", "quality": "10"}, (64, 64)),
    ],
)
def test_viewports(shelf: WebLab, query: dict[str, str], size: tuple[int, int]) -> None:
    answer = shelf.get(f"{INSTANCE}/rendered", "image/jpeg", **query)
    assert picture(answer).size == size and picture(answer).format == "JPEG"


@pytest.mark.parametrize(
    "query",
    [
        *(
            {"window": text}
            for text in ("1", "a,b,linear", "1,0,linear", "1,2,cubic", "1,nan,linear")
        ),
        *({"viewport": text} for text in ("1", "0,0", "9999999,1", "a,b", "1,2,3")),
        {"quality": "0"},
        {"quality": "high"},
    ],
)
def test_senseless_views_are_refused(shelf: WebLab, query: dict[str, str]) -> None:
    assert shelf.get(f"{INSTANCE}/rendered", "image/png", **query).status_code == 400


def test_frames_and_thumbnails(web: WebLab) -> None:
    name = "SC_rgb_rle_2frame.dcm"
    sent = read(sample(name))
    web.stow(sample(name))
    second = pixels(web.get(f"{place(sent)}/frames/2/rendered", "image/png"))
    assert (second == sent.pixel_array[1]).all()
    study_place = f"/studies/{sent.StudyInstanceUID}"
    for path in (study_place, f"{study_place}/series/{sent.SeriesInstanceUID}", place(sent)):
        assert max(picture(web.get(f"{path}/thumbnail")).size) == 128
    assert picture(web.get(f"{place(sent)}/frames/1/thumbnail", viewport="16,16")).size == (16, 16)


def test_dicomweb_client_gets_pictures(web: WebLab) -> None:
    ds = image()
    web.lab.store(ds)
    client = web.client()
    for media, form in ((("image/png",), "PNG"), (("image/jpeg",), "JPEG")):
        got = client.retrieve_instance_rendered(*uids(ds), media_types=media)
        assert Image.open(BytesIO(got)).format == form
        got = client.retrieve_instance_frames_rendered(*uids(ds), [1], media_types=media)
        assert Image.open(BytesIO(got)).format == form


def test_the_accept_parameter_wins(shelf: WebLab) -> None:
    answer = shelf.get(f"{INSTANCE}/rendered?accept=image/png", "image/jpeg")
    assert picture(answer).format == "PNG"
    assert shelf.get(f"{INSTANCE}/rendered", "image/gif").status_code == 406


# --- WADO-URI -----------------------------------------------------------------------------------


def wado(web: WebLab, **query: str) -> httpx.Response:
    facts = {"requestType": "WADO", "studyUID": "1.2.3.1", "seriesUID": "1.2.3.1.1"}
    return web.get("/wado", **{**facts, "objectUID": "1.2.3.1.1.1", **query})


def test_wado_uri(web: WebLab) -> None:
    (ds,) = study(1)
    web.lab.store(ds)
    assert picture(wado(web)).format == "JPEG"
    assert picture(wado(web, contentType="image/png", rows="32")).size == (32, 32)
    assert picture(wado(web, windowCenter="100", windowWidth="50")).size == (64, 64)
    got = read(wado(web, contentType="application/dicom").content)
    assert got.PixelData == ds.PixelData


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"requestType": "QIDO"}, 400),
        ({"objectUID": ""}, 400),
        ({"objectUID": "../../etc"}, 400),
        ({"objectUID": "1.9"}, 404),
        ({"studyUID": "1.9"}, 404),
        ({"contentType": "text/html"}, 406),
        ({"contentType": "video/mpeg"}, 406),
        ({"anonymize": "yes"}, 406),
        ({"windowCenter": "1"}, 400),
        ({"rows": "0"}, 400),
        ({"frameNumber": "2"}, 404),
        ({"contentType": "application/dicom", "transferSyntax": "1.2.840.10008.1.2.4.90"}, 406),
    ],
)
def test_wado_uri_refuses(shelf: WebLab, query: dict[str, str], status: int) -> None:
    assert wado(shelf, **query).status_code == status


# --- a study or a series ----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/studies/1.2.3.1", "/studies/1.2.3.1/series/1.2.3.1.1"])
def test_every_image_of_a_study_or_series_is_drawn(shelf: WebLab, path: str) -> None:
    accept = 'multipart/related; type="image/png"'
    answer = shelf.get(f"{path}/rendered", accept, window="1000,2000", viewport="32,32")
    ((kind, body),) = parts(answer)
    assert kind == "image/png" and f"Content-Location: {shelf.url}{INSTANCE}/rendered" in (
        answer.content.decode("latin-1")
    )
    assert Image.open(BytesIO(body)).size == (32, 32)


def test_what_cannot_be_drawn_is_left_out(web: WebLab) -> None:
    accept = 'multipart/related; type="image/jpeg"'
    web.lab.store(*study(1, 2), image(SOPInstanceUID="1.2.3.1.1.9", Rows=30000, Columns=30000))
    answer = web.get("/studies/1.2.3.1/rendered", accept)
    assert answer.status_code == 206 and len(parts(answer)) == 2
    alone = web.get("/studies/1.2.3.1/rendered", "image/jpeg")
    assert alone.status_code == 406 and "multipart" in alone.json()["remedy"]
