"""PDUs over one TCP connection, read and written whole (PS3.8 9.3).

`TCP_NODELAY` and a re-armed `TCP_QUICKACK` remove the two 40 ms stalls that Nagle's algorithm
causes with peers that write a PDU in two pieces; the length of a PDU is capped before a byte of
it is read, because it comes from the wire.
"""

from __future__ import annotations

import selectors
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress

from simulator.clock import real_seconds
from simulator.errors import CannotError
from simulator.network.recording import TAPE

ASSOCIATE_RQ, ASSOCIATE_AC, ASSOCIATE_RJ, P_DATA, RELEASE_RQ, RELEASE_RP, ABORT = range(1, 8)
PDU_CAP = 1 << 20  # bytes; far above what we offer (OFFERED_PDU)
OFFERED_PDU = 131072
_HEADER = 6  # type (1), reserved (1), length (4)
_QUICKACK = getattr(socket, "TCP_QUICKACK", None)  # Linux only; elsewhere it is not needed

Buffer = bytes | bytearray | memoryview


class Closed(Exception):
    """The peer closed or reset the connection without a word."""


class Oversized(Exception):
    """The peer announced a PDU longer than we accept, or does not speak DICOM at all."""


class Wire:
    """One TCP connection that carries PDUs."""

    def __init__(self, sock: socket.socket, timeout: float | None = None) -> None:
        """Take over `sock`; `timeout` is in seconds and covers every read and write."""
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(timeout)
        self.sock = sock
        self.cap = PDU_CAP
        self.tape = TAPE.open(sock)
        self._early = bytearray()  # of a TLS connection: read to see whether there is anything
        self._selector: selectors.BaseSelector | None = None

    @property
    def tls(self) -> ssl.SSLSocket | None:
        """The TLS connection underneath, if it is one."""
        return self.sock if isinstance(self.sock, ssl.SSLSocket) else None

    def number(self, number: int) -> None:
        """Have it recorded under which number the journal has this association."""
        TAPE.numbered(self.sock, number)

    def secure(self, context: ssl.SSLContext, server_name: str | None = None) -> None:
        """Begin TLS, as a client with `server_name`, else as a server; raises OSError."""
        self.sock = context.wrap_socket(
            self.sock,
            server_side=server_name is None,
            server_hostname=server_name,
            do_handshake_on_connect=False,
        )
        if self.tape is not None:
            self.tape.tls = True
        self.sock.do_handshake()

    def read(self) -> tuple[int, bytearray]:
        """Return the next PDU's type and body; raises Closed, Oversized or TimeoutError."""
        header = self._exactly(_HEADER)
        length = int.from_bytes(header[2:6], "big")
        if length > self.cap:
            raise Oversized(_too_long(header, length, self.cap))
        body = self._exactly(length)
        if self.tape is not None:
            self.tape.came(header, body)
        return header[0], body

    def send(self, buffers: Sequence[Buffer]) -> None:
        """Send `buffers` one after the other, in as few packets as possible."""
        begun = real_seconds()
        try:
            for start in range(0, len(buffers), 512):  # the system limits one gathered write
                self._gather(buffers[start : start + 512])
        except TimeoutError:
            raise
        except OSError as error:  # a reset, or another thread has closed the connection
            raise self._closed(str(error)) from error
        if self.tape is not None:
            self.tape.went(buffers, begun)

    def readable(self) -> bool:
        """Return whether something waits to be read, without waiting for it; raises Closed."""
        try:
            if self._selector is None:
                self._selector = selectors.DefaultSelector()
                self._selector.register(self.sock, selectors.EVENT_READ)
            if self.tls is not None:
                return self._peek(self.tls)
            return bool(self._selector.select(0))
        except (OSError, ValueError) as error:  # another thread has closed the connection
            raise Closed(str(error)) from error

    def close(self) -> None:
        """Close the connection; safe to call twice and from another thread."""
        if self._selector is not None:
            self._selector.close()
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()
        if self.tape is not None:
            self.tape.close()

    def wait(self, seconds: float) -> bool:
        """Return whether something comes within `seconds`; raises Closed."""
        if self.readable():
            return True
        assert self._selector is not None
        try:
            self._selector.select(seconds)
        except (OSError, ValueError) as error:
            raise Closed(str(error)) from error
        return self.readable()

    def _peek(self, sock: ssl.SSLSocket) -> bool:
        """Return whether there is data: a readable TLS socket may hold no more than a ticket."""
        if self._early or sock.pending():
            return True
        timeout = sock.gettimeout()
        sock.settimeout(0)
        try:
            self._early += sock.recv(1)
        except (ssl.SSLWantReadError, BlockingIOError):
            return False
        finally:
            sock.settimeout(timeout)
        return True

    def _closed(self, why: str) -> Closed:
        """Return the exception for an end without a word, and have it recorded."""
        if self.tape is not None:
            self.tape.broke(why)
        return Closed(why)

    def _gather(self, buffers: Sequence[Buffer]) -> None:
        if self.tls is not None or not hasattr(self.sock, "sendmsg"):  # Windows has none either
            self.sock.sendall(b"".join(buffers))
            return
        left: Sequence[Buffer] = buffers
        while left:
            left = _unsent(left, self.sock.sendmsg(left))

    def _exactly(self, count: int) -> bytearray:
        data = bytearray(count)
        view, have = memoryview(data), 0
        if self._early and count:
            data[0], have = self._early.pop(), 1
        while have < count:
            try:
                got = self.sock.recv_into(view[have:])
            except TimeoutError:
                raise
            except OSError as error:  # a reset, or another thread has closed the connection
                raise self._closed(str(error)) from error
            if not got:
                raise self._closed("the connection was closed")
            have += got
        if _QUICKACK is not None:
            with suppress(OSError):
                self.sock.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
        return data


