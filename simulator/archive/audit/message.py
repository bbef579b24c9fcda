"""One audit message, and its XML (PS3.15 A.5.1)."""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from simulator.archive.audit.codes import (
    APPLICATION_SERVER,
    DCM,
    EVENTS,
    OBJECT_ID,
    TYPES,
    Code,
)

SUCCESS, MINOR, SERIOUS, MAJOR = 0, 4, 8, 12  # EventOutcomeIndicator
PERSON, SYSTEM = "1", "2"  # ParticipantObjectTypeCode


@dataclass(frozen=True, kw_only=True)
class Participant:
    """Who took part: a person, a node or a process."""

    user: str
    is_requestor: bool = False
    roles: tuple[str, ...] = ()  # DCM codes of CID 402
    name: str = ""
    other: str = ""  # AlternativeUserID
    host: str = ""


@dataclass(frozen=True, kw_only=True)
class Thing:
    """What it was about: a patient, a study, a node, an account, a query."""

    id: str
    kind: str  # a key of codes.OBJECT_ID
    name: str = ""
    query: bytes = b""
    role: str = ""  # ParticipantObjectTypeCodeRole
    life_cycle: str = ""
    type: str = SYSTEM
    details: tuple[tuple[str, str], ...] = ()
    accessions: tuple[str, ...] = ()
    classes: tuple[tuple[str, tuple[str, ...], int], ...] = ()  # class, instances, their number


@dataclass(frozen=True, kw_only=True)
class AuditMessage:
    """What happened, who took part, and what it was about."""

    event: str  # DCM code of CID 400
    type: str = ""  # DCM code of CID 401
    action: str = "E"  # C, R, U, D or E
    at: str = ""  # hospital time, ISO 8601
    real: str = ""  # the machine's time, ISO 8601
    outcome: int = SUCCESS
    said: str = ""  # EventOutcomeDescription: one sentence
    people: tuple[Participant, ...] = ()
    things: tuple[Thing, ...] = ()
    entries: tuple[str, ...] = ()  # ids of the journal's entries it was made of

    @property
    def requestor(self) -> Participant:
        """Who wanted it."""
        return next((who for who in self.people if who.is_requestor), self.people[0])

    def ids(self, kind: str) -> str:
        """Return the ids of all things of a kind, with spaces between them."""
        return " ".join(dict.fromkeys(thing.id for thing in self.things if thing.kind == kind))


def to_xml(message: AuditMessage, source: str) -> str:
    """Return the message as XML; `source` names the system that reports it."""
    root = ET.Element("AuditMessage")
    event = ET.SubElement(
        root,
        "EventIdentification",
        EventActionCode=message.action,
        EventDateTime=message.at,
        EventOutcomeIndicator=str(message.outcome),
    )
    _code(event, "EventID", Code(message.event, DCM, EVENTS[message.event]))
    if message.type:
        _code(event, "EventTypeCode", Code(message.type, DCM, TYPES[message.type]))
    if message.said:
        ET.SubElement(event, "EventOutcomeDescription").text = plain(message.said)
    for who in message.people:
        _participant(root, who)
    origin = ET.SubElement(root, "AuditSourceIdentification", AuditSourceID=source)
    ET.SubElement(origin, "AuditSourceTypeCode", {"csd-code": APPLICATION_SERVER})
    for thing in message.things:
        _object(root, thing)
    return ET.tostring(root, encoding="unicode")


def _participant(root: ET.Element, who: Participant) -> None:
    facts = {"UserID": who.user or "unknown", "UserIsRequestor": str(who.is_requestor).lower()}
    for key, value in (("AlternativeUserID", who.other), ("UserName", who.name)):
        if value:
            facts[key] = value
    if who.host:
        facts |= {"NetworkAccessPointID": who.host, "NetworkAccessPointTypeCode": "2"}
    node = ET.SubElement(root, "ActiveParticipant", {k: plain(v) for k, v in facts.items()})
    for role in who.roles:
        _code(node, "RoleIDCode", Code(role, DCM, TYPES[role]))


def _object(root: ET.Element, thing: Thing) -> None:
    facts = {"ParticipantObjectID": thing.id or "unknown", "ParticipantObjectTypeCode": thing.type}
    for key, value in (("ParticipantObjectTypeCodeRole", thing.role),
                       ("ParticipantObjectDataLifeCycle", thing.life_cycle)):  # fmt: skip
        if value:
            facts[key] = value
    place = "ParticipantObjectIdentification"
    node = ET.SubElement(root, place, {k: plain(v) for k, v in facts.items()})
    _code(node, "ParticipantObjectIDTypeCode", OBJECT_ID[thing.kind])
    if thing.query:
        ET.SubElement(node, "ParticipantObjectQuery").text = _base64(thing.query)
    else:
        ET.SubElement(node, "ParticipantObjectName").text = plain(thing.name or thing.id)
    for key, value in thing.details:
        ET.SubElement(node, "ParticipantObjectDetail", type=key, value=_base64(value.encode()))
    _description(node, thing)


def _description(node: ET.Element, thing: Thing) -> None:
    if not (thing.accessions or thing.classes):
        return
    place = ET.SubElement(node, "ParticipantObjectDescription")
    for accession in thing.accessions:
        ET.SubElement(place, "Accession", Number=plain(accession))
    for uid, instances, count in thing.classes:
        one = ET.SubElement(place, "SOPClass", UID=plain(uid), NumberOfInstances=str(count))
        for instance in instances:
            ET.SubElement(one, "Instance", UID=plain(instance))


def _code(parent: ET.Element, name: str, code: Code) -> None:
    facts = {"csd-code": code.value, "codeSystemName": code.system, "originalText": code.meaning}
    ET.SubElement(parent, name, facts)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def plain(text: str) -> str:
    """Return text without what neither XML nor a table can hold."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def facts_of(xml: str) -> dict[str, Any]:
    """Return what a person reads of a message: its parts as plain facts."""
    root = ET.fromstring(xml)  # our own, from the trail
    people = [dict(node.attrib) for node in root.findall("ActiveParticipant")]
    things = [
        {
            **node.attrib,
            "kind": _meaning(node.find("ParticipantObjectIDTypeCode")),
            "name": node.findtext("ParticipantObjectName") or "",
            "details": _details(node.findall("ParticipantObjectDetail")),
        }
        for node in root.findall("ParticipantObjectIdentification")
    ]
    return {"people": people, "things": things}


def _meaning(node: ET.Element | None) -> str:
    return "" if node is None else node.attrib["originalText"]


def _details(nodes: Sequence[ET.Element]) -> dict[str, str]:
    return {
        node.attrib["type"]: base64.b64decode(node.attrib["value"]).decode("utf-8", "replace")
        for node in nodes
    }
