"""What HL7 messages say about patients, orders, merges and reports: pure reading, with checks.

Both ends read alike; each check names the field, so that an AE can be acted upon. Lengths are
those of DICOM, because the values go into DICOM headers (PS3.5 6.2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from simulator.network.hl7 import (
    DUPLICATE_KEY,
    REQUIRED,
    SEQUENCE,
    TYPE,
    VALUE,
    Hl7Error,
    Message,
    moment,
)

PRIORITIES = {"S": "STAT", "ST": "STAT", "A": "HIGH", "R": "ROUTINE", "": "", "STAT": "STAT",
              "ROUTINE": "ROUTINE", "HIGH": "HIGH", "T": "HIGH"}  # fmt: skip
_STATUS = {"HD": "ordered", "SC": "scheduled", "IP": "in progress", "CM": "completed",
           "DC": "discontinued", "CA": "cancelled"}  # fmt: skip
CONTROLS = ("NW", "XO", "XX", "SC", "CA", "OC", "DC", "OD")


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A patient as a message names one; empty is not said."""

    patient_id: str
    issuer: str = ""
    name: str = ""  # DICOM PN
    birth_date: str = ""
    sex: str = ""


@dataclass(frozen=True, kw_only=True)
class OrderMessage:
    """An order as a message says it; empty is not said."""

    control: str  # ORC-1
    status: str  # ORC-5
    placer: str
    accession: str
    patient: Identity
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Merge:
    """Two identifiers that are one person."""

    survivor: Identity
    retired_id: str
    retired_issuer: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """A report of a study."""

    accession: str
    patient_id: str
    status: str  # P preliminary, F final, C corrected
    text: str
    author: str = ""
    at: str = ""  # ISO 8601


def identity(message: Message) -> Identity:
    """Return whom PID names; raises Hl7Error for a missing or impossible value."""
    if not message.count("PID"):
        raise Hl7Error(
            SEQUENCE, "PID", "the segment is missing; does a carriage return end each segment?"
        )
    patient_id = text(message, "PID-3.1", 64)
    if not patient_id:
        raise Hl7Error(REQUIRED, "PID-3", "the patient has no identifier")
    born = moment(message.get("PID-7.1"), "PID-7")
    sex = message.get("PID-8.1").upper()
    if sex not in ("M", "F", "O", "U", "A", "N", ""):
        raise Hl7Error(VALUE, "PID-8", f"'{sex[:8]}' is no sex of HL70001")
    return Identity(
        patient_id=patient_id,
        issuer=text(message, "PID-3.4.1", 64),
        name=person_name(message, "PID-5"),
        birth_date=f"{born:%Y%m%d}" if born else "",
        sex=sex if sex in ("M", "F", "O", "") else "O",
    )


def merge(message: Message) -> Merge:
    """Return which identifier MRG retires in favour of PID's (A40), or changes into it (A47)."""
    survivor = identity(message)
    retired, issuer = text(message, "MRG-1.1", 64), text(message, "MRG-1.4.1", 64)
    if not retired:
        raise Hl7Error(REQUIRED, "MRG-1", "the message does not say which identifier is retired")
    if (retired, issuer or survivor.issuer) == (survivor.patient_id, survivor.issuer or issuer):
        raise Hl7Error(
            DUPLICATE_KEY, "MRG-1", f"PID-3 and MRG-1 both name {retired}: nothing was merged"
        )
    return Merge(survivor=survivor, retired_id=retired, retired_issuer=issuer or survivor.issuer)


def order(message: Message) -> OrderMessage:
    """Return what an ORM, OMI or OMG says; the first order of the message."""
    patient = identity(message)
    if not message.count("ORC"):
        raise Hl7Error(SEQUENCE, "ORC", "the segment is missing: what is to be done?")
    control = message.get("ORC-1").upper()
    if control not in CONTROLS:
        raise Hl7Error(VALUE, "ORC-1", f"'{control[:8]}' is no order control taken here")
    placer = text(message, "ORC-2.1", 64) or text(message, "OBR-2.1", 64)
    accession = first(message, ("IPC-1.1", "OBR-18.1", "ORC-3.1", "OBR-3.1"), 16)
    if not placer and not accession:
        raise Hl7Error(REQUIRED, "ORC-2", "the order has neither placer nor accession number")
    return OrderMessage(
        control=control, status=message.get("ORC-5").upper(), placer=placer, accession=accession,
        patient=patient, facts={key: value for key, value in _facts(message).items() if value},
    )  # fmt: skip


def status_of(said: OrderMessage) -> str:
    """Return the order's status in our words; empty if the message does not say."""
    if said.control in ("CA", "OC"):
        return "cancelled"
    if said.control in ("DC", "OD"):
        return "discontinued"
    modifier = said.facts.get("modifier", "").lower()
    return modifier if modifier in ("arrived", "reported") else _STATUS.get(said.status, "")


