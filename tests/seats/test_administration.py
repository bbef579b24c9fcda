"""Running the archive from the command line: people, roles, audit, monitoring; and the client."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.client import Client
from simulator.errors import CannotError, RefusedError

Command = Callable[..., tuple[int, str, str]]


def test_a_list_of_accounts_is_tried_and_loaded(
    command: Command, hospital: Client, tmp_path: Path
) -> None:
    people = tmp_path / "people.csv"
    people.write_text("name,full_name,role\nann,Ann One,viewer\nbob,Bob Two,king\n", "utf-8")
    status, said, _ = command("archive", "user", "load", str(people))
    assert status == 1 and "There is no role 'king'" in said and "nothing was changed" in said
    people.write_text("name,full_name,role\nann,Ann One,viewer\nbob,Bob Two,qc\n", "utf-8")
    assert command("archive", "user", "load", str(people), "--dry-run")[0] == 0
    assert not hospital.users.list(name="ann")
    assert "applied" in command("archive", "user", "load", str(people))[1]
    assert hospital.users.show("bob")["role"] == "qc"
    assert command("archive", "user", "load", str(tmp_path / "none.csv"))[0] == 3


def test_joiners_and_leavers_of_a_personnel_list(
    command: Command, hospital: Client, tmp_path: Path
) -> None:
    leaver = hospital.users.list(role="technologist")[0]["name"]
    file = tmp_path / "personnel.csv"
    file.write_text(
        "number,name,full_name,department,end\n"
        f"P1,{leaver},Some Body,Radiology,2026-02-28\nP2,newone,New One,Radiology,\n",
        "utf-8",
    )
    status, said, _ = command("archive", "user", "compare-personnel", str(file))
    assert status == 0 and "leaver" in said and "joiner" in said
    assert hospital.users.show(leaver)["status"] == "active"
    assert command("archive", "user", "apply-personnel", str(file))[0] == 0
    assert hospital.users.show(leaver)["status"] == "disabled"
    assert hospital.users.show("newone")["status"] == "active"


def test_roles_against_a_written_policy(command: Command, hospital: Client, tmp_path: Path) -> None:
    policy = tmp_path / "policy.csv"
    policy.write_text(command("archive", "role", "matrix")[1], "utf-8")
    assert command("archive", "role", "compare", str(policy))[0] == 0
    command("archive", "role", "put", "technologist", "--rights", "study.read,study.delete")
    status, said, _ = command("archive", "role", "compare", str(policy))
    assert status == 1 and "study.delete" in said and "too much" in said
    status, _, error = command("archive", "role", "put", "viewer", "--rights", "study.fly")
    assert status == 2 and "There is no right 'study.fly'" in error
    assert "study.read" in command("archive", "role", "rights")[1]


def test_tokens_and_sessions(command: Command, hospital: Client) -> None:
    hospital.users.add("script", role="viewer", password="long enough 1")
    token = command("archive", "user", "token", "script", "--purpose", "night job")[1].strip()
    assert len(token) > 30
    rows = json.loads(command("archive", "user", "sessions", "script", "--json")[1])
    assert [row["purpose"] for row in rows] == ["night job"] and token not in str(rows)
    assert command("archive", "user", "end-session", rows[0]["number"])[0] == 0
    assert command("archive", "user", "end-session", rows[0]["number"])[0] == 1
    assert "0 of script" in command("archive", "user", "end-sessions", "script")[1]
    for verb in ("review", "weak", "shared"):
        assert command("archive", "user", verb)[0] == 0


def test_a_restricted_record_is_opened_in_an_emergency(command: Command, hospital: Client) -> None:
    study = hospital.archive.studies()[0]
    uid, patient = study["study_uid"], study["patient_id"]
    assert command("archive", "label", "put", "VIP", "--restricted")[0] == 0
    assert "VIP" in command("archive", "label", "give", "VIP", uid)[1]
    hospital.users.add("reader", role="radiologist", password="long enough 1")
    reader = hospital.users.login("reader", "long enough 1")
    assert uid not in {row["study_uid"] for row in reader.studies()}
    who = ("--user", "reader", "--password", "long enough 1")
    assert command("archive", "emergency", "open", patient, "--reason", "no", *who)[0] == 2
    opened = command("archive", "emergency", "open", patient, "--reason", "trauma on call", *who)
    assert opened[0] == 0
    assert uid in {row["study_uid"] for row in reader.studies()}
    rows = json.loads(command("archive", "emergency", "list", "--waiting", "--json")[1])
    number = str(rows[0]["number"])
    assert command("archive", "emergency", "review", number, "justified", *who)[0] == 1
    assert command("archive", "emergency", "review", number, "justified")[0] == 0
    assert command("archive", "label", "take", "VIP", uid)[0] == 0


def test_the_directory_lives_and_dies_beside_the_seat(command: Command, hospital: Client) -> None:
    status, said, _ = command("directory", "start")
    assert status == 0 and "running" in said
    person = hospital.directory.people()[0]
    group = person["groups"][0]
    hospital.users.remove(person["user"])
    assert command("directory", "change", person["user"], "password=in the directory 1")[0] == 0
    assert command("archive", "directory", "map-group", group, "qc")[0] == 0
    assert "study.edit" in command(
        "archive", "user", "login", person["user"], "--password", "in the directory 1"
    )[1]  # fmt: skip
    said = command("archive", "directory", "sync", "--dry-run")[1]
    assert "stays local" in said
    assert command("archive", "directory", "unmap-group", group)[0] == 0
    assert command("directory", "stop")[0] == 0
    with pytest.raises(CannotError, match="directory does not answer"):
        hospital.users.login(person["user"], "in the directory 1")
    assert command("directory", "stop")[0] == 1
    hospital.archive.set("directory.url", "none")


def test_the_audit_trail_by_command(command: Command, hospital: Client, tmp_path: Path) -> None:
    study = hospital.archive.studies()[0]
    hospital.archive.study(study["study_uid"])
    said = command("archive", "audit", "search", "--patient-id", study["patient_id"])[1]
    assert "DICOM Instances Accessed" in said
    found = hospital.audit.search(patient_id=study["patient_id"], event="DICOM Instances Accessed")
    assert (
        "<AuditMessage>" in command("archive", "audit", "show", str(found[0]["number"]), "--xml")[1]
    )
    status, said, _ = command("archive", "audit", "verify")
    assert status == 0 and "is whole" in said
    file = tmp_path / "trail.csv"
    assert command("archive", "audit", "search", "--csv", str(file))[0] == 0
    assert file.read_text("utf-8").startswith("number,hospital,event")
    report = hospital.audit.access(study["patient_id"])
    assert "pacsadmin" in {row["user"] for row in report}
    for verb in ("gaps", "state"):
        assert command("archive", "audit", verb)[0] == 0
    assert command("archive", "audit", "access", "--colleagues")[0] == 0
    assert command("archive", "audit", "list", "--limit", "5")[0] == 0


def test_the_morning_check_is_one_page(command: Command, hospital: Client) -> None:
    status, page, _ = command("archive", "morning", "--echo")
    assert status in (0, 1) and "Morning check, 2026-03-02" in page and "nodes answer" in page
    assert all(sign in page for sign in ("✔ fine", "services", "audit trail", "certificates"))
    status, _, error = command("archive", "setting", "set", "alarm.storage_percent", "120")
    assert status == 2 and "from 1 to 100" in error
    assert command("archive", "alarms")[0] == 0
    assert "pacslab_instances" in command("archive", "metrics", "pacslab_inst")[1]
    assert hospital.monitor.metrics("pacslab_instances")["pacslab_instances"] > 0
    assert command("archive", "ready")[0] == 0 and command("archive", "live")[0] == 0


def test_a_node_is_traced_while_the_archive_runs(command: Command, hospital: Client) -> None:
    command("archive", "setting", "set", "log.trace", "NOTEBOOK")
    assert hospital.archive.echo()
    assert "C-ECHO-RQ" in command("archive", "trace", "NOTEBOOK")[1]
    command("archive", "setting", "set", "log.trace", "none")


def test_a_disabled_user_is_out_at_once_on_every_door(hospital: Client) -> None:
    """Catalogue H3."""
    hospital.users.add("gone", role="viewer", password="long enough 1")
    session = hospital.users.login("gone", "long enough 1")
    assert session.studies()
    hospital.users.disable("gone", note="left")
    with pytest.raises(RefusedError, match="disabled"):
        session.studies()
