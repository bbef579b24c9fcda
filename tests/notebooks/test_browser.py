"""The first lesson as a trainee sees it: JupyterLab in a real browser, on a real hospital."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from simulator.client import Client
from simulator.seat import Seat
from tests.notebooks.browser import DARK, Lab, opened, written

pytestmark = pytest.mark.timeout(240)
LESSON = "00-start-here.ipynb"
_FOCUSED = """() => {
  const focused = document.activeElement;
  const style = getComputedStyle(focused);
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
  const owner = focused.closest('[class*="pl-"]');
  const named = [...(owner?.classList ?? [])].find(name => name.startsWith('pl-'));
  return [named?.slice(3) ?? '', ring];
}"""
PANELS = 4  # status board, study browser, ticket, terminal


def test_the_first_lesson_in_a_browser(hospital: Seat, chromium: Path, tmp_path: Path) -> None:
    with opened(hospital, LESSON, chromium) as lab:
        lab.run_all(PANELS)
        _use_the_board(lab)
        _look_at_images(lab)
        lab.dress(DARK)
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


def test_a_terminal_finds_the_command(hospital: Seat, chromium: Path, tmp_path: Path) -> None:
    """`pacslab` is at hand, and knows the seat, whatever the person's own shell sets up."""
    said = tmp_path / "said.txt"
    with opened(hospital, LESSON, chromium) as lab:
        lab.command("terminal:create-new")
        lab.page.locator(".jp-Terminal .xterm").wait_for()
        lab.page.wait_for_timeout(2000)  # the shell's prompt
        lab.page.keyboard.type(f"pacslab archive check > {said}; echo done >> {said}\n")
        deadline = time.monotonic() + 30
        while not said.exists() or "done" not in said.read_text():
            assert time.monotonic() < deadline, "nothing came back"
            lab.page.wait_for_timeout(200)
    assert "PACSLAB" in said.read_text()


def test_an_error_in_a_panel_is_seen(hospital: Seat, chromium: Path) -> None:
    with opened(hospital, LESSON, chromium) as lab:
        lab.run_all(PANELS)
        lab.press("study-browser", "link")
        message = lab.page.locator(".pl-study-browser > .pl-message")
        expect(message).to_contain_text("Something is missing")


def test_a_panel_works_without_a_mouse(hospital: Seat, morning: Client, chromium: Path) -> None:
    """Tab goes through the controls in the order they are read; each can be seen and worked."""
    name = written(hospital, "keyboard.ipynb", "console.users_panel(seat)")
    with opened(hospital, name, chromium) as lab:
        lab.run_all(1)
        users, keys = lab.panel("users-panel"), lab.page.keyboard
        users.part("filter-text").locator("input").focus()
        keys.type("abaker")
        with lab.settled():
            keys.press("Tab")  # to the state; the list gets short by what was typed
        order = [_tabbed(lab) for _ in range(7)]
        assert order == ["refresh", "user", "role", "change-role", "note",
                         "disable", "unlock"], order  # fmt: skip
        expect(users.part("user").locator("select")).to_contain_text("abaker")
        keys.press("Shift+Tab")
        keys.press("Shift+Tab")
        keys.type("left, HR ticket 17")
        keys.press("Tab")
        with lab.settled():
            keys.press("Space")
        expect(users.part("message")).to_contain_text("abaker is disabled")
        after = [_tabbed(lab) for _ in range(9)]
        assert after[0] == "unlock" and after[-1] == "fold", after
        keys.press("Enter")
        expect(users.part("roles")).to_be_visible()
    account = morning.users.show("abaker")
    assert (account["status"], account["note"]) == ("disabled", "left, HR ticket 17")


def _tabbed(lab: Lab) -> str:
    """Go on to the next control; returns its CSS class, and '' outside the panel."""
    lab.page.keyboard.press("Tab")
    name, ring = lab.page.evaluate(_FOCUSED)
    assert ring or not name, f"{name} has the focus, and nothing shows it"
    return str(name)
