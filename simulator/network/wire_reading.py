"""What was said on a recorded connection: its frames as messages, each with a name and a verdict.

A DIMSE message is a command set and what follows it (PS3.7 6.3); everything else is a PDU or an
HL7 message of its own. Reading never fails: what cannot be taken apart is shown as what it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pydicom.uid import UID

from simulator.network import command as cmd
from simulator.network import dimse, hl7, rejections
from simulator.network import wire as w
from simulator.network.command import Command
from simulator.network.pdata import COMMAND, LAST
from simulator.network.recording import HL7, Connection, Frame
from simulator.network.wire_agreement import Agreement, agreement

GOOD, WARNING, REFUSED, FAILED, BROKEN = "", "warning", "refused", "failed", "broken off"
_CLOSED = ("A-RELEASE-RP", "A-ABORT", "A-ASSOCIATE-RJ")
_TITLE = 16  # characters of an AE title


@dataclass(kw_only=True, eq=False)
class Said:
    """One message, or the end of a connection that nobody announced (then it has no frame)."""

    at: float  # seconds since the epoch
    by_caller: bool
    name: str  # e.g. C-STORE-RQ, A-ABORT, ORM^O01
    about: str = ""  # e.g. the SOP class
    verdict: str = GOOD
    says: str = ""  # a status or a reason, in words
    frames: list[Frame] = field(default_factory=list)
    command: Command | None = None
    data: bytes = b""  # what was kept of its data set, or of the HL7 message
    syntax: str = ""  # the transfer syntax of its data set

    @property
    def length(self) -> int:
        """How many bytes it had on the wire."""
        return sum(frame.length for frame in self.frames)

    @property
    def kept(self) -> int:
        """How many of them were kept."""
        return sum(len(frame.data) for frame in self.frames)


def read(connection: Connection, frames: Sequence[Frame]) -> list[Said]:
    """Return what was said, in order."""
    if connection.protocol == HL7:
        return [_hl7(connection, frame) for frame in frames if frame.length]
    said = list(_Dicom(connection).read(frames))
    last = said[-1].name if said else ""
    if connection.ended is not None and last not in _CLOSED:
        said.append(_gone(connection, bool(said)))
    return said


def parties(connection: Connection) -> tuple[str, str]:
    """Return what the caller and the one who is called are named; their addresses, if nowise."""
    if connection.named is not None:
        return connection.named
    caller, called = connection.titles
    if connection.opening:
        first = connection.opening[0].data
        if connection.protocol == HL7:
            head = hl7.peek(_text(first))
            caller, called = head.get("MSH-3.1"), head.get("MSH-5.1")
        elif first[:1] == b"\x01":
            called, caller = _title(first, 10), _title(first, 26)
    ends = (":".join(map(str, end)) for end in (connection.caller, connection.called))
    found = tuple(_line(name) or end for name, end in zip((caller, called), ends, strict=True))
    connection.named = (found[0], found[1])
    return connection.named


def _title(pdu: bytes, at: int) -> str:
    return pdu[at : at + _TITLE].decode("ascii", "replace").strip(" \0")


def _line(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)[:40]


def _gone(connection: Connection, spoke: bool) -> Said:
    said = Said(at=connection.ended or 0.0, by_caller=connection.called_from_here,
                name="closed", verdict=BROKEN)  # fmt: skip
    if not spoke:
        said.name, said.says = "no connection", connection.trouble or "nobody answered"
        said.verdict = FAILED
    else:
        why = f": {connection.trouble}" if connection.trouble else ""
        said.says = f"the connection ended without A-RELEASE or A-ABORT{why}"
    return said


def _text(data: bytes) -> bytes:
    return data.strip(b"\x0b\x1c\r")


# --- HL7 --------------------------------------------------------------------------------------


def _hl7(connection: Connection, frame: Frame) -> Said:
    raw = _text(frame.data)
    head = hl7.parse_anyway(raw)
    said = Said(
        at=frame.at, by_caller=frame.outward == connection.called_from_here, frames=[frame],
        name=head.kind or "no HL7 message", about=head.control_id, data=raw,
    )  # fmt: skip
    if code := head.get("MSA-1"):
        said.name = f"ACK {code}"
        said.about = head.get("MSA-2")
        said.says = {"A": "accepted", "E": "error", "R": "refused"}.get(code[-1], "")
        said.says += f": {text}" if (text := head.get("MSA-3") or head.get("ERR-8")) else ""
        said.verdict = {"A": GOOD, "R": REFUSED}.get(code[-1], FAILED)
    elif not head.kind:
        said.verdict = FAILED
    return said


# --- DICOM ------------------------------------------------------------------------------------


class _Dicom:
    """Puts the messages of one association together."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.agreed: Agreement = agreement(connection.opening)
        self._open: dict[bool, Said] = {}  # the message whose data set still comes, by direction
        self._command: dict[bool, bytes] = {True: b"", False: b""}

    def read(self, frames: Sequence[Frame]) -> Iterator[Said]:
        for frame in frames:
            if not frame.data:
                continue
            by_caller = frame.outward == self.connection.called_from_here
            if frame.data[0] == w.P_DATA:
                yield from self._fragments(frame, by_caller)
            else:
                yield _control(frame, by_caller)

    def _fragments(self, frame: Frame, by_caller: bool) -> Iterator[Said]:
        """Yield a message as soon as its command set is whole; its data set is added to it."""
        for context, control, data in _pdvs(frame.data):
            if control & COMMAND:
                self._command[by_caller] += data
                if not control & LAST:
                    continue
                made = self._message(frame, by_caller, context)
                self._open[by_caller] = made
                yield made
                continue
            said = self._open.get(by_caller)
            if said is None:
                said = self._open[by_caller] = Said(
                    at=frame.at, by_caller=by_caller, name="P-DATA",
                    about="the rest of a message whose beginning is not kept any more",
                )  # fmt: skip
                yield said
            if frame not in said.frames:
                said.frames.append(frame)
            said.data += data

    def _message(self, frame: Frame, by_caller: bool, context: int) -> Said:
        raw, self._command[by_caller] = self._command[by_caller], b""
        said = Said(at=frame.at, by_caller=by_caller, name="P-DATA", frames=[frame])
        said.syntax = self.agreed.syntax(context)
        try:
            command = cmd.decode(raw)
        except ValueError as error:
            said.verdict, said.says = FAILED, str(error)
            return said
        said.command = command
        number = command["CommandField"]
        is_response = bool(number & cmd.RESPONSE) and number != cmd.C_CANCEL
        name = cmd.NAMES.get(number & ~cmd.RESPONSE if is_response else number, f"0x{number:04X}")
        said.name = name + ("-RSP" if is_response else "-RQ")
        sop_class = command.get("AffectedSOPClassUID") or command.get("RequestedSOPClassUID")
        said.about = UID(str(sop_class)).name.replace(" Information Model", "") if sop_class else ""
        if destination := command.get("MoveDestination"):
            said.about = f"to {destination}"
        if is_response:
            _judge(said, command)
        return said


