"""What a node does by itself, again and again: every so many seconds of hospital time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

from simulator.clock import Clock
from simulator.errors import PacsLabError

_LOOK = 0.2  # seconds between two looks at the clock
Tell = Callable[[str, str], object]


class Poller:
    """Acts at once when it is switched on, and then whenever it is time."""

    def __init__(self, clock: Clock, act: Callable[[], object], tell: Tell) -> None:
        """Do `act`; nothing happens yet."""
        self.clock, self._act, self._tell = clock, act, tell
        self._now: tuple[int, str] = (0, "")
        self._stopped = threading.Event()

    def follow(self, every: int, what: str = "") -> None:
        """Act every `every` seconds from now on; 0: not any more; a new `what` begins anew."""
        if (every, what) == self._now:
            return
        self._now = (every, what)
        self._stopped.set()
        if every:
            self._stopped = threading.Event()
            arguments = (timedelta(seconds=every), self._stopped)
            threading.Thread(target=self._run, args=arguments, name="poller", daemon=True).start()

    def _run(self, every: timedelta, stopped: threading.Event) -> None:
        due = self.clock.now()
        while not stopped.is_set():
            now = self.clock.now()
            if due <= now:
                self._once()
                due += every * (1 + (now - due) // every)  # what was missed is not made up for
            due = min(due, now + every)  # a reset put the clock back
            stopped.wait(_LOOK)

    def _once(self) -> None:
        try:
            self._act()
        except PacsLabError as error:
            self._tell("device.poll.skipped", str(error))
        except Exception as error:  # a bug of ours must be seen, and the next one may go well
            self._tell("bug", f"a poller: {type(error).__name__}: {error}")
