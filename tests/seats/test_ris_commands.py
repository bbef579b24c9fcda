"""`pacslab ris …`: what an administrator of the RIS does without a notebook."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from simulator.client import Client
from simulator.errors import RefusedError
from tests.net import wait_for

Command = Callable[..., tuple[int, str, str]]


def test_settings(hospital: Client, command: Command) -> None:
    assert command("ris", "setting", "get", "worklist.limit") == (0, "0\n", "")
    assert command("ris", "setting", "set", "worklist.limit", "9")[0] == 0
    assert hospital.ris.setting("worklist.limit") == 9
    status, _, said = command("ris", "setting", "set", "worklist.limit", "many")
    assert status == 2 and "takes a whole number from 0 to 100000" in said
    status, _, said = command("ris", "setting", "get", "worklist.nothing")
    assert status == 2 and "There is no setting" in said
    assert "worklist.limit" in command("ris", "setting", "list")[1]
    entry = hospital.journal.entries(kind="setting.changed", source="hospital")[-1]
    assert (entry.facts["key"], entry.facts["new"]) == ("worklist.limit", 9) and entry.facts["by"]


def test_staff_are_named_in_the_journal(hospital: Client) -> None:
    hospital.as_staff("noah").ris.set("mpps.offered", False)
    hospital.as_staff("noah").ris.device("CT1", worklist=False)
    kinds = ("setting.changed", "ris.device.changed")
    told = [hospital.journal.entries(kind=kind, source="hospital")[-1] for kind in kinds]
    assert [entry.facts["actor"] for entry in told] == ["noah", "noah"]


def test_a_device_that_may_not_query(hospital: Client, command: Command) -> None:
    """Fault E6, end to end: broken and mended by command, seen at the device."""
    assert command("ris", "device", "set", "CT1", "worklist=false")[0] == 0
    with pytest.raises(RefusedError, match="0x0124"):
        hospital.modality("CT1").worklist()
    assert command("ris", "device", "set", "CT1", "worklist=true")[0] == 0
    hospital.modality("CT1").worklist()
    assert "CT1" in command("ris", "device", "list")[1]
    assert command("ris", "device", "remove", "CT1")[0] == 0
    assert command("ris", "device", "remove", "CT1")[0] == 1


def test_procedures_and_their_history(hospital: Client, command: Command) -> None:
    row = ("modality=CT", "station_ae=CT1", "protocol=heart", "minutes=20")
    assert command("ris", "procedure", "set", "CT-HEART", *row)[0] == 0
    assert command("ris", "procedure", "set", "CT-HEART", "station_ae=CT2")[0] == 0
    assert command("ris", "procedure", "remove", "CT-HEART")[0] == 0
    rows = json.loads(command("ris", "procedure", "history", "CT-HEART", "--json")[1])
    assert [row["what"] for row in rows][-2:] == ["station_ae", "removed"]
    assert "CT-HEAD" in command("ris", "procedure", "list")[1]


def test_senders(hospital: Client, command: Command) -> None:
    assert command("ris", "sender", "set", "SITEB", "issuer=SITEB")[0] == 0
    assert "SITEB" in command("ris", "sender", "list")[1]
    assert command("ris", "sender", "remove", "SITEB")[0] == 0


def test_an_order_s_history_and_states(hospital: Client, command: Command) -> None:
    accession = hospital.ris.place(code="CT-HEAD")["accession"]
    command("ris", "change", accession, "event=cancel")
    said = command("ris", "history", accession)[1]
    assert "placed" in said and "cancelled" in said
    said = command("ris", "states")[1]
    assert "in progress" in said and "append" in said


def report_text(order: dict[str, Any]) -> str:
    head = "MSH|^~\\&|DICTATION|HOSP|RIS|HOSP|20260302070000||ORU^R01|T1|P|2.5.1||||||UNICODE UTF-8"
    who = f"PID|1||{order['patient_id']}^^^PACSLAB^MR||{order['patient_name']}"
    obr = f"OBR|1|{order['placer']}|{order['accession']}|{order['code']}{'|' * 21}F"
    return f"{head}\n{who}\n{obr}\nOBX|1|TX|||Findings: well."


def test_a_report_goes_into_the_archive(hospital: Client, command: Command) -> None:
    order = hospital.ris.orders()[0]
    status, _, said = command("ris", "export", order["accession"])
    assert status == 2 and "has no final report" in said
    assert hospital.ris.send("REPORTS", report_text(order))["code"] == "AA"
    for form in ("sr", "pdf"):
        assert command("ris", "export", order["accession"], "--as", form)[0] == 0
    (study,) = hospital.archive.studies(accession=order["accession"])
    assert {"SR", "DOC"} < set(study["modalities"]) and study["order_state"] == "matched"
    for row in hospital.ris.exports(order["accession"]):
        ds = hospital.archive.instance(row["sop_uid"])
        assert ds.StudyInstanceUID == study["study_uid"]
    names = {row["ihe"].split(" ")[0] for row in hospital.timeline(order["accession"])}
    assert "RAD-26" in names
    assert "RAD-26 Report Storage" in command("ris", "timeline", order["accession"])[1]


def test_an_archive_that_refuses_reports_is_said(hospital: Client, command: Command) -> None:
    order = hospital.ris.orders()[0]
    assert hospital.ris.send("REPORTS", report_text(order))["code"] == "AA"
    hospital.archive.change_node("RISLAB", rights=["echo", "mpps"])
    status, said, _ = command("ris", "export", order["accession"])
    assert status == 1 and "parked" in said and "0x0124" in said


def test_messages_are_shown_and_compared(hospital: Client, command: Command) -> None:
    accession = hospital.ris.place(code="CT-HEAD")["accession"]
    hospital.ris.change(accession, event="cancel")
    wait_for(lambda: len(hospital.ris.messages(accession=accession)) == 2)
    one, other = (str(row["number"]) for row in hospital.ris.messages(accession=accession))
    said = command("ris", "messages", "compare", one, other)[1]
    assert "Order control" in said and "CA" in said and "PID-3" not in said
    assert "Patient identifier list" in command("ris", "messages", "show", one, "--fields")[1]
    both = hospital.ris.compare(int(one), int(other), hospital.ris)
    assert {row["path"] for row in both} >= {"ORC-1", "ORC-5"}


def test_a_step_is_linked_by_hand(hospital: Client, command: Command) -> None:
    """Faults E9 and E12: the RIS finds no order for the step, until somebody says which it is."""
    hospital.ris.set("mpps.link_by", "none")
    order = hospital.ris.place(code="CT-HEAD")
    assert hospital.modality("CT1").perform(order["accession"])
    step = next(row for row in hospital.ris.mpps() if not row["accessions"])
    assert hospital.ris.order(order["accession"])["status"] == "scheduled"
    status, said, _ = command("ris", "reconcile")
    assert status == 1 and "belongs to no order" in said
    assert command("ris", "link-step", step["uid"], order["accession"])[0] == 0
    assert hospital.ris.order(order["accession"])["status"] == "completed"
    wait_for(lambda: not any(row["queued"] for row in hospital.ris.channels()), 10)
    assert command("ris", "link-step", step["uid"], order["accession"])[0] == 1


def test_a_channel_is_added(hospital: Client, command: Command) -> None:
    """A second archive that does not answer yet: its queue rises, the first one's does not."""
    words = ("sending_application=RIS", "receiving_application=NEW", "copy_of=PACS")
    assert command("ris", "channels", "add", "NEWPACS", "127.0.0.1", "9", *words)[0] == 0
    assert command("ris", "channels", "add", "NEWPACS", "127.0.0.1", "9", *words)[0] == 1
    assert command("ris", "channels", "add", "X", "127.0.0.1", "9", "colour=red")[0] == 2
    hospital.ris.place(code="CT-HEAD")
    wait_for(lambda: hospital.ris.channels().one(name="PACS")["queued"] == 0, 10)
    assert hospital.ris.channels().one(name="NEWPACS")["queued"] == 1
