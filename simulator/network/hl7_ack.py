"""Acknowledgements: AA, AE and AR of the original mode, CA, CE and CR of the enhanced mode.

AE says that the content is wrong and must be corrected; AR that the message was refused, perhaps
only for now. The ERR segment names the field: ERR-2 and ERR-3 from version 2.5 on, ERR-1 before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from simulator.network import hl7
from simulator.network.hl7 import MEANING, Hl7Error, Message, escape, segment

CODES = ("AA", "AE", "AR", "CA", "CE", "CR")
ACCEPTED = ("AA", "CA")
_COMMIT = {"AA": "CA", "AE": "CE", "AR": "CR"}


@dataclass(frozen=True, kw_only=True)
class Ack:
    """What a peer said about a message."""

    code: str
    control_id: str
    reason: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the peer took the message."""
        return self.code in ACCEPTED


def answers(to: Message, code: str, error: Hl7Error | None, now: datetime, text: str = "") -> list[
    bytes
]:  # fmt: skip
    """Return every acknowledgement `to` asks for: one, or commit and application apart.

    MSH-15 or MSH-16 present means enhanced mode (HL7 2.9.3): each says when it is wanted.
    """
    accept, application = to.get("MSH-15"), to.get("MSH-16")
    if not accept and not application:
        return [acknowledge(to, code, error, now, text)]
    fine = code == "AA"
    codes = [
        found
        for found, asked in ((_COMMIT[code], accept), (code, application))
        if asked == "AL" or (asked == "SU" and fine) or (asked == "ER" and not fine)
    ]
    return [acknowledge(to, each, error, now, text) for each in codes]


def acknowledge(
    to: Message, code: str, error: Hl7Error | None, now: datetime, text: str = ""
) -> bytes:
    """Return one acknowledgement of `to`, whatever state `to` is in."""
    version = to.get("MSH-12.1") or "2.5.1"
    trigger = to.get("MSH-9.2")
    kind = "^".join(filter(None, ("ACK", trigger, "ACK" if trigger and version >= "2.5" else "")))
    named = to.get("MSH-18[1]").upper()
    head = {
        1: "^~\\&", 2: _back(to, 5), 3: _back(to, 6), 4: _back(to, 3), 5: _back(to, 4),
        6: hl7.stamp(now), 8: kind, 9: f"A{escape(to.control_id)[:19]}",
        10: to.get("MSH-11.1") or "P", 11: version,
    }  # fmt: skip
    if named in hl7.CHARSETS:
        head[17] = named
    said = escape((error.sentence if error else text)[:200])
    lines = [segment("MSH", head), segment("MSA", {1: code, 2: escape(to.control_id), 3: said})]
    if error:
        lines.append(_err(error, version))
    data = "".join(f"{line}\r" for line in lines)
    return data.encode(hl7.CHARSETS.get(named, "ascii"), "replace")


def _back(to: Message, field: int) -> str:
    return escape(to.get(f"MSH-{field}.1"))


def _err(error: Hl7Error, version: str) -> str:
    code = f"{error.code}{{0}}{MEANING[error.code]}{{0}}HL70357"
    name, _, field = error.where.partition("-")
    place = f"{name[:3]}^1^{field.split('.')[0]}" if field else name[:3].upper()
    if version < "2.5":
        return segment("ERR", {1: f"{place}^{code.format('&')}"})
    said = escape(error.sentence)
    return segment("ERR", {2: place, 3: code.format("^"), 4: "E", 8: said})


def read(raw: bytes) -> Ack:
    """Read an acknowledgement; raises Hl7Error for anything that is none."""
    message = hl7.parse(raw, "UNICODE UTF-8")
    code = message.get("MSA-1")
    if code not in CODES:
        said = "there is no MSA segment" if not message.count("MSA") else f"'{code}' is no code"
        raise Hl7Error(hl7.VALUE, "MSA-1", said)
    reason = message.get("MSA-3") or message.get("ERR-8") or message.get("ERR-1")
    return Ack(code=code, control_id=message.get("MSA-2"), reason=reason)


def shown(lines: Sequence[bytes]) -> str:
    """Return the codes of several acknowledgements, for a log line."""
    return " ".join(read(line).code for line in lines)