def _judge(said: Said, command: Command) -> None:
    status = int(command.get("Status", 0))
    said.says = dimse.meaning(status)
    if comment := command.get("ErrorComment"):
        said.says += f": {comment}"
    if status == dimse.CANCELLED or status >> 12 == 0xB:
        said.verdict = WARNING
    elif dimse.is_failure(status):
        said.verdict = FAILED


def _pdvs(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield context, control header and fragment of each PDV; the last one may have been cut."""
    at = 6
    while at + 6 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4], data[at + 5], data[at + 6 : at + 4 + max(2, length)]
        at += 4 + max(2, length)


def _control(frame: Frame, by_caller: bool) -> Said:
    data = frame.data
    said = Said(at=frame.at, by_caller=by_caller, name=f"PDU of type {data[0]}", frames=[frame])
    if data[0] == w.ASSOCIATE_RQ:
        said.name, said.about = "A-ASSOCIATE-RQ", f"{_title(data, 26)} calls {_title(data, 10)}"
    elif data[0] == w.ASSOCIATE_AC:
        said.name, said.says = "A-ASSOCIATE-AC", "accepted"
    elif data[0] == w.ASSOCIATE_RJ:
        said.name, said.verdict = "A-ASSOCIATE-RJ", REFUSED
        words = rejections.rejection_text(rejections.read_rejection(data[6:]))
        said.says = words.replace("(A-ASSOCIATE-RJ ", "(")
    elif data[0] == w.RELEASE_RQ:
        said.name = "A-RELEASE-RQ"
    elif data[0] == w.RELEASE_RP:
        said.name = "A-RELEASE-RP"
    elif data[0] == w.ABORT:
        said.name, said.verdict = "A-ABORT", BROKEN
        said.says = w.abort_text(*data[8:10]) if len(data) >= 10 else "no reason given"
    else:
        said.verdict = FAILED
    return said
