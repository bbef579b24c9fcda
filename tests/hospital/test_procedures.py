"""The procedure table an administrator edits, its history, and the RIS's admin API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydicom.dataset import Dataset

from simulator.clock import ClockKeeper
from simulator.errors import UsageError
from simulator.hospital.orders import TABLE
from simulator.hospital.ris import Ris
from simulator.journal import Journal, JournalReader
from simulator.web import Principal, WebServer, build_app
from tests.hospital.conftest import PROCEDURES


@pytest.fixture
def http(ris: Ris) -> Iterator[httpx.Client]:
    def who(headers: dict[str, str]) -> Principal:
        rights = frozenset(headers.get("x-rights", "hospital").split())
        return Principal(name=headers.get("x-name", "mia"), rights=rights)

    server = WebServer(build_app("RIS", ris.routes(), who), "127.0.0.1", 0, "ris").start()
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:
        yield client
    server.stop()


def test_a_procedure_s_life(http: httpx.Client, ris: Ris, events: JournalReader) -> None:
    row = {"modality": "CT", "station_ae": "CT1", "protocol": "heart", "minutes": 20}
    made = http.patch("/api/mapping/CT-HEART", json=row).json()
    assert (made["code"], made["station_ae"], made["minutes"]) == ("CT-HEART", "CT1", 20)
    http.patch("/api/mapping/CT-HEART", json={"station_ae": "CT2"})
    assert http.delete("/api/mapping/CT-HEART").status_code == 200
    assert http.delete("/api/mapping/CT-HEART").status_code == 400
    told = http.get("/api/mapping/CT-HEART/history").json()
    assert [(r["what"], r["old"], r["new"], r["actor"]) for r in told][-2:] == [
        ("station_ae", "CT1", "CT2", "mia"), ("removed", "CT2", "", "mia"),
    ]  # fmt: skip
    assert told[0]["what"] == "added"
    assert {e.facts["actor"] for e in events.entries(kind="mapping.")} == {"mia"}


def test_what_was_taken_out_stays_out(ris: Ris, tmp_path: Path, clock: ClockKeeper) -> None:
    """Fault E4: an order for it is on no worklist, after a restart, too, until it is back."""
    ris.book.table.remove("CT-HEAD", "noah")
    ris.close()
    journal = Journal(tmp_path / "journal", "again", clock)
    again = Ris(tmp_path / "hospital", 1, clock, journal, PROCEDURES)
    assert again.book.table.find("CT-HEAD") is None and len(again.book.table.all()) == 2
    assert again.book.place_next(station_ae="CT1") is not None  # the day goes on
    row = {"modality": "CT", "station_ae": "CT1", "protocol": "head"}
    again.book.table.change("CT-HEAD", row, "eva")
    again.close()
    journal.close()


@pytest.mark.parametrize("changes", [{"minutes": "long"}, {"minutes": 0}, {"colour": "red"},
                                     {"station_ae": "A" * 17}, {"modality": "ct!"}])  # fmt: skip
def test_what_no_procedure_can_be(ris: Ris, changes: dict[str, Any]) -> None:
    before = ris.book.table.all()
    with pytest.raises(UsageError):
        ris.book.table.change("CT-HEAD", changes, "eva")
    with pytest.raises(UsageError, match="no procedure 'NEW'"):
        ris.book.table.change("NEW", {"station_ae": "CT1"}, "eva")
    assert ris.book.table.all() == before and ris.book.table.history("CT-HEAD") == []


def test_settings_over_http(http: httpx.Client, events: JournalReader) -> None:
    rows = {row["key"]: row for row in http.get("/api/settings").json()}
    assert rows["worklist.limit"]["value"] == 0 and rows["worklist.limit"]["what"]
    body = {"value": 7, "actor": "noah"}
    answer = http.put("/api/settings/worklist.limit", json=body).json()
    assert answer == {"key": "worklist.limit", "value": 7}
    http.put("/api/settings/worklist.limit", json=body, headers={"x-rights": "*", "x-name": "i"})
    assert http.put("/api/settings/worklist.limit", json={"value": "x"}).status_code == 400
    assert http.put("/api/settings/no.such", json={"value": 1}).status_code == 400
    assert http.put("/api/settings/worklist.limit", json={}).status_code == 400
    told = [(e.facts["by"], e.facts["old"], e.facts["new"])
            for e in events.entries("setting.changed")]  # fmt: skip
    assert told == [("mia", 0, 7), ("noah", 7, 7)]  # only an instructor acts for others


def test_devices_and_senders_over_http(http: httpx.Client) -> None:
    put = http.put("/api/ris/devices/CT9", json={"stations": "CT1", "worklist": False}).json()
    assert (put["ae"], put["worklist"], put["mpps"], put["stations"]) == ("CT9", False, True, "CT1")
    assert [row["ae"] for row in http.get("/api/ris/devices").json()] == ["CT1", "CT9", "MR1"]
    assert http.delete("/api/ris/devices/CT9").status_code == 200
    assert http.delete("/api/ris/devices/CT9").status_code == 404
    assert http.put("/api/senders/SITEB", json={"issuer": "SITEB"}).json()["issuer"] == "SITEB"
    assert [row["application"] for row in http.get("/api/senders").json()] == ["SITEB"]
    assert http.delete("/api/senders/SITEB").status_code == 200


def test_the_state_machine_can_be_looked_at(http: httpx.Client) -> None:
    rows = http.get("/api/states").json()
    moves = {(r["state"], r["event"], r["leads to"]) for r in rows if r["leads to"]}
    assert moves == {(s, e, to) for s, table in TABLE.items() for e, to in table.items()}
    assert {row["state"] for row in rows} == set(TABLE)


def test_a_step_is_linked_over_http(http: httpx.Client, ris: Ris) -> None:
    order = ris.book.place(code="CT-HEAD")
    assert http.post("/api/mpps/1.2/link", json={"accession": order.accession}).status_code == 404
    assert http.post("/api/mpps/1.2/link", json={"accession": "NONE"}).status_code == 404
    assert http.post("/api/mpps/1.2/link", json={}).status_code == 400


def test_a_mapped_order_reaches_the_worklist(ris: Ris) -> None:
    order = ris.book.place(code="CT-HEAD")
    ris.book.table.change("CT-HEAD", {"station_ae": "CT2"}, "eva", pending=True)
    ds, step = Dataset(), Dataset()
    step.ScheduledStationAETitle = "CT2"
    ds.ScheduledProcedureStepSequence = [step]
    assert [str(e.AccessionNumber) for e in ris.worklist.entries(ds)] == [order.accession]
