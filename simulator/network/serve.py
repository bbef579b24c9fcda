"""The acceptor: one listener, one thread an association, handlers as plain functions.

pynetdicom's codecs and negotiation stand under a blocking loop of our own (why: DESIGN.md).
The door-keeper `admit` sees each proposal and may raise `Refusal`; every association and every
DIMSE message is told to `tell` once, with what a trainee needs to understand it.
"""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from pynetdicom.presentation import PresentationContext

from simulator.errors import LocalError
from simulator.network import command as cmd
from simulator.network import negotiation, telling
from simulator.network import wire as w
from simulator.network.answering import PENDINGS, responses
from simulator.network.association import Aborted, Association, Message
from simulator.network.cutting import check_wanted, say_goodbye
from simulator.network.dimse import Handlers, Request
from simulator.network.limits import Limits
from simulator.network.negotiation import Proposal, Refusal
from simulator.network.tap import Line
from simulator.network.telling import Tell
from simulator.network.tls import Contexts
from simulator.network.wire import Wire


class Server:
    """Answers associations on one address until stopped."""

    def __init__(
        self,
        *,
        name: str,
        host: str,
        port: int,
        contexts: Callable[[Proposal], Sequence[PresentationContext]],
        handlers: Handlers,
        admit: Callable[[Proposal], str | None] = lambda _: None,
        limits: Callable[[], Limits] = Limits,
        share: Callable[[str], int] = lambda calling: 0,
        extend: Callable[[Proposal], dict[str, bytes]] = lambda _: {},
        tls: Contexts | None = None,
        guard: Callable[[], Contexts | None] | None = None,
        beside: Server | None = None,
        line: Line | None = None,
        tell: Tell = lambda kind, text, **facts: None,
    ) -> None:
        """Bind at once; `port` 0 lets the system choose. Raises CannotError if it is taken.

        `admit` returns the user it recognised, if there is one; `share` how many associations an
        AE title may have open (0: no limit of its own); `extend` what is agreed to in extended
        negotiation, for each SOP class. With `tls` the port speaks TLS only; `guard` says
        it anew for each caller.
        It counts its associations together with those of the server it stands `beside`, and
        hangs on `line`.
        """
        self.name, self.contexts, self.handlers = name, contexts, handlers
        self.admit, self.limits, self.share, self.tell = admit, limits, share, tell
        self.guard, self.extend, self.line = guard or (lambda: tls), extend, line or Line()
        self.live: dict[int, Association] = beside.live if beside else {}
        self.numbers: Iterator[int] = beside.numbers if beside else itertools.count(1)
        self._waiting: set[Wire] = set()
        self._admitted: dict[Wire, str] = beside._admitted if beside else {}  # and who calls
        self._door: threading.Lock = beside._door if beside else threading.Lock()
        self._stopping = False
        self._threads: set[threading.Thread] = set()
        self._listener = w.listen(name, host, port)
        self.host, self.port = self._listener.getsockname()[:2]
        self._accepting = threading.Thread(target=self._accept, name=f"{name}-accept", daemon=True)

    def start(self) -> Server:
        """Begin to accept associations."""
        self._accepting.start()
        return self

    def stop(self) -> None:
        """Stop listening, abort what is still open, and wait for the threads."""
        self._stopping = True
        with suppress(OSError):  # not connected: some systems refuse, closing is enough there
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for association in list(self.live.values()):
            # OpenSSL lets only the thread that reads write, too: there the connection just ends.
            if association.wire in self._waiting and association.wire.tls is None:
                association.abort()
        for wire in list(self._waiting):
            wire.close()
        if self._accepting.is_alive():
            self._accepting.join(2)
        for thread in list(self._threads):
            thread.join(2)

    # --- accepting ----------------------------------------------------------------------------

    def _accept(self) -> None:
        while not self._stopping:
            try:
                sock, address = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:  # out of file descriptors, or the peer has gone again: go on
                time.sleep(0.05)
                continue
            thread = threading.Thread(target=self._run, args=(sock, address), daemon=True)
            self._threads.add(thread)
            try:
                thread.start()
            except RuntimeError:  # the system gives no more threads: this caller must wait
                self._threads.discard(thread)
                sock.close()

    def _run(self, sock: socket.socket, address: tuple[str, int]) -> None:
        wire: Wire | None = None
        try:
            sock = self.line.accepted(sock, address)
            wire = Wire(sock, self.limits().acse_timeout)
            self._waiting.add(wire)
            safe = not self._stopping and self._secure(wire, address)
            association = self._negotiate(wire, address) if safe else None
            if association is not None:
                self._serve(association)
        except (w.Closed, OSError) as error:
            what = f"{address[0]}:{address[1]} broke the connection: {error}"
            self.tell("association.aborted", what, server=self.name, host=address[0])
        except Exception as error:  # a bug of ours must not go unseen, nor kill the listener
            self.tell("bug", f"{self.name}: {type(error).__name__}: {error}", server=self.name)
        finally:
            if wire is not None:
                self._waiting.discard(wire)
                self._admitted.pop(wire, None)
                wire.close()
            sock.close()
            self._threads.discard(threading.current_thread())

    def _secure(self, wire: Wire, address: tuple[str, int]) -> bool:
        """Shake hands if this port speaks TLS; tell why where that fails."""
        contexts = self.guard()
        if contexts is None:
            return True
        plain = False
        try:
            context = contexts()
            if context is None:
                raise LocalError("This node has no certificate.", "Give it one.")
            first = wire.sock.recv(1, socket.MSG_PEEK)
            if not first:
                return False  # a port scan or a health check: nothing was said
            plain = first == b"\x01"  # an A-ASSOCIATE-RQ
            wire.secure(context)
        except (OSError, LocalError) as error:
            if not self._stopping:
                telling.handshake_failed(self.tell, self.name, address, error, plain=plain)
            w.drain(wire)  # else a reset may overtake the alert that says why
            return False
        return True

    def _negotiate(self, wire: Wire, address: tuple[str, int]) -> Association | None:
        proposal = self._proposal(wire, address)
        if proposal is None:
            return None
        number = next(self.numbers)
        facts = telling.facts(self.name, proposal, number)
        try:
            self._take_place(wire, proposal.calling)
            user = self.admit(proposal)
        except Refusal as refusal:
            telling.rejected(self.tell, proposal, refusal, facts)  # who is answered may look it up
            wire.send([negotiation.rejection(refusal.triple)])
            w.drain(wire)
            return None
        limits, extensions = self.limits(), self.extend(proposal)
        answer, accepted, results = negotiation.agree(
            proposal,
            self.contexts(proposal),
            max_pdu=limits.max_pdu,
            recognised=user is not None,
            extensions=extensions,
        )
        wire.sock.settimeout(limits.idle_timeout)
        wire.cap = limits.max_pdu
        association = Association(
            wire,
            calling=proposal.calling,
            called=proposal.called,
            contexts=accepted,
            max_send=proposal.max_send,
            is_acceptor=True,
        )
        association.number, association.user = number, user or ""
        association.peer_address = (proposal.host, proposal.port)  # the line may hide it
        association.extensions = extensions
        self.live[number] = association
        wire.number(number)
        try:
            telling.accepted(self.tell, proposal, results, facts, association.user)
            wire.send([answer])
        except BaseException:
            del self.live[number]
            raise
        return association

    def _proposal(self, wire: Wire, address: tuple[str, int]) -> Proposal | None:
        try:
            kind, body = wire.read()
            if kind != w.ASSOCIATE_RQ:
                raise ValueError(f"a PDU of type {kind} came where an association request belongs")
            return negotiation.read_proposal(bytes(body), address)
        except (w.Closed, OSError):
            return None  # a port scan or a health check: nothing was said
        except Exception as error:  # pynetdicom raises many kinds on malformed items
            wire.send([b"\x07\x00\x00\x00\x00\x04\x00\x00\x02\x06"])
            self.tell(
                "association.malformed",
                f"{address[0]}:{address[1]} sent no valid association request: {error}",
                server=self.name,
                host=address[0],
            )
            return None

    def _take_place(self, wire: Wire, calling: str) -> None:
        """Count this association in; raises Refusal where a limit is reached."""
        limit, own = self.limits().associations, self.share(calling)
        with self._door:
            if len(self._admitted) >= limit:
                why = f"{limit} associations are open, which is the limit"
                raise Refusal(negotiation.LIMIT_EXCEEDED, why)
            if own and sum(ae == calling for ae in self._admitted.values()) >= own:
                why = f"{calling} has {own} associations open, which is its own limit"
                raise Refusal(negotiation.LIMIT_EXCEEDED, why)
            self._admitted[wire] = calling

    # --- serving ------------------------------------------------------------------------------

    def _serve(self, association: Association) -> None:
        who = f"{association.calling} ({association.peer_address[0]})"
        facts = {"server": self.name, "association": association.number,
                 "calling": association.calling, "called": association.called}  # fmt: skip
        association.on_release = partial(self._free, association, who, facts)
        try:
            while (message := association.receive()) is not None:
                self._answer(association, message)
                check_wanted(association)
        except TimeoutError:
            association.abort(2, 0)
            idle = self.limits().idle_timeout
            self.tell(
                "association.timeout", f"{who} was silent for {idle:g} s and was aborted", **facts
            )
        except (Aborted, w.Closed) as error:
            why = say_goodbye(association) or error
            self.tell("association.aborted", f"{who}: {why}", **facts)
        finally:
            self.live.pop(association.number, None)

    def _free(self, association: Association, who: str, facts: dict[str, Any]) -> None:
        """Give the place of a released association away: whoever has the answer may call again."""
        self._admitted.pop(association.wire, None)
        self.live.pop(association.number, None)
        self.tell("association.released", f"{who} released the association", **facts)

    def _answer(self, association: Association, message: Message) -> None:
        field = message.command["CommandField"]
        if field == cmd.C_CANCEL or field & cmd.RESPONSE:
            return  # too late to cancel, or an answer to nothing
        request = Request(
            association=association,
            context=message.context,
            command=message.command,
            fragments=message.fragments,
        )
        count = 0
        for reply, command, data in responses(request, self.handlers, self.name, self.tell):
            if reply.status in PENDINGS:
                count += 1
            else:  # told before it is sent: who has the answer may look it up
                telling.handled(self.tell, self.name, request, reply, count)
            association.send(message.context, command, data)


@contextmanager
def serve(**options: object) -> Iterator[Server]:
    """Run a `Server` for the length of a block; the options are those of `Server`."""
    server = Server(**options).start()  # type: ignore[arg-type]
    try:
        yield server
    finally:
        server.stop()
