"""What goes over the wire, kept for a while: every PDU and HL7 message of this process.

A process has one tape, as a machine has one network card. It is a ring: what is oldest goes first.
Of objects that are stored only the head is kept, with the true length; secrets are masked before
they are kept; what comes by TLS is kept as it is after decryption. Where both ends of a connection
are in this process, it is kept once.
"""

from __future__ import annotations

import itertools
import socket
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from simulator.clock import Clock, ClockState, real_seconds
from simulator.errors import CannotError
from simulator.network.tap import true_ends
from simulator.network.wire_masking import masked

DICOM, HL7 = "DICOM", "HL7"
HEAD = 4096  # bytes kept of an object that is stored
WHOLE = 65536  # bytes kept of anything else
RING_BYTES, RING_FRAMES = 16 << 20, 40_000
_OVERHEAD = 250  # bytes a frame takes beside its data
_MARK_SECONDS = 0.5  # how often hospital time is looked at, while something comes
_HEADER, _P_DATA = 6, 4  # bytes of a PDU's head, and the type of those that carry messages
_WITH_SECRETS = (b"\x01", b"\x02")  # A-ASSOCIATE-RQ, A-ASSOCIATE-AC
_STORE = b"\0\0\0\x01\x02\0\0\0\x01\0"  # (0000,0100) Command Field: C-STORE-RQ
Address = tuple[str, int]
Buffer = bytes | bytearray | memoryview


@dataclass(slots=True, eq=False)
class Frame:
    """A PDU or an HL7 message, or several PDUs of which only the length is kept."""

    at: float  # the machine's time, seconds since the epoch
    outward: bool  # sent from here
    offset: int  # bytes that went this way before it
    length: int
    data: bytes  # what was kept of it
    pdus: int = 1


@dataclass(slots=True, eq=False)
class _Way:
    """One direction of a connection."""

    offset: int = 0
    room: int = WHOLE  # how much of the present data set may still be kept
    last: Frame | None = None


