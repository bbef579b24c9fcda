"""`status_board()`: what runs, who answers, what waits; and the way back to the first morning."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.console import look
from simulator.errors import PacsLabError
from simulator.seat import SERVICES

_NODES = {"ae": "AE title", "host": "address", "port": "port", "answers": "C-ECHO"}


def status_board(seat: Client | None = None) -> look.Widget:
    """Show the state of the whole hospital, with buttons to refresh, start services and reset."""
    return _Board(look.client(seat)).widget


class _Board:
    def __init__(self, seat: Client) -> None:
        self.seat, self.message = seat, look.Message()
        self.summary = look.mark(w.HTML(), "summary")
        self.nodes = look.mark(w.HTML(), "nodes")
        self.sure = look.mark(w.Checkbox(description="yes, really reset", indent=False), "sure")
        self.sure.layout.width = "150px"
        self.widget = look.panel(
            "Status board", self.message, self._buttons(),
            look.columns((self.summary, "400px"), (self.nodes, "300px")),
            name="status-board", hint="Everything of your hospital, and whether it answers.",
        )  # fmt: skip
        self.message.guard(self.draw)

    def _buttons(self) -> look.Widget:
        make = look.button
        return look.row(
            make("Refresh", self.refresh, self.message, "refresh", style="primary"),
            make("Start what is stopped", self.start, self.message, "start-services"),
            make("Reset the hospital", self.reset, self.message, "reset", style="warning"),
            self.sure,
        )

    def refresh(self) -> str:
        """Look again."""
        self.draw()
        return f"Looked again at {look.moment(self.seat.clock.now().isoformat())}, hospital time."

    def start(self) -> str:
        """Start the services that do not run."""
        stopped = [name for name in SERVICES if not self.seat.seat.is_up(name)]
        for name in stopped:
            self.seat.seat.service("start", name)
        self.draw()
        return f"Started: {', '.join(stopped)}." if stopped else "Everything was running already."

    def reset(self) -> str:
        """Go back to the first morning, if the box beside the button is ticked."""
        if not self.sure.value:
            self.message.say("Tick 'yes, really reset' first, then press the button again.")
            return ""
        from exercises import engine

        self.sure.value = False
        running = engine.running(self.seat)
        engine.reset_hospital(self.seat)
        self.draw()
        ended = f" The exercise '{running}' has ended with it." if running else ""
        return (
            f"The hospital is as it was on the first morning. Journal and marks were kept.{ended}"
        )

    def draw(self) -> None:
        """Show the present state."""
        state = self.seat.seat.status()
        rows = [{**row, "answers": _answer(row["answers"])} for row in state["nodes"]]
        self.nodes.value = look.table(rows, _NODES)
        runs = [{"what": name, "state": _runs(up)} for name, up in state["services"].items()]
        facts = [*runs, *_backend_rows(state), *_count_rows(self.seat)]
        facts += _place_rows(state["urls"])
        self.summary.value = look.table(facts, {"what": "what", "state": "state"})


def _backend_rows(state: dict[str, Any]) -> list[dict[str, str]]:
    """Return which archive it is and what it lacks, unless it is our own."""
    if state["backend"] == "embedded":
        return []
    return [{"what": "the archive is", "state": str(state["backend"])}] + [
        {"what": "", "state": str(line)} for line in state["said"]
    ]


def _answer(yes: bool) -> str:
    return "✔ answers" if yes else "✘ no answer"


def _runs(yes: bool) -> str:
    return "✔ runs" if yes else "✘ is stopped"


def _count_rows(seat: Client) -> list[dict[str, str]]:
    """Return counts; a service that is down costs its own rows only."""
    archive, clock = cache(seat.archive.status), cache(seat.clock.show)  # each is asked once
    sources: dict[str, Callable[[], Any]] = {
        "hospital time": lambda: _clock(clock()),
        "in the archive": lambda: _counts(archive()),
        "unmatched studies": lambda: archive().get("unmatched", "not known here"),
        "the day": lambda: going(seat.fleet.status(), clock()),
        "images waiting on devices": lambda: waiting(seat.fleet.devices()),
    }
    return [{"what": what, "state": str(_or_sentence(source))} for what, source in sources.items()]


def _or_sentence(source: Callable[[], Any]) -> Any:
    try:
        return source()
    except PacsLabError as error:
        return f"✘ not known: {error.sentence}"


def _clock(state: dict[str, Any]) -> str:
    return f"{look.moment(state['hospital'])} ({state['mode']}, {state['speed']:g}× real time)"


def _counts(state: dict[str, Any]) -> str:
    return f"{state['patients']} patients, {state['studies']} studies, {state['instances']} images"


def going(day: dict[str, Any], clock: dict[str, Any]) -> str:
    """Return in words whether the day goes on."""
    if day.get("state") == "paused":
        return "stands still (paused)"
    return "goes on" if clock["mode"] == "running" else "waits for the clock to run"


def waiting(devices: list[dict[str, Any]]) -> str:
    """Return how many images wait on which devices."""
    owing = {row["name"]: row.get("queued") or row.get("queue") or 0 for row in devices}
    found = ", ".join(f"{name}: {count}" for name, count in owing.items() if count)
    return found or "none"


def _place_rows(urls: dict[str, Any]) -> list[dict[str, str]]:
    names = {"api": "archive's web address", "hospital": "hospital's web address"}
    return [{"what": what, "state": str(urls[key])} for key, what in names.items() if urls.get(key)]
