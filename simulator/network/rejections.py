"""Rejections of an association, in numbers and in words (PS3.8 9.3.4).

The reason of a rejection is the first thing a trainee learns to read.
"""

from __future__ import annotations

from pynetdicom.pdu import A_ASSOCIATE_RJ
from pynetdicom.pdu_primitives import A_ASSOCIATE

# (result, source, reason) of A-ASSOCIATE-RJ (PS3.8 Table 9-21)
NO_REASON = (1, 1, 1)
CALLING_UNKNOWN = (1, 1, 3)
CALLED_UNKNOWN = (1, 1, 7)
IDENTITY_REFUSED = (1, 2, 1)  # PS3.7 D.3.3.7: permanent, by the ACSE provider, no reason given
CONGESTION = (2, 3, 1)
LIMIT_EXCEEDED = (2, 3, 2)
_RESULTS = {1: "permanent", 2: "transient"}
_SOURCES = {1: "service-user", 2: "service-provider (ACSE)", 3: "service-provider (presentation)"}
_REASONS = {
    (1, 1): "no reason given",
    (1, 2): "application context name not supported",
    (1, 3): "calling AE title not recognised",
    (1, 7): "called AE title not recognised",
    (2, 1): "no reason given",
    (2, 2): "protocol version not supported",
    (3, 1): "temporary congestion",
    (3, 2): "local limit exceeded",
}


def rejection_text(triple: tuple[int, int, int]) -> str:
    """Say a rejection in words and numbers."""
    result, source, reason = triple
    return (
        f"{_REASONS.get((source, reason), 'unknown reason')} "
        f"(A-ASSOCIATE-RJ {result}/{source}/{reason}: {_RESULTS.get(result, '?')}, "
        f"{_SOURCES.get(source, '?')})"
    )


class Refusal(Exception):
    """Raised by an acceptor's door-keeper to reject an association."""

    def __init__(self, triple: tuple[int, int, int], why: str) -> None:
        """Reject with `triple`; `why` goes to the log, not to the peer."""
        super().__init__(why)
        self.triple = triple


def rejection(triple: tuple[int, int, int]) -> bytes:
    """Return an encoded A-ASSOCIATE-RJ."""
    rj = A_ASSOCIATE()
    rj.result, rj.result_source, rj.diagnostic = triple
    pdu = A_ASSOCIATE_RJ()
    pdu.from_primitive(rj)
    return bytes(pdu.encode())


def read_rejection(body: bytes) -> tuple[int, int, int]:
    """Return (result, source, reason) of an A-ASSOCIATE-RJ."""
    return (body[1], body[2], body[3]) if len(body) >= 4 else NO_REASON
