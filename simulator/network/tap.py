"""A tap on the wire: what cables, switches and firewalls do to a TCP connection.

It sits between a device and the network, inside the device's own process: addresses, ports and TLS
stay what they are, and the other end sees real resets, real silence and real delays. A line that
nothing is wrong with is not tapped at all.
"""

from __future__ import annotations

import selectors
import socket
import struct
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

Address = tuple[str, int]
_PIECE = 65536  # bytes read at a time
_DEAD_SECONDS = 120.0  # how long a dead connection is kept for ends that go on waiting
_LINGER_ZERO = struct.pack("ii", 1, 0)  # closing then sends a reset
_ENDS: weakref.WeakKeyDictionary[socket.socket, tuple[Address, Address]] = (
    weakref.WeakKeyDictionary()
)


@dataclass(frozen=True, kw_only=True)
class Impairment:
    """What is wrong with a line.

    `latency` is in seconds each way, `rate` in bytes a second (0: no limit). After `cut_after`
    bytes in one direction the line is cut: by a reset, or in silence, so that both ends go on
    waiting. With `blocked` no connection comes about: 'refused', 'unreachable' or 'silent'.
    """

    latency: float = 0.0
    rate: int = 0
    cut_after: int = 0
    silent: bool = False
    blocked: str = ""

    def __bool__(self) -> bool:
        """Whether there is anything wrong at all."""
        return self != Impairment()


@dataclass
class Counters:
    """What went through a line since it was set up: bytes, connections, and those that were cut."""

    sent: int = 0
    received: int = 0
    connections: int = 0
    cut: int = 0


@dataclass(eq=False)
class Line:
    """A device's line into the network; `trouble` says what is wrong on the way to an address."""

    trouble: Callable[[Address], Impairment] = lambda address: Impairment()
    counters: Counters = field(default_factory=Counters)

    def connect(
        self, address: Address, timeout: float, source: Address | None = None
    ) -> socket.socket:
        """Connect to `address`, as `socket.create_connection` does, through whatever is wrong."""
        wrong = self.trouble(address)
        _block(wrong.blocked, timeout)
        sock = socket.create_connection(address, timeout, source)
        return self._tapped(sock, wrong)

    def accepted(self, sock: socket.socket, address: Address) -> socket.socket:
        """Return an accepted connection as the device sees it."""
        return self._tapped(sock, self.trouble(address))

    def _tapped(self, sock: socket.socket, wrong: Impairment) -> socket.socket:
        self.counters.connections += 1
        return _Tapped(sock, wrong, self.counters).near if wrong else sock


class _Tapped:
    """One connection that is passed on piece by piece, by a thread of its own."""

    def __init__(self, far: socket.socket, wrong: Impairment, counters: Counters) -> None:
        self.near, self._inner = _pair()
        _ENDS[self.near] = true_ends(far)
        self._far, self._wrong, self._counters = far, wrong, counters
        self._passed = {self._inner: 0, far: 0}  # bytes that came from here
        far.settimeout(None)
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        with selectors.DefaultSelector() as waiting, suppress(OSError):
            for sock in (self._inner, self._far):
                waiting.register(sock, selectors.EVENT_READ)
            while waiting.get_map():
                for key, _ in waiting.select():
                    self._pass(waiting, key.fileobj)  # type: ignore[arg-type]
        self._far.close()
        self._inner.close()

    def _pass(self, waiting: selectors.BaseSelector, source: socket.socket) -> None:
        """Pass on what has come, late and slowly; cut the line when it is time."""
        target = self._far if source is self._inner else self._inner
        data = source.recv(self._size(self._passed[source]))
        if not data:
            waiting.unregister(source)
            target.shutdown(socket.SHUT_WR)
            return
        time.sleep(self._wrong.latency + (len(data) / self._wrong.rate if self._wrong.rate else 0))
        target.sendall(data)
        self._passed[source] += len(data)
        self._count(len(data), source is self._inner)
        if 0 < self._wrong.cut_after <= self._passed[source]:
            self._cut()

    def _size(self, passed: int) -> int:
        """Return how much to read: what a tenth of a second lets through, and not past the cut."""
        rate, cut = self._wrong.rate, self._wrong.cut_after
        size = min(_PIECE, max(1, rate // 10)) if rate else _PIECE
        return max(1, min(size, cut - passed)) if cut else size

    def _count(self, size: int, outward: bool) -> None:
        if outward:
            self._counters.sent += size
        else:
            self._counters.received += size

    def _cut(self) -> None:
        """End the connection with a reset, or let it go dead; raises OSError: that was all."""
        self._counters.cut += 1
        if self._wrong.silent:
            self._play_dead()
        for sock in (self._far, self._inner):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        raise ConnectionResetError

    def _play_dead(self) -> None:
        """Swallow everything until both ends have given up."""
        deadline = time.monotonic() + _DEAD_SECONDS
        with selectors.DefaultSelector() as waiting:
            for sock in (self._inner, self._far):
                waiting.register(sock, selectors.EVENT_READ)
            while waiting.get_map() and time.monotonic() < deadline:
                for key, _ in waiting.select(1):
                    if not key.fileobj.recv(_PIECE):  # type: ignore[union-attr]
                        waiting.unregister(key.fileobj)


def true_ends(sock: socket.socket) -> tuple[Address, Address]:
    """Return a connection's own address and its peer's, past a tap; raises OSError if gone."""
    return _ENDS.get(sock) or (sock.getsockname()[:2], sock.getpeername()[:2])


def _block(blocked: str, timeout: float) -> None:
    """Fail as a network fails that lets no connection through."""
    if blocked == "refused":
        raise ConnectionRefusedError("connection refused")
    if blocked == "unreachable":
        raise OSError("no route to host")
    if blocked:
        time.sleep(timeout)
        raise TimeoutError("timed out")


def _pair() -> tuple[socket.socket, socket.socket]:
    """Return two ends of a TCP connection of our own: socketpair() may be no TCP."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        near = socket.create_connection(door.getsockname())
        while True:
            inner, address = door.accept()
            if address == near.getsockname():
                return near, inner
            inner.close()  # somebody else on this machine was quicker
