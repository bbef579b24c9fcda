"""pacslab tls: init, issue, renew, trust and show, in a seat that need not run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulator.authority import Authority
from simulator.cli import run
from simulator.client import Client


def tls(capsys: pytest.CaptureFixture[str], seat: Path, *words: str) -> Any:
    status = run(["tls", *words, "--seat", str(seat), "--json"])
    said = capsys.readouterr()
    return json.loads(said.out) if status == 0 else (status, said.err)


def test_certificates_from_the_command_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = tls(capsys, tmp_path, "init")
    names = {row["name"]: row for row in rows}
    assert {"ca", "PACSLAB", "NOTEBOOK", "CT1", "WS1"} <= names.keys()
    assert {row["state"] for row in rows} == {"valid"}
    assert "127.0.0.1" in names["PACSLAB"]["hosts"]
    (expired,) = tls(capsys, tmp_path, "renew", "CT1", "--days", "-1")
    assert expired["state"] == "expired" and expired["hosts"] == names["CT1"]["hosts"]
    (other,) = tls(capsys, tmp_path, "issue", "OUT1", "--host", "pacs.example", "--days", "3")
    assert other["hosts"] == ["pacs.example"] and 2.9 < other["days_left"] <= 3
    tls(capsys, tmp_path, "init", "--replace")
    (old,) = tls(capsys, tmp_path, "show", "OUT1")
    assert (old["state"], old["trusts"]) == ("of another authority", "old")
    (now,) = tls(capsys, tmp_path, "trust", "OUT1")
    assert now["trusts"] == "present"


def test_mistakes_are_one_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, said = tls(capsys, tmp_path, "issue", "CT1")
    assert status == 3 and "pacslab tls init" in said
    tls(capsys, tmp_path, "init", "--only")
    status, said = tls(capsys, tmp_path, "init")
    assert status == 1 and "--replace" in said
    status, said = tls(capsys, tmp_path, "renew", "CT1")
    assert status == 1 and "pacslab tls issue CT1" in said
    status, said = tls(capsys, tmp_path, "issue", "../CT1")
    assert status == 2


def test_a_ris_that_speaks_tls_is_known_to_answer(hospital: Client) -> None:
    """Starting and 'status' ask with a plain echo: a port that wants TLS is there all the same."""
    seat = hospital.seat
    Authority(seat.folder / "tls").init(replace=True)
    Authority(seat.folder / "tls").issue("RISLAB")
    hospital.ris.set("access.tls", "on")
    seat.service("restart", "hospital")
    rows = {row["ae"]: row["answers"] for row in seat.status()["nodes"]}
    assert rows["RISLAB"] and rows["PACSLAB"]
    opened = [e for e in hospital.journal.entries(kind="tls.opened") if e.facts.get("days_left")]
    assert opened[-1].facts["server"] == "RISLAB"
