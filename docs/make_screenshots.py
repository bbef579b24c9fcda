"""Make the README's pictures anew: `make screenshots`, or `python -m docs.make_screenshots`.

They are photographed from a hospital of its own, whose seed and day are always the same; what
stands still in the pictures are times of day. Chromium is needed. OHIF is shown if it is
installed, or if its package is given: `python -m docs.make_screenshots ohif-app-3.13.2.tgz`.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from exercises import start
from simulator import viewer
from simulator.client import Client, connect
from simulator.imaging.contact_sheet import SHOWN, contact_sheet
from simulator.seat import Options, Seat
from tests import peers
from tests.archive.support import until
from tests.notebooks.browser import SOFTWARE_GL, Panel, opened, written

HERE = Path(__file__).parent / "pictures"
LIMIT = 150_000  # bytes: they live in the repository
SIZE = (1440, 1150)  # of the browser's window: a panel fits in
MINUTES = 45  # of the hospital's first morning that have gone by
WAITING = ("CT-HEAD", "MR-BRAIN", "XR-CHEST2", "US-ABD", "MG-SCREEN", "CT-ABDPEL")  # orders
TICKET = "room-cannot-send"
_OHIF_CANVAS = "canvas.cornerstone-canvas"
_LOADING = 15_000  # milliseconds that OHIF takes at most from its first picture to its last
_TO_THE_MIDDLE = 6  # images from a chest's first


def main(arguments: list[str]) -> None:
    """Make them all, and say how large they are."""
    HERE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        seat = Seat(Path(folder) / "seat")
        seat.up(Options(ports="auto", lab=True))
        try:
            if arguments:
                viewer.install(seat.folder, Path(arguments[0]))
            photograph(seat)
        finally:
            seat.down()
    sheet = HERE / "contact-sheet.png"
    contact_sheet(sheet, rows=SHOWN)
    as_photo(sheet)
    for path in sorted(HERE.iterdir()):
        print(f"docs/pictures/{path.name}: {path.stat().st_size // 1000} KB")


def photograph(seat: Seat) -> None:
    """Let the morning go by, and photograph panels; the ticket comes last, it resets the seat."""
    client = connect(seat.folder)
    client.seat.reset(resume=False)
    client.fleet.resume()
    client.clock.step(MINUTES)
    for code in WAITING:
        client.ris.place(code=code)
    panel_picture(seat, "status-board", "status_board(seat)")
    panel_picture(seat, "fleet-panel", "fleet_panel(seat)")
    panel_picture(seat, "worklist-board", "worklist_board(seat)",
                  lambda panel: panel.unfold("The chosen order"))  # fmt: skip
    study = chest(client)
    panel_picture(seat, "viewer", f'viewer("{study}", seat)', lung)
    if viewer.is_installed(seat.folder):
        ohif_picture(seat, study)
    start(TICKET, client, seed=1)
    panel_picture(seat, "ticket", f'ticket("{TICKET}", seat)', lambda panel: panel.press("check"))


def chest(client: Client) -> str:
    """Order a CT of the chest and do it; returns its Study Instance UID."""
    order = client.ris.place(code="CT-CHEST")
    scanner = client.modality(order["station_ae"])
    scanner.worklist()
    scanner.perform(order["accession"])
    until(lambda: client.archive.studies(accession=order["accession"], order_state="matched"), 60)
    return str(order["study_uid"])


def lung(panel: Panel) -> None:
    """Show the middle of the longest series through the lung window."""
    lines = panel.part("series").locator("option").all_inner_texts()
    longest = max(lines, key=lambda line: int(line.rpartition("(")[2].split()[0]))
    panel.choose("series", longest.replace("\xa0", " "))
    panel.choose("preset", "lung")


def panel_picture(
    seat: Seat, name: str, call: str, use: Callable[[Panel], Any] = lambda panel: None
) -> None:
    """Photograph one panel, without the notebook around it."""
    notebook = written(seat, f"{name}.ipynb", f"console.{call}")
    with page(seat, notebook) as lab:
        lab.command("application:toggle-left-area")
        lab.run_all(1)
        panel = lab.panel(name)
        use(panel)
        lab.page.mouse.move(0, 0)
        lab.page.wait_for_timeout(500)
        panel.place.scroll_into_view_if_needed()
        panel.place.screenshot(path=HERE / f"{name}.png")
    (seat.folder / "notebooks" / notebook).unlink()
    as_drawing(HERE / f"{name}.png")


def ohif_picture(seat: Seat, study: str) -> None:
    """Photograph JupyterLab with OHIF in a tab."""
    with page(seat, "00-start-here.ipynb") as lab:
        lab.page.set_viewport_size({"width": 1280, "height": 800})
        lab.page.evaluate("localStorage.setItem('shownTours', '[\"basicViewerTour\"]')")
        lab.command("pacslab:viewer", study=study)
        inner = lab.page.frame_locator("iframe.pacslab-viewer")
        inner.locator(_OHIF_CANVAS).first.wait_for(timeout=120_000)
        lab.page.wait_for_timeout(_LOADING)
        inner.locator(_OHIF_CANVAS).first.hover()
        for _ in range(_TO_THE_MIDDLE):
            lab.page.mouse.wheel(0, 100)
            lab.page.wait_for_timeout(500)
        lab.page.screenshot(path=HERE / "ohif.png")
    as_drawing(HERE / "ohif.png")


def page(seat: Seat, notebook: str) -> Any:
    """Open a notebook of the seat in a browser that can draw OHIF's images."""
    chromium = peers.find("chromium")
    if chromium is None:
        raise SystemExit("Chromium is not here; 'make peers' installs it on Debian or Ubuntu.")
    width, height = SIZE
    return opened(seat, notebook, chromium, width=width, height=height, flags=SOFTWARE_GL)


def as_drawing(path: Path) -> None:
    """Write a PNG of a screen again with few colours, and smaller, until it is below the limit."""
    picture = Image.open(path).convert("RGB")
    share = 1.0
    while True:
        size = (round(picture.width * share), round(picture.height * share))
        small = picture.resize(size, Image.Resampling.LANCZOS) if share < 1 else picture
        small.quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size < LIMIT:
            return
        share -= 0.1


def as_photo(path: Path) -> None:
    """Put a JPEG in the place of a PNG of images, smaller until it is below the limit."""
    picture = Image.open(path).convert("RGB")
    photo, share = path.with_suffix(".jpg"), 1.0
    while True:
        size = (round(picture.width * share), round(picture.height * share))
        picture.resize(size, Image.Resampling.LANCZOS).save(photo, quality=75, optimize=True)
        if photo.stat().st_size < LIMIT:
            break
        share -= 0.05
    path.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
