"""Continuity over HTTP: whatever is sent, the answer is a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.archive.nonsense import Call, send_nonsense, served
from tests.archive.support import lab as run_lab
from tests.archive.support import study

BODIES: dict[str, dict[str, Any]] = {
    "POST /api/backups": {"name": "try", "keys": False, "begin": False},
    "POST /api/backups/{name}/verify": {"begin": False},
    "POST /api/backups/{name}/restore": {
        "study": "1.2.3.1", "keep_nodes": False, "config": False, "begin": False,
    },
    "POST /api/restores/undo": {"sure": True, "begin": False},
    "POST /api/rebuild": {"sure": True, "begin": False},
    "POST /api/media/{name}/import": {
        "map": {"F": "T1"}, "issuer": "X", "keep_accession": False, "all_files": True,
        "dry_run": True,
    },
    "POST /api/media/exports": {"studies": ["1.2.3.1"]},
    "POST /api/migrations": {
        "direction": "from", "peer": "NOBODY@127.0.0.1:1", "since": "20260101",
        "until": "20260102", "by": "get", "dates_only": False,
    },
    "POST /api/downtime": {"reason": "x", "mode": "stores", "until": ""},
}  # fmt: skip


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Call]:
    with run_lab(tmp_path_factory.mktemp("operations")) as lab:
        lab.archive.integrity.wait()
        lab.store(*study(1), *study(2))
        lab.archive.continuity.create("b1", "test")
        (lab.archive.media.tray / "b1").mkdir(parents=True)
        with served(lab, "mtr.ann") as made:
            yield made


@pytest.mark.parametrize("route", BODIES)
def test_no_body_makes_it_fail_inside(route: str, call: Call) -> None:
    send_nonsense(call, route, BODIES[route], {"name": "b1", "number": "1"})


def test_changes_are_journalled_with_their_actor(call: Call) -> None:
    assert call("POST", "/api/backups", {"name": "told"}).status_code == 200
    assert call("POST", "/api/backups/told/verify", {}).json()["ok"]
    assert call("POST", "/api/backups/told/restore", {}).json()["studies"] == 2
    assert call("DELETE", "/api/backups/told").json()["ok"]
    kinds = {row["kind"] for row in call("GET", "/api/audit?kind=backup&text=mtr.ann").json()}
    assert kinds >= {f"backup.{word}" for word in ("created", "verified", "restored", "removed")}


def test_an_export_is_fetched_over_http(call: Call) -> None:
    made = call("POST", "/api/media/exports", {"studies": ["1.2.3.1"]}).json()
    answer = call("GET", f"/api/media/exports/{made['name']}")
    assert answer.headers["content-type"] == "application/zip" and answer.content[:2] == b"PK"
    assert call("DELETE", f"/api/media/exports/{made['name']}").json()["ok"]
    assert call("GET", f"/api/media/exports/{made['name']}").status_code == 404


def test_the_newest_schema_is_told(call: Call) -> None:
    assert call("GET", "/api/schema").json()["current"]
