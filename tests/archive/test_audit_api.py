"""Every action by the admin API leaves an audit message; searching, CSV, and who saw a record."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulator.archive.admin import Admin
from simulator.archive.users import ROLES
from simulator.web import WebServer, build_app
from tests.archive.support import Lab, study
from tests.archive.support import lab as run_lab
from tests.archive.test_audit_trail import is_valid

PASSWORD = "long enough 1"
# Calls that do something, in an order in which each succeeds: method, path, body, what it becomes.
ACTIONS: list[tuple[str, str, Any, str]] = [
    ("POST", "/api/users", {"name": "eva", "password": PASSWORD}, "Security Alert"),
    ("PATCH", "/api/users/eva", {"department": "Ward"}, "Security Alert"),
    ("POST", "/api/users/eva/password", {"password": "another one 1"}, "Security Alert"),
    ("POST", "/api/users/eva/tokens", {"purpose": "script"}, "Security Alert"),
    ("DELETE", "/api/users/eva/sessions", None, "User Authentication"),
    ("DELETE", "/api/users/eva", None, "Security Alert"),
    ("POST", "/api/accounts/import", {"csv": "name,full_name,role\nx,X,viewer"}, "Security Alert"),
    ("POST", "/api/personnel/apply",
     {"csv": "number,name,full_name,department\nP,p,P P,Ward"}, "Security Alert"),
    ("GET", "/api/access/weak", None, "Security Alert"),
    ("PUT", "/api/roles/nurse", {"rights": ["study.read"]}, "Security Alert"),
    ("DELETE", "/api/roles/nurse", None, "Security Alert"),
    ("PUT", "/api/labels/Cardio", {"rules": ["modality=XA"]}, "Security Alert"),
    ("PUT", "/api/labels/Cardio/studies/1.2.3.1", {}, "Security Alert"),
    ("DELETE", "/api/labels/Cardio/studies/1.2.3.1", None, "Security Alert"),
    ("DELETE", "/api/labels/Cardio", None, "Security Alert"),
    ("POST", "/api/emergencies", {"patient_id": "T1", "reason": "cannot wait, trauma"},
     "Security Alert"),
    ("PUT", "/api/directory/groups/A", {"role": "viewer"}, "Security Alert"),
    ("DELETE", "/api/directory/groups/A", None, "Security Alert"),
    ("PUT", "/api/directory/claims/A", {"right": "study.read"}, "Security Alert"),
    ("DELETE", "/api/directory/claims/A", None, "Security Alert"),
    ("POST", "/api/nodes", {"ae": "NEW", "host": "127.0.0.1", "port": 104}, "Security Alert"),
    ("PATCH", "/api/nodes/NEW", {"port": 105}, "Security Alert"),
    ("DELETE", "/api/nodes/NEW", None, "Security Alert"),
    ("PUT", "/api/settings/query.limit", {"value": 50}, "Security Alert"),
    ("GET", "/api/studies", None, "Query"),
    ("GET", "/api/studies/1.2.3.1", None, "DICOM Instances Accessed"),
    ("GET", "/api/instances/1.2.3.1.1.1/file", None, "Export"),
    ("GET", "/api/orders", None, "Query"),
    ("GET", "/api/reading-list", None, "Query"),
    ("GET", "/api/audit", None, "Audit Log Used"),
    ("GET", "/api/audit/messages?user=eva", None, "Audit Log Used"),
    ("GET", "/api/audit/verify", None, "Audit Log Used"),
    ("POST", "/api/node-table", {"format": "csv", "text": "ae,host,port\nMANY,127.0.0.1,105"},
     "Security Alert"),
    ("POST", "/api/rules", {"name": "all", "to": ["MANY"], "when": ["Modality=CT"]},
     "Security Alert"),
    ("POST", "/api/rules/all/preview", {"day": "today"}, "Query"),
    ("PATCH", "/api/rules/all", {"enabled": False}, "Security Alert"),
    ("POST", "/api/rules/all/apply", {}, "Security Alert"),
    ("DELETE", "/api/rules/all", None, "Security Alert"),
    ("POST", "/api/queues/destinations/MANY/pause", {"reason": "x"}, "Security Alert"),
    ("POST", "/api/queues/destinations/MANY/resume", {}, "Security Alert"),
    ("POST", "/api/queues/destinations/MANY/retry", {}, "Security Alert"),
    ("POST", "/api/volumes", {"name": "TAPE", "tier": "nearline", "capacity": 10**9},
     "Security Alert"),
    ("PATCH", "/api/volumes/TAPE", {"capacity": 2 * 10**9}, "Security Alert"),
    ("POST", "/api/studies/1.2.3.2/copy", {"volume": "TAPE"}, "Security Alert"),
    ("POST", "/api/volumes/TAPE/verify", {}, "Security Alert"),
    ("PUT", "/api/retention/rules/ct", {"modality": "CT", "keep": "5y"}, "Security Alert"),
    ("POST", "/api/retention/preview", {}, "Query"),
    ("DELETE", "/api/retention/rules/ct", None, "Security Alert"),
    ("POST", "/api/holds", {"study_uid": "1.2.3.2", "reason": "court"}, "Security Alert"),
    ("POST", "/api/holds/1/release", {"reason": "over"}, "Security Alert"),
    ("PUT", "/api/compression/rules/ct", {"modality": "CT", "method": "jpeg-ls"},
     "Security Alert"),
    ("DELETE", "/api/compression/rules/ct", None, "Security Alert"),
    ("POST", "/api/studies/1.2.3.2/edit", {"values": {"StudyDescription": "CT abdomen"}},
     "DICOM Instances Accessed"),
    ("POST", "/api/changes/1/undo", {}, "DICOM Instances Accessed"),
    ("POST", "/api/studies/1.2.3.2/reject", {"code": "113001"}, "DICOM Instances Accessed"),
    ("POST", "/api/studies/1.2.3.2/restore", {}, "DICOM Instances Accessed"),
    ("POST", "/api/patients/change-id", {"patient": "T2", "new": "T3"}, "Patient Record"),
    ("POST", "/api/exports", {"studies": ["1.2.3.2"]}, "Export"),
    ("POST", "/api/media/exports", {"studies": ["1.2.3.2"]}, "Export"),
    ("POST", "/api/backups", {"name": "try"}, "Security Alert"),
    ("POST", "/api/backups/try/verify", {}, "Security Alert"),
    ("DELETE", "/api/backups/try", None, "Security Alert"),
    ("POST", "/api/downtime", {"reason": "patch", "mode": "stores"}, "Security Alert"),
    ("POST", "/api/downtime/stop", {}, "Security Alert"),
    ("POST", "/api/integrity", {}, "Security Alert"),
    ("DELETE", "/api/studies/1.2.3.1", None, "DICOM Study Deleted"),
    ("POST", "/api/logout", None, "User Authentication"),
]  # fmt: skip


class Api:
    """The admin API, and somebody of every role."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        admin = Admin(lab.archive, lab.reader, "the instructor's")
        self.web = WebServer(
            build_app("archive", admin.routes(), admin.authenticate), "127.0.0.1", 0, "test"
        ).start()
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{self.web.port}", trust_env=False, timeout=60
        )
        self.tokens: dict[str, str] = {"instructor": "the instructor's"}
        for role in ROLES:
            name = f"a.{role.replace('_', '')}"
            facts = {"name": name, "role": role, "full_name": f"{role.title()} Person"}
            lab.archive.users.add(facts, PASSWORD, "test")
            self.tokens[role] = lab.archive.users.login(name, PASSWORD)

    def call(self, role: str, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.tokens[role]}"}
        return self.client.request(method, path, json=body, headers=headers)

    def records(self) -> list[dict[str, Any]]:
        self.lab.archive.audit.now()
        return self.lab.archive.audit.trail.after(0, 10_000)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with run_lab(tmp_path) as lab:
        lab.store(*study(1, 2), *study(2))
        made = Api(lab)
        yield made
        made.client.close()
        made.web.stop()


