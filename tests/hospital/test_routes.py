"""The RIS over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from simulator.hospital.ris import Ris
from simulator.journal import JournalReader
from simulator.web import Principal, WebServer, build_app


@pytest.fixture
def http(ris: Ris) -> Iterator[httpx.Client]:
    def who(headers: dict[str, str]) -> Principal:
        rights = frozenset(headers.get("x-rights", "hospital").split())
        return Principal(name=headers.get("x-name", "mia"), rights=rights)

    server = WebServer(build_app("RIS", ris.routes(), who), "127.0.0.1", 0, "ris").start()
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:
        yield client
    server.stop()


def test_an_order_s_life(http: httpx.Client, events: JournalReader) -> None:
    patient = {"patient_id": "X1", "patient_name": "DOE^JANE"}
    body: dict[str, Any] = {"code": "CT-HEAD", "patient": patient, "scheduled": "2026-03-02T10:00"}
    order = http.post("/api/orders", json=body).json()
    assert (order["patient_id"], order["station_ae"], order["status"]) == ("X1", "CT1", "scheduled")
    path = f"/api/orders/{order['accession']}"
    assert http.patch(path, json={"station_ae": "CT2"}).json()["station_ae"] == "CT2"
    assert http.get("/api/worklist", params={"station_ae": "CT1"}).json() == []
    assert len(http.get("/api/worklist", params={"station_ae": "CT2"}).json()) == 1
    assert http.patch(path, json={"event": "arrive"}).json()["status"] == "arrived"
    assert http.post(f"{path}/cancel", json={}).json()["status"] == "cancelled"
    assert http.post(f"{path}/cancel", json={}).status_code == 409
    found = http.get("/api/orders", params={"status": "cancelled"}).json()
    assert [row["accession"] for row in found] == [order["accession"]]
    assert {entry.facts["actor"] for entry in events.entries(kind="order.")} == {"mia"}


def test_only_an_instructor_acts_for_others(http: httpx.Client, events: JournalReader) -> None:
    change = {"station_ae": "CT2", "actor": "noah"}
    http.patch("/api/mapping/CT-HEAD", json=change)
    http.patch("/api/mapping/CT-CHEST", json=change, headers={"x-rights": "*", "x-name": "boss"})
    assert [e.facts["actor"] for e in events.entries(kind="mapping.")] == ["mia", "noah"]
    assert {row["station_ae"] for row in http.get("/api/mapping").json()} == {"CT2", "MR1"}


def test_what_makes_no_sense_is_said(http: httpx.Client) -> None:
    assert http.get("/api/orders/NONE").status_code == 404
    assert http.post("/api/orders", json={}).status_code == 400
    assert http.post("/api/orders", json={"code": "CT-HEAD", "colour": 1}).status_code == 400
    assert http.post("/api/orders", json={"code": "CT-HEAD", "patient": {}}).status_code == 400
    assert http.get("/api/mpps").json() == []
    assert http.get("/api/orders", headers={"x-rights": "none"}).status_code == 403
