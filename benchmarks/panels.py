"""How long a panel takes to draw, first and again, with a full archive and the fleet at work.

Each panel is made and its button pressed in this process, as a kernel does; what the browser then
paints is not in it. Everything goes through the seat's own doors.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.scale import FIRST, fill
from benchmarks.start import command, pacslab
from simulator import console
from simulator.client import Client, connect
from simulator.console import look

STUDIES = 10_000
TARGET = 200.0  # ms a redraw
_SPEED = 60  # the fleet's day, times real time
_ROUNDS = 7
_WAIT = 60  # s until the first orders are there
Make = Callable[[Client], Any]
Again = Callable[[Any], None]


def _press(name: str) -> Again:
    return lambda panel: look.find(panel, name).click()


def _type(name: str, *values: Any) -> Again:
    """Return what sets a field to each of its values in turn."""
    turn = 0

    def again(panel: Any) -> None:
        nonlocal turn
        turn += 1
        look.find(panel, name).value = values[turn % len(values)]

    return again


def _choose(name: str) -> Again:
    """Return what chooses the next line of a list."""

    def again(panel: Any) -> None:
        field = look.find(panel, name)
        assert field.options, f"there is nothing to choose in {name}"
        field.index = ((field.index or 0) + 1) % len(field.options)

    return again


_FIRST = "first"
_BUSY = "50 ms of CPU took"  # much more, where others are at work on this machine
_REFRESH = {"refresh": _press("refresh")}
# Panel, how it is made, and what draws it again.
_PANELS: tuple[tuple[str, Make, dict[str, Again]], ...] = (
    ("status_board", console.status_board, _REFRESH),
    ("fleet_panel", console.fleet_panel, _REFRESH),
    ("study_browser", console.study_browser, {
        **_REFRESH, "type a name": _type("filter-text", "smith", "P00030"),
        "choose a study": _choose("studies"), "search tags": _type("tag-search", "date", "name"),
    }),
    ("reading_list", console.reading_list, _REFRESH),
    ("worklist_board", console.worklist_board, _REFRESH),
    ("order_timeline", console.order_timeline, _REFRESH),
    ("ris_panel", console.ris_panel, _REFRESH),
    ("registration_desk", console.registration_desk, _REFRESH),
    ("message_viewer", console.message_viewer, {
        **_REFRESH, "choose a message": _choose("chosen")}),
    ("fixup", console.fixup, {
        **_REFRESH, "show every study": _type("which", "every study", "problems"),
        "choose a study": _choose("study-list")}),
    ("queues", console.queues, _REFRESH),
    ("log_pane", console.log_pane, {**_REFRESH, "filter": _type("filter-node", "CT1", "DX1")}),
    ("association_list", console.association_list, _REFRESH),
    ("service_screen", lambda seat: console.service_screen("CT1", seat), {}),
    ("node_table", console.node_table, _REFRESH),
    ("users_panel", console.users_panel, _REFRESH),
    ("access_panel", console.access_panel, _REFRESH),
    ("audit_panel", console.audit_panel, {"search": _press("search")}),
    ("settings_panel", console.settings_panel, _REFRESH),
    ("capacity", console.capacity, {
        **_REFRESH, "look ahead": _press("ahead"), "preview of retention": _press("preview")}),
    ("morning_check", console.morning_check, {"check": _press("check")}),
    ("continuity", console.continuity, {}),
    ("sql_desk", console.sql_desk, {"run": _press("run")}),
    ("web_desk", console.web_desk, {"ask": _press("ask")}),
    ("progress_board", console.progress_board, _REFRESH),
)  # fmt: skip


def measure(folder: Path) -> list[tuple[str, str, list[float], str]]:
    """Return for each panel what was done, the milliseconds it took, and what it complained of."""
    with _hospital(folder / "seat") as seat:
        rows = [row for name, make, acts in _PANELS for row in _panel(seat, name, make, acts)]
        return [("(the machine)", _BUSY, [_crowded() for _ in range(_ROUNDS)], ""), *rows]


def show(rows: list[tuple[str, str, list[float], str]]) -> None:
    """Print the median and the slowest of each; a redraw has a target."""
    print(f"\nPanels: ms, {STUDIES} studies, the fleet at {_SPEED}× real time; medians, slowest")
    for panel, what, values, trouble in rows:
        middle = median(values)
        has_target = what not in (_FIRST, _BUSY)
        missed = "MISSED" if has_target and middle > TARGET else ""
        line = f"  {panel:18} {what:22} {middle:7.0f} {max(values):7.0f}  {missed} {trouble}"
        print(line.rstrip())


def _panel(
    seat: Client, name: str, make: Make, acts: dict[str, Again]
) -> Iterator[tuple[str, str, list[float], str]]:
    first = []
    for _ in range(3):
        began = time.perf_counter()
        panel = make(seat)
        first.append(1000 * (time.perf_counter() - began))
    yield name, _FIRST, first, _trouble(panel)
    for what, again in acts.items():
        again(panel)  # the first warms up
        spent = []
        for _ in range(_ROUNDS):
            began = time.perf_counter()
            again(panel)
            spent.append(1000 * (time.perf_counter() - began))
        yield name, what, spent, _trouble(panel)


def _trouble(panel: Any) -> str:
    """Return what a panel's message says if it is an error: a quick failure is no quick panel."""
    said = str(look.find(panel, "message").value)
    return f"FAILED: {said}" if "pl-bad" in said else ""


def _crowded() -> float:
    """Return the milliseconds in which this process gets 50 ms of CPU."""
    began, used = time.perf_counter(), time.process_time()
    while time.process_time() - used < 0.05:
        pass
    return 1000 * (time.perf_counter() - began)


def _until(done: Callable[[], bool], else_: str) -> None:
    deadline = time.monotonic() + _WAIT
    while not done():
        assert time.monotonic() < deadline, else_
        time.sleep(0.2)


@contextmanager
def _hospital(folder: Path) -> Iterator[Client]:
    """Run a seat whose archive is filled, and whose day is hurried."""
    try:
        pacslab(folder, "up", "--ports", "auto", "--no-lab", "--detach")
        pacslab(folder, "service", "stop", "archive")
        fill(folder / "archive", STUDIES)
        pacslab(folder, "service", "start", "archive")
        seat = connect(folder)
        seat.storage.change("ONLINE1", capacity="20 GB")
        seat.retention.put("bench", keep="10y", modality="CT")  # speaks of every study
        seat.clock.speed(_SPEED)
        seat.fleet.resume()
        found = seat.archive.studies(patient_id=f"P{FIRST + STUDIES - 1:010}")
        assert found, "the filled studies are not found"
        _until(lambda: len(seat.ris.messages(limit=5)) > 1, "the hospital is not at work")
        yield seat
    finally:
        subprocess.run(command(folder, "down"), capture_output=True, timeout=60, check=False)
