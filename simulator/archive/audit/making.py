"""From journal entries to audit messages: who, what about, and how it ended."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulator.archive.audit import codes as c
from simulator.archive.audit.message import (
    MINOR,
    PERSON,
    SERIOUS,
    SUCCESS,
    AuditMessage,
    Participant,
    Thing,
)
from simulator.archive.audit.rules import HL7, Rule, rule_of
from simulator.journal import Entry

_CREATED, _USED, _CHANGED, _ERASED = "1", "6", "3", "15"  # ParticipantObjectDataLifeCycle
_PATIENT, _STUDY, _USER, _JOB, _SEARCH = "1", "3", "11", "13", "24"  # …TypeCodeRole
_SWITCHES = ("audit.off", "audit.off_nodes")
# A node's place in the node table is what lets it in: being entered there is its entry.
_ENTRIES = {"node.added": c.ATTACH, "node.removed": c.DETACH}
_LIFE = {"C": _CREATED, "R": _USED, "U": _CHANGED, "D": _ERASED, "E": _USED}


@dataclass(frozen=True, kw_only=True)
class About:
    """A stored study: whose it is, and which instances of it are meant."""

    study_uid: str
    patient_id: str
    patient_name: str
    accession: str = ""
    classes: tuple[tuple[str, tuple[str, ...], int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Guest:
    """Who is behind an association."""

    calling: str = ""
    host: str = ""
    user: str = ""


Find = Callable[[dict[str, Any]], Sequence[About]]  # the studies an entry's facts speak of


class Maker:
    """Makes messages of single entries."""

    def __init__(self, application: Callable[[], str], find: Find) -> None:
        """Report as `application` (its AE title); `find` looks studies up in the index."""
        self.application, self.find = application, find

    def messages(self, entry: Entry, guest: Guest) -> list[AuditMessage]:
        """Return what an entry becomes: nothing, one message, or two."""
        if entry.kind == "hl7.received":
            return self._hl7(entry)
        rule = rule_of(entry.kind, has_actor="by" in entry.facts)
        if rule is None:
            return []
        made = self._made(entry, rule, guest)
        if entry.kind == "setting.changed" and str(entry.facts.get("what", "")) in _SWITCHES:
            on = entry.text.endswith(" to 'none'")
            return [made, replace(made, type=c.RECORDING_STARTED if on else c.RECORDING_STOPPED)]
        if entry.kind in _ENTRIES:
            return [made, self._network_entry(entry, made)]
        if entry.kind == "c-move":
            return [replace(made, event=c.BEGIN_TRANSFERRING, action="E"), made]
        return [made]

    def transfer(
        self, guest: Guest, studies: Sequence[About], entries: Sequence[Entry], outcome: int
    ) -> AuditMessage:
        """Return the message of instances that came over one association."""
        count = sum(n for about in studies for _, _, n in about.classes)
        last = entries[-1]
        said = f"{guest.calling} sent {count or len(entries)} instances"
        return AuditMessage(
            event=c.TRANSFERRED, action="C", at=last.hospital, real=last.real, outcome=outcome,
            said=said, people=self._both(guest, c.SOURCE, c.DESTINATION),
            things=_things(studies, _CREATED), entries=tuple(e.id for e in entries),
        )  # fmt: skip

    # --- inner parts --------------------------------------------------------------------------

    def _network_entry(self, entry: Entry, made: AuditMessage) -> AuditMessage:
        """Return that a machine was let into the network, or sent out of it (PS3.15 A.5.3.9)."""
        title = str(entry.facts.get("what", ""))
        node = Participant(
            user=title, other=f"AETITLES={title}", roles=(c.APPLICATION,),
            host=str(entry.facts.get("address", "")),
        )  # fmt: skip
        people = (node, *(who for who in made.people if who.is_requestor))
        return replace(
            made, event=c.NETWORK_ENTRY, type=_ENTRIES[entry.kind], action="E", people=people,
            things=(),
        )  # fmt: skip

    def _made(self, entry: Entry, rule: Rule, guest: Guest) -> AuditMessage:
        things = self._things(entry, rule)
        return AuditMessage(
            event=rule.event, type=rule.type, action=rule.action, at=entry.hospital,
            real=entry.real, outcome=_outcome(entry, rule), said=entry.text,
            people=self._people(entry, rule, guest), things=things, entries=(entry.id,),
        )  # fmt: skip

    def _people(self, entry: Entry, rule: Rule, guest: Guest) -> tuple[Participant, ...]:
        facts = entry.facts
        if rule.event == c.TRANSFERRED and (guest.calling or facts.get("destination")):
            there = str(facts.get("destination") or guest.calling)
            people = self._both(guest, c.SOURCE, c.DESTINATION, outwards=True)
            if there != guest.calling:
                people = (*people, Participant(user=there, roles=(c.DESTINATION,)))
            return people
        actor = str(facts.get("by") or facts.get("user") or facts.get("calling") or "")
        who = Participant(
            user=actor or guest.user or guest.calling or self.application(),
            other=f"AETITLES={guest.calling}" if guest.calling else "",
            host=str(facts.get("host") or guest.host or ""),
            is_requestor=True,
        )
        return (who, self._own()) if who.user != self.application() else (self._own(True),)

    def _own(self, is_requestor: bool = False, role: str = c.APPLICATION) -> Participant:
        name = self.application()
        return Participant(
            user=name, other=f"AETITLES={name}", roles=(role,), is_requestor=is_requestor
        )

    def _both(
        self, guest: Guest, first: str, second: str, *, outwards: bool = False
    ) -> tuple[Participant, ...]:
        """Return sender and receiver, the one who asked first; a person behind them, too."""
        theirs, ours = (second, first) if outwards else (first, second)
        node = Participant(
            user=guest.calling, other=f"AETITLES={guest.calling}", roles=(theirs,), host=guest.host,
            is_requestor=not guest.user,
        )  # fmt: skip
        people = (node, self._own(role=ours))
        if guest.user:
            return (Participant(user=guest.user, host=guest.host, is_requestor=True), *people)
        return people

    def _things(self, entry: Entry, rule: Rule) -> tuple[Thing, ...]:
        facts = entry.facts
        things = _things(self.find(facts), _LIFE[rule.action])
        if rule.event == c.QUERY:
            things = (_search(entry), *things)
        patient = str(facts.get("patient_id") or "")
        if patient and patient not in [thing.id for thing in things]:
            whose = Thing(id=patient, kind="patient", type=PERSON, role=_PATIENT)
            things = (*things, whose)
        subject = str(facts.get("user") or facts.get("role") or facts.get("what") or "")
        if rule.event in (c.SECURITY_ALERT, c.AUDIT_LOG_USED) and subject:
            kind = "user" if "user" in facts else "uri"
            alert = (("Alert Description", entry.text),)
            things = (*things, Thing(id=subject, kind=kind, role=_JOB, details=alert))
        return things

    def _hl7(self, entry: Entry) -> list[AuditMessage]:
        kind, facts = str(entry.facts.get("type", "")), entry.facts
        found = HL7.get(kind) or HL7.get(kind.partition("^")[0])
        if found is None:
            return []
        event, action = found
        things = []
        if patient := str(facts.get("patient_id") or ""):
            things.append(Thing(id=patient, kind="patient", type=PERSON, role=_PATIENT))
        if accession := str(facts.get("accession") or ""):
            things.append(Thing(id=accession, kind="order", accessions=(accession,)))
        host = str(facts.get("peer", "")).partition(":")[0]
        name = str(facts.get("sender") or "HL7")
        sender = Participant(user=name, is_requestor=True, roles=(c.SOURCE,), host=host)
        outcome = SUCCESS if facts.get("code") in ("AA", "CA") else MINOR
        return [
            AuditMessage(
                event=event, action=action, at=entry.hospital, real=entry.real, outcome=outcome,
                said=entry.text, people=(sender, self._own(role=c.DESTINATION)),
                things=tuple(things), entries=(entry.id,),
            )
        ]  # fmt: skip


def _things(studies: Sequence[About], life_cycle: str) -> tuple[Thing, ...]:
    found = [
        Thing(
            id=about.study_uid, kind="study", role=_STUDY, life_cycle=life_cycle,
            accessions=(about.accession,) if about.accession else (), classes=about.classes,
        )
        for about in studies
    ]  # fmt: skip
    people = {about.patient_id: about.patient_name for about in studies if about.patient_id}
    return (
        *found,
        *(
            Thing(id=key, kind="patient", name=name, type=PERSON, role=_PATIENT)
            for key, name in people.items()
        ),
    )


def _search(entry: Entry) -> Thing:
    """Return the query itself: the identifier as it came, or the address with its parameters."""
    given = str(entry.facts.get("query") or "")
    data = base64.b64decode(given) if given and entry.kind == "c-find" else given.encode()
    kind = "class" if entry.kind == "c-find" else "uri"
    what = str(entry.facts.get("sop_class") or entry.facts.get("path") or entry.kind)
    details = (("TransferSyntax", str(entry.facts["syntax"])),) if "syntax" in entry.facts else ()
    return Thing(
        id=what, kind=kind, role=_SEARCH, query=data or entry.text.encode(), details=details
    )


def _outcome(entry: Entry, rule: Rule) -> int:
    status = entry.facts.get("status")
    if rule.failed:
        return MINOR
    if isinstance(status, int):
        return SUCCESS if status < 400 else MINOR if status < 500 else SERIOUS
    if isinstance(status, str) and status.startswith("0x"):
        return outcome_of(int(status, 16))
    return SUCCESS


def outcome_of(status: int) -> int:
    """Return how a DIMSE status reads as an outcome: a warning is a minor failure."""
    return SUCCESS if status == 0 else MINOR if status >> 12 == 0xB or status == 0xFE00 else SERIOUS
