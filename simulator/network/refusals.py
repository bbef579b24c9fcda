"""What a requestor makes of an answer that is no acceptance: who refused, why, and what helps."""

from __future__ import annotations

from simulator.errors import NetworkError, NoAnswerError, RejectedError
from simulator.network import negotiation
from simulator.network import wire as w

_REMEDIES = {
    negotiation.IDENTITY_REFUSED: "Check user name and password; the other end's log says more.",
    negotiation.LIMIT_EXCEEDED: "Wait until associations end there, or raise the limit.",
    negotiation.CONGESTION: "Try again in a moment.",
}


def not_accepted(peer: object, kind: int, body: bytes) -> NetworkError:
    """Return the error for an A-ASSOCIATE-RJ, an A-ABORT, or a PDU that does not belong there."""
    if kind == w.ASSOCIATE_RJ:
        triple = negotiation.read_rejection(body)
        return RejectedError(
            f"{peer} rejected the association: {negotiation.rejection_text(triple)}.",
            _REMEDIES.get(triple, "Compare the AE titles on both sides."),
            triple,
        )
    if kind == w.ABORT:
        source, reason = (body[2], body[3]) if len(body) >= 4 else (0, 0)
        return NoAnswerError(f"{peer} did not accept: {w.abort_text(source, reason)}.")
    return NoAnswerError(f"{peer} answered with a PDU of type {kind} where an acceptance belongs.")
