"""OHIF in a tab of a real JupyterLab, in a real browser: images of our archive, really drawn."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, FrameLocator, Page, sync_playwright
from pydicom.data import get_testdata_file

from simulator import viewer
from simulator.client import Client
from simulator.lab import CONSOLE, console_page
from simulator.seat import Seat
from tests.notebooks.browser import FLAGS, opened

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240), pytest.mark.peer("chromium")]
SOFTWARE_GL = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
NO_TOUR = "localStorage.setItem('shownTours', '[\"basicViewerTour\"]')"
MULTI_FRAME = "examples_ybr_color.dcm"  # ultrasound, 30 frames, JPEG baseline
FRAMES = 30
CANVAS = "canvas.cornerstone-canvas"
OPEN = "study => window.jupyterapp.commands.execute('pacslab:viewer', {study})"
TILES = ["Lessons", "Console", "Viewer (OHIF)", "Terminal"]


@dataclass
class Tab:
    """A JupyterLab in a browser, and what its pages asked for and complained about."""

    page: Page
    url: str
    token: str
    bad: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def inner(self) -> FrameLocator:
        """The viewer's own page."""
        return self.page.frame_locator("iframe.pacslab-viewer").last

    def open(self, study: str) -> None:
        """Open a study in OHIF and wait until an image is drawn."""
        self.page.evaluate(OPEN, study)
        self.inner.locator(CANVAS).first.wait_for(timeout=90_000)
        for _ in range(120):
            if lit(self.picture()) > 0.05:
                return
            self.page.wait_for_timeout(500)
        raise AssertionError("the viewport stayed dark")

    def picture(self) -> Image.Image:
        """Return what the viewport shows: the image alone, without the words over it."""
        return Image.open(BytesIO(self.inner.locator(CANVAS).first.screenshot()))

    def count(self) -> str:
        """Return what OHIF says of the image's number, e.g. 'I:1 (1/22)'."""
        return " ".join(self.inner.locator("[data-cy='viewport-overlay-bottom-right']")
                        .first.inner_text().split())  # fmt: skip


@pytest.fixture(scope="module")
def jupyter(seat: Seat) -> Seat:
    """The seat with a JupyterLab."""
    seat.start_lab()
    return seat


@pytest.fixture
def chromium(peer: Callable[[str], Path]) -> Iterator[Browser]:
    """A real browser that can draw, and reach this computer only."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(peer("chromium")), args=[*FLAGS, *SOFTWARE_GL]
        )
        yield browser
        browser.close()


@contextmanager
def launcher(seat: Seat, browser: Browser) -> Iterator[Tab]:
    """Open JupyterLab at its launcher, with an empty workspace."""
    facts = json.loads((seat.folder / "run" / "jupyter.json").read_text("utf-8"))
    url = f"http://127.0.0.1:{facts['port']}"
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(NO_TOUR)
    tab = Tab(page=context.new_page(), url=url, token=facts["token"])
    _listen(tab)
    tab.page.goto(f"{url}/lab/workspaces/{uuid.uuid4().hex}?reset&token={tab.token}")
    tab.page.locator("#jupyterlab-splash").wait_for(state="detached", timeout=60_000)
    tab.page.locator(".jp-LauncherCard").first.wait_for(timeout=60_000)
    yield tab
    context.close()


def _listen(tab: Tab) -> None:
    def request(it: Any) -> None:
        tab.asked.append(it.url)
        if not it.url.startswith((tab.url, "blob:", "data:")):
            tab.bad.append(f"asked {it.url}")

    tab.page.on("request", request)
    tab.page.on(
        "response", lambda r: tab.bad.append(f"{r.status} {r.url}") if r.status >= 400 else None
    )
    tab.page.on("pageerror", lambda error: tab.bad.append(str(error)))
    tab.page.on("console", lambda m: tab.bad.append(m.text) if m.type == "error" else None)


# --- images -----------------------------------------------------------------------------------


@pytest.mark.peer("ohif")
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


@pytest.mark.peer("ohif")
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


@pytest.mark.peer("ohif")
def test_the_console_s_viewer_leads_to_ohif(
    hospital: Client, jupyter: Seat, peer: Callable[[str], Path]
) -> None:
    """The console's page runs as a whole, and a link of its viewer opens the study in OHIF."""
    with opened(jupyter, CONSOLE, peer("chromium")) as lab:
        lab.run_all(len(console_page()["cells"]) - 2)
        lab.page.locator(".pl-study-browser .pl-studies select").first.select_option(index=0)
        lab.press("study-browser", "open-viewer")
        link = lab.page.locator(".pl-viewer .pl-ohif a")
        link.wait_for(timeout=30_000)
        link.click()
        inner = lab.page.frame_locator("iframe.pacslab-viewer")
        inner.locator("#root").wait_for(state="attached", timeout=60_000)
        shown = lab.page.locator("iframe.pacslab-viewer").get_attribute("src")
        assert shown is not None
        uid = shown.rpartition("StudyInstanceUIDs=")[2]
        assert uid in [row["study_uid"] for row in hospital.archive.studies()]
        assert lab.hosts <= {"127.0.0.1", ""}


# --- the launcher, and who may look -----------------------------------------------------------


