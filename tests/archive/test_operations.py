"""Every operation of these desks is reached in three ways, under one name: REST, command, client.

`OPERATIONS` is the table; a route that is not in it, or a name that is missing somewhere, fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from typer.main import get_command

from simulator import cli
from simulator.archive.admin import Admin
from simulator.archive.api.access import Access
from simulator.archive.api.accounts import Accounts
from simulator.archive.api.audit import AuditDesk
from simulator.archive.api.directory import DirectoryDesk
from simulator.archive.api.rights import Rights
from simulator.archive.api.watching import Watching
from simulator.client import Client
from simulator.seat import Seat
from simulator.web import WebServer, build_app
from tests.archive.support import lab as run_lab

DESKS = (Accounts, Rights, Access, DirectoryDesk, AuditDesk, Watching)
# route: (the command's words below `pacslab archive`, the client's attribute and method)
OPERATIONS = {
    "GET /api/users": ("user list", "users.list"),
    "POST /api/users": ("user add", "users.add"),
    "GET /api/users/{name}": ("user show", "users.show"),
    "PATCH /api/users/{name}": ("user change", "users.change"),
    "DELETE /api/users/{name}": ("user remove", "users.remove"),
    "POST /api/users/{name}/password": ("user password", "users.password"),
    "POST /api/users/{name}/tokens": ("user token", "users.token"),
    "DELETE /api/users/{name}/sessions": ("user end-sessions", "users.end_sessions"),
    "GET /api/sessions": ("user sessions", "users.sessions"),
    "DELETE /api/sessions/{number}": ("user end-session", "users.end_session"),
    "POST /api/accounts/import": ("user load", "users.load"),
    "POST /api/personnel/compare": ("user compare-personnel", "users.compare_personnel"),
    "POST /api/personnel/apply": ("user apply-personnel", "users.apply_personnel"),
    "GET /api/access/review": ("user review", "users.review"),
    "GET /api/access/weak": ("user weak", "users.weak"),
    "GET /api/access/shared": ("user shared", "users.shared"),
    "GET /api/roles": ("role list", "roles.list"),
    "PUT /api/roles/{name}": ("role put", "roles.put"),
    "DELETE /api/roles/{name}": ("role remove", "roles.remove"),
    "GET /api/rights": ("role rights", "roles.rights"),
    "GET /api/matrix": ("role matrix", "roles.matrix"),
    "POST /api/matrix/compare": ("role compare", "roles.compare"),
    "GET /api/labels": ("label list", "labels.list"),
    "PUT /api/labels/{name}": ("label put", "labels.put"),
    "DELETE /api/labels/{name}": ("label remove", "labels.remove"),
    "PUT /api/labels/{name}/studies/{uid}": ("label give", "labels.give"),
    "DELETE /api/labels/{name}/studies/{uid}": ("label take", "labels.take"),
    "POST /api/emergencies": ("emergency open", "emergencies.open"),
    "GET /api/emergencies": ("emergency list", "emergencies.list"),
    "POST /api/emergencies/{number}/review": ("emergency review", "emergencies.review"),
    "GET /api/directory": ("directory show", "directory.show"),
    "PUT /api/directory/groups/{name}": ("directory map-group", "directory.map_group"),
    "DELETE /api/directory/groups/{name}": ("directory unmap-group", "directory.unmap_group"),
    "PUT /api/directory/claims/{name}": ("directory map-claim", "directory.map_claim"),
    "DELETE /api/directory/claims/{name}": ("directory unmap-claim", "directory.unmap_claim"),
    "POST /api/directory/sync": ("directory sync", "directory.sync"),
    "GET /api/audit/messages": ("audit search", "audit.search"),
    "GET /api/audit/messages/{number}": ("audit show", "audit.show"),
    "GET /api/audit/verify": ("audit verify", "audit.verify"),
    "GET /api/audit/gaps": ("audit gaps", "audit.gaps"),
    "GET /api/audit/access": ("audit access", "audit.access"),
    "GET /api/audit/state": ("audit state", "audit.state"),
    "GET /health/live": ("live", "monitor.live"),
    "GET /health/ready": ("ready", "monitor.ready"),
    "GET /metrics": ("metrics", "monitor.metrics"),
    "GET /api/alarms": ("alarms", "monitor.alarms"),
    "GET /api/morning": ("morning", "monitor.morning"),
    "GET /api/trace": ("trace", "monitor.trace"),
}


def command(words: str) -> Any:
    found: Any = get_command(cli.app)
    for word in ["archive", *words.split()]:
        found = found.commands[word]
    return found


def test_the_table_has_every_route_of_these_desks_and_no_other() -> None:
    admin = Admin(None, None, "")  # type: ignore[arg-type]
    routes = {
        f"{method} {path}"
        for desk in admin.desks
        if isinstance(desk, DESKS)
        for method, path, *_ in desk.rows()
    }
    assert routes == set(OPERATIONS)


@pytest.mark.parametrize(("words", "method"), OPERATIONS.values())
def test_command_and_client_have_it_under_one_name(words: str, method: str, tmp_path: Any) -> None:
    assert command(words).help
    client = Client(Seat(tmp_path))
    group, name = method.split(".")
    assert callable(getattr(getattr(client, group), name))
    assert words.split()[-1].replace("-", "_") == name


# --- nonsense -------------------------------------------------------------------------------------

NONSENSE: list[Any] = [None, True, -1, 1e99, "", "x" * 300, ["x"], {"a": {}}, "\u00e4\x00"]
BODIES: dict[str, dict[str, Any]] = {
    "POST /api/accounts/import": {"csv": "name,full_name,role\na,A,viewer", "dry_run": True},
    "POST /api/personnel/compare": {"csv": "number,name,full_name,department\n1,a,A,B"},
    "POST /api/personnel/apply": {"csv": "number,name,full_name,department\n1,a,A,B"},
    "POST /api/users/{name}/password": {"password": "long enough 1", "must_change": False},
    "POST /api/users/{name}/tokens": {"purpose": "x"},
    "PATCH /api/users/{name}": {"labels": [], "expires": "", "kind": "person", "contact": ""},
    "PUT /api/roles/{name}": {"rights": [], "description": ""},
    "POST /api/matrix/compare": {"policy": "[roles]\nviewer = []"},
    "PUT /api/labels/{name}": {"rules": [], "restricted": False, "description": ""},
    "PUT /api/labels/{name}/studies/{uid}": {},
    "POST /api/emergencies": {"patient_id": "T1", "reason": "cannot wait"},
    "POST /api/emergencies/{number}/review": {"finding": "justified", "comment": ""},
    "PUT /api/directory/groups/{name}": {"role": "viewer"},
    "PUT /api/directory/claims/{name}": {"right": "study.read"},
    "POST /api/directory/sync": {"dry_run": True},
    "POST /api/users": {"name": "b", "password": "", "role": "viewer"},
}
CHANGING = [route for route in OPERATIONS if route.split()[0] in ("POST", "PUT", "PATCH")]


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., httpx.Response]]:
    with run_lab(tmp_path_factory.mktemp("operations")) as lab:
        admin = Admin(lab.archive, lab.reader, "token")
        app = build_app("archive", admin.routes(), admin.authenticate)
        web = WebServer(app, "127.0.0.1", 0, "test").start()
        url = f"http://127.0.0.1:{web.port}"
        with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
            headers = {"Authorization": "Bearer token"}
            yield lambda method, path, body=None: client.request(
                method, path, json=body, headers=headers
            )
        web.stop()


@pytest.mark.parametrize("route", CHANGING)
def test_no_body_makes_it_fail_inside(route: str, call: Callable[..., httpx.Response]) -> None:
    method, path = route.split()
    names = {"name": "a.user", "uid": "1.2.3", "number": "1"}
    target = re.sub(r"\{(\w+)\}", lambda found: names[found[1]], path)
    good = BODIES[route]
    for key in good:
        for value in NONSENSE:
            answer = call(method, target, {**good, key: value})
            assert answer.status_code < 500, (key, value, answer.text)
            said = answer.json()
            assert answer.status_code == 200 or (said["error"] and "remedy" in said)


def test_the_openapi_page_has_every_operation_with_its_right(
    call: Callable[..., httpx.Response],
) -> None:
    paths = call("GET", "/openapi.json").json()["paths"]
    admin = Admin(None, None, "")  # type: ignore[arg-type]
    for row in admin.routes():
        said = paths[row.path][row.method.lower()]
        assert (said["x-right"], said["summary"]) == (row.right, row.summary)
        assert bool(said["security"]) == bool(row.right)
        named = {parameter["name"] for parameter in said["parameters"]}
        assert named == set(re.findall(r"\{(\w+)\}", row.path))
    assert sum(len(methods) for methods in paths.values()) == len(admin.routes())
