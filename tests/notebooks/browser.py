"""A real browser in a real JupyterLab: `with opened(seat, "00-start-here.ipynb", chromium) as lab`.

Chromium may reach this computer only; what it asks for and what it complains about is kept.
`written` makes a notebook of panels; `lab.panel("users-panel")` is one to press and to read.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import nbformat
from playwright.sync_api import Locator, Page, sync_playwright

from simulator.files import read_json
from simulator.seat import Seat

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
# OHIF draws with WebGL, which a computer without a graphics card must do by itself.
SOFTWARE_GL = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
LIGHT, DARK = "JupyterLab Light", "JupyterLab Dark"
_CONNECTED = """() => {
  const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
  return context?.isReady && context.session?.kernel?.connectionStatus === 'connected';
}"""
_WEARS = "theme => document.body.dataset.jpThemeName === theme"
# Every action in a panel is a message to the kernel; it is done when the kernel is idle after it.
_FOLLOW = """() => {
  const open = new Set();
  window.plQuietSince = performance.now();
  window.plOpen = open;
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  kernel.anyMessage.connect((_, { msg, direction }) => {
    if (direction === 'send' && msg.channel === 'shell') open.add(msg.header.msg_id);
    const isIdle = msg.header.msg_type === 'status' && msg.content.execution_state === 'idle';
    if (direction === 'recv' && isIdle) open.delete(msg.parent_header.msg_id);
    window.plQuietSince = performance.now();
  });
}"""
_IS_QUIET = "() => !window.plOpen.size && performance.now() - window.plQuietSince > 60"
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

    def dress(self, theme: str) -> None:
        """Change the theme, and wait until the page wears it."""
        self.command("apputils:change-theme", theme=theme)
        self.page.wait_for_function(_WEARS, arg=theme)

    def wait_for_kernel(self, seconds: float = 120) -> None:
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
            timeout=120_000,
        )
        self.wait_for_kernel()

    def panel(self, name: str, number: int = 0) -> Panel:
        """Return a panel by the name of its CSS class; several have the same one: by number."""
        return Panel(lab=self, place=self.page.locator(f".pl-panel.pl-{name}").nth(number))

    def press(self, panel: str, button: str) -> None:
        """Press a button of the first panel of that name, and wait until it has been done."""
        self.panel(panel).press(button)

    @contextmanager
    def settled(self) -> Iterator[None]:
        """Do something that the kernel must hear of, and wait until it has answered."""
        yield
        self.page.wait_for_function(_IS_QUIET, timeout=120_000)


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One panel of an open notebook, used as a person uses it; parts go by their CSS classes."""

    lab: Lab
    place: Locator

    def part(self, name: str) -> Locator:
        """Return a part of it."""
        return self.place.locator(f".pl-{name}").first

    def press(self, button: str) -> str:
        """Press a button; returns what the message line says then."""
        with self.lab.settled():
            self.place.locator(f"button.pl-{button}").first.click()
        return self.says()

    def fill(self, field: str, words: str) -> None:
        """Type into a field, and leave it."""
        place = self.part(field).locator("input, textarea").first
        with self.lab.settled():
            place.fill(words)
            place.press("Tab")

    def choose(self, field: str, label: str) -> None:
        """Choose the first line of a list, or the first of several choices, with these words."""
        place = self.part(field)
        with self.lab.settled():
            if place.locator("select").count():
                line = place.locator("option", has_text=label).first.inner_text()
                place.locator("select").select_option(label=line)
            else:
                place.locator("label", has_text=label).first.click()

    def tick(self, box: str) -> None:
        """Tick a box."""
        self.part(box).locator("input[type=checkbox]").check()

    def unfold(self, heading: str) -> None:
        """Open a part that is folded."""
        self.place.locator(".jupyter-widget-Collapse-header", has_text=heading).first.click()

    def says(self, name: str = "message") -> str:
        """Return what a message line says."""
        return self.part(name).inner_text()

    def reads(self, name: str) -> str:
        """Return the text of a part."""
        return self.part(name).inner_text()


def written(seat: Seat, name: str, *calls: str) -> str:
    """Write a notebook of one-line panel calls beside the lessons; returns its name."""
    cells = ["from simulator import connect, console\n\nseat = connect()", *calls]
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    page.metadata.kernelspec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    nbformat.write(page, seat.folder / "notebooks" / name)
    return name


@contextmanager
def opened(
    seat: Seat,
    notebook: str,
    chromium: Path,
    *,
    width: int = 1280,
    height: int = 720,
    flags: Sequence[str] = (),
) -> Iterator[Lab]:
    """Open a notebook of a seat in the browser, with its kernel started."""
    facts = read_json(seat.folder / "run" / "jupyter.json", "JupyterLab file")
    url, token = f"http://127.0.0.1:{facts['port']}", facts["token"]
    file = seat.folder / "notebooks" / notebook
    before = file.read_bytes()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=[*FLAGS, *flags])
        try:
            page = browser.new_page(viewport={"width": width, "height": height})
            lab = Lab(page=page, url=url, token=token, notebook=notebook)
            _listen(lab)
            page.goto(
                f"{url}/lab/workspaces/{uuid.uuid4().hex}/tree/{notebook}?reset&token={token}"
            )
            page.locator("#jupyterlab-splash").wait_for(state="detached", timeout=120_000)
            page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=120_000)
            page.wait_for_function(_CONNECTED, timeout=120_000)
            lab.wait_for_kernel()
            page.evaluate(_FOLLOW)
            yield lab
        finally:
            browser.close()
            _end_kernel(url, token, notebook)
            file.write_bytes(before)  # JupyterLab saves by itself, with panels nobody has any more


def _end_kernel(url: str, token: str, notebook: str) -> None:
    """End the notebook's kernel: the next one to open it begins anew."""
    with httpx.Client(params={"token": token}, trust_env=False, base_url=url) as server:
        for session in server.get("/api/sessions").json():
            if session["path"] == notebook:
                server.delete(f"/api/sessions/{session['id']}").raise_for_status()


def _listen(lab: Lab) -> None:
    lab.page.on("request", lambda request: lab.hosts.add(urlsplit(request.url).hostname or ""))
    lab.page.on("pageerror", lambda error: lab.complaints.append(str(error)))
    lab.page.on(
        "console",
        lambda line: lab.complaints.append(line.text) if line.type == "error" else None,
    )
