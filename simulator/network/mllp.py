"""MLLP: HL7 messages on TCP, each between <VT> and <FS><CR>. A server that survives any bytes.

`FrameReader` decides, purely, what the bytes are; `MllpServer` reads sockets. A new <VT> begins a
new message whatever came before, so that no good message is lost behind a bad one.
"""

from __future__ import annotations

import logging
import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from simulator.errors import CannotError
from simulator.network.recording import HL7, TAPE, Connection

VT, FS, CR = b"\x0b", b"\x1c", b"\r"
MAX_MESSAGE = 8 << 20  # bytes
IDLE_SECONDS = 600.0
MAX_CONNECTIONS = 100
_EDGE = re.compile(rb"[\x0b\x1c]")
_NOISE_CAP = 4096  # bytes outside a frame that are kept to be shown


@dataclass(frozen=True)
class Piece:
    """What was found on the line: a message, or the reason why these bytes are none."""

    kind: str  # message | truncated | oversized | noise
    data: bytes

    @property
    def on_the_line(self) -> bytes:
        """The bytes as they came, with what marks a message's beginning and end."""
        if self.kind == "message":
            return frame(self.data)
        return VT + self.data if self.kind in ("truncated", "oversized") else self.data


class FrameReader:
    """Cuts a stream of bytes into pieces, however they arrive."""

    def __init__(self, limit: int = MAX_MESSAGE) -> None:
        """Give up a message after `limit` bytes."""
        self.limit = limit
        self._buffer = bytearray()
        self._state = "outside"  # outside | inside | skipping
        self._scanned = 0

    def feed(self, data: bytes) -> Iterator[Piece]:
        """Take more bytes; yield what is complete."""
        self._buffer += data
        while (piece := self._next()) is not None:
            if piece.data or piece.kind != "noise":
                yield piece

    @property
    def waiting(self) -> bytes:
        """What has come and is not complete."""
        return bytes(self._buffer)

    def end(self) -> Iterator[Piece]:
        """Say what is left when the line is closed."""
        rest = bytes(self._buffer)
        if self._state == "inside" and rest:
            yield Piece("truncated", rest)
        elif self._state == "outside" and rest.strip(b"\r\n"):
            yield Piece("noise", rest[:_NOISE_CAP])
        self._buffer.clear()

    def _next(self) -> Piece | None:
        if self._state == "outside":
            return self._outside()
        edge = _EDGE.search(self._buffer, self._scanned)
        if edge is None:
            self._scanned = len(self._buffer)
            if self._state == "inside":
                return self._too_long()
            self._drop()
            return None
        at, was, sign = edge.start(), self._state, edge[0]
        data = bytes(self._buffer[:at])
        del self._buffer[: at + 1]
        self._scanned = 0
        self._state = "inside" if sign == VT else "outside"
        if was == "skipping":
            return Piece("noise", b"")
        return Piece("message" if sign == FS else "truncated", data)

    def _outside(self) -> Piece | None:
        at = self._buffer.find(VT)
        if at < 0:
            if len(self._buffer) <= _NOISE_CAP:
                return None
            noise = bytes(self._buffer)
            self._buffer.clear()
            return Piece("noise", noise[:_NOISE_CAP])
        noise = bytes(self._buffer[:at]).strip(b"\r\n")
        del self._buffer[: at + 1]
        self._state, self._scanned = "inside", 0
        return Piece("noise", noise[:_NOISE_CAP])

    def _too_long(self) -> Piece | None:
        if len(self._buffer) <= self.limit:
            return None
        head = bytes(self._buffer[:_NOISE_CAP])
        self._state = "skipping"
        self._drop()
        return Piece("oversized", head)

    def _drop(self) -> None:
        self._buffer.clear()
        self._scanned = 0


Receive = Callable[[Piece, str], Iterable[bytes]]  # (what came, from where) → what to answer


