"""The first lesson as a trainee sees it: JupyterLab in a real browser, on a real hospital."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from simulator.seat import Options, Seat
from tests.notebooks.browser import DARK, Lab, opened

pytestmark = pytest.mark.timeout(240)
LESSON = "00-start-here.ipynb"
PANELS = 4  # status board, study browser, ticket, terminal


@pytest.fixture(scope="module")
def seat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seat]:
    """A hospital with JupyterLab."""
    place = Seat(tmp_path_factory.mktemp("browser") / "seat")
    place.up(Options(ports="auto", lab=True))
    yield place
    place.down()


@pytest.fixture
def chromium(peer: Callable[[str], Path]) -> Path:
    return peer("chromium")


def test_the_first_lesson_in_a_browser(seat: Seat, chromium: Path, tmp_path: Path) -> None:
    with opened(seat, LESSON, chromium) as lab:
        lab.run_all(PANELS)
        _use_the_board(lab)
        _look_at_images(lab)
        lab.command("apputils:change-theme", theme=DARK)
        picture = tmp_path / "lesson.png"
        lab.page.screenshot(path=picture)
    assert picture.stat().st_size > 20_000
    assert lab.hosts <= {"127.0.0.1", ""}, "nothing outside this computer is asked for"
    assert not lab.complaints


def _use_the_board(lab: Lab) -> None:
    page = lab.page
    expect(page.locator(".pl-status-board .pl-nodes")).to_contain_text("PACSLAB")
    expect(page.locator(".pl-status-board .pl-summary")).to_contain_text("studies")
    lab.press("status-board", "refresh")
    expect(page.locator(".pl-status-board .pl-message")).to_contain_text("Looked again")
    lab.press("status-board", "reset")
    expect(page.locator(".pl-status-board .pl-message")).to_contain_text("Tick")


def _look_at_images(lab: Lab) -> None:
    page = lab.page
    page.locator(".pl-study-browser .pl-filter-modality select").select_option("CT")
    expect(page.locator(".pl-study-browser .pl-studies option").first).to_contain_text("CT")
    lab.press("study-browser", "open-viewer")
    image = page.locator(".pl-viewer img.pl-image")
    expect(image).to_be_visible(timeout=20_000)
    first = image.get_attribute("src")
    handle = page.locator(".pl-viewer .pl-slice .noUi-handle")
    handle.focus()
    handle.press("ArrowRight")
    expect(image).not_to_have_attribute("src", first or "")
    page.locator(".pl-viewer .pl-preset select").select_option("lung")
    expect(page.locator(".pl-viewer .pl-overlay")).to_contain_text("level -600, width 1500")
    still = image.get_attribute("src")
    page.locator(".pl-viewer .pl-play button").first.click()
    expect(image).not_to_have_attribute("src", still or "")
    expect(page.locator(".pl-viewer .pl-overlay")).to_contain_text("level -600, width 1500")


def test_a_name_from_the_wire_runs_no_script(seat: Seat, chromium: Path) -> None:
    from simulator.client import connect

    evil = "<img src=x onerror=document.title='evil'>"
    client = connect(seat.folder)
    assert client.modality("DX1").perform_unscheduled(patient_name=evil, patient_id="E1")
    with opened(seat, LESSON, chromium) as lab:
        lab.run_all(PANELS)
        lab.page.locator(".pl-study-browser .pl-filter-text input").fill("E1")
        lab.page.keyboard.press("Enter")
        expect(lab.page.locator(".pl-study-browser .pl-tags")).to_contain_text("<img")
        lab.press("study-browser", "open-viewer")
        expect(lab.page.locator(".pl-viewer .pl-overlay")).to_contain_text("<img")
        assert "evil" not in lab.page.title()


def test_a_terminal_finds_the_command(seat: Seat, chromium: Path, tmp_path: Path) -> None:
    """`pacslab` is at hand, and knows the seat, whatever the person's own shell sets up."""
    said = tmp_path / "said.txt"
    with opened(seat, LESSON, chromium) as lab:
        lab.command("terminal:create-new")
        lab.page.locator(".jp-Terminal .xterm").wait_for()
        lab.page.wait_for_timeout(2000)  # the shell's prompt
        lab.page.keyboard.type(f"pacslab archive check > {said}; echo done >> {said}\n")
        deadline = time.monotonic() + 30
        while not said.exists() or "done" not in said.read_text():
            assert time.monotonic() < deadline, "nothing came back"
            lab.page.wait_for_timeout(200)
    assert "PACSLAB" in said.read_text()


def test_an_error_in_a_panel_is_seen(seat: Seat, chromium: Path) -> None:
    with opened(seat, LESSON, chromium) as lab:
        lab.run_all(PANELS)
        lab.press("study-browser", "link")
        message = lab.page.locator(".pl-study-browser > .pl-message")
        expect(message).to_contain_text("Something is missing")
