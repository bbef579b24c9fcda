"""Who may ask the RIS for what, device by device, and what each gets to see (faults E3, E5-E8)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from pydicom.dataset import Dataset

from simulator.errors import RejectedError, StatusError, UsageError
from simulator.hospital.ris import Ris
from simulator.journal import JournalReader
from simulator.network import command as cmd
from simulator.network import scu
from simulator.network.associate import (
    Caller,
    Peer,
    associate,
    context_for,
    encoded,
    plain_context,
)
from simulator.people import Person
from tests.hospital.test_mpps import begin
from tests.hospital.test_worklist import query

WORKLIST = "1.2.840.10008.5.1.4.31"

AT = datetime(2026, 3, 2, 9, 30)
JANE = Person(mrn="X1", name="MÜLLER^JANE", birth_date="19700101", sex="F")


def asked(peer: Peer, ae: str = "CT1", ds: Dataset | None = None) -> list[Dataset]:
    return list(scu.find(peer, ds or query(), Caller(ae=ae), model="worklist"))


def numbers(peer: Peer, ae: str = "CT1", ds: Dataset | None = None) -> list[str]:
    return [str(found.AccessionNumber) for found in asked(peer, ae, ds)]


def status_met(peer: Peer, ae: str) -> int:
    with pytest.raises(StatusError) as refused:
        asked(peer, ae)
    return refused.value.status


def test_the_stations_of_the_procedures_are_known_from_the_start(ris: Ris) -> None:
    assert [device.ae for device in ris.devices.all()] == ["CT1", "MR1"]


def test_a_device_without_the_right_to_query(
    ris: Ris, peer_of: Peer, events: JournalReader
) -> None:
    """Fault E6: refused, while the others and its own MPPS go on; granting just that mends it."""
    order = ris.book.place(code="CT-HEAD", scheduled=AT)
    ris.devices.change("CT1", {"worklist": False}, "noah")
    assert status_met(peer_of, "CT1") == 0x0124
    assert numbers(peer_of, "MR1") == [order.accession]
    scu.mpps_create(peer_of, "1.2.9", begin(order), Caller(ae="CT1"))
    scu.echo(peer_of, Caller(ae="CT1"))
    ris.devices.change("CT1", {"worklist": True}, "eva")
    assert numbers(peer_of, "CT1") == [order.accession]
    changes = [(e.facts["row"], e.facts["key"], e.facts["new"], e.facts["actor"])
               for e in events.entries(kind="ris.device.changed")]  # fmt: skip
    assert changes == [("CT1", "worklist", False, "noah"), ("CT1", "worklist", True, "eva")]


def test_a_device_without_the_right_to_report(ris: Ris, peer_of: Peer) -> None:
    ris.devices.change("CT1", {"mpps": False}, "noah")
    with pytest.raises(StatusError) as refused:
        scu.mpps_create(peer_of, "1.2.9", begin(None), Caller(ae="CT1"))
    assert refused.value.status == 0x0124 and ris.steps.all() == []


def test_strangers(ris: Ris, peer_of: Peer) -> None:
    assert numbers(peer_of, "LOANER") == []
    ris.settings.set("access.unknown_devices", False)
    assert status_met(peer_of, "LOANER") == 0x0124
    ris.settings.set("access.refusal", "association")
    with pytest.raises(RejectedError) as rejected:
        asked(peer_of, "LOANER")
    assert rejected.value.triple == (1, 1, 3)
    assert numbers(peer_of, "CT1") == []
    ris.devices.change("LOANER", {"description": "loaner ultrasound"}, "eva")
    assert numbers(peer_of, "LOANER") == []
    ris.devices.remove("LOANER", "eva")
    with pytest.raises(RejectedError):
        asked(peer_of, "LOANER")


def test_the_own_title_is_checked_unless_switched_off(ris: Ris, peer_of: Peer) -> None:
    wrong = Peer(ae="RIS", host=peer_of.host, port=peer_of.port)
    with pytest.raises(RejectedError):
        scu.echo(wrong)
    ris.settings.set("access.called_title", False)
    scu.echo(wrong)


def test_what_each_device_sees(ris: Ris, peer_of: Peer) -> None:
    ct = ris.book.place(code="CT-HEAD", scheduled=AT)
    mr = ris.book.place(code="MR-BRAIN", scheduled=AT)
    ris.devices.change("CT1", {"stations": "CT1,CT2"}, "eva")
    assert numbers(peer_of, "CT1") == [ct.accession]
    assert sorted(numbers(peer_of, "MR1")) == sorted([ct.accession, mr.accession])


@pytest.mark.parametrize(
    ("device", "setting", "declared", "name"),
    [
        ("", "as needed", "ISO_IR 100", "MÜLLER^JANE"),
        ("", "ISO_IR 192", "ISO_IR 192", "MÜLLER^JANE"),
        ("ISO_IR 144", "ISO_IR 192", "ISO_IR 144", "M?LLER^JANE"),
        ("", "ISO_IR 6", None, "M?LLER^JANE"),
        ("as asked", "as needed", "ISO_IR 192", "MÜLLER^JANE"),
    ],
)
def test_character_sets(
    ris: Ris, peer_of: Peer, device: str, setting: str, declared: str | None, name: str
) -> None:
    ris.book.place(code="CT-HEAD", person=JANE, scheduled=AT)
    ris.settings.set("worklist.charset", setting)
    ris.devices.change("CT1", {"charset": device}, "eva")
    ds = query()
    ds.SpecificCharacterSet = "ISO_IR 192"
    (found,) = asked(peer_of, ds=ds)
    assert (found.get("SpecificCharacterSet") or None, str(found.PatientName)) == (declared, name)


def test_a_character_set_that_is_not_declared(ris: Ris, peer_of: Peer) -> None:
    """Fault C14: the bytes are Latin-1, and nobody says so."""
    ris.book.place(code="CT-HEAD", person=JANE, scheduled=AT)
    ris.settings.set("worklist.declare_charset", False)
    (found,) = asked(peer_of)
    assert "SpecificCharacterSet" not in found
    assert found["PatientName"].value.original_string.rstrip(b" ") == b"M\xdcLLER^JANE"


def test_finished_and_started_steps(ris: Ris, peer_of: Peer) -> None:
    """Fault E8: a finished exam stays on the worklist."""
    done, begun, cancelled = (ris.book.place(code="CT-HEAD", scheduled=AT) for _ in range(3))
    moves = ((done, "start"), (done, "complete"), (begun, "start"), (cancelled, "cancel"))
    for order, event in moves:
        ris.book.move(order.accession, event)
    assert numbers(peer_of) == [begun.accession]
    ris.settings.set("worklist.hide_started", True)
    assert numbers(peer_of) == []
    ris.settings.set("worklist.hide_finished", False)
    assert len(numbers(peer_of)) == 3


def test_keys_and_attributes_that_are_left_out(ris: Ris, peer_of: Peer) -> None:
    """Faults E3 and E5: the RIS shows everyone, or leaves out what the device needs."""
    ris.book.place(code="CT-HEAD", scheduled=AT)
    ris.book.place(code="MR-BRAIN", scheduled=AT)
    keys = query(ScheduledStationAETitle="CT1")
    assert len(asked(peer_of, ds=keys)) == 1
    ris.settings.set("worklist.ignored_keys", "ScheduledStationAETitle")
    assert len(asked(peer_of, ds=keys)) == 2
    ris.settings.set("worklist.left_out", "StudyInstanceUID ScheduledStationAETitle")
    for found in asked(peer_of, ds=keys):
        assert "StudyInstanceUID" not in found
        assert "ScheduledStationAETitle" not in found.ScheduledProcedureStepSequence[0]


def test_a_limit_ends_in_a_refusal(ris: Ris, peer_of: Peer) -> None:
    for _ in range(3):
        ris.book.place(code="CT-HEAD", scheduled=AT)
    ris.settings.set("worklist.limit", 2)
    assert status_met(peer_of, "CT1") == 0xA700


@pytest.mark.parametrize("status", ["0xB001", "0x0000"])
def test_a_limit_may_end_otherwise_as_products_do(ris: Ris, peer_of: Peer, status: str) -> None:
    for _ in range(3):
        ris.book.place(code="CT-HEAD", scheduled=AT)
    ris.settings.set("worklist.limit", 2)
    ris.settings.set("worklist.limit_status", status)
    with associate(peer_of, [plain_context(WORKLIST)], Caller(ae="CT1")) as association:
        context = context_for(association, WORKLIST)
        command = {"CommandField": cmd.C_FIND, "AffectedSOPClassUID": WORKLIST, "Priority": 0}
        *found, last = association.request(context, command, encoded(query(), context))
    assert len(found) == 2 and last.command["Status"] == int(status, 16)
    comment = last.command.get("ErrorComment", "")
    assert ("more than 2" in comment) == (status != "0x0000")


def test_names_with_and_without_regard_to_case(ris: Ris, peer_of: Peer) -> None:
    ris.book.place(code="CT-HEAD", person=JANE, scheduled=AT)
    ds = query()
    ds.PatientName, ds.SpecificCharacterSet = "müller*", "ISO_IR 100"
    assert len(asked(peer_of, ds=ds)) == 1
    ris.settings.set("worklist.case_sensitive_names", True)
    assert asked(peer_of, ds=ds) == []
    ds.PatientName = "MÜLLER^JANE^^"
    assert len(asked(peer_of, ds=ds)) == 1


@pytest.mark.parametrize(
    ("settings", "offset", "date", "time"),
    [
        ({}, "+0300", "20260302", "233000"),  # ignored: nobody negotiated anything
        ({"worklist.heed_timezone": True}, "+0300", "20260303", "013000"),
        ({"worklist.heed_timezone": True}, "", "20260302", "233000"),
        ({"worklist.times": "utc"}, "", "20260302", "223000"),  # fault M1
    ],
)
def test_time_zones(
    ris: Ris, peer_of: Peer, settings: dict[str, Any], offset: str, date: str, time: str
) -> None:
    ris.book.place(code="CT-HEAD", scheduled=datetime(2026, 3, 2, 23, 30))
    ris.settings.set("worklist.timezone", "+0100")
    for key, value in settings.items():
        ris.settings.set(key, value)
    ds = query(ScheduledProcedureStepStartDate=date, ScheduledProcedureStepStartTime="")
    if offset:
        ds.TimezoneOffsetFromUTC = offset
    (found,) = asked(peer_of, ds=ds)
    step = found.ScheduledProcedureStepSequence[0]
    assert (step.ScheduledProcedureStepStartDate, step.ScheduledProcedureStepStartTime) == (
        date, time,
    )  # fmt: skip
    heeded = "worklist.heed_timezone" in settings and offset
    assert found.get("TimezoneOffsetFromUTC") == (offset if heeded else None)


def test_settings_outlive_a_restart_and_go_back_with_a_reset(ris: Ris, tmp_path: Any) -> None:
    ris.snapshot(tmp_path / "saved.db")
    ris.settings.set("worklist.limit", 5)
    ris.devices.change("CT1", {"worklist": False}, "eva")
    ris.restore(tmp_path / "saved.db")
    assert ris.settings["worklist.limit"] == 0
    device = ris.devices.find("CT1")
    assert device is not None and device.worklist


@pytest.mark.parametrize(
    ("key", "value"),
    [("worklist.limit", -1), ("worklist.charset", "KLINGON"), ("access.refusal", "shrug"),
     ("mpps.link_by", "guess"), ("worklist.timezone", "1 h"), ("worklist.ignored_keys", "a;b"),
     ("mpps.offered", "perhaps"), ("no.such", 1)],
)  # fmt: skip
def test_what_no_setting_can_be(ris: Ris, key: str, value: Any) -> None:
    with pytest.raises(UsageError):
        ris.settings.set(key, value)


@pytest.mark.parametrize(
    ("ae", "changes"),
    [("A" * 17, {}), ("CT1", {"worklist": "yes"}), ("CT1", {"colour": 1}),
     ("CT1", {"charset": "KLINGON"}), ("CT1", {"stations": "CT1," + "B" * 17})],
)  # fmt: skip
def test_what_no_device_can_be(ris: Ris, ae: str, changes: dict[str, Any]) -> None:
    before = ris.devices.all()
    with pytest.raises(UsageError):
        ris.devices.change(ae, changes, "eva")
    assert ris.devices.all() == before
