"""The tape of a process as its API shows it: connections, what was said on them, and captures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from simulator.errors import RefusedError, UsageError
from simulator.network import pcapng
from simulator.network.pcapng import ACK, FIN, PSH, RST, SYN, Segment
from simulator.network.recording import TAPE, Connection, Frame, Tape
from simulator.network.wire_decoding import decoded
from simulator.network.wire_reading import Said, parties, read

LIMIT = 50  # connections in a list
MOST = 400  # messages of one connection
FILTERS = ("ae", "without", "protocol", "since", "limit")
_ENDS = {3: "rejected", 6: "released", 7: "aborted"}  # the last PDU's type


class WireOffice:
    """Answers what was said on the wire."""

    def __init__(self, tape: Tape = TAPE) -> None:
        """Read from `tape`."""
        self.tape = tape

    def list(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return connections, the newest last.

        `ae` is one of the two who speak, `without` one who is left out, `protocol` DICOM or HL7,
        `since` a moment of the machine's time (ISO 8601). Raises UsageError for anything else.
        """
        limit, since = _limit(query), _moment(query.get("since", ""))
        found = []
        for connection in reversed(self.tape.all()):
            if (connection.ended or since) >= since and _fits(connection, query):
                found.append(self._facts(connection))
                if len(found) == limit:
                    break
        return found[::-1]

    def show(self, number: int) -> dict[str, Any]:
        """Return one connection with what was said; raises RefusedError if it is not kept."""
        connection = self._get(number)
        said = read(connection, self.tape.kept(connection))
        first = max(0, len(said) - MOST)
        messages = [self._said(connection, first + n, one) for n, one in enumerate(said[first:], 1)]
        return {**self._facts(connection), "left_out": first, "messages": messages}

    def message(self, number: int, message: int) -> dict[str, Any]:
        """Return one message taken apart; raises RefusedError if it is not kept."""
        connection = self._get(number)
        said = read(connection, self.tape.kept(connection))
        if not 0 < message <= len(said):
            raise RefusedError(
                f"Connection {number} has no message {message}.", f"It has {len(said)}.", 404
            )
        one = said[message - 1]
        sections = [{"title": title, "rows": rows} for title, rows in decoded(connection, one)]
        return {**self._said(connection, message, one), "sections": sections}

    def capture(self, text: str = "") -> bytes:
        """Return a pcapng file of these connections ('1,2,5'), or of all."""
        words = [word for word in text.split(",") if word]
        if not all(word.isascii() and word.isdigit() and len(word) < 16 for word in words):
            raise UsageError(f"'{text[:40]}' are not numbers.", "Write them like 1,2,5.")
        chosen = [self._get(int(word)) for word in words] if words else self.tape.all()
        return pcapng.capture(
            segment for connection in chosen for segment in self._segments(connection)
        )

    # --- inner parts --------------------------------------------------------------------------

    def _get(self, number: int) -> Connection:
        connection = self.tape.get(number)
        if connection is None:
            raise RefusedError(
                f"Connection {number} is not on the recording (any more).", "List them anew.", 404
            )
        return connection

    def _facts(self, connection: Connection) -> dict[str, Any]:
        caller, called = parties(connection)
        return {
            "number": connection.number,
            "protocol": connection.protocol,
            "caller": caller,
            "called": called,
            "caller_address": _address(connection.caller),
            "called_address": _address(connection.called),
            "began": _iso(connection.began),
            "hospital": self._hospital(connection.began),
            "ended": None if connection.ended is None else _iso(connection.ended),
            "outcome": _outcome(connection),
            "association": connection.association,
            "tls": connection.tls,
            "bytes": connection.size,
        }

    def _said(self, connection: Connection, number: int, said: Said) -> dict[str, Any]:
        source, target = parties(connection)
        if not said.by_caller:
            source, target = target, source
        return {
            "number": number,
            "at": _iso(said.at),
            "hospital": self._hospital(said.at),
            "source": source,
            "target": target,
            "name": said.name,
            "about": said.about,
            "verdict": said.verdict,
            "says": said.says,
            "length": said.length,
            "kept": said.kept,
        }

    def _hospital(self, at: float) -> str:
        found = self.tape.hospital_time(at)
        return found.isoformat(timespec="milliseconds") if found else ""

    # --- packets ------------------------------------------------------------------------------

    def _segments(self, connection: Connection) -> Iterator[Segment]:
        """Yield the packets of one connection: handshake, what was kept, and how it ended."""
        source, target = connection.caller, connection.called
        source = (source[0] or target[0], source[1])
        try:
            for host, _ in (source, target):
                ip_address(host)
        except ValueError:
            return  # nobody was reached under that name: there are no packets
        talk = _Talk(connection.number, source, target)
        yield talk.packet(connection.began, True, SYN)
        if connection.size:
            yield from (talk.packet(connection.began, *step) for step in ((False, SYN | ACK),
                                                                          (True, ACK)))  # fmt: skip
        elif "refused" in connection.trouble:
            yield talk.packet(connection.began, False, RST | ACK)
        for frame in self.tape.kept(connection):
            if frame.length:
                yield talk.frame(frame, connection, self._comment(connection, frame))
        if connection.ended is not None and connection.size:
            for way, flags in ((True, FIN | ACK), (False, FIN | ACK), (True, ACK)):
                yield talk.packet(connection.ended, way, flags)

    def _comment(self, connection: Connection, frame: Frame) -> str:
        words = [f"hospital time {hospital}"] if (hospital := self._hospital(frame.at)) else []
        if connection.tls:
            words.append("came by TLS, shown as after decryption")
        if frame.pdus > 1:
            words.append(f"{frame.pdus} PDUs together")
        if len(frame.data) < frame.length:
            words.append(f"only the first {len(frame.data)} bytes were kept")
        return "; ".join(words)


