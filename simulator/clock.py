"""Hospital time: starts at a fixed date, runs at a speed, can be paused, jumped or stepped.

`Clock` reads it, anywhere; `ClockKeeper` changes it, in the hospital process only. The state
is one small file, `clock.json`, so that every process of a seat agrees on the time. This is the
only module that asks the machine what time it is.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from simulator.errors import CannotError, UsageError
from simulator.files import write_atomically

DEFAULT_START = "2026-03-02T07:00:00"
MAX_SPEED = 100_000.0


def real_now() -> datetime:
    """Return the machine's local time: for sockets, sessions and logs, never for orders."""
    return datetime.now()


def real_stamp() -> str:
    """Return the machine's time as the journal writes it: ISO 8601 with milliseconds, UTC."""
    return real_now().isoformat(timespec="milliseconds")


def real_seconds() -> float:
    """Return seconds since the epoch, as the machine counts them."""
    return time.time()


@dataclass(frozen=True, kw_only=True)
class ClockState:
    """What `clock.json` holds: hospital time was `hospital` when the machine said `real`."""

    hospital: str
    real: float
    speed: float = 1.0
    mode: str = "running"  # running | paused | stepped

    def at(self, real: float) -> datetime:
        """Return hospital time at the machine's time `real` (seconds)."""
        base = datetime.fromisoformat(self.hospital)
        if self.mode != "running":
            return base
        return base + timedelta(seconds=max(0.0, real - self.real) * self.speed)


class Clock:
    """Reads hospital time from `clock.json`."""

    def __init__(self, path: Path) -> None:
        """Read from `path`; the file may be missing until the hospital has started."""
        self.path = path
        state = ClockState(hospital=DEFAULT_START, real=time.time(), mode="paused")
        self._seen = ((0, 0), state)  # set together: threads share a clock

    @property
    def state(self) -> ClockState:
        """The newest state, read again only when the file has changed."""
        try:
            stamp = _stamp(self.path)
            if stamp != self._seen[0]:
                state = ClockState(**json.loads(self.path.read_text("utf-8")))
                state.at(time.time())  # fails here, where the file can be named
                self._seen = (stamp, state)
        except FileNotFoundError:
            pass
        except (ValueError, TypeError, OverflowError, OSError) as error:
            raise CannotError(
                f"The clock file {self.path} cannot be read: {error}.",
                "Delete it and start the hospital again.",
            ) from error
        return self._seen[1]

    def now(self) -> datetime:
        """Return hospital time, naive and local to the hospital."""
        return self.state.at(time.time())


class ClockKeeper(Clock):
    """Keeps hospital time; only the hospital process may hold one."""

    def __init__(self, path: Path, start: str = DEFAULT_START, speed: float = 1.0) -> None:
        """Go on where the clock stood when the hospital was last seen, or begin at `start`."""
        super().__init__(path)
        self._lock = threading.RLock()
        if path.exists():
            self._put(replace(self.state, real=time.time()))
        else:
            self._put(ClockState(hospital=start, real=time.time(), speed=speed))

    def beat(self) -> None:
        """Write the present time down, so that a crash costs seconds of hospital time at most."""
        self._change()

    def set_speed(self, speed: float) -> None:
        """Let hospital time pass `speed` times as fast as real time."""
        if not 0 < speed <= MAX_SPEED:
            raise UsageError(
                f"A speed of {speed:g} is not possible.",
                f"Choose more than 0, up to {MAX_SPEED:g}.",
            )
        self._change(speed=speed)

    def pause(self) -> None:
        """Stop hospital time."""
        self._change(mode="paused")

    def resume(self) -> None:
        """Let hospital time run again."""
        self._change(mode="running")

    def jump(self, to: datetime) -> None:
        """Move hospital time forward to `to`; it never runs backwards."""
        with self._lock:
            now = self.now()
            if to < now:
                raise UsageError(
                    f"Hospital time is {now:%Y-%m-%d %H:%M}: no jump back to {to:%Y-%m-%d %H:%M}.",
                    "Use 'pacslab reset' to begin the day again.",
                )
            self._change(hospital=to.isoformat())

    def step_to(self, to: datetime) -> None:
        """Put hospital time to `to` and hold it there: stepped mode."""
        with self._lock:
            self._change(hospital=max(to, self.now()).isoformat(), mode="stepped")

    def rewind(self, state: ClockState) -> None:
        """Go back to a saved state: part of a reset, the one way backwards."""
        self._put(replace(state, real=time.time()))

    def _change(self, **changes: object) -> None:
        with self._lock:
            present = {"hospital": self.now().isoformat(), "real": time.time()}
            self._put(replace(self.state, **{**present, **changes}))  # type: ignore[arg-type]

    def _put(self, state: ClockState) -> None:
        write_atomically(self.path, json.dumps(asdict(state)).encode())
        self._seen = (_stamp(self.path), state)


def _stamp(path: Path) -> tuple[int, int]:
    """Return what tells one version of the file from the next, even within one clock tick."""
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_ino