def report(message: Message) -> Report:
    """Return the report of an ORU^R01."""
    patient = identity(message)
    accession = first(message, ("OBR-18.1", "OBR-3.1", "ORC-3.1"), 16)
    if not accession:
        raise Hl7Error(REQUIRED, "OBR-3", "the report names no order (accession number)")
    status = message.get("OBR-25").upper()
    if status not in ("P", "F", "C", "R"):
        raise Hl7Error(VALUE, "OBR-25", f"'{status[:8]}' is no status of a report (P, F, C)")
    lines = [message.get(f"OBX[{n}]-5") for n in range(1, message.count("OBX") + 1)]
    if not any(lines):
        raise Hl7Error(REQUIRED, "OBX-5", "the report has no text")
    at = moment(message.get("OBR-22.1"), "OBR-22")
    return Report(
        accession=accession, patient_id=patient.patient_id, text="\n".join(lines),
        status="P" if status == "R" else status, at=at.isoformat() if at else "",
        author=" ".join(filter(None, (message.get("OBR-32.1.3"), message.get("OBR-32.1.2")))),
    )  # fmt: skip


def _facts(message: Message) -> dict[str, str]:
    when = ""
    for path in ("TQ1-7.1", "ORC-7.4.1", "OBR-27.4.1", "OBR-36.1"):
        if at := moment(message.get(path), path.partition(".")[0]):
            when = at.isoformat(timespec="seconds")
            break
    urgency = first(message, ("TQ1-9.1", "ORC-7.6.1", "OBR-27.6.1"), 16).upper()
    if urgency not in PRIORITIES:
        raise Hl7Error(VALUE, "OBR-27", f"'{urgency[:8]}' is no priority (S, A, R)")
    uid = first(message, ("IPC-3.1", "ZDS-1.1"), 64)
    if uid and not re.fullmatch(r"[0-9]+(\.[0-9]+)*", uid):
        raise Hl7Error(TYPE, "ZDS-1", f"'{uid}' is no Study Instance UID")
    return {
        "code": first(message, ("OBR-44.1", "OBR-4.1"), 64),
        "description": first(message, ("OBR-4.2", "OBR-44.2"), 64),
        "scheduled": when,
        "priority": PRIORITIES[urgency],
        "indication": first(message, ("OBR-31.2", "OBR-31.1", "OBR-13"), 64),
        "referring": doctor(message, "OBR-16") or doctor(message, "ORC-12"),
        "performing": _reader(message),
        "study_uid": uid,
        "requested_procedure_id": first(message, ("IPC-2.1", "OBR-19.1"), 64),
        "step_id": first(message, ("IPC-4.1", "OBR-20.1"), 64),
        "modality": first(message, ("IPC-5.1", "OBR-24"), 16),
        "protocol": first(message, ("IPC-6.1",), 16),
        "station_ae": first(message, ("IPC-9.1", "OBR-21.1"), 16),
        "modifier": message.get("ORC-25.1"),
    }


def text(message: Message, path: str, longest: int) -> str:
    """Return a value that a DICOM header can hold; raises Hl7Error otherwise."""
    value = message.get(path)
    where = path.partition(".")[0]
    if len(value) > longest:
        raise Hl7Error(TYPE, where, f"'{value[:24]}' has {len(value)} characters, more than "
                                    f"the {longest} DICOM has room for")  # fmt: skip
    if "\\" in value or not value.isprintable():
        raise Hl7Error(TYPE, where, "a backslash or a control character cannot be stored")
    return value


def first(message: Message, paths: tuple[str, ...], longest: int) -> str:
    """Return the first of several places that says something."""
    path = next((path for path in paths if message.get(path)), "")
    return text(message, path, longest) if path else ""


def person_name(message: Message, path: str) -> str:
    """Return an XPN as a DICOM PN: HL7 has the suffix before the prefix."""
    return _name(message, message.parts(path)[:5], path)


def doctor(message: Message, path: str) -> str:
    """Return an XCN as a DICOM PN: its first component is a number."""
    return _name(message, message.parts(path)[1:6], path)


def _reader(message: Message) -> str:
    """Return OBR-32, whose name stands in subcomponents, as a DICOM PN."""
    return _name(message, [message.get(f"OBR-32.1.{n}") for n in range(2, 7)], "OBR-32")


def _name(message: Message, parts: list[str], path: str) -> str:
    family, given, middle, suffix, prefix = [*parts, "", "", "", "", ""][:5]
    name = "^".join((family.split(message.delimiters.subcomponent)[0], given, middle, prefix,
                     suffix)).rstrip("^")  # fmt: skip
    if len(name) > 64:
        raise Hl7Error(TYPE, path, f"a name of {len(name)} characters; DICOM has room for 64")
    if "\\" in name or "=" in name or not name.isprintable():
        raise Hl7Error(TYPE, path, "the name holds a character that no name may have")
    return name


def columns(who: Identity) -> dict[str, Any]:
    """Return what is said of a patient, by the names our tables use."""
    found = {"patient_name": who.name, "birth_date": who.birth_date, "sex": who.sex}
    return {key: value for key, value in found.items() if value}
