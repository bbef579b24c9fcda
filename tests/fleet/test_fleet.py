"""The fleet as a whole: names, snapshot and restore, and HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from simulator.errors import UsageError
from simulator.web import Principal, WebServer, build_app
from tests.fleet.conftest import Ward, build
from tests.net import free_port, no_thread_left

DOE = {"patient_name": "DOE^JANE", "patient_id": "X1"}


@pytest.fixture
def http(ward: Ward) -> Iterator[httpx.Client]:
    who = Principal(name="mia", rights=frozenset({"hospital"}))
    ward.fleet.open_day(ward.ris.book.place_next, 2.0)
    app = build_app("fleet", ward.fleet.routes(), lambda headers: who)
    server = WebServer(app, "127.0.0.1", 0, "fleet").start()
    with httpx.Client(
        base_url=f"http://127.0.0.1:{server.port}", trust_env=False, timeout=30
    ) as client:
        yield client
    server.stop()


def test_an_unknown_name_is_told_with_the_known_ones(ward: Ward) -> None:
    with pytest.raises(UsageError, match="Known: CT1"):
        ward.fleet.device("CT9")
    with pytest.raises(UsageError, match="no modality 'WS1'"):
        ward.fleet.modality("WS1")


def test_listeners_start_and_stop_without_leftovers(ward: Ward) -> None:
    with no_thread_left():
        ward.fleet.start_listeners()
        assert all(node.listening for node in ward.fleet.nodes.values())
        ward.fleet.stop()
        assert not any(node.listening for node in ward.fleet.nodes.values())


def test_a_snapshot_holds_settings_and_queues(ward: Ward, tmp_path: Path) -> None:
    device = ward.fleet.modality("DX1")
    device.change({"archive.port": free_port()})
    kept = device.perform_unscheduled(**DOE)
    ward.fleet.snapshot(tmp_path / "copy")
    device.change({"archive.port": ward.shelf.peer.port, "ae_title": "DX9"})
    assert device.send_queue()["ok"] is True
    ward.fleet.restore(tmp_path / "copy")
    assert device.settings.ae_title == "DX1"
    assert [row["queued"] for row in device.queue()] == [kept.queued]
    device.change({"archive.port": ward.shelf.peer.port})
    assert device.send_queue()["sent"] == kept.images
    ward.fleet.restore(tmp_path / "copy")  # the copy is still whole
    assert [row["queued"] for row in device.queue()] == [kept.queued]


def test_where_studies_stay_exams_get_new_numbers(ward: Ward, tmp_path: Path) -> None:
    device = ward.fleet.modality("DX1")
    ward.fleet.snapshot(tmp_path / "copy")
    first = device.perform_unscheduled(**DOE)
    ward.fleet.restore(tmp_path / "copy", renumber=False)
    assert device.perform_unscheduled(**DOE).study_uid != first.study_uid
    ward.fleet.restore(tmp_path / "copy")
    assert device.perform_unscheduled(**DOE).study_uid == first.study_uid


def test_settings_outlive_the_process(tmp_path: Path) -> None:
    ward = build(tmp_path)
    ward.fleet.device("CT1").change({"archive.ae": "PACS"})
    ward.close()  # type: ignore[attr-defined]
    again = build(tmp_path)
    assert again.fleet.device("CT1").settings.archive_ae == "PACS"
    assert again.fleet.device("CT1").settings.archive_port == again.shelf.peer.port
    again.close()  # type: ignore[attr-defined]


def test_devices_over_http(ward: Ward, http: httpx.Client) -> None:
    order = ward.order("CT1")
    names = [row["name"] for row in http.get("/api/devices").json()]
    assert {"CT1", "MR1", "DX1", "US1", "WS1", "WS2"} <= set(names)
    assert http.get("/api/devices/CT1").json()["help"]["archive.port"] == "port of the archive"
    assert http.get("/api/devices/CT9").status_code == 400
    (entry,) = http.get("/api/devices/CT1/worklist").json()["entries"]
    assert entry["accession"] == order.accession
    done = http.post("/api/devices/CT1/perform", json={"accession": order.accession}).json()
    assert done["ok"] is True and done["sent"] == done["images"]
    missing = http.post("/api/devices/CT1/perform", json={"accession": "NONE"}).json()
    assert missing["ok"] is False and missing["kind"] == "we erred"
    again = http.post("/api/devices/CT1/send", json={"accession": order.accession}).json()
    assert again["ok"] is True and again["sent"] == done["images"]
    assert http.get("/api/devices/CT1/queue").json() == []
    assert http.get("/api/devices/CT1/log").json()[-1]["kind"] == "device.exam.performed"
    assert http.get("/api/devices/WS1/received").json() == {"instances": 0, "studies": []}
    assert http.get("/api/devices/WS1/worklist").status_code == 400


def test_a_failing_call_is_an_answer(ward: Ward, http: httpx.Client) -> None:
    path = "/api/devices/CT1"
    changed = http.patch(f"{path}/settings", json={"ris.ae": "WRONG", "archive.port": free_port()})
    assert changed.json()["changed"] == ["archive.port", "ris.ae"]
    refused = http.post(f"{path}/echo", json={"target": "ris"})
    assert refused.status_code == 200
    assert refused.json()["kind"] == "the peer refused" and refused.json()["triple"] == "1/1/7"
    assert http.post(f"{path}/echo", json={}).json()["kind"] == "nobody answered"
    sent = http.post(f"{path}/perform", json={"unscheduled": DOE}).json()
    assert sent["ok"] is False and sent["queued"] == sent["images"] and sent["remedy"]
    assert http.post(f"{path}/send", json={}).json()["ok"] is False
    assert http.post("/api/devices/WS1/find", json={}).json()["ok"] is False
    assert http.post("/api/devices/WS1/retrieve", json={"study_uid": "1.2"}).json()["ok"] is False
    assert http.patch(f"{path}/settings", json={"archive.port": 0}).status_code == 400
    assert http.post(f"{path}/perform", json={"unscheduled": {}}).status_code == 400


def test_the_day_can_be_paused_over_http(ward: Ward, http: httpx.Client) -> None:
    assert http.post("/api/fleet", json={"action": "pause"}).json()["state"] == "paused"
    assert http.post("/api/fleet", json={"action": "resume"}).json()["state"] == "running"
    assert http.post("/api/fleet", json={"action": "dance"}).status_code == 400
    assert http.get("/api/fleet").json()["baseline"] == {"done": 0, "of": 0, "failed": 0}
