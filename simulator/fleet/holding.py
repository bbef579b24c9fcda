"""Associations a device leaves open after its work: many keep one for a while, some for good."""

from __future__ import annotations

import threading

from simulator.network.association import Association


class Holding:
    """What is still open; each is released when its time is over, all of them by `drop`."""

    def __init__(self) -> None:
        """Hold nothing."""
        self._open: dict[int, tuple[Association, threading.Timer]] = {}
        self._lock = threading.Lock()

    def keep(self, association: Association, seconds: float) -> None:
        """Leave an association open for so long, in silence."""
        timer = threading.Timer(seconds, self._release, [id(association)])
        timer.daemon = True
        with self._lock:
            self._open[id(association)] = association, timer
        timer.start()

    def drop(self) -> None:
        """Release everything at once, as a device does that is switched off."""
        for number in list(self._open):
            self._release(number)

    def _release(self, number: int) -> None:
        with self._lock:
            association, timer = self._open.pop(number, (None, None))
        if association is not None and timer is not None:
            timer.cancel()
            association.release()