def _unsent(buffers: Sequence[Buffer], sent: int) -> Sequence[Buffer]:
    """Return what is left of `buffers` after so many bytes, as views: nothing is copied."""
    for number, buffer in enumerate(buffers):
        if sent < len(buffer):
            return [memoryview(buffer)[sent:], *buffers[number + 1 :]]
        sent -= len(buffer)
    return []


def _too_long(header: bytearray, length: int, cap: int) -> str:
    """Say what is wrong with a PDU's head; those of TLS are told by their first bytes."""
    said = f"a PDU of {length} bytes was announced, {cap} are accepted"
    if header[:2] == b"\x16\x03":
        return f"{said}: these are the first bytes of a TLS handshake, and this is a plain port"
    if header[:2] == b"\x15\x03":
        return f"{said}: it is a TLS alert, that port expects TLS"
    return said


def listen(name: str, host: str, port: int) -> socket.socket:
    """Bind at once, for the acceptor `name`; raises CannotError if the port is taken."""
    try:
        listener = socket.create_server((host, port), backlog=128)
    except OSError as error:
        raise CannotError(
            f"{name} cannot listen at {host}:{port}: {error.strerror or error}.",
            "Stop what uses that port, or start with '--ports auto'.",
        ) from error
    listener.settimeout(1.0)
    return listener


_ABORT_REASONS = {
    1: "unrecognised PDU",
    2: "unexpected PDU",
    4: "unrecognised PDU parameter",
    5: "unexpected PDU parameter",
    6: "invalid PDU parameter value",
}


def abort_text(source: int, reason: int) -> str:
    """Say an A-ABORT's source and reason in words (PS3.8 Table 9-26)."""
    if source == 0:
        return "aborted by the peer's application (A-ABORT source 0)"
    return (
        f"aborted by the peer's DICOM layer: {_ABORT_REASONS.get(reason, 'no reason given')} "
        + (f"(A-ABORT source {source}, reason {reason})")
    )


def drain(wire: Wire) -> None:
    """Let the peer read what was sent and close first: closing at once may send a reset."""
    with suppress(OSError):
        wire.sock.settimeout(1)
        for _ in range(16):
            if not socket.socket.recv(wire.sock, 65536):  # past TLS, whose handshake failed
                break
