"""The wire view in a real browser: arrows are clicked, the newest is in sight, both themes read."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from simulator.client import Client
from simulator.seat import Seat
from tests.notebooks.browser import DARK, LIGHT, opened, written

pytestmark = pytest.mark.timeout(240)
# The colours an arrow's words and the paper below them have, as the browser computes them.
_COLOURS = """() => {
  const words = document.querySelector('.pl-wire-view .pl-picture text[font-weight]');
  const plain = document.querySelector('.pl-wire-view .pl-picture text:not([font-weight])');
  const paper = document.querySelector('.pl-wire-view .pl-wire-scroll');
  return [words, plain].map(one => getComputedStyle(one).fill)
    .concat(getComputedStyle(paper).backgroundColor);
}"""
_IN_SIGHT = """row => {
  const box = row.closest('.pl-wire-scroll').getBoundingClientRect();
  const own = row.getBoundingClientRect();
  return own.top >= box.top && own.bottom <= box.bottom + 1;
}"""
_UNDER = """row => {
  const own = row.getBoundingClientRect();
  const top = own.top + own.height / 2;
  const hit = document.elementFromPoint(own.left + 200, top);
  return hit === row;
}"""


def brightness(colour: str) -> float:
    """Return how bright a colour like 'rgb(1, 2, 3)' is, from 0 to 255."""
    red, green, blue = (float(part) for part in colour.split("(")[1].rstrip(")").split(",")[:3])
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_arrows_are_clicked_and_read(
    hospital: Seat, morning: Client, chromium: Path, tmp_path: Path
) -> None:
    device = morning.modality("CT1")
    order = morning.ris.place(code="CT-HEAD")
    assert device.perform(order["accession"]).ok
    good = device.settings["archive.ae"]
    device.set("archive.ae", "WRONG")
    device.echo()
    device.set("archive.ae", good)
    name = written(hospital, "wire.ipynb", "console.wire(seat, 'CT1')")
    with opened(hospital, name, chromium) as lab:
        lab.run_all(1)
        view = lab.panel("wire-view")
        rows = view.place.locator(".pl-wire-rows button")
        last = rows.last
        last.scroll_into_view_if_needed()
        assert last.evaluate(_IN_SIGHT), "the newest row is where one looks first"
        assert last.evaluate(_UNDER), "the row that is seen is the row that is clicked"
        with lab.settled():
            last.click()
        expect(view.part("details")).to_contain_text("called AE title not recognised")
        many = view.place.locator(".pl-wire-rows button", has_text="C-STORE-RQ").first
        with lab.settled():
            many.click()
        expect(view.part("details")).to_contain_text("Data set")
        expect(view.part("details")).to_contain_text(order["patient_name"])
        many.focus()
        with lab.settled():
            many.press("Tab")
            lab.page.keyboard.press("Enter")
        expect(view.part("details")).to_contain_text("C-STORE-RSP")
        lab.dress(LIGHT)
        light = lab.page.evaluate(_COLOURS)
        lab.page.screenshot(path=tmp_path / "light.png")
        lab.dress(DARK)
        dark = lab.page.evaluate(_COLOURS)
        lab.page.screenshot(path=tmp_path / "dark.png")
        for colours in (light, dark):
            paper = brightness(colours[-1])
            assert all(abs(brightness(words) - paper) > 70 for words in colours[:2])
        assert brightness(light[-1]) > 200 > 60 > brightness(dark[-1])
        assert lab.hosts <= {"127.0.0.1", ""} and not lab.complaints
