"""Every error a person can meet, in one tree.

PacsLabError            one clear sentence, and a remedy
├── UsageError          what was asked for makes no sense            (exit status 2)
├── CannotError         it cannot be done now: seat down, file gone  (exit status 3)
│   └── LacksError      not with this backend (backends/capabilities.py)
├── RefusedError        the system understood and said no            (exit status 1)
├── Hl7Error            an HL7 message is answered AE or AR (network/hl7.py)
└── NetworkError        something between two nodes went wrong       (exit status 1)
    ├── LocalError      we erred: nothing was sent
    ├── RejectedError   the peer refused the association (PS3.8 9.3.4)
    ├── HandshakeError  the peer refused the TLS handshake (an alert, RFC 8446 6.2)
    ├── StatusError     the peer answered with a failure status (PS3.7 Annex C)
    └── NoAnswerError   nobody answered: refused, timed out, aborted

Which of the last five it was is half of every diagnosis, so they are never merged.
"""

from __future__ import annotations


class PacsLabError(Exception):
    """One clear sentence for a person, and what to do about it."""

    exit_code = 1

    def __init__(self, sentence: str, remedy: str = "") -> None:
        """Keep the `sentence` (what and where) apart from the `remedy` (what to do)."""
        super().__init__(f"{sentence} {remedy}".strip())
        self.sentence = sentence
        self.remedy = remedy


class UsageError(PacsLabError):
    """What was asked for makes no sense."""

    exit_code = 2


class CannotError(PacsLabError):
    """It cannot be done in the present state of the seat or the machine."""

    exit_code = 3


class RefusedError(PacsLabError):
    """The system understood the request and refused it."""

    def __init__(self, sentence: str, remedy: str = "", http_status: int = 403) -> None:
        """Remember which HTTP status carries this refusal."""
        super().__init__(sentence, remedy)
        self.http_status = http_status


class NetworkError(PacsLabError):
    """Something between two nodes went wrong."""

    kind = "network"


class LocalError(NetworkError):
    """We erred: nothing was sent, or what we would have sent is not valid."""

    kind = "we erred"


class RejectedError(NetworkError):
    """The peer refused the association: A-ASSOCIATE-RJ with result, source and reason."""

    kind = "the peer refused"

    def __init__(self, sentence: str, remedy: str = "", triple: tuple[int, int, int] = (1, 1, 1)):
        """Keep the `triple` (result, source, reason) of PS3.8 Table 9-21."""
        super().__init__(sentence, remedy)
        self.triple = triple


class HandshakeError(NetworkError):
    """The peer refused the TLS handshake: it sent an alert."""

    kind = "the peer refused"


class StatusError(NetworkError):
    """The peer answered the request with a failure status."""

    kind = "the peer refused"

    def __init__(self, sentence: str, remedy: str = "", status: int = 0x0110) -> None:
        """Keep the DIMSE `status`."""
        super().__init__(sentence, remedy)
        self.status = status


class NoAnswerError(NetworkError):
    """Nobody answered: connection refused, no route, timed out or aborted."""

    kind = "nobody answered"
