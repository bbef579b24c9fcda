"""A whole day of the hospital, performed: orders, worklist, MPPS, images, as fast as wanted.

The timetable says what happens; the clock is put from event to event (`max`), or runs at a speed
and each event waits for its time. Each device does one examination after another, all devices at
once.
"""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulator.clock import ClockKeeper
from simulator.errors import LocalError, PacsLabError, UsageError
from simulator.fleet.placing import PlacedOrder, PlaceOrder
from simulator.fleet.requests import WorklistItem
from simulator.fleet.tally import Tally
from simulator.fleet.timetable import Visit, timetable

if TYPE_CHECKING:
    from simulator.fleet.fleet import Fleet
    from simulator.fleet.modality import Modality
    from simulator.fleet.outcome import Performed

_AHEAD = 6  # examinations begun before the oldest of them is over, for each processor
_LOOK = 0.05  # seconds between two looks at a running clock
_CREW = 8  # helpers at most


class WholeDay:
    """One run; start it once."""

    def __init__(
        self, fleet: Fleet, keeper: ClockKeeper, place_order: PlaceOrder, *, beds: int,
        hours: float, speed: float | None, pixels: str,
    ) -> None:  # fmt: skip
        """Play `hours` of a hospital of so many beds from now on; no `speed` means at once."""
        self.fleet, self.keeper, self.place_order = fleet, keeper, place_order
        self.speed, self.pixels = speed, pixels
        start = keeper.now().replace(microsecond=0)
        profiles = {name: device.profile for name, device in fleet.modalities.items()}
        self.visits = timetable(profiles, beds=beds, start=start, hours=hours, seed=fleet.seed)
        self.tally = Tally(start=start, of=sum(visit.shows_up for visit in self.visits))
        self.facts = {"beds": beds, "hours_run": hours, "speed": speed or "max", "pixels": pixels}
        self.seconds = 0.0
        self.running, self._stopped = False, threading.Event()
        self._places: dict[int, PlacedOrder] = {}  # visit number: its order
        self._desks: dict[str, ThreadPoolExecutor] = {}
        self._room = threading.BoundedSemaphore(_AHEAD * cores())
        self._thread: threading.Thread | None = None

    def start(self) -> WholeDay:
        """Begin, on a thread of its own."""
        self.running = True
        before = self._prepare()
        self._thread = threading.Thread(
            target=self._run, args=(before,), name="whole-day", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """End early: what has begun is finished."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(30)

    def progress(self) -> dict[str, Any]:
        """Return how far it has come."""
        return {**self.facts, "running": self.running, "seconds": round(self.seconds, 2),
                **self.tally.facts()}  # fmt: skip

    def _run(self, before: tuple[Any, ...]) -> None:
        began = time.monotonic()
        try:
            pending = self._play(began)
            for work in pending:
                work.result()
        except PacsLabError as error:
            self.tally.errors.append(str(error))
        finally:
            for desk in self._desks.values():
                desk.shutdown(wait=True)
            self.seconds = time.monotonic() - began
            self._put_back(before)
            self.running = False

    def _prepare(self) -> tuple[Any, ...]:
        """Pause the gentle day, set sizes and speed; returns how things were."""
        fleet, day = self.fleet, self.fleet.day
        paused = day is None or day.paused
        if day is not None and not paused:
            day.pause()
        sizes = {name: device.pixels for name, device in fleet.modalities.items()}
        for device in fleet.modalities.values():
            device.pixels = self.pixels
        size = fleet.crew.size if fleet.crew else 0
        if fleet.crew:
            fleet.crew.size = min(_CREW, cores())
        state = self.keeper.state
        if self.speed:
            self.keeper.set_speed(self.speed)
            self.keeper.resume()
        return paused, sizes, size, state

    def _put_back(self, before: tuple[Any, ...]) -> None:
        paused, sizes, size, state = before
        for name, device in self.fleet.modalities.items():
            device.pixels = sizes[name]
        if self.fleet.crew:
            self.fleet.crew.size = size
        self.keeper.set_speed(state.speed)
        if state.mode == "running":
            self.keeper.resume()
        elif state.mode == "paused" or self.speed:
            self.keeper.pause()
        if self.fleet.day is not None and not paused:
            self.fleet.day.resume()

    def _play(self, began: float) -> list[Future[None]]:
        """Take event after event: an order is placed, an examination is over."""
        events = [(visit.ordered, 0, visit) for visit in self.visits if visit.identified]
        events += [(visit.ended, 1, visit) for visit in self.visits if visit.shows_up]
        pending: list[Future[None]] = []
        for moment, what, visit in sorted(events, key=lambda event: (*event[:2], event[2].number)):
            if self._stopped.is_set() or not self._await(moment):
                break
            self.seconds = time.monotonic() - began
            if what == 0:
                self._order(visit)
            else:
                self._room.acquire()
                pending.append(self._desk(visit.device).submit(self._examine, visit))
        self.tally.no_shows = sum(not visit.shows_up for visit in self.visits)
        return pending

    def _await(self, moment: datetime) -> bool:
        """Let hospital time reach an event; False if the run was stopped meanwhile."""
        if not self.speed:
            self.keeper.step_to(moment)
            return True
        while self.keeper.now() < moment:
            if self._stopped.wait(_LOOK):
                return False
        return True

    def _order(self, visit: Visit) -> None:
        station = self.fleet.modalities[visit.device].profile.ae_title
        try:
            self._places[visit.number] = self.place_order(
                scheduled=visit.came, station_ae=station, protocol=visit.protocol
            )
        except PacsLabError as error:
            self.fleet.journal.write("fleet.order.failed", f"no order could be placed: {error}")

    def _desk(self, name: str) -> ThreadPoolExecutor:
        if name not in self._desks:
            self._desks[name] = ThreadPoolExecutor(1, thread_name_prefix=f"{name}-day")
        return self._desks[name]

    def _examine(self, visit: Visit) -> None:
        """Perform one visit; whatever happens is counted, and the next one comes."""
        device = self.fleet.modalities[visit.device]
        self.tally.met(waited=visit.waited, identified=visit.identified, error=visit.error)
        objects, size, error = 0, 0, ""
        try:
            done = self._performed(device, visit)
            objects, size, error = done.sent, done.bytes, str(done.error or "")
            if visit.error == "sent-twice":
                again = device.resend(done.accession)
                objects, size = objects + again.sent, size + again.bytes
            if not done.error and device.disk.jobs():
                device.send_queue()
        except (PacsLabError, OSError) as failed:
            error = str(failed)
        finally:
            self._room.release()
        told = f"{device.name}: {error}" if error else ""
        self.tally.add(device.profile.modality, visit.ended, objects, size, told)

    def _performed(self, device: Modality, visit: Visit) -> Performed:
        if not visit.identified:
            return device.perform_unscheduled(
                patient_name=f"UNKNOWN^{visit.number}",
                patient_id=f"TRAUMA-{visit.came:%m%d}-{visit.number}",
                sex="O",
                protocol=visit.protocol,
                at=visit.began,
            )
        item = self._picked(device, visit)
        if item is None:  # somebody else's images went under this order: type it in
            return self._by_hand(device, visit)
        if visit.error == "wrong-protocol":
            others = [key for key in device.profile.protocols if key != visit.protocol]
            item = replace(item, protocol=others[0] if others else item.protocol)
        return device.perform(item, at=visit.began, other_side=visit.error == "other-side")

    def _by_hand(self, device: Modality, visit: Visit) -> Performed:
        who = self._places[visit.number].patient
        return device.perform_unscheduled(
            patient_name=who.name,
            patient_id=who.mrn,
            birth_date=who.birth_date,
            sex=who.sex,
            protocol=visit.protocol,
            at=visit.began,
        )

    def _picked(self, device: Modality, visit: Visit) -> WorklistItem | None:
        """Return the worklist line the technologist picks: the next one, if that is the error."""
        order = self._places.get(visit.number)
        if order is None:
            raise LocalError(f"Visit {visit.number} has no order.")
        items = device.query_worklist(date=f"{visit.came:%Y%m%d}")
        right = next((n for n, item in enumerate(items) if item.accession == order.accession), None)
        if right is None:
            return None
        wrong = visit.error == "wrong-patient" and len(items) > 1
        return items[(right + 1) % len(items)] if wrong else items[right]


def cores() -> int:
    """Return how many processors there are."""
    return max(1, os.cpu_count() or 1)


def check(beds: int, hours: float, speed: float | None, pixels: str) -> None:
    """Refuse what no day can be."""
    if not 1 <= beds <= 5000:
        raise UsageError(f"A hospital of {beds} beds is not possible.", "Choose 1 to 5000.")
    if not 0 < hours <= 168:
        raise UsageError(f"{hours:g} hours are not possible.", "Choose more than 0, up to 168.")
    if speed is not None and not 0 < speed <= 100_000:
        raise UsageError(f"A speed of {speed:g} is not possible.", "Choose up to 100000, or max.")
    if pixels not in ("small", "full"):
        raise UsageError(f"There is no pixel size '{pixels}'.", "Choose 'small' or 'full'.")
