"""The OHIF viewer in a real browser shows what DICOMweb gives it; nothing comes from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from pydicom.data import get_testdata_file

from simulator import viewer
from simulator.client import Client
from simulator.errors import CannotError
from simulator.seat import Seat
from tests.notebooks.browser import FLAGS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
SOFTWARE_GL = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
NO_TOUR = "localStorage.setItem('shownTours', '[\"basicViewerTour\"]')"
MULTI_FRAME = "examples_ybr_color.dcm"  # ultrasound, 30 frames, JPEG baseline
CANVAS = "canvas.cornerstone-canvas"
VIEWPORT = {"x": 400, "y": 150, "width": 700, "height": 500}  # where the image is on the screen


@pytest.fixture(scope="module")
def ohif(seat: Seat) -> Path:
    """The viewer in the seat, as npm has it."""
    try:
        return viewer.install(seat.folder)
    except CannotError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("modality", ["CT", "MR", "DX", "US"])
def test_ohif_shows(
    hospital: Client, ohif: Path, peer: Callable[[str], Path], modality: str
) -> None:
    """CT, MR and DX of the fleet, and a multi-frame ultrasound that was stored over STOW-RS."""
    uid = stored(hospital) if modality == "US" else of_fleet(hospital, modality)
    root = hospital.archive.dicomweb_url.removesuffix("/dicom-web")
    admin = hospital.seat.secrets["admin"]
    bad: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(peer("chromium")), args=[*FLAGS, *SOFTWARE_GL]
        )
        credentials = {"username": admin["user"], "password": admin["password"]}
        context = browser.new_context(
            http_credentials=credentials, viewport={"width": 1280, "height": 800}
        )
        context.add_init_script(NO_TOUR)
        page = context.new_page()
        page.on("response", lambda r: bad.append(f"{r.status} {r.url}") if r.status > 401 else None)
        page.on("request", lambda r: bad.append(r.url) if not _ours(r.url, root) else None)
        page.goto(f"{root}/viewer/viewer?StudyInstanceUIDs={uid}")
        shown = wait_for_image(page)
        browser.close()
    assert shown > 0.05, "the viewport stayed dark"
    assert bad == []


def stored(hospital: Client) -> str:
    """Store a multi-frame ultrasound and return its study."""
    admin = hospital.seat.secrets["admin"]
    answer = httpx.post(
        f"{hospital.archive.dicomweb_url}/studies",
        content=Path(str(get_testdata_file(MULTI_FRAME))).read_bytes(),
        headers={"Content-Type": "application/dicom"},
        auth=(admin["user"], admin["password"]),
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["00081190"]["Value"][0]).rpartition("/")[2]


def of_fleet(hospital: Client, modality: str) -> str:
    """Return a study of this modality."""
    found = [row for row in hospital.archive.studies() if modality in row["modalities"]]
    if not found:
        pytest.skip(f"the seat's first studies have no {modality}")
    return str(found[0]["study_uid"])


def _ours(url: str, root: str) -> bool:
    return url.startswith((root, "blob:", "data:"))


def wait_for_image(page: Page) -> float:
    """Wait until the viewport shows an image; return which share of it is not dark."""
    page.locator(CANVAS).first.wait_for(timeout=60_000)
    share = 0.0
    for _ in range(60):
        page.wait_for_timeout(500)
        grey = np.asarray(Image.open(BytesIO(page.screenshot(clip=VIEWPORT))).convert("L"))
        share = float((grey > 30).mean())
        if share > 0.05:
            break
    return share
