"""One association, either side of it: DIMSE messages in and out (PS3.7, PS3.8 Annex E).

One thread owns an association. A message is read to its end before the next is looked at; the
only thing that may overtake is C-CANCEL, which a long answer asks for with `cancelled()`.
"""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from simulator.network import command as cmd
from simulator.network import wire as w
from simulator.network.command import Command
from simulator.network.pdata import COMMAND, LAST, Pdv, fragment, pdu, split
from simulator.network.wire import Buffer, Wire

MESSAGE_CAP = 2 << 30  # bytes of one data set
_COMMAND_CAP = 1 << 16
_PENDING = (0xFF00, 0xFF01)


class Aborted(Exception):
    """The association ended without a release: an A-ABORT, a reset, or a time-out."""

    def __init__(self, why: str, source: int | None = None, reason: int | None = None) -> None:
        """Say `why`; `source` and `reason` are those of an A-ABORT (PS3.8 9.3.8)."""
        super().__init__(why)
        self.source, self.reason = source, reason


@dataclass(frozen=True, kw_only=True)
class Context:
    """An accepted presentation context."""

    id: int
    abstract_syntax: str
    transfer_syntax: str
    as_scu: bool = True  # whether the requestor may be SCU of it
    as_scp: bool = False  # whether the requestor may be SCP of it (C-GET)


@dataclass(kw_only=True)
class Message:
    """One whole DIMSE message."""

    context: Context
    command: Command
    fragments: list[bytes | memoryview] = field(default_factory=list)

    @property
    def data(self) -> bytes:
        """The encoded data set, empty if there is none."""
        return b"".join(self.fragments)


