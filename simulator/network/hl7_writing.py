"""Segments of the messages our systems send, from the flat facts of patients, orders, reports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from simulator.network.hl7 import escape, segment, stamp

# Order status (HL70038) that says best what a status of ours is.
STATUS = {
    "ordered": "HD", "scheduled": "SC", "arrived": "SC", "in progress": "IP", "completed": "CM",
    "discontinued": "DC", "cancelled": "CA", "reported": "CM",
}  # fmt: skip
URGENCY = {"STAT": "S", "HIGH": "A", "ROUTINE": "R", "MEDIUM": "R", "LOW": "R"}
Facts = Mapping[str, object]


def pid(facts: Facts) -> str:
    """Return PID of patient_id, issuer, patient_name, birth_date and sex."""
    return segment("PID", {
        1: "1", 3: identifier(facts["patient_id"], facts.get("issuer")),
        5: name(facts.get("patient_name", "")), 7: _e(facts.get("birth_date")),
        8: _e(facts.get("sex")),
    })  # fmt: skip


def identifier(patient_id: object, issuer: object) -> str:
    """Return a CX of type MR."""
    return f"{_e(patient_id)}^^^{_e(issuer)}^MR"


def mrg(patient_id: str, issuer: str) -> str:
    """Return MRG: the identifier that is no more."""
    return segment("MRG", {1: identifier(patient_id, issuer)})


def evn(trigger: str, at: datetime) -> str:
    """Return EVN."""
    return segment("EVN", {1: trigger, 2: stamp(at)})


def orc(control: str, facts: Facts) -> str:
    """Return ORC of an order."""
    fields = {
        1: control, 2: _e(facts["placer"]), 3: _e(facts.get("accession")),
        5: STATUS.get(str(facts.get("status")), ""), 7: _timing(facts),
        12: person(facts.get("referring")),
    }  # fmt: skip
    if facts.get("status") in ("arrived", "reported"):  # HL70038 has no word for these
        fields[25] = str(facts["status"]).upper()
    return segment("ORC", fields)


def obr(facts: Facts, **more: str) -> str:
    """Return OBR of an order; `more` are fields by number, f25=…"""
    fields = {
        1: "1", 2: _e(facts["placer"]), 3: _e(facts.get("accession")),
        4: f"{_e(facts['code'])}^{_e(facts['description'])}^99PACSLAB",
        16: person(facts.get("referring")), 18: _e(facts.get("accession")),
        19: _e(facts.get("requested_procedure_id")), 20: _e(facts.get("step_id")),
        21: _e(facts.get("station_ae")), 24: _e(facts.get("modality")), 27: _timing(facts),
        31: f"^{_e(facts.get('indication'))}" if facts.get("indication") else "",
        32: person(facts.get("performing")).replace("^", "&"),
    }  # fmt: skip
    return segment("OBR", fields | {int(key[1:]): value for key, value in more.items()})


def zds(facts: Facts) -> str:
    """Return ZDS, in which IHE puts the Study Instance UID (RAD TF-2 4.4.4.1.2.2)."""
    return segment("ZDS", {1: f"{_e(facts['study_uid'])}^PACSLAB^Application^DICOM"})


def obx(number: int, line: str, status: str) -> str:
    """Return OBX with one line of a report."""
    return segment(
        "OBX", {1: str(number), 2: "TX", 3: "GDT^Report", 5: escape(line), 11: status or "F"}
    )


def name(pn: object) -> str:
    """Return a DICOM PN as XPN."""
    family, given, middle, prefix, suffix = [*str(pn).split("=")[0].split("^"), *[""] * 5][:5]
    return "^".join(map(escape, (family, given, middle, suffix, prefix))).rstrip("^")


def person(pn: object) -> str:
    """Return a DICOM PN as XCN without a number."""
    return f"^{name(pn)}" if pn else ""


def _timing(facts: Facts) -> str:
    at = facts.get("scheduled")
    when = stamp(datetime.fromisoformat(str(at))) if at else ""
    return f"^^^{when}^^{URGENCY.get(str(facts.get('priority')), '')}" if when else ""


def _e(value: object) -> str:
    return escape(str(value or ""))
