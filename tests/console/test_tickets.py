"""A ticket from start to solution, with its buttons only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from exercises.engine import desk
from exercises.engine.answers import handed
from simulator import console
from simulator.client import Client
from simulator.console.look import find

Press = Callable[[Any, str], str]
ROOM = "room-cannot-send"


@pytest.fixture
def press(press: Press) -> Press:
    """Press a button; return all that the ticket says then."""
    places = ("message", "said-diagnosis", "said-repair", "said-note")

    def pressed(panel: Any, button: str) -> str:
        first = press(panel, button)
        if button in ("save", "send"):
            return first
        return " ".join(find(panel, place).value for place in places)

    return pressed


@pytest.fixture
def free(seat: Client) -> Iterator[Client]:
    """The hospital with no exercise under way, before and after."""
    for _ in range(2):
        if desk.current(seat) is not None:
            desk.give_up(seat)
        if _ == 0:
            yield seat


def shown(widget: Any) -> bool:
    return widget.layout.display != "none"


def test_showing_a_ticket_starts_nothing(free: Client) -> None:
    panel = console.ticket(ROOM, free)
    assert "first morning" in find(panel, "sheet").value
    assert desk.current(free) is None
    assert not shown(panel.children[4])
    assert "There is no exercise" in find(console.ticket("none", free), "message").value


def test_a_ticket_is_solved_by_panels(free: Client, press: Press) -> None:
    panel = console.ticket(ROOM, free)
    assert "has begun" in press(panel, "start")
    assert shown(panel.children[4])
    assert "No cause is chosen" in press(panel, "diagnose")
    rejected = free.journal.tail(1, kind="association.rejected")[0]
    find(panel, "cause").value = find(panel, "cause").options[0][1]
    find(panel, "evidence").value = "archive-999999"
    assert "✘ There is no journal entry" in press(panel, "diagnose")
    assert "✘ Not solved yet" in press(panel, "check")
    device = free.journal.find(rejected["id"])
    assert device is not None
    name = device.facts["calling"]
    right = next(value for _, value in find(panel, "cause").options if "call" in value)
    find(panel, "cause").value, find(panel, "evidence").value = right, rejected["id"]
    assert "✔ Accepted" in press(panel, "diagnose")
    screen = console.service_screen(name, free)
    find(screen, "set-archive-ae").value = "PACSLAB"
    press(screen, "save")
    assert "✔" in press(screen, "send")
    assert "✔ Solved" in press(panel, "check")
    assert "of 100 points" in find(panel, "result").value


def test_hint_note_and_giving_up(free: Client, press: Press) -> None:
    panel = console.ticket(ROOM, free)
    press(panel, "start")
    assert "Hint 1 of" in press(panel, "hint")
    assert "says too little" in press(panel, "hand-in")
    assert "as when you began" in press(panel, "reset")
    assert "Tick" in press(panel, "give-up")
    find(panel, "sure").value = True
    assert "Given up" in press(panel, "give-up")
    assert find(panel, "debrief").value
    assert desk.current(free) is None
    assert not shown(panel.children[4])
    assert "not under way" in press(panel, "check")


def test_a_list_that_is_asked_for_is_handed_in(free: Client, press: Press) -> None:
    panel = console.ticket("was-my-record-viewed", free)
    press(panel, "start")
    find(panel, "list-viewed").value = " one, two ,one"
    assert "Handed in: 2 entries" in press(panel, "hand-in-viewed")
    assert handed(free) == {"viewed": ["one", "two"]}
    press(panel, "reset")
    assert find(panel, "list-viewed").value == "" and handed(free) == {}


def test_a_ticket_under_way_is_gone_on_with(free: Client, press: Press) -> None:
    press(console.ticket(ROOM, free), "start")
    again = console.ticket(ROOM, free)
    assert shown(again.children[4])
    other = console.ticket("loaner-is-rejected", free)
    press(other, "start")
    assert "not under way" in press(again, "check")


def test_a_solved_ticket_is_finished_with_its_timeline(free: Client, press: Press) -> None:
    panel = console.ticket(ROOM, free)
    press(panel, "start")
    assert "not solved yet" in press(panel, "finish")
    room = free.journal.tail(1, kind="association.rejected")[0]
    device = free.modality(free.journal.find(room["id"]).facts["calling"])  # type: ignore[union-attr]
    device.set("archive.ae", "PACSLAB")
    device.send()
    assert "then press" in press(panel, "check")
    assert "Finished" in press(panel, "finish")
    shown_steps = find(panel, "timeline").value
    assert "★" in shown_steps and room["id"] in shown_steps and "solved" in shown_steps
    board = console.progress_board(free)
    assert (
        "of" in find(board, "domains").value and "no lab can train" in find(board, "domains").value
    )
    assert "✔" in find(board, "list").value and find(board, "picture").value[:4] == b"\x89PNG"


SECRET = "a secret of the spring course 26"


def test_an_exam_is_worked_at_the_panel_and_tells_nothing(free: Client, press: Press) -> None:
    desk.start(free, ROOM, seed=3, trainee="ana", secret=SECRET, exam=True)
    panel = console.ticket(ROOM, free)
    assert shown(panel.children[4])
    assert "no hints in an exam" in press(panel, "hint")
    assert "sealed" in press(panel, "check")
    rejected = free.journal.tail(1, kind="association.rejected")[0]
    find(panel, "cause").value = find(panel, "cause").options[0][1]
    find(panel, "evidence").value = rejected["id"]
    assert "marked after the exam" in press(panel, "diagnose")
    assert "marked after the exam" in press(panel, "hand-in")
    assert "was handed in" in press(panel, "finish")
    assert not shown(panel.children[4]) and desk.current(free) is None
    assert find(panel, "debrief").value == "" and find(panel, "timeline").value == ""
