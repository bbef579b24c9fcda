"""OHIF in a tab of a real JupyterLab, in a real browser: images of our archive, really drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser
from pydicom.data import get_testdata_file

from simulator import lab
from simulator.client import Client
from simulator.seat import Seat
from tests.notebooks.browser import opened
from tests.seats.tab import CANVAS, differ, grey_levels, launcher, of_fleet

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.peer("chromium"),
    pytest.mark.peer("ohif"),
]
MULTI_FRAME = "examples_ybr_color.dcm"  # ultrasound, 30 frames, JPEG baseline
FRAMES = 30


@pytest.mark.parametrize("modality", ["CT", "MR", "DX"])
def test_ohif_shows_what_the_fleet_made(
    hospital: Client, jupyter: Seat, chromium: Browser, modality: str
) -> None:
    """Drawn, with every image of the series counted, through a pass of the server's own."""
    study = of_fleet(hospital, modality)
    with launcher(jupyter, chromium) as tab:
        tab.open(study["study_uid"])
        first = tab.picture()
        assert grey_levels(first) > 20, "that is a patch, no image"
        wanted = largest_of(study, modality)
        if wanted > 1:
            assert f"/{wanted})" in tab.count(), tab.count()
            tab.inner.locator(CANVAS).first.hover()
            tab.page.mouse.wheel(0, 300)
            tab.page.wait_for_timeout(1500)
            assert differ(first, tab.picture()), "scrolling changed nothing"
        assert not [url for url in tab.asked if "token=" in url and "/dicom-web" in url]
        assert tab.bad == []


def test_ohif_plays_a_multi_frame_ultrasound(
    hospital: Client, jupyter: Seat, chromium: Browser
) -> None:
    study = stored(hospital)
    with launcher(jupyter, chromium) as tab:
        tab.open(study)
        assert f"/{FRAMES})" in tab.count()
        tab.inner.locator("[data-cy='cine-player-play-pause']").or_(
            tab.inner.locator("[data-cy='cine-player'] button")
        ).first.click()
        seen = set()
        for _ in range(20):
            tab.page.wait_for_timeout(200)
            seen.add(tab.count())
        assert len(seen) > 3, f"the cine stands still: {seen}"
        assert tab.bad == []


def test_the_console_s_viewer_leads_to_ohif(
    hospital: Client, jupyter: Seat, peer: Callable[[str], Path]
) -> None:
    """The console's page runs as a whole, and a link of its viewer opens the study in OHIF."""
    with opened(jupyter, lab.CONSOLE, peer("chromium")) as shown_lab:
        shown_lab.run_all(len(lab.console_page()["cells"]) - 2)
        shown_lab.page.locator(".pl-study-browser .pl-studies select").first.select_option(index=0)
        shown_lab.press("study-browser", "open-viewer")
        link = shown_lab.page.locator(".pl-viewer .pl-ohif a")
        link.wait_for(timeout=30_000)
        link.click()
        inner = shown_lab.page.frame_locator("iframe.pacslab-viewer")
        inner.locator("#root").wait_for(state="attached", timeout=60_000)
        shown = shown_lab.page.locator("iframe.pacslab-viewer").get_attribute("src")
        assert shown is not None
        uid = shown.rpartition("StudyInstanceUIDs=")[2]
        assert uid in [row["study_uid"] for row in hospital.archive.studies()]
        assert shown_lab.hosts <= {"127.0.0.1", ""}


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


def largest_of(study: dict[str, Any], modality: str) -> int:
    """Return how many images the first series of this modality has, frames counted."""
    series = next(one for one in study["tree"] if one["modality"] == modality)
    return sum(max(1, int(one["frames"] or 1)) for one in series["instances"])
