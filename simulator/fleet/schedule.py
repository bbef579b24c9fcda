"""The gentle day: patients arrive at seeded intervals of hospital time, and are scanned.

An arrival places an order; the exam is over `minutes_per_exam` later, and then the right device
queries its worklist, finds the entry and performs it. Both are events with a due time. While the
clock runs a thread takes what is due; in stepped mode `step_until` takes one event after the
other to its end and moves the clock along. A device that fails never stops the others: its
patient is tried again, later and later, and leaves after some attempts; what it could not send
is tried again, too (backlog.py).
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.clock import ClockKeeper
from simulator.errors import NetworkError, PacsLabError
from simulator.files import read_json, write_json
from simulator.fleet.arrivals import Waiting, gap, next_station, right_device
from simulator.fleet.backlog import Backlog, try_again
from simulator.fleet.placing import PlacedOrder, PlaceOrder

if TYPE_CHECKING:
    from simulator.fleet.fleet import Fleet

_TICK = 0.1  # seconds between two looks at the clock
_RETRY = timedelta(minutes=10)
_ATTEMPTS = 4
_PATIENCE = 20.0  # seconds a pause waits for exams under way
_LATE = timedelta(hours=1)  # further behind than this (a jump, a high speed) we skip, not hurry


class Day:
    """Runs the day of a fleet."""

    def __init__(self, fleet: Fleet, place_order: PlaceOrder, pace_minutes: float) -> None:
        """Use `place_order` for arrivals, on average every `pace_minutes` of hospital time."""
        self.fleet, self.place_order, self.pace = fleet, place_order, pace_minutes
        self.clock, self.path = fleet.clock, fleet.folder / "day.json"
        self.arrivals, self.performed, self.failed = 0, 0, 0
        self.next_arrival: datetime | None = None
        self.waiting: dict[str, Waiting] = {}
        self.paused = False
        self._lock, self._stopped = threading.RLock(), threading.Event()
        self._quiet = threading.Condition(self._lock)
        self._thread: threading.Thread | None = None
        self._desks: dict[str, ThreadPoolExecutor] = {}  # one exam at a time on each device
        self._taken: set[str] = set()
        self._backlog = Backlog()
        if self.path.exists():
            self.restore(self.path)

    # --- running ------------------------------------------------------------------------------

    def start(self) -> Day:
        """Begin: the thread takes what is due while the clock runs."""
        self._thread = threading.Thread(target=self._run, name="fleet-day", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """End; exams that have begun are finished first."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(5)
        for desk in self._desks.values():
            desk.shutdown(wait=True, cancel_futures=True)
        self._desks.clear()

    @property
    def state(self) -> str:
        """'running' or 'paused'."""
        return "paused" if self.paused else "running"

    def pause(self) -> None:
        """Let nobody arrive and nobody be scanned, until `resume`; waits for exams under way."""
        with self._quiet:
            self.paused = True
            self._save()
            self._quiet.wait_for(lambda: not self._taken, _PATIENCE)

    def resume(self) -> None:
        """Go on from now: who would have arrived meanwhile did not come."""
        with self._lock:
            self.paused = False
            self.next_arrival = self.clock.now().replace(microsecond=0)
            self.next_arrival += self._gap(self.next_arrival)
            self._save()

    def step_until(self, keeper: ClockKeeper, to: datetime) -> int:
        """Take every event up to `to`, one after the other; the clock goes along and stays there.

        Returns how many events there were. The same seed and start give the same day.
        """
        count = 0
        while not self.paused and (due := self._next_due()) <= to:
            keeper.step_to(due)
            self._take_one(keeper.now())
            count += 1
        keeper.step_to(to)
        return count

    def _run(self) -> None:
        while not self._stopped.wait(_TICK):
            try:
                self._look()
            except PacsLabError as error:  # e.g. the clock file is being replaced by hand
                self._tell("fleet.day.failed", f"the day cannot go on at the moment: {error}")
            except Exception as error:  # a bug of ours must be seen, and the day goes on
                self._tell("bug", f"the fleet's day: {type(error).__name__}: {error}")

    def _look(self) -> None:
        """Take what is due now, each exam on its device's own thread."""
        if self.paused or self.clock.state.mode != "running":
            return
        now = self.clock.now()
        with self._lock:
            if self._next_due() + _LATE < now and self.next_arrival:
                self.next_arrival = max(self.next_arrival, now)
            if self.next_arrival and self.next_arrival <= now:
                self._arrive(self.next_arrival)
            while (name := self._backlog.take(now)) is not None:
                self._desk(name).submit(self._try_again, name)
            for patient in self._due(now):
                self._taken.add(patient.accession)
                self._desk(patient.device).submit(self._scan, patient)

    def _take_one(self, now: datetime) -> None:
        with self._lock:
            due = self._due(now)
            again = None if due else self._backlog.take(now)
            if due:
                self._taken.add(due[0].accession)
            elif again is None:
                self._arrive(now)
                return
        if again is not None:
            self._try_again(again)
        else:
            self._scan(due[0])

    # --- events -------------------------------------------------------------------------------

    def _next_due(self) -> datetime:
        with self._lock:
            if self.next_arrival is None:
                now = self.clock.now().replace(microsecond=0)
                self.next_arrival = now + self._gap(now)
            dues = [p.due for p in self.waiting.values() if p.accession not in self._taken]
            again = self._backlog.dues()
            return min([self.next_arrival, *again, *map(datetime.fromisoformat, dues)])

    def _due(self, now: datetime) -> list[Waiting]:
        """Return who is to be scanned now, the longest due first."""
        moment = now.isoformat()
        here = [p for p in self.waiting.values() if p.accession not in self._taken]
        return sorted((p for p in here if p.due <= moment), key=lambda p: (p.due, p.accession))

    def _arrive(self, now: datetime) -> None:
        """Place an order and let its patient wait until the exam is over."""
        try:
            order = self.place_order(
                scheduled=now,
                station_ae=next_station(self.fleet.modalities, self.fleet.seed, self.arrivals),
            )
        except PacsLabError as error:
            self._tell("fleet.order.failed", f"no order could be placed: {error}")
        else:
            self._seat_patient(order)
        self.arrivals += 1
        self.next_arrival = now + self._gap(now)
        self._save()

    def _seat_patient(self, order: PlacedOrder) -> None:
        device = right_device(self.fleet.modalities, order)
        if device is None:
            text = f"no device has the protocol '{order.procedure.protocol}' of {order.accession}"
            self._tell("fleet.order.failed", text, accession=order.accession)
            return
        over = order.scheduled + timedelta(minutes=device.profile.minutes_per_exam)
        self.waiting[order.accession] = Waiting(
            accession=order.accession,
            device=device.name,
            scheduled=order.scheduled.isoformat(),
            due=over.isoformat(),
        )

    def _scan(self, patient: Waiting) -> None:
        """Have the device find its patient on the worklist, perform, and clear its queue."""
        device = self.fleet.modalities[patient.device]
        began = datetime.fromisoformat(patient.scheduled)
        error: Exception | None = None
        if self.paused or self._stopped.is_set():
            with self._quiet:
                self._taken.discard(patient.accession)
                self._quiet.notify_all()
            return
        try:
            item = device.find_item(patient.accession, date=f"{began:%Y%m%d}")
            done = device.perform(item, at=began)
            if not done.error and device.disk.jobs():
                device.send_queue()  # the way is free again
        except NetworkError as failed:  # journalled by the device already
            error = failed
        except Exception as failed:  # e.g. a full disk: the others go on
            error = failed
            self._tell("device.failed", f"{device.name}: {failed}", device=device.name)
        with self._lock:
            self._after(patient, error)
            self._backlog.note(device, self.clock.now())

    def _try_again(self, name: str) -> None:
        """Have a device send what it owes."""
        device = self.fleet.modalities[name]
        if not (self.paused or self._stopped.is_set()):
            try_again(device)
        with self._lock:
            self._backlog.note(device, self.clock.now())

    def _after(self, patient: Waiting, error: Exception | None) -> None:
        self._taken.discard(patient.accession)
        self._quiet.notify_all()
        if self.waiting.pop(patient.accession, None) is None:
            return  # a reset came between
        if error is None:
            self.performed += 1
        elif patient.attempts + 1 < _ATTEMPTS:
            wait = _RETRY * 2**patient.attempts  # later and later
            due = max(self.clock.now(), datetime.fromisoformat(patient.due)) + wait
            again = replace(patient, due=due.isoformat(), attempts=patient.attempts + 1)
            self.waiting[patient.accession] = again
        else:
            self.failed += 1
            self._tell(
                "fleet.patient.left",
                f"{patient.device}: the patient of {patient.accession} has left: {error}",
                device=patient.device, accession=patient.accession,
            )  # fmt: skip
        self._save()

    def _gap(self, now: datetime) -> timedelta:
        return gap(now, self.pace, self.fleet.seed, self.arrivals)

    # --- state --------------------------------------------------------------------------------

    def facts(self) -> dict[str, Any]:
        """Return the counts of the day."""
        with self._lock:
            return {
                "arrivals": self.arrivals,
                "performed": self.performed,
                "left": self.failed,
                "waiting": [asdict(patient) for patient in self.waiting.values()],
                "pace_minutes": self.pace,
            }

    def snapshot(self, path: Path) -> None:
        """Write the day's state to `path`."""
        with self._lock:
            write_json(path, self._state())

    def restore(self, path: Path) -> None:
        """Go back to the state at `path`; without one, the day begins anew."""
        state = read_json(path, "day") if path.exists() else {}
        with self._lock:
            self.arrivals = state.get("arrivals", 0)
            self.performed, self.failed = state.get("performed", 0), state.get("failed", 0)
            moment = state.get("next_arrival")
            self.next_arrival = datetime.fromisoformat(moment) if moment else None
            self.waiting = {row["accession"]: Waiting(**row) for row in state.get("waiting", [])}
            self.paused = state.get("paused", False)
            self._backlog.clear()
            for device in self.fleet.modalities.values():
                self._backlog.note(device, self.clock.now())
            self._save()

    def _state(self) -> dict[str, Any]:
        return {
            "arrivals": self.arrivals,
            "performed": self.performed,
            "failed": self.failed,
            "next_arrival": self.next_arrival.isoformat() if self.next_arrival else None,
            "waiting": [asdict(patient) for patient in self.waiting.values()],
            "paused": self.paused,
        }

    def _save(self) -> None:
        write_json(self.path, self._state())

    def _desk(self, name: str) -> ThreadPoolExecutor:
        if name not in self._desks:
            self._desks[name] = ThreadPoolExecutor(1, thread_name_prefix=f"{name}-desk")
        return self._desks[name]

    def _tell(self, kind: str, text: str, **facts: Any) -> None:
        self.fleet.journal.write(kind, text, **facts)
