"""The mapping table of sending applications: who is heard, and how their messages are understood.

A strict RIS also refuses what it could do without; that is a setting.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from simulator.errors import UsageError
from simulator.hospital.rows import Records
from simulator.network import hl7
from simulator.network.hl7 import REQUIRED, SEQUENCE, VALUE, Delimiters, Hl7Error, Message
from simulator.setting import LiveSettings

_IDENTIFIERS = {"PID": 3, "MRG": 1}  # where a message names patients
_VISITS = ("A01", "A02", "A03", "A04", "A05", "A06", "A07", "A08", "A11")


@dataclass(frozen=True, kw_only=True)
class Sender:
    """One sending application (MSH-3)."""

    application: str
    taken: bool = True
    issuer: str = ""  # whose patient identifiers it sends, where PID-3.4 does not say
    charset: str = ""  # how it writes, where MSH-18 does not say
    types: str = ""  # the message types it may send, e.g. "ADT ORM"; empty: all
    description: str = ""

    def __post_init__(self) -> None:
        """Refuse what no sender can be."""
        if not self.application or len(self.application) > 180 or type(self.taken) is not bool:
            raise UsageError("A sender has an application name; 'taken' is true or false.")
        if any(sign in self.issuer for sign in "|^~\\&\r\n") or len(self.issuer) > 64:
            raise UsageError(f"'{self.issuer}' is no issuer of identifiers.")
        if self.charset:
            hl7.charset(self.charset)


class Listening:
    """What the RIS hears, and how it understands it."""

    def __init__(self, senders: Records[Sender], settings: LiveSettings) -> None:
        """Decide by the rows of `senders` and by `settings`."""
        self.senders, self.settings = senders, settings

    def applications(self) -> tuple[str, ...]:
        """Return the names (MSH-5) the RIS answers to; none for any."""
        names = str(self.settings["hl7.applications"])
        return () if names == "any" else tuple(names.split())

    def charset(self, head: Message) -> str:
        """Return how a message without MSH-18 is read."""
        found = self.senders.find(head.get("MSH-3.1"))
        return (found.charset if found else "") or str(self.settings["hl7.charset"])

    def failure(self) -> str:
        """Return the code for our own failures."""
        return str(self.settings["hl7.failure"])

    def admit(self, message: Message) -> Message:
        """Refuse by raising Hl7Error, or return the message as it is understood here."""
        name = message.get("MSH-3.1")
        found = self.senders.find(name)
        if found is None and not self.settings["hl7.unknown_senders"]:
            raise Hl7Error(VALUE, "MSH-3", f"the sender '{name}' is not in the table", ack="AR")
        if found and not found.taken:
            raise Hl7Error(VALUE, "MSH-3", f"the sender '{name}' is not heard here", ack="AR")
        kind = message.get("MSH-9.1")
        if found and found.types and kind not in found.types.split():
            raise Hl7Error(VALUE, "MSH-9", f"'{name}' may send {found.types}, not {kind}", ack="AR")
        if self.settings["hl7.strict"]:
            check_strictly(message)
        return issued(message, found.issuer) if found and found.issuer else message


def check_strictly(message: Message) -> None:
    """Refuse what a lenient receiver does without; raises Hl7Error naming the field."""
    for path in ("MSH-4.1", "MSH-6.1", "MSH-7"):
        if not message.get(path):
            raise Hl7Error(REQUIRED, path.partition(".")[0], "the field is empty", ack="AR")
    kind, trigger = message.get("MSH-9.1"), message.get("MSH-9.2")
    if kind == "ADT" and not message.count("EVN"):
        raise Hl7Error(SEQUENCE, "EVN", "the segment is missing")
    if kind == "ADT" and trigger in _VISITS and not message.count("PV1"):
        raise Hl7Error(SEQUENCE, "PV1", "the segment is missing")
    if message.count("PID") and not message.get("PID-5.1"):
        raise Hl7Error(REQUIRED, "PID-5", "the patient has no name")


def issued(message: Message, issuer: str) -> Message:
    """Return a message whose identifiers have an assigning authority, where they had none."""
    return replace(message, segments=tuple(_row(row, issuer, message) for row in message.segments))


def _row(row: tuple[str, ...], issuer: str, message: Message) -> tuple[str, ...]:
    at = _IDENTIFIERS.get(row[0], 0)
    if not at or len(row) <= at:
        return row
    return (*row[:at], _issued(row[at], issuer, message.delimiters), *row[at + 1 :])


def _issued(field: str, issuer: str, signs: Delimiters) -> str:
    first, *rest = field.split(signs.repetition)
    parts = [*first.split(signs.component), "", "", ""]
    if parts[0] and not parts[3]:
        parts[3] = issuer
        first = signs.component.join(parts).rstrip(signs.component)
    return signs.repetition.join((first, *rest))
