"""`fleet_panel()`: all devices, how the day goes, and hospital time."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.console import look
from simulator.console.status import going

_COLUMNS = {
    "name": "name", "kind": "kind", "model": "model", "ae_title": "AE title", "place": "address",
    "listening": "listens", "performed": "exams done", "queued": "images waiting",
    "received": "images received",
}  # fmt: skip
_SPEEDS = (1, 10, 60, 600)


def fleet_panel(seat: Client | None = None) -> look.Widget:
    """Show devices, the day and the clock, with buttons to pause and to step."""
    return _Panel(look.client(seat)).widget


class _Panel:
    def __init__(self, seat: Client) -> None:
        self.seat, self.message = seat, look.Message()
        self.devices, self.day = look.mark(w.HTML(), "devices"), look.mark(w.HTML(), "day")
        speeds = [(f"{factor}× real time", factor) for factor in _SPEEDS]
        self.speed = look.choice("speed", "speed", speeds, width="200px")
        self.minutes = look.mark(
            w.BoundedIntText(10, min=1, max=600, description="minutes"), "minutes"
        )
        self.minutes.layout.width, self.minutes.style.description_width = "150px", "8ch"
        self.device = look.choice("device", "device", [], width="170px")
        self.accession = look.text("accession", "accession", width="230px")
        self.widget = self._laid_out()
        self.message.guard(self.draw)

    def _laid_out(self) -> look.Widget:
        make, message, seat = look.button, self.message, self.seat
        day = look.row(
            make("Refresh", self.draw, message, "refresh", style="primary"),
            make(
                "Pause the day",
                self._then(seat.fleet.pause, "The day stands still."),
                message,
                "pause",
            ),
            make(
                "Let it go on", self._then(seat.fleet.resume, "The day goes on."), message, "resume"
            ),
        )
        clock = look.row(
            make("Stop clock", self._then(seat.clock.pause, "Hospital time stands still."), message,
                 "clock-pause"),
            make("Run clock", self._then(seat.clock.resume, "Hospital time runs."), message,
                 "clock-resume"),
            self.speed, make("Set speed", self.set_speed, message, "set-speed"),
            self.minutes, make("Step", self.step, message, "step"),
        )  # fmt: skip
        exam = look.row(
            self.device, self.accession,
            make("Append to this exam", self.append, message, "append"),
            make("Re-open it", self.reopen, message, "reopen", style="warning"),
        )  # fmt: skip
        return look.panel(
            "Fleet and clock", message, self.day, day, clock, self.devices, exam,
            name="fleet-panel",
            hint="A step does at once all that is due in these minutes, then time stands still. "
            "Images added to a finished exam are a performed step of their own.",
        )  # fmt: skip

    def _then(self, act: look.Act, sentence: str) -> look.Act:
        def both() -> str:
            act()
            self.draw()
            return sentence

        return both

    def set_speed(self) -> str:
        """Let hospital time pass as fast as chosen."""
        self.seat.clock.speed(self.speed.value)
        self.draw()
        return f"Hospital time runs {self.speed.value}× as fast as real time."

    def step(self) -> str:
        """Do all that is due in the next minutes."""
        self.seat.clock.step(self.minutes.value)
        self.draw()
        return f"{self.minutes.value} minutes went by; time stands still now."

    def append(self, *, reopen: bool = False) -> str:
        """Add images to a finished exam, as a step of its own or in the one that ended."""
        device, accession = self.seat.modality(self.device.value), self.accession.value.strip()
        done = device.append(accession, reopen=reopen)
        self.draw()
        if not done.ok:
            self.message.say(f"{done.error} {done.remedy}", "bad")
            return ""
        images = look.count(done.facts["images"], "image")
        return f"{device.name} added to {accession}: {images}, reported."

    def reopen(self) -> str:
        """Go on with an exam that was ended, as some consoles let one do."""
        return self.append(reopen=True)

    def draw(self) -> None:
        """Ask the hospital again."""
        found = self.seat.fleet.devices()
        look.offer(self.device, [x["name"] for x in found if x["kind"] != "workstation"])
        self.devices.value = look.table(map(_shown, found), _COLUMNS)
        self.day.value = look.table(_day(self.seat.fleet.status(), self.seat.clock.show()),
                                    {"what": "what", "state": "state"})  # fmt: skip


def _shown(device: dict[str, Any]) -> dict[str, Any]:
    return {
        **device,
        "ae_title": device.get("ae_title") or device.get("settings", {}).get("ae_title"),
        "place": f"{device['host']}:{device['port']}",
    }


def _day(state: dict[str, Any], clock: dict[str, Any]) -> list[dict[str, str]]:
    day = state.get("day", {})
    waiting = [f"{x['device']} {x['accession']}" for x in day.get("waiting", [])]
    return [
        {"what": "hospital time", "state": f"{look.moment(clock['hospital'])} ({clock['mode']}, "
         f"{clock['speed']:g}× real time)"},
        {"what": "the day", "state": going(state, clock)},
        {"what": "arrived today", "state": look.shown(day.get("arrivals"))},
        {"what": "examined today", "state": look.shown(day.get("performed"))},
        {"what": "in the waiting room", "state": ", ".join(waiting) or "nobody"},
    ]  # fmt: skip
