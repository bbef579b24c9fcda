"""The SCU side: ask another node for something, and keep apart who erred.

Every call raises `LocalError` (we erred), `RejectedError` or `StatusError` (the peer refused), or
`NoAnswerError` (nobody answered); nothing here returns an empty result for a failure.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EADDRNOTAVAIL

from pydicom.dataset import Dataset
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom.presentation import PresentationContext, build_context

from simulator.errors import LocalError, NoAnswerError, StatusError
from simulator.network import command as cmd
from simulator.network import dimse, extended, negotiation
from simulator.network import tls as tls_module
from simulator.network import wire as w
from simulator.network.association import Aborted, Association, Context
from simulator.network.negotiation import Identity
from simulator.network.recording import TAPE
from simulator.network.refusals import not_accepted
from simulator.network.tap import Line
from simulator.network.tls import Tls
from simulator.network.wire import Buffer, Wire

PLAIN: list[str | UID] = [ExplicitVRLittleEndian, ImplicitVRLittleEndian]


@dataclass(frozen=True, kw_only=True)
class Peer:
    """Where a node is and what it is called."""

    ae: str
    host: str
    port: int

    def __str__(self) -> str:
        """The usual short form."""
        return f"{self.ae}@{self.host}:{self.port}"

    @classmethod
    def parse(cls, text: str) -> Peer:
        """Read AET@HOST:PORT."""
        ae, _, address = text.partition("@")
        host, _, port = address.rpartition(":")
        if not (ae and host and port.isdigit() and 0 < int(port) < 65536):
            raise LocalError(
                f"'{text}' is not a node.", "Write AET@HOST:PORT, e.g. PACSLAB@127.0.0.1:11112."
            )
        return cls(ae=ae, host=host, port=int(port))


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who calls: AE title, the address to call from, how long to wait (seconds), and how safely."""

    ae: str = "PACSLAB_SCU"
    host: str = ""
    tls: Tls | None = None
    identity: Identity | None = None
    connect_timeout: float = 5.0
    acse_timeout: float = 10.0
    dimse_timeout: float = 30.0
    line: Line | None = None  # the line it hangs on; None: nothing is ever wrong with it
    longest_pdu: int = 0  # bytes; it gives up where the peer says it takes longer ones; 0: never
    end: Callable[[Association], None] = Association.release  # of an association that did its work


@contextmanager
def associate(
    peer: Peer,
    contexts: Sequence[PresentationContext],
    caller: Caller = Caller(),
    *,
    get_roles: Sequence[str] = (),
    extensions: dict[str, bytes] | None = None,
) -> Iterator[Association]:
    """Open an association; release it at the end, or abort it when the block raised.

    `get_roles` names the SOP classes we offer to be SCP of, for C-GET and storage commitment;
    `extensions` is what we ask for in extended negotiation, for each SOP class.
    """
    association = _open(peer, list(contexts), caller, get_roles, extensions or {})
    try:
        yield association
    except (Aborted, TimeoutError) as error:
        association.abort()
        why = "did not answer in time" if isinstance(error, TimeoutError) else str(error)
        raise NoAnswerError(
            f"{peer} ended the association: {why}.", "Look at the log of the other end."
        ) from error
    except StatusError:
        association.release()  # a refusal is an answer: the association itself is well
        raise
    except BaseException:
        association.abort()
        raise
    else:
        caller.end(association)


def _open(
    peer: Peer,
    contexts: list[PresentationContext],
    caller: Caller,
    get_roles: Sequence[str],
    extensions: dict[str, bytes],
) -> Association:
    _check_titles(peer, caller)
    if not 0 < len(contexts) <= 128:
        raise LocalError(
            f"{len(contexts)} presentation contexts do not fit into one association.",
            "Propose 1 to 128.",
        )
    proposal = negotiation.proposal_pdu(
        caller.ae, peer.ae, contexts, get_roles, identity=caller.identity, extensions=extensions
    )
    wire = _secured(peer, caller)
    try:
        wire.send([proposal])
        kind, body = wire.read()
    except (w.Closed, w.Oversized, OSError) as error:
        wire.close()
        if wire.tls is not None:
            raise tls_module.late_failure(peer, error) from error
        raise NoAnswerError(
            f"{peer} took the connection but did not answer the association request: {error}.",
            "Is it a DICOM port, and does that end expect TLS?",
        ) from error
    if kind != w.ASSOCIATE_AC:
        wire.close()
        raise not_accepted(peer, kind, bytes(body))
    try:
        accepted, max_send = negotiation.read_acceptance(bytes(body), contexts)
        wire.sock.settimeout(caller.dimse_timeout)
        made = Association(
            wire, calling=caller.ae, called=peer.ae, contexts=accepted, max_send=max_send
        )
        _check_length(peer, caller, max_send)
        made.extensions = extended.read_acceptance(bytes(body)) if extensions else {}
        return made
    except LocalError:
        wire.close()
        raise
    except Exception as error:  # pynetdicom raises many kinds on malformed items
        wire.close()
        raise NoAnswerError(
            f"{peer} answered with an acceptance that cannot be read: {error}.",
            "Is it a DICOM port?",
        ) from error


