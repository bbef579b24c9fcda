"""HL7 for tests: a message, and a server that acknowledges what it can read."""

from __future__ import annotations

from datetime import datetime
from types import TracebackType

from simulator.network import hl7, hl7_ack
from simulator.network.hl7 import Hl7Error
from simulator.network.mllp import MllpServer, Piece

NOW = datetime(2026, 3, 2, 7, 30)


def message(
    control_id: str,
    kind: str = "ADT^A08",
    body: str = "PID|1||P1^^^HOSP^MR||DOE^JÓN||19700131|F",
    *,
    sender: str = "HIS",
    receiver: str = "",
    version: str = "2.5.1",
    charset: str = "UNICODE UTF-8",
) -> bytes:
    """Return a message; `body` is its other segments, one a line."""
    head = (
        f"MSH|^~\\&|{sender}|HOSP|{receiver}|HOSP|20260302070000||{kind}|{control_id}|P|{version}"
        f"||||||{charset}"
    )
    codec = hl7.CHARSETS.get(charset.upper(), "utf-8")
    return ("\r".join([head, *body.strip().split("\n")]) + "\r").encode(codec)


class Answers:
    """An MLLP server that remembers whose messages it acknowledged."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.told: list[tuple[str, str]] = []
        self.fail = False
        self.code = "AA"  # what a readable message meets
        self.server = self._listen(0)
        self.port = int(self.server.port)

    def restart(self) -> None:
        self.server.stop()
        self.server = self._listen(self.port)

    def _listen(self, port: int) -> MllpServer:
        return MllpServer(
            name="test", host="127.0.0.1", port=port, receive=self.receive,
            tell=lambda kind, text, **facts: self.told.append((kind, text)),
        ).start()  # fmt: skip

    def receive(self, piece: Piece, peer: str) -> list[bytes]:
        if self.fail:
            raise RuntimeError("as asked")
        if piece.kind == "noise":
            return []
        try:
            found = hl7.parse(piece.data)
            if piece.kind != "message":
                raise Hl7Error(hl7.SEQUENCE, "", piece.kind, ack="AR")
        except Hl7Error as error:
            head = hl7.peek(piece.data)
            return hl7_ack.answers(head, error.ack, error, NOW)
        self.got.append(found.control_id)
        error_of = {"AA": None}.get(self.code, Hl7Error(hl7.VALUE, "PID-3", "as asked"))
        return hl7_ack.answers(found, self.code, error_of, NOW)

    def __enter__(self) -> Answers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.server.stop()