class Association:
    """An established association."""

    def __init__(
        self,
        wire: Wire,
        *,
        calling: str,
        called: str,
        contexts: Sequence[Context],
        max_send: int,
        is_acceptor: bool = False,
    ) -> None:
        """Speak over `wire`; `max_send` is the PDU length the peer accepts (0: no limit)."""
        self.wire, self.calling, self.called = wire, calling, called
        self.is_acceptor = is_acceptor
        self.contexts = {context.id: context for context in contexts}
        limit = max_send or w.OFFERED_PDU
        self.max_fragment = max(64, min(limit, w.OFFERED_PDU) - 6)
        self.peer_address: tuple[str, int] = wire.sock.getpeername()[:2]
        self.number = 0  # set by the acceptor: the association's number in the journal
        self.user = ""  # set by the acceptor: the user it recognised (PS3.7 D.3.3.7)
        self.extensions: dict[str, bytes] = {}  # agreed to beyond the baseline (PS3.7 D.3.3.5)
        self.began = time.monotonic()
        self.unwanted = ""  # why its thread is to abort it: cutting.py
        self.on_release: Callable[[], None] = lambda: None  # done before the peer has its answer
        self._released = False
        self._inbox: deque[Message] = deque()
        self._pdvs: deque[Pdv] = deque()
        self._cancelled: set[int] = set()
        self._numbers = itertools.cycle(range(1, 65536))

    # --- messages ---------------------------------------------------------------------------

    def receive(self) -> Message | None:
        """Return the next message, or None once the peer has released. Raises Aborted."""
        self._cancelled.clear()  # whatever was cancelled is over; its number may come again
        if self._inbox:
            return self._inbox.popleft()
        return self._read_message()

    def send(self, context: Context, command: Command, data: Sequence[Buffer] = ()) -> None:
        """Send one message: a command set and, if `data` is given, its data set."""
        has_data = sum(map(len, data)) > 0
        command = {**command, "CommandDataSetType": 0x0001 if has_data else cmd.NO_DATA_SET}
        buffers: list[Buffer] = []
        fragment(buffers, context.id, COMMAND, [cmd.encode(command)], self.max_fragment)
        if has_data:
            fragment(buffers, context.id, 0, data, self.max_fragment)
        try:
            self.wire.send(buffers)
        except w.Closed as error:
            raise Aborted(f"the connection broke while sending: {error}") from error
        except TimeoutError as error:
            raise Aborted("the peer stopped reading") from error

    def request(
        self, context: Context, command: Command, data: Sequence[Buffer] = ()
    ) -> Generator[Message, None, None]:
        """Send a request and yield its responses up to the final one."""
        number = next(self._numbers)
        self.send(context, {"MessageID": number, **command}, data)
        pending = True
        try:
            while pending:
                response = self._response(number)
                pending = response.command.get("Status", 0) in _PENDING
                yield response
        except GeneratorExit:
            if pending:  # whoever asked has seen enough: say so, and hear the peer out
                with suppress(Aborted, TimeoutError):
                    self.cancel(context, number)
                    while self._response(number).command.get("Status", 0) in _PENDING:
                        pass
            raise

    def cancel(self, context: Context, number: int) -> None:
        """Ask the peer to stop answering request `number` (PS3.7 9.3.2.3)."""
        self.send(context, {"CommandField": cmd.C_CANCEL, "MessageIDBeingRespondedTo": number})

    def cancelled(self, number: int) -> bool:
        """Return whether a C-CANCEL for request `number` has come, without waiting."""
        while self._pdvs or self._readable():
            message = self._read_message()
            if message is None:
                raise Aborted("the peer released in the middle of an answer")
            self._file(message)
        return number in self._cancelled

    def lingers(self, seconds: float) -> bool:
        """Return whether the peer keeps the association open for so long; raises Aborted."""
        if self._inbox or not self.arrives(seconds):
            return True
        message = self._read_message()
        if message is not None:
            self._file(message)
        return message is not None

    def arrives(self, seconds: float) -> bool:
        """Return whether a message, or the end, comes within `seconds`; raises Aborted."""
        try:
            return bool(self._inbox or self._pdvs or self._released) or self.wire.wait(seconds)
        except w.Closed as error:
            raise Aborted(f"the connection broke: {error}") from error

    def _readable(self) -> bool:
        try:
            return self.wire.readable()
        except w.Closed as error:
            raise Aborted(f"the connection broke: {error}") from error

    def accepted(self, abstract_syntax: str, transfer_syntax: str = "") -> Context | None:
        """Return an accepted context for this syntax that we may use as SCU, if there is one."""
        return next(
            (
                context
                for context in self.contexts.values()
                if context.abstract_syntax == abstract_syntax
                and transfer_syntax in ("", context.transfer_syntax)
                and (context.as_scp if self.is_acceptor else context.as_scu)
            ),
            None,
        )

    def context_of(self, abstract_syntax: str) -> Context | None:
        """Return an accepted context for this syntax, whatever the roles."""
        found = (cx for cx in self.contexts.values() if cx.abstract_syntax == abstract_syntax)
        return next(found, None)

    # --- the end ------------------------------------------------------------------------------

    def release(self) -> None:
        """Release in an orderly way (A-RELEASE) and close."""
        try:
            self.wire.send([pdu(w.RELEASE_RQ, bytes(4))])
            while self.wire.read()[0] not in (w.RELEASE_RP, w.ABORT):
                pass
        except (w.Closed, w.Oversized, OSError):
            pass  # the peer may close instead of answering; the work is done either way
        finally:
            self.wire.close()

    def abort(self, source: int = 0, reason: int = 0) -> None:
        """Send A-ABORT (source 0: service-user, 2: service-provider) and close."""
        try:
            with suppress(w.Closed, OSError):
                self.wire.send([pdu(w.ABORT, bytes([0, 0, source, reason]))])
        finally:
            self.wire.close()

    # --- reading ------------------------------------------------------------------------------

    def _response(self, number: int) -> Message:
        while True:
            message = self._read_message()
            if message is None:
                raise Aborted("the peer released before it answered")
            if message.command.get("MessageIDBeingRespondedTo") == number and (
                message.command["CommandField"] & cmd.RESPONSE
            ):
                return message
            self._file(message)

    def _file(self, message: Message) -> None:
        """Put aside a message that overtook what we are waiting for."""
        if message.command["CommandField"] == cmd.C_CANCEL:
            self._cancelled.add(message.command.get("MessageIDBeingRespondedTo") or 0)
        else:
            self._inbox.append(message)

    def _read_message(self) -> Message | None:
        first = self._next_pdv()
        if first is None:
            return None
        context = self.contexts.get(first[0])
        if context is None:
            self.abort(2, 6)
            raise Aborted(f"the peer used presentation context {first[0]}, which was not accepted")
        try:
            command = cmd.decode(b"".join(self._fragments(first, COMMAND, _COMMAND_CAP)))
        except ValueError as error:
            self.abort(2, 6)
            raise Aborted(str(error)) from error
        message = Message(context=context, command=command)
        if command.get("CommandDataSetType", cmd.NO_DATA_SET) != cmd.NO_DATA_SET:
            message.fragments = self._fragments(self._next_pdv(), 0, MESSAGE_CAP)
        return message

    def _fragments(self, pdv: Pdv | None, kind: int, cap: int) -> list[bytes | memoryview]:
        parts: list[bytes | memoryview] = []
        size = 0
        while pdv is not None:
            _, control, data = pdv
            size += len(data)
            if control & COMMAND != kind or size > cap:
                self.abort(2, 2)
                raise Aborted("the peer's message fragments are out of order or too long")
            parts.append(data)
            if control & LAST:
                return parts
            pdv = self._next_pdv()
        raise Aborted("the peer released in the middle of a message")

    def _next_pdv(self) -> Pdv | None:
        while not self._pdvs:
            if self._released:
                return None
            try:
                kind, body = self.wire.read()
            except w.Closed as error:
                raise Aborted(f"the connection broke: {error}") from error
            except w.Oversized as error:
                self.abort(2, 6)
                raise Aborted(str(error)) from error
            if kind == w.P_DATA:
                self._split(memoryview(body))
            elif kind == w.RELEASE_RQ:
                self._released = True
                self.on_release()
                with suppress(w.Closed, TimeoutError):  # a hasty peer does not wait for it
                    self.wire.send([pdu(w.RELEASE_RP, bytes(4))])
                return None
            elif kind == w.ABORT:
                source, reason = (body[2], body[3]) if len(body) >= 4 else (0, 0)
                raise Aborted(w.abort_text(source, reason), source, reason)
            else:
                self.abort(2, 2)
                raise Aborted(f"the peer sent an unexpected PDU of type {kind}")
        return self._pdvs.popleft()

    def _split(self, body: memoryview) -> None:
        try:
            self._pdvs.extend(split(body))
        except ValueError as error:
            self.abort(2, 6)
            raise Aborted(str(error)) from error
