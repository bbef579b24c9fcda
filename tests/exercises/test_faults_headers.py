"""Consoles that write headers wrongly: what the archive makes of it, and that it can be lifted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from itertools import count
from typing import Any

import pytest

from exercises.engine import harm
from simulator import faults
from simulator.client import Client
from simulator.faults.headers import HeaderWriting

BY, DEVICE = "mhill", "DX2"
KEYS = {"issuer": "patient.issuer"}
WRONG: dict[str, str] = {
    "code_page": "ISO 8859-7",
    "character_set": "ISO IR 192",
    "names": "fixed",
    "dates": "YYYY.MM.DD",
    "body_part": "protocol",
    "sex": "word",
    "issuer": "none",
}
SCRIPTS = {
    "UTF-8": "JØRGENSEN^ÅSE",
    "ISO 8859-7": "ΠΑΠΑΔΟΠΟΥΛΟΥ^ΕΛΕΝΗ",
    "ISO 8859-5": "ИВАНОВА^ОЛЬГА",
    "GB18030": "WANG^XIAOMEI=王^小梅",
}


@pytest.fixture(scope="module")
def seat(exercise_seat: Client) -> Client:
    exercise_seat.seat.reset(resume=False)
    return exercise_seat


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return count(98001)


def scanned(seat: Client, number: int, name: str, **wrong: str) -> str:
    """Have a new patient examined in a room that writes headers like that; return the accession."""
    fault = faults.make("header-writing", {"device": DEVICE, "by": BY, **wrong})
    fault.apply(seat)
    accession, patient = f"A{number}", {"mrn": f"M{number}", "birth_date": "19600131", "sex": "F"}
    facts = {"code": "XR-PELVIS", "accession": accession, "by": BY, "station": DEVICE}
    faults.make("order", {**facts, "patient": {**patient, "name": name}}).apply(seat)
    faults.make("exam", {"device": DEVICE, "accession": accession, "by": BY}).apply(seat)
    fault.lift(seat)
    return accession


def names_found(seat: Client, name: str) -> list[str]:
    found = seat.archive.find(PatientName=name, AccessionNumber=None)
    return [str(row.AccessionNumber) for row in found]


def test_the_fault_s_defaults_are_the_device_s(seat: Client) -> None:
    usual = {f.name: f.default for f in fields(HeaderWriting) if f.name not in ("device", "by")}
    settings = seat.modality(DEVICE).settings
    assert {k: settings[KEYS.get(k, f"encoding.{k}")] for k in usual} == usual
    assert set(usual) == set(WRONG)


@pytest.mark.parametrize("key", list(WRONG))
def test_it_can_be_lifted_without_a_trace_but_the_journal(seat: Client, key: str) -> None:
    before, entries = harm.picture(seat), len(seat.journal.entries())
    fault = faults.make("header-writing", {"device": DEVICE, "by": BY, key: WRONG[key]})
    fault.apply(seat)
    (change,) = harm.compare(before, harm.picture(seat))
    assert change.path == f"device/{DEVICE}/{KEYS.get(key, f'encoding.{key}')}"
    told = seat.journal.entries(kind="device.setting.changed")[-1]
    assert told.facts["actor"] == BY and len(seat.journal.entries()) > entries
    fault.lift(seat)
    fault.lift(seat)  # lifting twice does no harm
    assert not harm.compare(before, harm.picture(seat))


@pytest.mark.parametrize("label", ["none", "ISO_IR 100"])
@pytest.mark.parametrize("page", list(SCRIPTS))
def test_a_name_under_a_wrong_label_is_not_found_until_it_is_corrected(
    seat: Client, numbers: Iterator[int], page: str, label: str
) -> None:
    name = SCRIPTS[page]
    accession = scanned(seat, next(numbers), name, code_page=page, character_set=label)
    (study,) = seat.archive.studies(accession=accession)
    assert study["patient_name"] != name
    assert accession not in names_found(seat, name)
    seat.fixup.edit(study["study_uid"], {"PatientName": name})
    assert accession in names_found(seat, name)


@pytest.mark.parametrize("form", ["list", "middle", "fixed", "fixed-null"])
def test_a_name_put_together_wrongly_is_found_with_a_star_alone(
    seat: Client, numbers: Iterator[int], form: str
) -> None:
    name = "HOLLOWAY^MIRIAM"
    accession = scanned(seat, next(numbers), name, names=form)
    assert accession not in names_found(seat, name)
    assert accession in names_found(seat, "HOLLOWAY*")
    (study,) = seat.archive.studies(accession=accession)
    seat.fixup.edit(study["study_uid"], {"PatientName": name})
    assert accession in names_found(seat, name)


def test_dates_in_the_old_form_are_taken_and_can_be_corrected(
    seat: Client, numbers: Iterator[int]
) -> None:
    accession = scanned(seat, next(numbers), "OSBORNE^TESSA", dates="YYYY.MM.DD")
    keys: dict[str, Any] = dict.fromkeys(("StudyDate", "PatientBirthDate"))
    (found,) = seat.archive.find(AccessionNumber=accession, **keys)
    assert (str(found.PatientBirthDate), str(found.StudyDate)[4]) == ("1960.01.31", ".")
    (study,) = seat.archive.studies(accession=accession)
    seat.fixup.edit(study["study_uid"], {"StudyDate": study["date"]})
    seat.fixup.edit(study["study_uid"], {"PatientBirthDate": "19600131"})
    (found,) = seat.archive.find(AccessionNumber=accession, **keys)
    assert str(found.StudyDate) == study["date"] and found.PatientBirthDate == "19600131"


def test_a_room_that_says_no_issuer_makes_another_patient(
    seat: Client, numbers: Iterator[int]
) -> None:
    accession = scanned(seat, next(numbers), "LINDQVIST^KARIN", issuer="none")
    (study,) = seat.archive.studies(accession=accession)
    assert study["issuer"] == "" and study["order_state"] in ("new", "matched")


def test_an_order_may_come_with_another_issuer(seat: Client) -> None:
    patient = {"mrn": "M0770077", "name": "QUINN^OLIVER", "birth_date": "19510203", "sex": "M"}
    facts = {"code": "US-ABD", "description": "US Abdomen", "accession": "A9970707", "by": BY}
    fault = faults.make("sent-order", {**facts, "patient": patient, "issuer": "STJAMES"})
    fault.apply(seat)
    assert seat.ris.order("A9970707")["issuer"] == "STJAMES"
    fault.lift(seat)
    assert seat.ris.order("A9970707")["status"] == "cancelled"


def test_what_a_strict_archive_refuses_can_be_sent_when_the_console_is_right(
    seat: Client, numbers: Iterator[int]
) -> None:
    seat.archive.set("store.values", "quarantine")
    accession = scanned(seat, next(numbers), "ČERNÝ^JIŘÍ", code_page="UTF-8", character_set="UTF-8")
    assert not seat.archive.studies(accession=accession)
    assert {row["source"] for row in seat.quarantine.list()} == {DEVICE}
    assert seat.modality(DEVICE).send().ok
    assert seat.archive.studies(accession=accession)
    seat.archive.set("store.values", "accept")


def test_what_was_only_warned_of_can_be_sent_once_more(
    seat: Client, numbers: Iterator[int]
) -> None:
    seat.archive.set("store.values", "quarantine")
    seat.archive.set("quarantine.answer", "warning")
    device = seat.modality(DEVICE)
    try:
        accession = scanned(seat, next(numbers), "FAIRBANKS^OWEN", sex="word")
        assert not seat.archive.studies(accession=accession)
        assert not [row for row in device.queue() if row["accession"] == accession]
        assert device.send(accession).ok
        assert seat.archive.studies(accession=accession)
    finally:
        seat.archive.set("store.values", "accept")
        seat.archive.set("quarantine.answer", "failure")
