"""Receiving HL7: each message is checked, handed to its handler, logged, answered and told once.

What a handler does and the log's row are one transaction, durable before AA goes back. A handler
refuses by raising `Hl7Error`; anything unexpected is AR, because the sender did nothing wrong.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from simulator.clock import Clock
from simulator.database import Database
from simulator.errors import PacsLabError, RefusedError, UsageError
from simulator.network import hl7, hl7_ack
from simulator.network.hl7 import Hl7Error, Message
from simulator.network.message_log import MessageLog, about
from simulator.network.mllp import Piece

Handler = Callable[[Message], str]  # does what the message says; returns that as a sentence
VERSIONS = ("2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.8")
_PLACES = {"UsageError": (hl7.TYPE, "AE"), "RefusedError": (hl7.LOCKED, "AE")}


class Receiver:
    """One receiving application."""

    def __init__(
        self, *, name: str, database: Database, log: MessageLog, clock: Clock,
        tell: Callable[..., Any], handlers: Mapping[str, Handler],
        applications: Callable[[], tuple[str, ...]] = tuple,
        charset: Callable[[Message], str] = lambda head: "ASCII",
        admit: Callable[[Message], Message] = lambda message: message,
        failure: Callable[[], str] = lambda: "AR",
    ) -> None:  # fmt: skip
        """Answer as `name`; `applications` are the MSH-5 values taken, none for any.

        `charset` says how a message without MSH-18 is read; `admit` refuses a message by raising
        Hl7Error, or returns it as it is understood here; `failure` is what our own failures meet.
        """
        self.name, self.database, self.log, self.clock = name, database, log, clock
        self.tell, self.handlers, self.applications = tell, handlers, applications
        self.charset, self.admit, self.failure = charset, admit, failure

    def receive(self, piece: Piece, peer: str) -> list[bytes]:
        """Take what came over the line; return the acknowledgements."""
        if piece.kind == "noise":
            self.tell(
                "hl7.noise",
                f"{self.name}: {len(piece.data)} bytes from {peer} are outside of any message: "
                f"{piece.data[:40]!r}; is <VT> before the message missing?",
                peer=peer,
            )  # fmt: skip
            return []
        if piece.kind != "message":
            return self._refuse(piece, peer)
        code, reason, error, number = self._process(piece.data, peer)
        return self._answer(hl7.peek(piece.data), code, error, reason, peer, number)

    def replay(self, number: int) -> str:
        """Process a logged message once more, as if it had come again; returns what was done."""
        row = self.log.get(number)
        if row["direction"] != "in":
            raise UsageError(f"Message {number} went out.", "Use 'resend' for that.")
        code, reason, _, again = self._process(row["raw"], f"replay of {number}")
        head = hl7.peek(row["raw"])
        self._say(head, code, reason, f"replay of {number}", again)
        if code != "AA":
            raise RefusedError(f"{code}: {reason}", "Correct its cause, then replay it.", 409)
        return reason

    def _refuse(self, piece: Piece, peer: str) -> list[bytes]:
        why = {
            "truncated": "the message broke off: no <FS><CR> before the next message, or the end",
            "oversized": "the message is too long",
        }[piece.kind]
        error = Hl7Error(hl7.SEQUENCE, "", why, ack="AR")
        number = self._log_refused(piece.data, peer, error)
        return self._answer(hl7.peek(piece.data), "AR", error, error.sentence, peer, number)

    def _process(self, raw: bytes, peer: str) -> tuple[str, str, Hl7Error | None, int]:
        """Return code, sentence, error and log number."""
        try:
            message = hl7.parse(raw, self.charset(hl7.peek(raw)))
            handler = self._handler(message)
            message = self.admit(message)
            with self.database.write():  # the handler's work and the log: both, or neither
                done = handler(message)
                number = self.log.add(
                    message, direction="in", channel=peer, state="accepted", code="AA", reason=done
                )
            return "AA", done, None, number
        except Exception as found:
            error = _as_hl7(found, self.failure())
            return error.ack, error.sentence, error, self._log_refused(raw, peer, error)

    def _log_refused(self, raw: bytes, peer: str, error: Hl7Error) -> int:
        message = replace(hl7.parse_anyway(raw), raw=raw)
        try:
            return self.log.add(
                message, direction="in", channel=peer, state="rejected", code=error.ack,
                reason=error.sentence,
            )  # fmt: skip
        except Exception as failed:  # the disk is full: the answer is AR, and the sender keeps it
            logging.getLogger(self.name).error("a message could not be logged: %s", failed)
            return 0

    def _handler(self, message: Message) -> Handler:
        version, kind = message.get("MSH-12.1"), message.kind
        if version not in VERSIONS:
            raise Hl7Error(hl7.VERSION, "MSH-12", f"version '{version}' is unknown", ack="AR")
        if message.get("MSH-11.1") not in ("P", "T", "D", ""):
            raise Hl7Error(hl7.PROCESSING, "MSH-11", "processing ID is not P, T or D", ack="AR")
        if not message.control_id:
            raise Hl7Error(hl7.REQUIRED, "MSH-10", "there is no message control ID")
        ours, called = self.applications(), message.get("MSH-5.1")
        if ours and called and called not in ours:
            raise Hl7Error(
                hl7.VALUE, "MSH-5", f"no application '{called}' here, only {', '.join(ours)}",
                ack="AR",
            )  # fmt: skip
        if kind in self.handlers:
            return self.handlers[kind]
        known = {key.partition("^")[0] for key in self.handlers}
        if message.get("MSH-9.1") not in known:
            raise Hl7Error(
                hl7.UNKNOWN_TYPE, "MSH-9.1", f"messages '{kind}' are not taken here", ack="AR"
            )
        raise Hl7Error(
            hl7.UNKNOWN_EVENT, "MSH-9.2", f"trigger '{kind}' is not taken here", ack="AR"
        )

    def _answer(
        self, head: Message, code: str, error: Hl7Error | None, reason: str, peer: str, number: int
    ) -> list[bytes]:
        self._say(head, code, reason, peer, number)
        return hl7_ack.answers(head, code, error, self.clock.now())

    def _say(self, head: Message, code: str, reason: str, peer: str, number: int) -> None:
        sender, kind = head.get("MSH-3.1") or peer, head.kind or "a message without a type"
        patient_id, accession = about(head) if number == 0 else self._about(number)
        self.tell(
            "hl7.received",
            f"{sender} sent {kind} {head.control_id}: {code}, {reason}",
            type=head.kind, control_id=head.control_id, code=code, reason=reason, peer=peer,
            sender=sender, message=number, patient_id=patient_id, accession=accession,
        )  # fmt: skip

    def _about(self, number: int) -> tuple[str, str]:
        row = self.log.get(number)
        return row["patient_id"], row["accession"]


def _as_hl7(error: Exception, failure: str) -> Hl7Error:
    """Return what the sender is told of an error; `failure` is the code for one of our own."""
    if isinstance(error, Hl7Error):
        return error
    if isinstance(error, PacsLabError):
        code, ack = _PLACES.get(type(error).__name__, (hl7.INTERNAL, failure))
        return Hl7Error(code, "", error.sentence, ack=ack)
    logging.getLogger("hl7").exception("a message could not be processed", exc_info=error)
    why = getattr(error, "orig", None) or type(error).__name__
    return Hl7Error(hl7.INTERNAL, "", f"not processed, send it again later: {why}", ack=failure)