@dataclass(eq=False)
class Connection:
    """One TCP connection: who speaks, and what was said."""

    tape: Tape = field(repr=False)
    number: int
    protocol: str
    local: Address
    remote: Address
    began: float
    association: int = 0  # the acceptor's number of it, as in the journal
    tls: bool = False
    called_from_here: bool = False
    ended: float | None = None
    trouble: str = ""  # why it did not come about, or broke
    titles: tuple[str, str] = ("", "")  # calling and called, where nothing was said
    named: tuple[str, str] | None = None  # the same, once it was read
    opening: list[Frame] = field(default_factory=list)  # the first one of each end stays
    frames: deque[Frame] = field(default_factory=deque)
    ways: tuple[_Way, _Way] = field(default_factory=lambda: (_Way(), _Way()))  # in, out

    @property
    def size(self) -> int:
        """How many bytes went either way: it grows with all that is said."""
        return self.ways[0].offset + self.ways[1].offset

    @property
    def caller(self) -> Address:
        """The address of the end that called."""
        return self.local if self.called_from_here else self.remote

    @property
    def called(self) -> Address:
        """The address of the end that was called."""
        return self.remote if self.called_from_here else self.local

    def came(self, header: bytes | bytearray, body: bytearray) -> None:
        """Keep a PDU that was read."""
        control = body[5] if header[0] == _P_DATA and len(body) > 5 else -1
        self._pdu(False, control, len(body) + _HEADER, (header, body), real_seconds())

    def went(self, buffers: Sequence[Buffer], begun: float) -> None:
        """Keep the PDUs that were sent as these buffers; `begun` is when that began."""
        at, way = 0, self.ways[1]
        while at < len(buffers):
            head = buffers[at]
            if len(head) < _HEADER:  # no PDU of ours
                self._pdu(True, -1, sum(map(len, buffers[at:])), buffers[at:], begun)
                return
            control = head[11] if head[0] == _P_DATA and len(head) > 11 else -1
            if way.room <= 0 and control >= 0 and not control & 1:
                rest = buffers[at:]  # one message is sent at a time: only its data is left
                self._count(way, sum(map(len, rest)), (len(rest) + 1) // 2)
                return
            length, size, first = int.from_bytes(head[2:6], "big") + _HEADER, len(head), at
            at += 1
            while size < length and at < len(buffers):
                size += len(buffers[at])
                at += 1
            self._pdu(True, control, size, buffers[first:at], begun)

    def message(self, data: bytes, *, outward: bool) -> None:
        """Keep an HL7 message as it was on the line."""
        self._keep(outward, len(data), data[:WHOLE], real_seconds())

    def broke(self, why: str) -> None:
        """Note why nothing more came; only the first time counts."""
        self.trouble = self.trouble or why

    def close(self) -> None:
        """Note that the connection has ended; only the first time counts."""
        if self.ended is None:
            self.ended = real_seconds()
            self.tape.ended(self)

    def _pdu(
        self, outward: bool, control: int, length: int, parts: Sequence[Buffer], at: float
    ) -> None:
        """Keep a PDU; `control` is its first message control header (PS3.8 E.2), or -1."""
        way = self.ways[outward]
        if control < 0:
            data = _head(parts, WHOLE)
            self._keep(outward, length, masked(data) if data[:1] in _WITH_SECRETS else data, at)
        elif control & 1:
            data = _head(parts, WHOLE)
            way.room = HEAD if _STORE in data[:512] else WHOLE
            self._keep(outward, length, data[: way.room], at)
        elif way.room <= 0:
            self._count(way, length, 1)
        else:
            self._keep(outward, length, _head(parts, way.room), at)
            way.room -= length

    def _count(self, way: _Way, length: int, pdus: int) -> None:
        """Add to the last frame what is not kept."""
        way.offset += length
        if way.last is not None:
            way.last.length += length
            way.last.pdus += pdus

    def _keep(self, outward: bool, length: int, data: bytes, at: float) -> None:
        way = self.ways[outward]
        frame = Frame(at, outward, way.offset, length, data)
        way.offset += length
        if way.last is None:
            if not self.opening:
                self.called_from_here = outward  # who calls speaks first
            self.opening.append(frame)
        way.last = frame
        self.tape.keep(self, frame)


def _head(parts: Sequence[Buffer], size: int) -> bytes:
    """Return the first bytes of buffers that follow one another."""
    found = bytearray()
    for part in parts:
        found += memoryview(part)[: size - len(found)]
        if len(found) >= size:
            break
    return bytes(found)


class Tape:
    """The ring of one process."""

    def __init__(self, size: int = RING_BYTES, frames: int = RING_FRAMES) -> None:
        """Keep at most so many bytes, and so many frames."""
        self.size, self.frames = size, frames
        self.clock: Clock | None = None  # hospital time; whoever has a clock sets it
        self.used = 0
        self._ring: deque[tuple[Connection, int]] = deque()
        self._connections: dict[int, Connection] = {}
        self._live: dict[frozenset[Address], Connection] = {}
        self._numbers = itertools.count(1)
        self._marks: deque[tuple[float, ClockState]] = deque(maxlen=1000)
        self._looked = 0.0
        self._lock = threading.Lock()

    def open(self, sock: socket.socket, protocol: str = DICOM) -> Connection | None:
        """Begin to record a connection; None where its other end is recorded here already."""
        try:
            local, remote = true_ends(sock)
        except OSError:
            return None  # it has gone again
        with self._lock:
            ends = frozenset((local, remote))
            if ends in self._live and self._live[ends].local == remote:
                return None
            made = Connection(self, next(self._numbers), protocol, local, remote, real_seconds())
            self._live[ends] = made
        return made

    def numbered(self, sock: socket.socket, number: int) -> None:
        """Note the journal's number of an association, whichever end records it."""
        with suppress(OSError), self._lock:
            connection = self._live.get(frozenset(true_ends(sock)))
            if connection is not None:
                connection.association = number

    def failed(self, source: str, target: Address, titles: tuple[str, str], why: str) -> None:
        """Note a call that reached nobody: from which address, whereto, and who called whom."""
        now = real_seconds()
        made = Connection(
            self, next(self._numbers), DICOM, (source, 0), target, now, called_from_here=True,
            ended=now, trouble=why, titles=titles,
        )  # fmt: skip
        self.keep(made, Frame(now, True, 0, 0, b""))

    def keep(self, connection: Connection, frame: Frame) -> None:
        """Put a frame on the ring; the oldest ones make room."""
        cost = len(frame.data) + _OVERHEAD
        if frame.at - self._looked > _MARK_SECONDS:
            self._look(frame.at)
        with self._lock:
            self._connections[connection.number] = connection
            connection.frames.append(frame)
            self._ring.append((connection, cost))
            self.used += cost
            while self.used > self.size or len(self._ring) > self.frames:
                oldest, freed = self._ring.popleft()
                self.used -= freed
                oldest.frames.popleft()
                if not oldest.frames and oldest.ended is not None:
                    del self._connections[oldest.number]

    def ended(self, connection: Connection) -> None:
        """Take a connection out of the live ones: its ports may come again."""
        with self._lock:
            ends = frozenset((connection.local, connection.remote))
            if self._live.get(ends) is connection:
                del self._live[ends]
            if not connection.frames:
                self._connections.pop(connection.number, None)

    def all(self) -> list[Connection]:
        """Return the connections of which something is kept, in the order they began."""
        with self._lock:
            return sorted(self._connections.values(), key=lambda found: found.number)

    def get(self, number: int) -> Connection | None:
        """Return one connection, if it is still kept."""
        with self._lock:
            return self._connections.get(number)

    def kept(self, connection: Connection) -> list[Frame]:
        """Return what is kept of a connection, its opening included, in order."""
        with self._lock:
            frames = list(connection.frames)
        gone = [frame for frame in connection.opening if frame not in frames]
        return [*gone, *frames]

    def hospital_time(self, at: float) -> datetime | None:
        """Return what the hospital's clock said at a moment of the machine's; None: unknown."""
        marks = list(self._marks)
        before = [state for seen, state in marks if seen <= at] or [state for _, state in marks[:1]]
        return before[-1].at(at) if before else None

    def _look(self, at: float) -> None:
        """Remember how the hospital's clock runs, so that every frame has its hospital time."""
        self._looked = at
        if self.clock is not None:
            with suppress(CannotError):
                state = self.clock.state
                if not self._marks or not _alike(self._marks[-1][1], state, at):
                    self._marks.append((at, state))


def _alike(one: ClockState, other: ClockState, at: float) -> bool:
    """Return whether two states of the clock say the same; it is written down every few seconds."""
    apart = abs((one.at(at) - other.at(at)).total_seconds())
    return (one.speed, one.mode) == (other.speed, other.mode) and apart <= other.speed


TAPE = Tape()