def test_every_action_leaves_a_valid_message_with_who_and_where(api: Api) -> None:
    api.lab.archive.audit.settle()
    for method, path, body, event in ACTIONS:
        before = len(api.records())
        answer = api.call("pacs_admin", method, path, body)
        assert answer.status_code == 200, (path, answer.text)
        new = api.records()[before:]
        assert [row for row in new if row["event"] == event], (method, path, new)
        for row in new:
            assert is_valid(row["message"])
            assert (row["user"], row["host"]) in {("a.pacsadmin", "127.0.0.1"), ("a.pacsadmin", "")}
    assert api.lab.archive.audit.verify()["whole"]


def test_who_is_refused_is_told_and_the_lab_itself_is_not(api: Api) -> None:
    before = len(api.records())
    api.call("instructor", "GET", "/api/studies")
    assert len(api.records()) == before
    assert api.call("viewer", "DELETE", "/api/studies/1.2.3.1").status_code == 403
    row = api.records()[-1]
    assert (row["user"], row["type"], row["outcome"]) == (
        "a.viewer", "Use of Restricted Function", 4,
    )  # fmt: skip


def test_a_panel_that_asks_again_and_again_is_told_once(api: Api) -> None:
    before = len(api.records())
    for _ in range(20):
        api.call("viewer", "GET", "/api/studies?patient_id=T1")
    (row,) = api.records()[before:]
    assert (row["event"], row["patient_id"]) == ("Query", "T1")


