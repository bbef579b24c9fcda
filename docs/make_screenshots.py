"""Make the two pictures of the README anew: `python -m docs.make_screenshots`.

docs/screenshot.png     lesson 00 in JupyterLab, after Run All, with an image in the viewer
docs/contact-sheet.png  a few images of every modality

It starts a hospital of its own in a temporary folder and needs Chromium.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from PIL import Image

from simulator.imaging.contact_sheet import SHOWN, contact_sheet
from simulator.seat import Options, Seat
from tests import peers
from tests.notebooks.browser import Lab, opened

HERE = Path(__file__).parent
LESSON = "00-start-here.ipynb"
LIMIT = 400_000  # bytes: they live in the repository
SIZE, CLOSER = (1280, 800), 1.3  # photographed larger by this factor, so that more is in sight
_BOARD_ON_TOP = "document.querySelector('.pl-status-board').scrollIntoView({block: 'start'})"
# The lesson's text between board and browser would push the picture out of sight.
_CLOSE_UP = """() => {
  for (const cell of document.querySelectorAll('.jp-Notebook .jp-Cell')) {
    const keep = cell.querySelector('.pl-status-board, .pl-viewer');
    if (!keep) cell.style.display = 'none';
  }
  for (const part of document.querySelectorAll('.pl-study-browser > *:not(.pl-viewer-place)'))
    part.style.display = 'none';
  for (const input of document.querySelectorAll('.jp-Cell-inputWrapper'))
    input.style.display = 'none';
}"""


def main() -> None:
    """Make both, and say how large they are."""
    with tempfile.TemporaryDirectory() as folder:
        seat = Seat(Path(folder) / "seat")
        seat.up(Options(ports="auto", lab=True))
        try:
            screenshot(seat, HERE / "screenshot.png")
        finally:
            seat.down()
    contact_sheet(HERE / "contact-sheet.png", rows=SHOWN)
    for name in ("screenshot.png", "contact-sheet.png"):
        shrink(HERE / name)
        print(f"docs/{name}: {(HERE / name).stat().st_size // 1000} KB")


def screenshot(seat: Seat, to: Path) -> None:
    """Photograph the first lesson: status board and viewer."""
    chromium = peers.find("chromium")
    if chromium is None:
        raise SystemExit("Chromium is not here; 'make peers' installs it on Debian or Ubuntu.")
    width, height = (round(side * CLOSER) for side in SIZE)
    with opened(seat, LESSON, chromium, width=width, height=height) as lab:
        lab.command("application:toggle-left-area")
        lab.run_all(4)
        show_a_chest(lab)
        lab.page.evaluate(_CLOSE_UP)
        lab.page.evaluate(_BOARD_ON_TOP)
        lab.page.wait_for_timeout(500)
        lab.page.screenshot(path=to)
    Image.open(to).convert("RGB").resize(SIZE, Image.Resampling.LANCZOS).save(to)


def show_a_chest(lab: Lab) -> None:
    """Open a CT of the chest in the viewer."""
    studies = lab.page.locator(".pl-study-browser .pl-studies select")
    chest = studies.locator("option", has_text="CT Chest").first.inner_text()
    studies.select_option(label=chest)
    lab.press("study-browser", "open-viewer")
    lab.page.locator(".pl-viewer img.pl-image").wait_for()
    lab.wait_for_kernel()
    lab.page.wait_for_timeout(1000)


def shrink(path: Path) -> None:
    """Write a PNG again with fewer colours, or smaller, until it is below the limit."""
    picture = Image.open(path).convert("RGB")
    share = 1.0
    while True:
        size = (int(picture.width * share), int(picture.height * share))
        small = picture.resize(size, Image.Resampling.LANCZOS) if share < 1 else picture
        small.quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size < LIMIT:
            return
        share -= 0.1


if __name__ == "__main__":
    main()
