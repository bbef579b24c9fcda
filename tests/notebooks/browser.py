"""A real browser in a real JupyterLab: `with opened(seat, "00-start-here.ipynb", chromium) as lab`.

Chromium may reach this computer only; what it asks for and what it complains about is kept.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Page, sync_playwright

from simulator.files import read_json
from simulator.seat import Seat

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
DARK = "JupyterLab Dark"
_CONNECTED = """() => {
  const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
  return context?.isReady && context.session?.kernel?.connectionStatus === 'connected';
}"""
_COMMAND = "([name, args]) => window.jupyterapp.commands.execute(name, args)"


@dataclass
class Lab:
    """A notebook open in JupyterLab."""

    page: Page
    url: str
    token: str
    notebook: str
    hosts: set[str] = field(default_factory=set)  # whom the page asked
    complaints: list[str] = field(default_factory=list)  # errors on the browser's console

    def command(self, name: str, **arguments: Any) -> None:
        """Run one of JupyterLab's own commands."""
        self.page.evaluate(_COMMAND, [name, arguments])

    def wait_for_kernel(self, seconds: float = 60) -> None:
        """Wait until the server says that the kernel is idle: the page says so too early."""
        deadline = time.monotonic() + seconds
        while True:
            found = httpx.get(
                f"{self.url}/api/sessions", params={"token": self.token}, trust_env=False
            ).json()
            kernels = [one["kernel"] for one in found if one["path"] == self.notebook]
            if kernels and kernels[0]["execution_state"] == "idle":
                return
            assert time.monotonic() < deadline, f"the kernel is not idle: {kernels}"
            time.sleep(0.2)

    def run_all(self, panels: int) -> None:
        """Run every cell and wait for this many panels."""
        self.page.locator(".jp-Notebook .jp-Cell").first.click()
        self.command("notebook:run-all-cells")
        self.page.wait_for_function(
            "count => document.querySelectorAll('.pl-panel').length >= count",
            arg=panels,
            timeout=90_000,
        )
        self.wait_for_kernel()

    def press(self, panel: str, button: str) -> None:
        """Press a button of a panel, both by the names of their CSS classes."""
        self.page.locator(f".pl-{panel} .pl-{button}").first.click()

    def message(self, panel: str) -> str:
        """Return what a panel's message line says."""
        return self.page.locator(f".pl-{panel} .pl-message").first.inner_text()


@contextmanager
def opened(
    seat: Seat, notebook: str, chromium: Path, *, width: int = 1280, height: int = 720
) -> Iterator[Lab]:
    """Open a notebook of a seat in the browser, with its kernel started."""
    facts = read_json(seat.folder / "run" / "jupyter.json", "JupyterLab file")
    url, token = f"http://127.0.0.1:{facts['port']}", facts["token"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=FLAGS)
        try:
            page = browser.new_page(viewport={"width": width, "height": height})
            lab = Lab(page=page, url=url, token=token, notebook=notebook)
            _listen(lab)
            page.goto(
                f"{url}/lab/workspaces/{uuid.uuid4().hex}/tree/{notebook}?reset&token={token}"
            )
            page.locator("#jupyterlab-splash").wait_for(state="detached", timeout=60_000)
            page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
            page.wait_for_function(_CONNECTED, timeout=60_000)
            lab.wait_for_kernel()
            yield lab
        finally:
            browser.close()


def _listen(lab: Lab) -> None:
    lab.page.on("request", lambda request: lab.hosts.add(urlsplit(request.url).hostname or ""))
    lab.page.on("pageerror", lambda error: lab.complaints.append(str(error)))
    lab.page.on(
        "console",
        lambda line: lab.complaints.append(line.text) if line.type == "error" else None,
    )
