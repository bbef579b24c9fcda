"""Every panel on the screen of a hospital at work: its content, its pictures, in both themes."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import console
from simulator.client import Client
from simulator.seat import Seat
from tests.notebooks.browser import DARK, LIGHT, Lab, opened, written
from tests.notebooks.panel_table import ROWS, calls
from tests.notebooks.seen import Eyes
from tests.notebooks.traffic import at_work


def test_every_panel_has_a_row() -> None:
    assert set(console.__all__) == set(ROWS)


@pytest.mark.timeout(480)  # a minute or so; more where others are at work, too
def test_every_panel_shows_what_is_in_the_seat(
    hospital: Seat, morning: Client, chromium: Path
) -> None:
    """What is asked of the seat beside the panels must be readable in them: 1280 × 720."""
    with at_work(morning):
        name = written(hospital, "panels.ipynb", *calls())
        with opened(hospital, name, chromium) as lab:
            lab.dress(LIGHT)
            lab.run_all(len(ROWS))
            eyes = Eyes(lab)
            light = {name: _content(lab, eyes, name, morning) for name in ROWS}
            light = {name: [*found, *_form(lab, eyes, name)] for name, found in light.items()}
            lab.dress(DARK)
            dark = {name: _form(lab, eyes, name) for name in ROWS}
    assert not _said(light), f"in the light theme:\n{_said(light)}"
    assert not _said(dark), f"in the dark theme:\n{_said(dark)}"
    assert not lab.complaints
    assert lab.hosts <= {"127.0.0.1", ""}


def _content(lab: Lab, eyes: Eyes, name: str, seat: Client) -> list[str]:
    row, panel = ROWS[name], lab.panel(ROWS[name].panel)
    row.use(panel)
    wanted = row.shows(seat)
    assert wanted and all(wanted), f"{name}: nothing to look for"
    bad = panel.place.locator(".pl-say.pl-bad").all_inner_texts()
    return [*bad, *eyes.unseen(panel.place, wanted), *eyes.blank(panel.place, row.pictures)]


def _form(lab: Lab, eyes: Eyes, name: str) -> list[str]:
    place = lab.panel(ROWS[name].panel).place
    return [*eyes.pale(place), *eyes.wide(place)]


def _said(found: dict[str, list[str]]) -> str:
    return "\n".join(f"{name}: {fault}" for name, faults in found.items() for fault in faults)
