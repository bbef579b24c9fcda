"""JupyterLab in a real browser, with OHIF in a tab of it: what it shows, asks for, complains of."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, FrameLocator, Page

from simulator.client import Client
from simulator.seat import Seat

SOFTWARE_GL = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
NO_TOUR = "localStorage.setItem('shownTours', '[\"basicViewerTour\"]')"
CANVAS = "canvas.cornerstone-canvas"
OPEN = "study => window.jupyterapp.commands.execute('pacslab:viewer', {study})"


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


# --- what is looked at -------------------------------------------------------------------------


def of_fleet(hospital: Client, modality: str) -> dict[str, Any]:
    """Return a study of this modality with its tree."""
    found = [row for row in hospital.archive.studies() if modality in row["modalities"]]
    if not found:
        pytest.skip(f"the seat's first studies have no {modality}")
    return hospital.archive.study(found[0]["study_uid"])


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
