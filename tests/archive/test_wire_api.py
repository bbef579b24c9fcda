"""The wire over the archive's API: who may look, what is told, what is refused."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from simulator.archive.admin import Admin
from simulator.network import pcapng, scu
from simulator.network.associate import Caller
from simulator.web import WebServer, build_app
from tests.archive.support import Lab, study


@pytest.fixture
def api(lab: Lab) -> Iterator[httpx.Client]:
    """The lab's API, asked as nobody."""
    admin = Admin(lab.archive, lab.reader, "token")
    app = build_app("archive", admin.routes(), admin.authenticate)
    web = WebServer(app, "127.0.0.1", 0, "test").start()
    with httpx.Client(
        base_url=f"http://127.0.0.1:{web.port}", trust_env=False, timeout=60
    ) as client:
        yield client
    web.stop()


def _name(role: str) -> str:
    return f"some.{role.replace('_', '.')}"


def as_user(api: httpx.Client, lab: Lab, role: str) -> dict[str, str]:
    """Return what a new account with this role sends along."""
    lab.archive.users.add({"name": _name(role), "role": role}, "long enough 1", "test")
    lab.archive.users.change(_name(role), {"must_change": False}, "test")
    answer = api.post("/api/login", json={"user": _name(role), "password": "long enough 1"})
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def number(api: httpx.Client, headers: dict[str, str], lab: Lab) -> int:
    """Return the connection on which CT1 called this archive."""
    rows = api.get("/api/wire", headers=headers, params={"ae": "CT1"}).json()
    mine = [row for row in rows if row["called_address"].endswith(f":{lab.peer.port}")]
    assert mine, rows
    return int(mine[-1]["number"])


@pytest.mark.parametrize(
    ("role", "may"),
    [("auditor", True), ("pacs_admin", True), ("technologist", False), ("radiologist", False)],
)
def test_auditor_and_administrator_may_look(
    api: httpx.Client, lab: Lab, role: str, may: bool
) -> None:
    scu.echo(lab.peer, Caller(ae="CT1"))
    headers = as_user(api, lab, role)
    for path in ("/api/wire", "/api/wire/1", "/api/wire/1/messages/1", "/api/wire-capture"):
        status = api.get(path, headers=headers).status_code
        assert (status != 403) == may and status < 500
        assert api.get(path).status_code == 401
    refused = [entry.facts["what"] for entry in lab.told("api.refused")]
    assert ("/api/wire-capture" in refused) != may


def test_messages_are_taken_apart_and_reading_leaves_a_trace(api: httpx.Client, lab: Lab) -> None:
    lab.store(*study(5))
    headers = as_user(api, lab, "auditor")
    at = number(api, headers, lab)
    shown = api.get(f"/api/wire/{at}", headers=headers).json()
    names = [message["name"] for message in shown["messages"]]
    assert names[:4] == ["A-ASSOCIATE-RQ", "A-ASSOCIATE-AC", "C-STORE-RQ", "C-STORE-RSP"]
    assert shown["hospital"].startswith("2026-03-02") and shown["outcome"] == "released"
    store = api.get(f"/api/wire/{at}/messages/3", headers=headers).json()
    rows = {name: value for section in store["sections"] for _, name, value in section["rows"]}
    assert rows["Patient's Name"] == "Test^Anna" and rows["Command Field"] == "0x0001 (C-STORE-RQ)"
    assert api.get(f"/api/wire/{at}/messages/99", headers=headers).status_code == 404
    read = [entry.text for entry in lab.told("api.read.audit")]
    assert f"some.auditor read /api/wire/{at}/messages/3" in read


def test_a_capture_is_journalled_with_who_took_it(api: httpx.Client, lab: Lab) -> None:
    scu.echo(lab.peer, Caller(ae="CT1"))
    headers = as_user(api, lab, "auditor")
    at = number(api, headers, lab)
    answer = api.get("/api/wire-capture", headers=headers, params={"numbers": str(at)})
    assert answer.headers["content-type"] == "application/vnd.tcpdump.pcap"
    assert len(list(pcapng.blocks(answer.content))) > 8
    (entry,) = lab.told("wire.saved")
    assert (entry.facts["by"], entry.facts["what"]) == ("some.auditor", str(at))


@pytest.mark.parametrize("path", ["/api/wire/x", "/api/wire/1/messages/x", "/api/wire?limit=-1",
                                  "/api/wire?since=1", "/api/wire-capture?numbers=a",
                                  "/api/wire/999999999"])  # fmt: skip
def test_nonsense_is_refused_with_a_sentence(api: httpx.Client, path: str) -> None:
    answer = api.get(path, headers={"Authorization": "Bearer token"})
    assert answer.status_code in (400, 404)
    assert answer.json()["error"] and answer.json()["remedy"]
