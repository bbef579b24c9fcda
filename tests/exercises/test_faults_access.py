"""Faults of users, access and audit: what they do from outside, and that lifting mends it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from exercises.engine import harm
from exercises.engine.persons import call_as, logged_in, rights_of, web_status, why_refused
from simulator import faults
from simulator.client import Client
from simulator.errors import RefusedError

BY = "mhill"
PASSWORD = "some good password 7"
STATES: dict[str, dict[str, Any]] = {
    "role-rights": {"role": "viewer", "gains": ["study.edit"], "loses": ["study.read"]},
    "account-until": {"days": 3},
    "account-change": {"changes": {"role": "qc"}, "usual": {"role": "radiologist"}},
    "wrong-password": {"times": 6},
    "unrecorded": {"key": "audit.off", "value": "export"},
    "meaning": {"name": "GRP-RADIOLOGIST", "value": "radiologist"},
    "archive-setting": {"key": "login.revoke_on_disable", "value": False},
}
OF_ACCOUNTS = ("account-until", "account-change", "wrong-password")


@pytest.fixture
def doctor(seat: Client) -> str:
    """A radiologist with a password."""
    name = str(seat.users.list(role="radiologist")[0]["name"])
    faults.make("password", {"name": name, "password": PASSWORD, "by": BY}).apply(seat)
    return name


@pytest.mark.parametrize("kind", STATES)
def test_it_changes_something_and_lifting_changes_it_back(
    seat: Client, doctor: str, kind: str
) -> None:
    before = harm.picture(seat)
    named = {"name": doctor} if kind in OF_ACCOUNTS else {}
    fault = faults.make(kind, {**STATES[kind], **named, "by": BY})
    fault.apply(seat)
    assert harm.compare(before, harm.picture(seat)), "nothing was changed"
    fault.lift(seat)
    fault.lift(seat)
    assert not harm.compare(before, harm.picture(seat))


def test_a_device_with_an_old_password_locks_the_account_again(seat: Client, doctor: str) -> None:
    seat.archive.set("dicom.user_identity", "optional")
    try_it = {"device": "WS1", "name": doctor, "passcode": "an older one 99", "times": 6}
    faults.make("device-log-in", try_it).apply(seat)
    assert seat.users.show(doctor)["state"] == "locked"
    assert "locked" in why_refused(seat, doctor, PASSWORD)
    rejected = seat.journal.entries(kind="association.rejected")[-1]
    assert rejected.facts["calling"] == "WS1"


@pytest.mark.parametrize("way", ["session", "token"])
def test_what_was_handed_out_outlives_the_account(seat: Client, doctor: str, way: str) -> None:
    one, two = (row["study_uid"] for row in seat.archive.studies()[:2])
    seat.archive.set("login.revoke_on_disable", False)
    facts = {"name": doctor, "password": PASSWORD, "purpose": "test", "way": way, "seen": one,
             "later": two, "note": "has left", "by": BY}  # fmt: skip
    fault = faults.make("left-open", facts)
    fault.apply(seat)
    assert seat.users.show(doctor)["state"] == "disabled"
    assert web_status(seat, doctor, PASSWORD, "/studies?limit=1") == 200
    fault.lift(seat)
    assert web_status(seat, doctor, PASSWORD, "/studies?limit=1") in (401, 403)
    assert not seat.users.sessions(doctor)


def test_a_claim_that_is_lost_takes_the_right_along_and_brings_it_back(seat: Client) -> None:
    for kind, facts in (
        ("directory", {}),
        ("meaning", {"name": "GRP-OFFICE", "value": "viewer"}),
        ("meaning", {"name": "pacs-import", "value": "study.store", "of": "claim"}),
        ("directory-people", {"users": ["off1"], "names": ["Ann Other"], "password": "long enough ",
                              "department": "Office", "groups": ["GRP-OFFICE"],
                              "claims": ["remote-access", "pacs-import"]}),
    ):  # fmt: skip
        faults.make(kind, {**facts, "by": BY}).apply(seat)
    lost = faults.make("lost-claims", {"users": ["off1"], "claim": "pacs-import", "by": BY})
    lost.apply(seat)
    with logged_in(seat, "off1", "long enough off1") as person:
        assert rights_of(person) == {"study.read"}
    lost.lift(seat)
    with logged_in(seat, "off1", "long enough off1") as person:
        assert rights_of(person) == {"study.read", "study.store"}
    faults.make("directory", {"by": BY}).apply(seat)
    assert "off1" not in {row["user"] for row in seat.directory.people()}
    faults.make("directory", {"by": BY}).lift(seat)
    assert seat.archive.setting("directory.url") == "none"


def test_a_laptop_gets_in_only_where_nobody_asks(seat: Client) -> None:
    study = seat.archive.studies()[0]
    laptop = faults.make("stranger", {"title": "LAPTOP", "number": 199, "study": study})
    laptop.apply(seat)
    assert call_as(seat, "LAPTOP", 199).facts["triple"] == (1, 1, 3)
    count = len(seat.journal.entries(kind="c-find"))
    seat.archive.set("dicom.check_calling_ae", False)
    laptop.apply(seat)
    assert len(seat.journal.entries(kind="c-find")) > count


def test_what_is_not_recorded_is_a_gap_and_stands_in_the_journal(seat: Client, doctor: str) -> None:
    patient = seat.archive.studies()[0]["patient_id"]
    off = faults.make("unrecorded", {"key": "audit.off", "value": "export", "by": BY})
    looks = {"names": [doctor], "patient_id": patient, "password": "for ", "by": BY}
    off.apply(seat)
    faults.make("looks", {**looks, "copies": True}).apply(seat)
    off.lift(seat)
    read = seat.journal.entries(kind="api.read.file")[-1]
    assert read.facts["by"] == doctor
    gap = seat.audit.gaps()[-1]
    assert gap["why"] == "audit.off has 'export'" and gap["last"] >= read.id
    assert not [row for row in seat.audit.search(event="Export") if row["entries"] == read.id]


def test_a_closed_record_is_opened_by_breaking_the_glass(seat: Client, doctor: str) -> None:
    patient = seat.archive.studies()[0]["patient_id"]
    closed = faults.make("closed-records", {"label": "closed", "patients": [patient], "by": BY})
    closed.apply(seat)
    event = {"name": doctor, "patient_id": patient, "reason": "trauma, cannot wait"}
    with logged_in(seat, doctor, PASSWORD) as person:
        assert not person.archive.studies(patient_id=patient)
        faults.make("broken-glass", {"events": [event], "seed": 1}).apply(seat)
        assert person.archive.studies(patient_id=patient)
    assert seat.emergencies.list(waiting=True).one(user=doctor)["reason"] == event["reason"]
    closed.lift(seat)
    assert not seat.labels.list()


def test_days_pass_and_a_reset_begins_the_first_one_again(seat: Client) -> None:
    before = seat.clock.now()
    faults.make("days", {"days": 14, "by": BY}).apply(seat)
    assert (seat.clock.now() - before).days == 14
    seat.seat.reset(resume=False)
    assert abs(seat.clock.now() - before) < timedelta(days=1)


def test_a_password_is_for_its_owner_alone(seat: Client, doctor: str) -> None:
    assert not why_refused(seat, doctor, PASSWORD)
    with pytest.raises(RefusedError, match="wrong"):
        seat.users.login(doctor, "another one 123")
