"""Ports, waiting, and the threads left over: what tests of servers need."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port nobody uses at the moment; ask for port 0 wherever that is possible.

    It lies below the ports that systems give to outgoing connections: one of those could be taken
    by any other test before it is used.
    """
    while True:
        port = random.SystemRandom().randint(15000, 32000)
        with suppress(OSError):
            for address in ("", host):  # DCMTK's tools take every address: devices have others
                with socket.socket() as tried:
                    tried.bind((address, port))
            return port


def wait_for(what: Callable[[], object], seconds: float = 5.0, why: str = "") -> None:
    """Wait until `what` returns something true, at most `seconds`."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds:g} s still not so: {why or what}")
        time.sleep(0.01)


def wait_for_port(port: int, host: str = "127.0.0.1", seconds: float = 20.0) -> None:
    """Wait until something listens there."""

    def listens() -> bool:
        try:
            socket.create_connection((host, port), 1).close()
        except OSError:
            return False
        return True

    wait_for(listens, seconds, f"nothing listens at {host}:{port}")


@contextmanager
def no_thread_left(seconds: float = 3.0) -> Iterator[None]:
    """Fail if a thread that was started in the block still runs after it."""
    before = set(threading.enumerate())

    def left() -> list[str]:
        return [thread.name for thread in threading.enumerate() if thread not in before]

    yield
    wait_for(lambda: not left(), seconds, f"threads left: {left()}")
