"""Metrics, health, alarms, the morning check, log levels and the DICOM trace."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from simulator.archive.admin import Admin
from simulator.archive.monitor.alarms import SIGNS
from simulator.archive.monitor.facts import Storage
from simulator.authority import Authority
from simulator.clock import ClockKeeper
from simulator.errors import RefusedError, RejectedError, StatusError, UsageError
from simulator.network import scu
from simulator.network.associate import Caller
from simulator.web import WebServer, build_app
from tests.archive.support import Lab, study


def metrics(lab: Lab) -> dict[str, float]:
    """Return every sample, read by Prometheus's own parser."""
    text = lab.archive.monitor.text().decode()
    return {
        sample.name + "".join(f"/{value}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def finding(lab: Lab, name: str) -> dict[str, Any]:
    (found,) = [x.facts() for x in lab.archive.monitor.alarms.all() if x.name == name]
    return found


# --- metrics --------------------------------------------------------------------------------------


def test_what_happened_is_counted(lab: Lab) -> None:
    lab.store(*study(1, 3))
    lab.find("STUDY", PatientID="T1")
    with pytest.raises(RejectedError):
        scu.echo(lab.peer, Caller(ae="STRANGER"))
    with pytest.raises(RefusedError):
        lab.archive.users.login("pacsadmin", "wrong")
    found = metrics(lab)
    assert found["pacslab_dimse_seconds_count/C-STORE/success"] == 3
    assert found["pacslab_dimse_seconds_count/C-FIND/success"] == 1
    assert found["pacslab_dimse_seconds_sum/C-STORE/success"] > 0
    assert found["pacslab_association_failures_total/1/1/3/rejected"] == 1
    assert found["pacslab_logins_total/failed"] == 1
    assert (found["pacslab_instances"], found["pacslab_studies"]) == (3, 1)
    assert found["pacslab_stored_bytes"] == lab.archive.monitor.facts.stored_bytes() > 3000
    assert 0 < found["pacslab_storage_used_percent"] <= 100
    assert found["pacslab_up_parts/listener"] == 1
    assert found["pacslab_node_silent_hours/CT1"] < 1


def test_a_refused_message_is_a_failure(lab: Lab) -> None:
    lab.archive.nodes.change("CT1", {"rights": ["echo"]})
    with pytest.raises(StatusError):
        lab.store(*study(1))
    assert metrics(lab)["pacslab_dimse_seconds_count/C-STORE/failure"] == 1


def test_the_queue_has_a_depth_and_an_age(lab: Lab) -> None:
    lab.archive.owed.add("commitment", "CT1", "1.2", {"references": []}, wait=600)
    assert isinstance(lab.archive.clock, ClockKeeper)
    lab.archive.clock.jump(lab.archive.clock.now() + timedelta(minutes=45))
    found = metrics(lab)
    assert found["pacslab_queue_depth/commitment"] == 1
    assert 44 < found["pacslab_queue_oldest_minutes/commitment"] < 47
    assert finding(lab, "queue")["level"] == "red"
    assert found["pacslab_alarm/queue"] == 2


def test_nothing_in_the_metrics_is_about_a_patient(lab: Lab) -> None:
    lab.store(*study(1, PatientName="Secret^Name", PatientID="SECRET1"))
    assert b"SECRET" not in lab.archive.monitor.text().upper()


def test_every_metric_has_help_and_a_proper_name(lab: Lab) -> None:
    text = lab.archive.monitor.text().decode()
    for family in text_string_to_metric_families(text):
        assert family.documentation and re.fullmatch(r"pacslab_[a-z0-9_]+", family.name)


# --- alarms ---------------------------------------------------------------------------------------


def test_storage_alarms_at_its_thresholds(lab: Lab) -> None:
    facts = lab.archive.monitor.facts
    for used, level in ((10, "green"), (85, "amber"), (96, "red")):
        facts.storage_of = lambda used=used: Storage(used=used, total=100)  # type: ignore[misc]
        found = finding(lab, "storage")
        assert found["level"] == level and found["sign"] == SIGNS[level]
        assert bool(found["reason"]) is (level != "green")


@pytest.mark.parametrize("value", ["120", "0", "-5", "many", "", "1e9"])
def test_a_threshold_of_120_percent_is_refused(lab: Lab, value: str) -> None:
    for key in ("alarm.storage_percent", "alarm.storage_full_percent", "alarm.failed_percent"):
        before = lab.archive.settings[key]
        with pytest.raises(UsageError, match="from 1 to 100"):
            lab.set(key, value)
        assert lab.archive.settings[key] == before


def test_certificates_that_end_soon(lab: Lab, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tls")
    authority.init()
    authority.issue("PACSLAB", days=20)
    assert finding(lab, "certificates")["level"] == "amber"
    assert "PACSLAB: 20 days" in finding(lab, "certificates")["reason"]
    assert 19 < metrics(lab)["pacslab_certificate_days_left/PACSLAB"] < 21
    (tmp_path / "tls" / "PACSLAB" / "certificate.pem").write_text("nonsense")
    assert finding(lab, "certificates")["level"] == "red"


def test_a_device_that_falls_silent(lab: Lab) -> None:
    lab.store(*study(1))
    lab.archive.audit.now()
    assert finding(lab, "silent devices")["level"] == "green"
    assert isinstance(lab.archive.clock, ClockKeeper)
    lab.archive.clock.jump(lab.archive.clock.now() + timedelta(hours=30))
    found = finding(lab, "silent devices")
    assert (found["level"], found["reason"]) == ("amber", "CT1: 30 h")


def test_rejections_and_failed_log_ins_within_an_hour(lab: Lab) -> None:
    lab.set("alarm.rejections", 2)
    lab.set("alarm.failed_logins", 2)
    for _ in range(2):
        with pytest.raises(RejectedError):
            scu.echo(lab.peer, Caller(ae="STRANGER"))
        with pytest.raises(RefusedError):
            lab.archive.users.login("nobody", "x")
    lab.archive.audit.now()
    assert finding(lab, "rejected associations")["level"] == "amber"
    assert finding(lab, "failed log-ins")["level"] == "amber"
    assert isinstance(lab.archive.clock, ClockKeeper)
    lab.archive.clock.jump(lab.archive.clock.now() + timedelta(hours=2))
    assert finding(lab, "rejected associations")["level"] == "green"


def test_an_alarm_is_told_once_and_when_it_is_over(lab: Lab) -> None:
    facts, alarms = lab.archive.monitor.facts, lab.archive.monitor.alarms
    facts.storage_of = lambda: Storage(used=99, total=100)
    for _ in range(3):
        alarms.watch()
    (raised,) = lab.told("alarm.raised")
    assert "red alarm: storage" in raised.text
    facts.storage_of = lambda: Storage(used=1, total=100)
    alarms.watch()
    assert [entry.facts["alarm"] for entry in lab.told("alarm.cleared")] == ["storage"]


def test_switching_the_audit_off_is_red(lab: Lab) -> None:
    lab.set("audit.off", "query")
    assert finding(lab, "audit")["level"] == "red"


# --- the morning check ----------------------------------------------------------------------------


def test_the_page_puts_what_is_worst_first(lab: Lab) -> None:
    lab.archive.monitor.facts.storage_of = lambda: Storage(used=99, total=100)
    lab.archive.emergencies.open("eva", "T1", "collapsed in the ward", "")
    page = lab.archive.monitor.morning.report(echo=False)
    levels = [row["level"] for row in page["findings"]]
    assert levels == sorted(levels, key=["red", "amber", "green"].index)
    assert page["level"] == "red" and page["findings"][0]["name"] == "storage"
    said = {row["name"]: row for row in page["findings"]}
    assert said["emergency access"]["reason"] == "eva for T1"
    assert said["audit trail"]["level"] == "green" and said["services"]["value"] == "ready"
    for row in page["findings"]:
        assert row["sign"] and row["remedy"]  # colour is never the only sign


def test_a_touched_trail_is_red_in_the_morning(lab: Lab) -> None:
    lab.archive.audit.now()
    with lab.archive.audit.trail.database.write() as db:
        db.exec_driver_sql("drop trigger records_update")
        db.exec_driver_sql("update records set user = 'adam'")
    page = lab.archive.monitor.morning.report(echo=False)
    assert page["findings"][0]["name"] == "audit trail"
    assert "record 1: was edited" in page["findings"][0]["reason"]


def test_echo_names_the_nodes_that_do_not_answer(lab: Lab) -> None:
    lab.archive.nodes.change("WS1", {"host": "127.0.0.1", "port": 1})
    page = lab.archive.monitor.morning.report(echo=True)
    (row,) = [row for row in page["findings"] if row["name"] == "echo"]
    assert row["level"] == "amber" and "WS1: nobody answered" in row["reason"]


# --- health ---------------------------------------------------------------------------------------


@pytest.fixture
def http(lab: Lab) -> Iterator[httpx.Client]:
    admin = Admin(lab.archive, lab.reader, "token")
    web = WebServer(build_app("x", admin.routes(), admin.authenticate), "127.0.0.1", 0, "t").start()
    with httpx.Client(base_url=f"http://127.0.0.1:{web.port}", trust_env=False) as client:
        yield client
    web.stop()


def test_health_says_what_is_wrong(lab: Lab, http: httpx.Client) -> None:
    assert http.get("/health/live").json() == {"ok": True}
    assert http.get("/health/ready").json() == {"ok": True, "trouble": {}}
    answer = http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lab.archive.listeners.stop()
    answer = http.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["trouble"] == {"listener": "takes no connections"}
    assert http.get("/health/live").status_code == 200


# --- logs -----------------------------------------------------------------------------------------


def test_the_log_level_follows_while_running(lab: Lab) -> None:
    root = logging.getLogger()
    before = root.level
    try:
        lab.set("log.level", "error")
        assert root.level == logging.ERROR
        lab.set("log.level", "debug")
        assert root.level == logging.DEBUG
    finally:
        lab.set("log.level", "info")
        root.setLevel(before)


def test_only_chosen_nodes_are_traced_and_patients_stay_unknown(lab: Lab) -> None:
    lab.set("log.trace", "CT1")
    lab.store(*study(1, PatientName="Secret^Name", PatientID="SECRET1"))
    lab.find("STUDY", PatientID="SECRET1", StudyInstanceUID=None)
    with pytest.raises(RejectedError):
        scu.echo(lab.peer, Caller(ae="STRANGER"))
    lines = lab.archive.monitor.trace.lines("CT1")
    text = "\n".join(lines)
    assert "C-STORE-RQ" in text and "C-FIND-RSP" in text and "ended 0x0000" in text
    assert "PatientName: ***" in text and "Secret" not in text
    lab.set("log.trace_patients", True)
    lab.find("STUDY", PatientID="SECRET1", StudyInstanceUID=None)
    assert "PatientID: SECRET1" in "\n".join(lab.archive.monitor.trace.lines("CT1"))
    before = len(lab.archive.monitor.trace.lines(limit=10_000))
    lab.set("log.trace", "none")
    lab.store(*study(2))
    assert len(lab.archive.monitor.trace.lines(limit=10_000)) == before


def test_a_trace_never_takes_a_title_for_a_path(lab: Lab, tmp_path: Path) -> None:
    lab.set("log.trace", "*")
    lab.set("dicom.check_calling_ae", False)
    scu.echo(lab.peer, Caller(ae="../../x"))
    assert "[../../x " in "\n".join(lab.archive.monitor.trace.lines())
    assert [path.name for path in (tmp_path / "logs").iterdir()] == ["archive-trace.log"]