class _Talk:
    """Both directions of one TCP connection, as packets that follow one another."""

    def __init__(self, number: int, source: pcapng.Address, target: pcapng.Address) -> None:
        self.ends = {True: source, False: target}
        self.first = {True: number * 1000, False: number * 1000 + 500}
        self.next = dict(self.first)

    def packet(self, at: float, by_caller: bool, flags: int) -> Segment:
        made = Segment(
            at=at, source=self.ends[by_caller], target=self.ends[not by_caller], flags=flags,
            sequence=self.next[by_caller], acknowledged=self.next[not by_caller],
        )  # fmt: skip
        self.next[by_caller] += bool(flags & (SYN | FIN))
        return made

    def frame(self, frame: Frame, connection: Connection, comment: str) -> Segment:
        by_caller = frame.outward == connection.called_from_here
        sequence = self.first[by_caller] + 1 + frame.offset
        self.next[by_caller] = sequence + frame.length
        return Segment(
            at=frame.at, source=self.ends[by_caller], target=self.ends[not by_caller],
            flags=PSH | ACK, sequence=sequence, acknowledged=self.next[not by_caller],
            data=frame.data, length=frame.length, comment=comment,
        )  # fmt: skip


# --- small questions --------------------------------------------------------------------------


def _fits(connection: Connection, query: Mapping[str, str]) -> bool:
    both = parties(connection)
    wanted, unwanted = query.get("ae", ""), query.get("without", "")
    return (
        (not wanted or wanted in both)
        and (not unwanted or unwanted not in both)
        and query.get("protocol", "") in ("", connection.protocol)
    )


def _outcome(connection: Connection) -> str:
    if connection.ended is None:
        return "open"
    if not connection.size:
        return "no connection"
    if connection.protocol != "DICOM":
        return "closed"
    frames: Sequence[Frame] = [way.last for way in connection.ways if way.last is not None]
    kinds = {_ENDS[frame.data[0]] for frame in frames if frame.data and frame.data[0] in _ENDS}
    return next((kind for kind in ("aborted", "rejected", "released") if kind in kinds), "closed")


def _limit(query: Mapping[str, str]) -> int:
    text = query.get("limit", "")
    if text and not (text.isascii() and text.isdigit() and 0 < len(text) < 6):
        raise UsageError(f"'{text[:40]}' is not a limit.", "Give a whole number.")
    return int(text or 0) or LIMIT


def _moment(text: str) -> float:
    if not text:
        return 0.0
    with suppress(ValueError, OverflowError, OSError):
        return datetime.fromisoformat(text).timestamp()
    raise UsageError(f"'{text[:40]}' is no time.", "Write it like 2026-03-02T09:30.")


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at).isoformat(timespec="milliseconds")


def _address(end: pcapng.Address) -> str:
    return f"{end[0]}:{end[1]}" if end[1] else end[0] or "?"