def _check_length(peer: Peer, caller: Caller, max_send: int) -> None:
    """Give up, without a word to the peer, where its PDUs could be longer than the caller bears."""
    if 0 < caller.longest_pdu < max_send:
        raise LocalError(
            f"{caller.ae} hung up: it cannot work with the Maximum Length Received of {max_send} "
            f"bytes in the acceptance of {peer}.",
            "Compare it with the longest PDU that this device bears.",
        )


def _secured(peer: Peer, caller: Caller) -> Wire:
    """Connect and, where the caller wants TLS, shake hands."""
    context = tls_module.client_context(caller.tls) if caller.tls else None
    wire = Wire(_connect(peer, caller), caller.acse_timeout)
    try:
        if context is not None:
            wire.secure(context, peer.host)
    except (OSError, ValueError) as error:  # ValueError: a host's name that cannot be one
        wire.close()
        raise tls_module.failure(peer, error) from error
    return wire


def _check_titles(peer: Peer, caller: Caller) -> None:
    for title in (peer.ae, caller.ae):
        if not 0 < len(title.strip()) <= 16 or not title.isascii() or "\\" in title:
            raise LocalError(
                f"'{title}' is not an AE title.", "Use 1 to 16 ASCII characters, no backslash."
            )


def _connect(peer: Peer, caller: Caller) -> socket.socket:
    try:
        source = (caller.host, 0) if caller.host else None
        connect = caller.line.connect if caller.line else socket.create_connection
        return connect((peer.host, peer.port), caller.connect_timeout, source)
    except ConnectionRefusedError as error:
        _note(peer, caller, "connection refused")
        raise NoAnswerError(
            f"Nothing listens at {peer.host}:{peer.port} (connection refused).",
            "Check the port, and that the service there is running.",
        ) from error
    except (OSError, UnicodeError) as error:  # UnicodeError: the host's name is none
        if caller.host and getattr(error, "errno", None) == EADDRNOTAVAIL:
            raise LocalError(
                f"This machine has no address {caller.host} to call from.",
                "Check the caller's host.",
            ) from error
        _note(peer, caller, str(error))
        raise NoAnswerError(
            f"{peer.host}:{peer.port} cannot be reached: {error}.",
            "Check the address and the network.",
        ) from error


def _note(peer: Peer, caller: Caller, why: str) -> None:
    """Have it recorded that nobody was reached."""
    TAPE.failed(caller.host, (peer.host, peer.port), (caller.ae, peer.ae), why)


def plain_context(sop_class: str) -> PresentationContext:
    """Return a context for `sop_class` in the two uncompressed little endian syntaxes."""
    return build_context(sop_class, PLAIN)


def context_for(association: Association, sop_class: str, transfer_syntax: str = "") -> Context:
    """Return the accepted context for a SOP class; raises LocalError if the peer took none."""
    context = association.accepted(sop_class, transfer_syntax)
    if context is None:
        syntax = f" in {UID(transfer_syntax).name}" if transfer_syntax else ""
        name = UID(sop_class).name
        raise StatusError(
            f"{association.called} accepted no presentation context for {name}{syntax}.",
            "Compare what was proposed with what that node supports.",
            dimse.SOP_CLASS_NOT_SUPPORTED,
        )
    return context


def check_status(association: Association, command: cmd.Command, what: str) -> int:
    """Return a final status; raises StatusError where it is a failure."""
    status = int(command.get("Status", dimse.PROCESSING_FAILURE))
    if dimse.is_failure(status):
        comment = command.get("ErrorComment", "")
        raise StatusError(
            f"{association.called} answered {what} with {dimse.meaning(status)}"
            + (f": {comment}." if comment else "."),
            "Its own log says more.",
            status,
        )
    return status


def send_store(
    association: Association,
    *,
    sop_class: str,
    sop_instance: str,
    transfer_syntax: str,
    data: Sequence[Buffer],
    originator: tuple[str, int] | None = None,
) -> int:
    """Send one instance on an open association and return its status (C-STORE, PS3.7 9.1.1)."""
    context = context_for(association, sop_class, transfer_syntax)
    command: cmd.Command = {
        "CommandField": cmd.C_STORE,
        "AffectedSOPClassUID": sop_class,
        "AffectedSOPInstanceUID": sop_instance,
        "Priority": 0,
    }
    if originator:
        command["MoveOriginatorApplicationEntityTitle"] = originator[0]
        command["MoveOriginatorMessageID"] = originator[1]
    (response,) = association.request(context, command, data)
    return check_status(association, response.command, "C-STORE")


def data_set(message_data: bytes, context: Context) -> Dataset:
    """Decode the data set of a response; raises NoAnswerError where that is not possible."""
    try:
        return dimse.decode_dataset(message_data, context.transfer_syntax)
    except dimse.DimseError as error:
        raise NoAnswerError(f"The peer's answer is of no use: {error}.") from error


def encoded(ds: Dataset, context: Context) -> list[bytes]:
    """Encode a data set for a request; raises LocalError where a value does not fit."""
    try:
        return [dimse.encode_dataset(ds, context.transfer_syntax)]
    except Exception as error:  # pydicom raises many kinds
        raise LocalError(f"The request cannot be encoded: {error}.") from error