def test_searching_and_csv(api: Api) -> None:
    api.call("viewer", "GET", "/api/studies/1.2.3.1")
    found = api.call("auditor", "GET", "/api/audit/messages?user=a.viewer&patient_id=T1").json()
    assert [row["event"] for row in found] == ["DICOM Instances Accessed"]
    number = found[0]["number"]
    shown = api.call("auditor", "GET", f"/api/audit/messages/{number}").json()
    assert shown["people"][0]["UserID"] == "a.viewer"
    text = api.call("auditor", "GET", "/api/audit/messages?format=csv&limit=3").text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 3 and rows[0]["event"]
    for bad in ("colour=red", "event=Party", "limit=x"):
        assert api.call("auditor", "GET", f"/api/audit/messages?{bad}").status_code == 400
    assert api.call("auditor", "GET", "/api/audit/messages/99999").status_code == 404


def test_who_saw_a_record_and_what_speaks_for_it(api: Api) -> None:
    """Catalogue H10: an exact list, with decoys, and the relation of each to the patient."""
    api.call("radiologist", "POST", "/api/emergencies",
             {"patient_id": "T1", "reason": "bleeding, on call"})  # fmt: skip
    for role in ("viewer", "radiologist"):
        api.call(role, "GET", "/api/studies/1.2.3.1")
    api.call("viewer", "GET", "/api/studies/1.2.3.2")  # somebody else's
    rows = api.call("auditor", "GET", "/api/audit/access?patient_id=T1").json()
    said = {row["user"]: row["relation"] for row in rows}
    assert said == {
        "CT1": "a node or process",
        "a.viewer": "none known: ask",
        "a.radiologist": "emergency access 1: not reviewed yet",
    }
    assert all(row["patient_id"] == "T1" for row in rows)
    assert api.call("auditor", "GET", "/api/audit/access").status_code == 400
    assert api.call("viewer", "GET", "/api/audit/access?patient_id=T1").status_code == 403


def test_records_of_colleagues_are_found_by_name(api: Api) -> None:
    api.lab.archive.users.add({"name": "tanna", "full_name": "Anna Test"}, "", "test")
    api.call("viewer", "GET", "/api/studies/1.2.3.2")
    rows = api.call("auditor", "GET", "/api/audit/access?colleagues=true").json()
    assert {row["colleague"] for row in rows} == {"Anna Test"}
    assert "a.viewer" in {row["user"] for row in rows if row["patient"] == "T2"}