def test_the_launcher_begins_with_our_tiles(jupyter: Seat, chromium: Browser) -> None:
    with launcher(jupyter, chromium) as tab:
        cards = tab.page.locator(".jp-LauncherCard[data-category='PACS Lab']")
        assert cards.locator(".jp-LauncherCard-label").all_inner_texts() == TILES
        others = tab.page.locator(".jp-LauncherCard:not([data-category='PACS Lab'])")
        ours, next_one = cards.first.bounding_box(), others.first.bounding_box()
        assert ours and next_one and ours["y"] < next_one["y"]
        cards.nth(0).click()
        tab.page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
        assert tab.page.evaluate("window.jupyterapp.shell.currentWidget.context.path") == (
            "00-start-here.ipynb"
        )
        assert tab.bad == []


def test_the_terminal_begins_with_the_addresses(jupyter: Seat, chromium: Browser) -> None:
    archive = jupyter.facts["dicom"]["archive"]
    with launcher(jupyter, chromium) as tab:
        tab.page.locator(".jp-LauncherCard[data-category='PACS Lab']").nth(3).click()
        tab.page.locator(".jp-Terminal").wait_for(timeout=60_000)
        buffer = """() => {
          const term = window.jupyterapp.shell.currentWidget.content._term;
          const b = term.buffer.active;
          return [...Array(b.length).keys()].map(i => b.getLine(i).translateToString()).join('');
        }"""
        wanted = f"echoscu -aet WS1 -aec PACSLAB {archive['host']} {archive['port']}"
        for _ in range(60):
            tab.page.wait_for_timeout(500)
            if wanted in tab.page.evaluate(buffer):
                break
        else:
            raise AssertionError(tab.page.evaluate(buffer))


def test_without_ohif_the_tile_says_how_and_offers_the_console(
    jupyter: Seat, chromium: Browser
) -> None:
    with launcher(jupyter, chromium) as tab:
        answer = json.dumps({"viewer": False, "how": viewer.MISSING})
        tab.page.route("**/pacslab/facts*", lambda route: route.fulfill(body=answer))
        tab.page.locator(".jp-LauncherCard[data-category='PACS Lab']").nth(2).click()
        dialog = tab.page.locator(".jp-Dialog")
        assert "python -m simulator.viewer" in dialog.inner_text()
        dialog.get_by_text("Open the console").click()
        tab.page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
        assert tab.page.evaluate("window.jupyterapp.shell.currentWidget.context.path") == (
            "console.ipynb"
        )


def test_the_way_through_jupyter_is_for_looking_only(hospital: Client, jupyter: Seat) -> None:
    facts = json.loads((jupyter.folder / "run" / "jupyter.json").read_text("utf-8"))
    base = f"http://127.0.0.1:{facts['port']}/pacslab"
    study = f"{base}/dicom-web/studies/{of_fleet(hospital, 'CT')['study_uid']}"
    with httpx.Client(trust_env=False) as stranger:
        assert stranger.get(f"{base}/dicom-web/studies").status_code in (302, 403)
        assert stranger.get(f"{base}/viewer/").status_code in (302, 403)
    trainee = httpx.Client(
        headers={"Authorization": f"token {facts['token']}"}, trust_env=False, timeout=20
    )
    with trainee:
        (row,) = trainee.get(f"{study}/series", params={"Modality": "CT", "limit": 1}).json()
        assert row["00081190"]["Value"][0].startswith(study)  # its addresses lead through here
        assert trainee.delete(study).status_code == 405
        assert trainee.post(f"{base}/dicom-web/studies", content=b"x").status_code == 405
        assert trainee.get(f"{base}/dicom-web/studies/1.2.3").status_code == 404
        sent = trainee.get(study, headers={"Accept": "*/*"})
        assert sent.status_code == 200 and sent.content.count(b"DICM") >= 1
    entry = hospital.journal.entries(kind="dicomweb.retrieve")[-1]
    assert entry.facts["by"] == hospital.seat.secrets["admin"]["user"]


# --- what is looked at ------------------------------------------------------------------------


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


def of_fleet(hospital: Client, modality: str) -> dict[str, Any]:
    """Return a study of this modality with its tree."""
    found = [row for row in hospital.archive.studies() if modality in row["modalities"]]
    if not found:
        pytest.skip(f"the seat's first studies have no {modality}")
    return hospital.archive.study(found[0]["study_uid"])


def largest_of(study: dict[str, Any], modality: str) -> int:
    """Return how many images the first series of this modality has, frames counted."""
    series = next(one for one in study["tree"] if one["modality"] == modality)
    return sum(max(1, int(one["frames"] or 1)) for one in series["instances"])


def grey(picture: Image.Image) -> np.ndarray[Any, Any]:
    """Return a picture's middle in grey: what is written stands at its edges."""
    width, height = picture.size
    middle = (width // 5, height // 5, width * 4 // 5, height * 4 // 5)
    return np.asarray(picture.convert("L").crop(middle))


def lit(picture: Image.Image) -> float:
    """Return which share of a picture is not dark."""
    return float((grey(picture) > 30).mean())


def grey_levels(picture: Image.Image) -> int:
    """Return how many grey levels occur."""
    return len(np.unique(grey(picture)))


def differ(one: Image.Image, other: Image.Image) -> bool:
    """Return whether two pictures differ in more than a few pixels."""
    return float((np.abs(grey(one).astype(int) - grey(other)) > 8).mean()) > 0.001
