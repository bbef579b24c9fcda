"""The lifecycle over HTTP: whatever is sent, the answer is a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.archive.nonsense import Call, send_nonsense, served
from tests.archive.support import lab as run_lab
from tests.archive.support import study

BODIES: dict[str, dict[str, Any]] = {
    "POST /api/volumes": {
        "name": "NEW1", "tier": "online", "capacity": 5, "threshold": 90, "low": 80,
        "recall_seconds": 0, "writable": True, "description": "",
    },
    "PATCH /api/volumes/{name}": {"capacity": 0, "threshold": 90, "low": 80, "writable": True},
    "POST /api/volumes/{name}/clear": {"kind": "logs"},
    "PUT /api/volumes/{name}/other": {"kind": "logs", "bytes": 1, "per_day": 0},
    "POST /api/volumes/{name}/clean": {"dry_run": True},
    "POST /api/volumes/{name}/verify": {"mend": False},
    "POST /api/studies/{uid}/copy": {"volume": "NEAR1"},
    "PUT /api/retention/rules/{name}": {
        "keep": "10y", "modality": "CT", "description": "", "patients": "all",
        "after_majority": "", "action": "delete", "enabled": True,
    },
    "POST /api/retention/run": {"preview": 1},
    "POST /api/holds": {"study_uid": "", "patient_id": "T1", "issuer": "", "reason": "x"},
    "POST /api/holds/{number}/release": {"reason": "x"},
    "PUT /api/compression/rules/{name}": {
        "method": "rle", "modality": "", "source": "", "older_than": "0d", "ratio": 10,
        "enabled": True,
    },
    "POST /api/compression/rules/{name}/run": {"dry_run": True},
}  # fmt: skip


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Call]:
    with run_lab(tmp_path_factory.mktemp("operations")) as lab:
        lab.store(*study(1), *study(2))
        with served(lab) as made:
            yield made


@pytest.mark.parametrize("route", BODIES)
def test_no_body_makes_it_fail_inside(route: str, call: Call) -> None:
    send_nonsense(call, route, BODIES[route], {"name": "ONLINE1", "uid": "1.2.3.1", "number": "1"})


def test_changes_are_journalled_with_their_actor(call: Call) -> None:
    assert call("PUT", "/api/retention/rules/told", {"keep": "9y"}).status_code == 200
    found = call("GET", "/api/audit?kind=retention.rule").json()
    assert "instructor set the retention rule told" in found[0]["text"] + found[-1]["text"]


def test_the_way_of_a_study_over_http(call: Call) -> None:
    uid = "/api/studies/1.2.3.2"
    assert call("POST", f"{uid}/copy", {"volume": "NEAR1"}).json()["ok"]
    assert call("POST", f"{uid}/free", {}).json()["freed"] > 0
    (row,) = call("GET", f"{uid}/copies").json()
    assert (row["online"], row["copies"]) == ("", {"NEAR1": "good"})
    answer = call("GET", "/api/instances/1.2.3.2.1.1/file")
    assert answer.status_code == 503 and "nearline" in answer.json()["error"]
    assert call("POST", f"{uid}/recall", {}).json()["state"] == "recalling"
    assert call("POST", "/api/volumes/NEAR1/unmount", {}).json()["ok"]
    assert call("GET", "/api/recalls").json()[0]["volume"] == "NEAR1"
    assert call("POST", "/api/volumes/NEAR1/mount", {}).json()["ok"]
