"""Every operation is reached in three ways, under one name: REST, command, client."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from simulator import cli
from simulator.archive.admin import Admin
from simulator.client import Client
from simulator.seat import Seat
from tests.archive.nonsense import Call, send_nonsense, served
from tests.archive.operations import DOORS, OPERATIONS
from tests.archive.support import lab as run_lab


def command(words: str) -> Any:
    found: Any = get_command(cli.app)
    for word in ["archive", *words.split()]:
        found = found.commands[word]
    return found


def test_the_table_has_every_route_and_no_other() -> None:
    admin = Admin(None, None, "")  # type: ignore[arg-type]
    routes = [f"{method} {path}" for desk in admin.desks for method, path, *_ in desk.rows()]
    assert len(routes) == len(set(routes))
    assert set(routes) == set(OPERATIONS) | DOORS and not set(OPERATIONS) & DOORS


@pytest.mark.parametrize(("words", "method"), sorted(set(OPERATIONS.values())))
def test_command_and_client_have_it_under_one_name(words: str, method: str, tmp_path: Any) -> None:
    assert command(words).help
    found: Any = Client(Seat(tmp_path))
    for name in method.split("."):
        found = getattr(found, name)
    assert callable(found)
    assert words.split()[-1].replace("-", "_") == method.split(".")[-1].rstrip("_")


# --- nonsense -------------------------------------------------------------------------------------

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
    "POST /api/integrity": {"deep": False},
    "POST /api/users": {"name": "b", "password": "", "role": "viewer"},
}
CHANGING = list(BODIES)


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Call]:
    with run_lab(tmp_path_factory.mktemp("operations")) as lab, served(lab) as made:
        yield made


@pytest.mark.parametrize("route", CHANGING)
def test_no_body_makes_it_fail_inside(route: str, call: Call) -> None:
    send_nonsense(call, route, BODIES[route], {"name": "a.user", "uid": "1.2.3", "number": "1"})


def test_the_openapi_page_has_every_operation_with_its_right(
    call: Call,
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
