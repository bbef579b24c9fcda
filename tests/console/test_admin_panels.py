"""The panels of access, audit and monitoring: what they show and do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator import console
from simulator.client import Client
from simulator.console.look import find

Press = Callable[[Any, str], str]
EVIL = "<script>alert(1)</script>"


def test_access_is_reviewed(seat: Client, press: Press) -> None:
    seat.users.add("jdoe", role="radiologist", password="a long password", full_name=EVIL)
    seat.users.token("jdoe", EVIL)
    seat.users.login("jdoe", "a long password").call(
        "POST", "/emergencies", {"patient_id": "M1", "reason": EVIL}
    )
    panel = console.access_panel(seat)
    for part in ("review", "sessions", "emergencies"):
        shown = find(panel, part).value
        assert "jdoe" in shown and "<script" not in shown
    find(panel, "finding").value = "not justified"
    assert "was found not justified" in press(panel, "write")
    assert "No emergency access waits" in press(panel, "write")
    assert "has ended" in press(panel, "end")
    press(panel, "export")
    assert "0 differences" in press(panel, "compare")
    policy = find(panel, "policy")
    policy.value = policy.value.replace("viewer,x", "viewer,")
    assert "1 difference from" in press(panel, "compare")
    policy.value = "nonsense"
    assert "✘" in press(panel, "compare")
    assert "password everybody knows" in press(panel, "scan")


def test_the_audit_is_searched_verified_and_reported(seat: Client, press: Press) -> None:
    study = seat.archive.studies()[0]
    seat.archive.study(study["study_uid"])
    panel = console.audit_panel(seat)
    find(panel, "patient").value = study["patient_id"]
    find(panel, "event").value = "DICOM Instances Accessed"
    assert "record" in press(panel, "search")
    assert "pacsadmin" in find(panel, "records").value
    assert "is whole" in press(panel, "verify")
    assert "access" in press(panel, "access") and "pacsadmin" in find(panel, "report").value
    assert "accesses" in press(panel, "colleagues")
    find(panel, "number").value = "1"
    assert "Record 1" in press(panel, "show")
    assert "&lt;AuditMessage&gt;" in find(panel, "xml").value
    find(panel, "number").value = "x"
    assert "✘" in press(panel, "show")


def test_the_morning_check_and_a_trace(seat: Client, press: Press) -> None:
    panel = console.morning_check(seat)
    shown = find(panel, "findings").value
    assert "✔ fine" in shown and "audit trail" in shown
    assert "Mon 02 Mar" in press(panel, "check")
    find(panel, "node").value = "NOTEBOOK"
    assert "Traced from now on" in press(panel, "trace-on")
    seat.archive.echo()
    press(panel, "trace-show")
    assert "C-ECHO-RQ" in find(panel, "trace").value
    assert "Nobody is traced" in press(panel, "trace-off")


def test_the_index_is_read_with_sql(seat: Client, press: Press) -> None:
    panel = console.sql_desk(seat)
    assert "rows" in press(panel, "run") and "accession" in find(panel, "rows").value
    assert "studies" in find(panel, "tables").value and "users" not in find(panel, "tables").value
    find(panel, "statement").value = f"SELECT '{EVIL}' AS x"
    assert "1 row" in press(panel, "run") and "<script" not in find(panel, "rows").value
    find(panel, "statement").value = "DELETE FROM studies"
    assert "✘" in press(panel, "run") and seat.archive.studies()


def test_dicomweb_is_asked_by_hand(seat: Client, press: Press) -> None:
    panel = console.web_desk(seat)
    assert "200: fine" in press(panel, "ask") and "PN" in find(panel, "facts").value
    find(panel, "known").value = False
    assert "401: who are you?" in press(panel, "ask")
    find(panel, "known").value = True
    statuses = {}
    for question in find(panel, "question").options:
        find(panel, "question").value = question
        statuses[question] = press(panel, "ask").split(":")[0].split()[-1]
        if "picture" in question:
            assert bytes(find(panel, "picture").value[:2]) == b"\xff\xd8"
    assert statuses["a study that does not exist"] == "404"
    assert statuses["a form the archive does not have"] == "406"
    assert statuses["another root"] == "404"
    find(panel, "address").value = "http://example.org/studies"
    assert "asks http://127.0.0.1" in press(panel, "ask")
