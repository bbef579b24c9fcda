"""Helper processes for heavy work: started when there is work, gone when there is none for a while.

Pictures need much memory and one core each. In a process of their own they cost the caller
neither, and several are drawn at a time. A helper reads calls from its standard input and ends
when that is closed: also when its caller was killed.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO, TypeVar

from simulator.errors import CannotError
from simulator.system import DRAWING

T = TypeVar("T")


class _Helper:
    """One process."""

    def __init__(self) -> None:
        environment = {**os.environ, **DRAWING}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "simulator.crew"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )

    def call(self, work: Callable[..., T], arguments: tuple[Any, ...]) -> T:
        """Have the helper do it; raises what the work raised."""
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            pickle.dump((work, arguments), self.process.stdin)
            self.process.stdin.flush()
            fine, answer = pickle.load(self.process.stdout)
        except (OSError, EOFError) as error:
            self.close()
            raise CannotError(
                "A helper process ended in the middle of its work.",
                "Look whether the machine has memory left, and try again.",
            ) from error
        if not fine:
            raise answer
        result: T = answer
        return result

    def close(self) -> None:
        """End it."""
        assert self.process.stdin is not None and self.process.stdout is not None
        with suppress(OSError):  # it may be gone already
            self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        self.process.stdout.close()


class Crew:
    """Runs functions in at most `size` helper processes; from any thread."""

    def __init__(self, size: int = 1, idle_seconds: float = 60.0) -> None:
        """Start nobody yet; helpers end after `idle_seconds` without work."""
        self.size, self.idle_seconds = size, idle_seconds
        self._free: list[_Helper] = []
        self._busy = 0
        self._change = threading.Condition()
        self._timer: threading.Timer | None = None
        self._closed = False

    def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """Return `work(*arguments)`; both must be importable and picklable."""
        helper = self._take()
        try:
            return helper.call(work, arguments)
        finally:
            self._give_back(helper)

    def warm(self) -> None:
        """Start one helper now, so that the first picture need not wait for it."""
        self._give_back(self._take())

    def close(self) -> None:
        """End every helper that has nothing to do; the others end after their work."""
        with self._change:
            self._closed = True
            self._stop_timer()
            free, self._free = self._free, []
        for helper in free:
            helper.close()

    def _take(self) -> _Helper:
        with self._change:
            self._change.wait_for(lambda: self._busy < self.size)
            self._stop_timer()
            self._busy += 1
            if self._free:
                return self._free.pop()
        try:
            return _Helper()
        except OSError as error:
            with self._change:
                self._busy -= 1
                self._change.notify()
            raise CannotError(f"No helper process can be started: {error.strerror}.") from error

    def _give_back(self, helper: _Helper) -> None:
        with self._change:
            self._busy -= 1
            alive = helper.process.poll() is None
            keep = alive and not self._closed and len(self._free) + self._busy < self.size
            if keep:
                self._free.append(helper)
                self._start_timer()
            self._change.notify()
        if not keep and alive:
            helper.close()

    def _start_timer(self) -> None:
        self._stop_timer()
        self._timer = threading.Timer(self.idle_seconds, self._rest)
        self._timer.daemon = True
        self._timer.start()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _rest(self) -> None:
        """End those who have had nothing to do."""
        with self._change:
            if self._busy:
                return
            free, self._free = self._free, []
        for helper in free:
            helper.close()


def serve(calls: BinaryIO, answers: BinaryIO) -> None:
    """Do what is asked, call after call, until nobody asks any more."""
    while True:
        try:
            work, arguments = pickle.load(calls)
        except EOFError:
            return
        try:
            answer: tuple[bool, Any] = (True, work(*arguments))
        except Exception as error:  # the caller gets it
            answer = (False, error)
        pickle.dump(answer, answers)
        answers.flush()


def main() -> None:
    """Be a helper. What the work prints goes to standard error, for answers own standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the caller
    calls, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(calls, answers)


if __name__ == "__main__":
    main()
