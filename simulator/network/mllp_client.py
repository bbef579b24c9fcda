"""Sending over MLLP: one connection that is kept, and the acknowledgement read properly."""

from __future__ import annotations

import socket
import time
from contextlib import suppress

from simulator.errors import NoAnswerError
from simulator.network import hl7, hl7_ack
from simulator.network.hl7_ack import Ack
from simulator.network.mllp import FrameReader, Piece, frame
from simulator.network.recording import HL7, TAPE, Connection


class MllpClient:
    """A line to one receiver; it is opened when needed."""

    def __init__(self, host: str, port: int, timeout: float = 10.0) -> None:
        """Wait up to `timeout` seconds for each acknowledgement."""
        self.host, self.port, self.timeout = host, port, timeout
        self._socket: socket.socket | None = None
        self._reader = FrameReader()
        self._pieces: list[Piece] = []
        self._tape: Connection | None = None

    def send(self, raw: bytes) -> Ack:
        """Send a message and return its acknowledgement.

        Raises NoAnswerError if none came, Hl7Error if what came is none. Answers to an earlier
        message, which we gave up, are passed over; so is CA where MSH-16 asks for more.
        """
        head = hl7.peek(raw)
        wanted, more = head.control_id, head.get("MSH-16") == "AL"
        deadline = time.monotonic() + self.timeout
        try:
            self._line().sendall(frame(raw))
            if self._tape is not None:
                self._tape.message(frame(raw), outward=True)
            while True:
                ack = hl7_ack.read(self._receive(deadline).data)
                if more and ack.code == "CA":
                    continue  # enhanced mode: kept safely, and not yet done
                if ack.control_id == wanted or not wanted:
                    return ack
        except OSError as error:
            said = self._reader.waiting[:60]
            self.close()
            raise NoAnswerError(
                f"{self.host}:{self.port} took the message but did not acknowledge it: "
                + (f"it said {said!r}." if said else f"{error}."),
                "Look at the log of the receiver.",
            ) from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the line."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.close()
        if self._tape is not None:
            self._tape.close()
        self._socket, self._reader, self._pieces, self._tape = None, FrameReader(), [], None

    def __enter__(self) -> MllpClient:
        """Use it for a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the line."""
        self.close()

    def _line(self) -> socket.socket:
        if self._socket is not None and self._is_dead():
            self.close()
        if self._socket is None:
            try:
                self._socket = socket.create_connection((self.host, self.port), self.timeout)
            except (OSError, OverflowError, UnicodeError) as error:
                raise NoAnswerError(
                    f"Nothing answers HL7 at {self.host}:{self.port}: {error}.",
                    "Check address and port, and that the receiver runs.",
                ) from error
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._tape = TAPE.open(self._socket, HL7)
        self._socket.settimeout(self.timeout)
        return self._socket

    def _is_dead(self) -> bool:
        """Return whether the peer has hung up meanwhile; what it said before that is kept."""
        assert self._socket is not None
        self._socket.settimeout(0)
        try:
            data = self._socket.recv(65536)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            return True
        self._take(data)
        return not data

    def _take(self, data: bytes) -> None:
        """Take what came, and have it recorded."""
        for piece in self._reader.feed(data):
            self._pieces.append(piece)
            if self._tape is not None:
                self._tape.message(piece.on_the_line, outward=False)

    def _receive(self, deadline: float) -> Piece:
        assert self._socket is not None
        while not self._pieces:
            self._socket.settimeout(max(0.001, deadline - time.monotonic()))
            data = self._socket.recv(65536)
            if not data:
                raise ConnectionResetError("the line was closed")
            self._take(data)
        return self._pieces.pop(0)