class MllpServer:
    """Listens and hands each piece to `receive`, one thread a connection."""

    def __init__(
        self, *, name: str, host: str, port: int, receive: Receive,
        tell: Callable[..., Any] = lambda kind, text, **facts: None, limit: int = MAX_MESSAGE,
        idle: float = IDLE_SECONDS,
    ) -> None:  # fmt: skip
        """Bind at once; raises CannotError if the port is taken."""
        self.name, self.receive, self.tell = name, receive, tell
        self.limit, self.idle = limit, idle
        try:
            self._socket = socket.create_server((host, port), backlog=128)
        except OSError as error:
            raise CannotError(
                f"{name} cannot listen for HL7 at {host}:{port}: {error.strerror or error}.",
                "Stop what uses that port, or start with '--ports auto'.",
            ) from error
        self._socket.settimeout(0.5)  # closing a socket does not wake accept() on every system
        self.host, self.port = self._socket.getsockname()[:2]
        self._live: set[socket.socket] = set()
        self._lock, self._stopped = threading.Lock(), False
        self._threads: set[threading.Thread] = set()
        self._acceptor = threading.Thread(target=self._accept, name=f"{name}-mllp", daemon=True)

    def start(self) -> MllpServer:
        """Begin to answer."""
        self._acceptor.start()
        return self

    def stop(self) -> None:
        """Close every connection and wait for the threads."""
        with self._lock:
            self._stopped = True
            live, threads = list(self._live), list(self._threads)
        for sock in (self._socket, *live):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in (self._acceptor, *threads):
            if thread.is_alive():
                thread.join(5)

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._live)

    def _accept(self) -> None:
        while not self._stopped:
            try:
                sock, address = self._socket.accept()
            except TimeoutError:
                continue
            except OSError:
                if self._stopped:
                    return
                threading.Event().wait(0.05)  # e.g. out of file descriptors for a moment
                continue
            self._admit(sock, f"{address[0]}:{address[1]}")

    def _admit(self, sock: socket.socket, peer: str) -> None:
        thread = threading.Thread(
            target=self._serve, args=(sock, peer), name=f"{self.name}-{peer}", daemon=True
        )
        with self._lock:
            full = len(self._live) >= MAX_CONNECTIONS
            if not full and not self._stopped:
                self._live.add(sock)
                self._threads.add(thread)
                thread.start()
                return
        sock.close()
        if full:
            self.tell("hl7.refused", f"{peer} was turned away: {MAX_CONNECTIONS} are connected",
                      peer=peer)  # fmt: skip

    def _serve(self, sock: socket.socket, peer: str) -> None:
        reader, tape = FrameReader(self.limit), TAPE.open(sock, HL7)
        try:
            with sock:
                sock.settimeout(self.idle)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while data := sock.recv(65536):
                    self._answer(sock, reader.feed(data), peer, tape)
        except OSError:
            pass  # the peer went, or was silent for too long
        finally:
            for piece in reader.end():
                _record(tape, piece.on_the_line, outward=False)
                self._handle(piece, peer)
            if tape is not None:
                tape.close()
            with self._lock:
                self._live.discard(sock)
                self._threads.discard(threading.current_thread())

    def _answer(
        self, sock: socket.socket, pieces: Iterable[Piece], peer: str, tape: Connection | None
    ) -> None:
        for piece in pieces:
            _record(tape, piece.on_the_line, outward=False)
            for reply in self._handle(piece, peer):
                sock.sendall(frame(reply))
                _record(tape, frame(reply), outward=True)

    def _handle(self, piece: Piece, peer: str) -> list[bytes]:
        try:
            return list(self.receive(piece, peer))
        except Exception as error:  # a bug of ours: the line goes on
            logging.getLogger(self.name).exception("an HL7 message could not be handled")
            self.tell("bug", f"{self.name}: {type(error).__name__}: {error}")
            return []


def _record(tape: Connection | None, data: bytes, *, outward: bool) -> None:
    if tape is not None:
        tape.message(data, outward=outward)


def frame(message: bytes) -> bytes:
    """Return a message as it goes on the wire."""
    return VT + message + FS + CR
