"""The admin API over HTTP: every route with every role, and errors of one shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulator.archive.admin import Admin
from simulator.archive.api.desk import INSTRUCTOR
from simulator.archive.users import ROLES
from simulator.web import ANYONE, Route, WebServer, build_app
from tests.archive.support import ADMIN, Lab, study
from tests.archive.support import lab as run_lab

TOKEN, PASSWORD = "the instructor's own", "long enough 1"
ROUTES = [(r.method, r.path, r.right) for r in Admin(None, None, TOKEN).routes()]  # type: ignore[arg-type]
CALLERS = ["nobody", *ROLES, INSTRUCTOR]


def account(role: str) -> str:
    """Return the name of somebody with this role."""
    return f"a.{role.replace('_', '')}"


class Api:
    """The admin API of a running archive, and a token of every role."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        admin = Admin(lab.archive, lab.reader, TOKEN)
        self.routes: list[Route] = admin.routes()
        app = build_app("archive", self.routes, admin.authenticate)
        self.web = WebServer(app, "127.0.0.1", 0, "test").start()
        url = f"http://127.0.0.1:{self.web.port}"
        limits = httpx.Limits(max_keepalive_connections=0)
        self.client = httpx.Client(base_url=url, trust_env=False, timeout=10, limits=limits)
        self.tokens = {"nobody": "", INSTRUCTOR: TOKEN}
        for role in ROLES:
            lab.archive.users.add({"name": account(role), "role": role}, PASSWORD, "test")
            self.tokens[role] = lab.archive.users.login(account(role), PASSWORD)

    def call(self, who: str, method: str, path: str, body: Any = None, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} if self.tokens[who] else {}
        return self.client.request(method, path, json=body, headers=headers, **more)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with run_lab(Path(tmp_path_factory.mktemp("admin"))) as lab:
        lab.store(*study(1, 2))
        lab.archive.save_baseline()
        made = Api(lab)
        yield made
        made.client.close()
        made.web.stop()


def address(path: str) -> str:
    """Fill a path in with what is not there: a right is checked before anything is looked for."""
    return re.sub(r"\{[^}]+\}", "no.such", path)


def is_error(answer: httpx.Response) -> bool:
    said = answer.json()
    return (
        isinstance(said["error"], str) and isinstance(said["remedy"], str) and bool(said["error"])
    )


@pytest.mark.parametrize(("method", "path", "right"), ROUTES)
def test_every_route_with_every_role(api: Api, method: str, path: str, right: str) -> None:
    if path in ("/api/logout", "/api/users/{name}/password", "/api/login"):
        return  # allowed by more than a right; tested by themselves
    for who in CALLERS:
        rights = set(ROLES[who][1]) if who in ROLES else {"*"} if who == INSTRUCTOR else set()
        if who == INSTRUCTOR and path in ("/api/baseline", "/api/reset"):
            continue  # they change what the others rely on; tested by itself
        answer = api.call(who, method, address(path))
        if right == ANYONE or right in rights or "*" in rights:
            assert answer.status_code in (200, 400, 404), (who, answer.text)
        else:
            assert answer.status_code == (401 if who == "nobody" else 403), (who, answer.text)
            assert is_error(answer)
            assert who == "nobody" or f"'{right}'" in answer.json()["error"]


def test_every_route_needs_a_right_or_says_why_not(api: Api) -> None:
    open_ones = {path for _, path, right in ROUTES if right == ANYONE}
    assert open_ones == {
        "/health/live",
        "/health/ready",
        "/metrics",
        "/api/login",
        "/api/logout",
        "/api/me",
        "/api/status",
        "/api/users/{name}/password",
    }
    assert set(api.call("nobody", "GET", "/openapi.json").json()["paths"]) == {
        path for _, path, _ in ROUTES
    }


def test_a_password_is_set_by_its_owner_or_an_administrator(api: Api) -> None:
    body = {"password": "quite another 1", "old": PASSWORD}
    path = "/api/users/a.viewer/password"
    assert api.call("nobody", "POST", path, body).status_code == 401
    assert api.call("qc", "POST", path, body).status_code == 403
    wrong = {**body, "old": "no"}
    assert api.call("viewer", "POST", path, wrong).status_code == 401
    assert api.call("viewer", "POST", path, body).status_code == 200
    assert api.call("viewer", "GET", "/api/studies").status_code == 401  # its sessions ended
    assert api.call("pacs_admin", "POST", path, {"password": PASSWORD}).status_code == 200
    api.tokens["viewer"] = api.lab.archive.users.login(account("viewer"), PASSWORD)


def test_login_logout_and_me(api: Api) -> None:
    said = api.call("nobody", "POST", "/api/login", {"user": ADMIN[0], "password": ADMIN[1]}).json()
    assert (said["user"], said["role"]) == (ADMIN[0], "pacs_admin")
    api.tokens["guest"] = said["token"]
    assert api.call("guest", "GET", "/api/me").json()["user"] == ADMIN[0]
    assert api.call("guest", "POST", "/api/logout").status_code == 200
    assert api.call("guest", "GET", "/api/users").status_code == 401
    assert api.call("nobody", "GET", "/api/me").json() == {"user": "anonymous", "rights": []}
    wrong = api.call("nobody", "POST", "/api/login", {"user": ADMIN[0], "password": "x"})
    assert wrong.status_code == 401 and is_error(wrong)


def test_studies_are_listed_shown_fetched_and_deleted(api: Api) -> None:
    api.lab.store(*study(7, 2, PatientName="Gone^Soon"))
    (row,) = api.call("viewer", "GET", "/api/studies", params={"patient_id": "T7"}).json()
    assert (row["instances"], row["modalities"], row["source"]) == (2, ["CT"], "CT1")
    shown = api.call("viewer", "GET", "/api/studies/1.2.3.7").json()
    assert [i["number"] for i in shown["tree"][0]["instances"]] == ["1", "2"]
    file = api.call("viewer", "GET", "/api/instances/1.2.3.7.1.1/file")
    assert file.content[128:132] == b"DICM" and file.headers["content-type"] == "application/dicom"
    assert api.call("viewer", "DELETE", "/api/studies/1.2.3.7").status_code == 403
    assert api.call("pacs_admin", "DELETE", "/api/studies/1.2.3.7").json()["instances"] == 2
    assert api.call("viewer", "GET", "/api/studies/1.2.3.7").status_code == 404
    (entry,) = api.lab.told("study.deleted")
    assert entry.facts["by"] == "a.pacsadmin" and "Gone^Soon (T7)" in entry.text


def test_changes_are_journalled_with_who_and_what(api: Api) -> None:
    assert api.call("pacs_admin", "PUT", "/api/settings/query.limit", {"value": "50"}).json() == {
        "key": "query.limit",
        "value": 50,
    }
    node = {"ae": "NEW", "host": "127.0.0.1", "port": 104}
    assert api.call("pacs_admin", "POST", "/api/nodes", node).status_code == 200
    api.call("pacs_admin", "PATCH", "/api/nodes/NEW", {"port": 105})
    api.call("pacs_admin", "DELETE", "/api/nodes/NEW")
    trail = api.call("auditor", "GET", "/api/audit", params={"text": "a.pacsadmin"}).json()
    said = [entry["text"] for entry in trail]
    assert "a.pacsadmin changed query.limit from 0 to 50" in said
    assert "a.pacsadmin changed port of node NEW from 104 to 105" in said
    assert "a.pacsadmin removed node NEW@127.0.0.1:105" in said
    only = api.call("auditor", "GET", "/api/audit", params={"kind": "node.added", "limit": "1"})
    assert [entry["facts"]["what"] for entry in only.json()] == ["NEW"]
    api.call("pacs_admin", "PUT", "/api/settings/query.limit", {"value": 0})


def test_echo_says_which_of_the_errors_it_was(api: Api) -> None:
    nodes = api.lab.archive.nodes
    nodes.change("WS1", {"port": 1})
    said = api.call("technologist", "POST", "/api/nodes/WS1/echo").json()
    assert (said["ok"], said["kind"]) == (False, "nobody answered")
    nodes.change("WS1", {"port": api.lab.port})
    said = api.call("technologist", "POST", "/api/nodes/WS1/echo").json()
    assert (said["ok"], said["kind"]) == (False, "the peer refused")
    nodes.change("WS1", {"port": 0})
    assert api.call("technologist", "POST", "/api/nodes/WS1/echo").status_code == 400


def test_open_associations_are_listed(api: Api) -> None:
    with api.lab.open():
        (row,) = api.call("pacs_admin", "GET", "/api/associations").json()
    assert (row["calling"], row["called"], row["host"]) == ("CT1", "PACSLAB", "127.0.0.1")


NONSENSE: list[Any] = [None, True, 5, -1, 1e99, "", "x" * 300, [], ["x"], {}, {"a": {}}, "ä\x00"]


@pytest.mark.parametrize(
    ("method", "path", "right"), [r for r in ROUTES if r[0] in "POST PATCH PUT"]
)
def test_no_body_makes_it_fail_inside(api: Api, method: str, path: str, right: str) -> None:
    """Every value of every key with the wrong type: refused in a sentence, never 500."""
    if path in ("/api/baseline", "/api/reset", "/api/logout"):
        return
    if path == "/api/integrity":  # reads every file each time: in test_operations.py, with its key
        return
    names = {"name": "a.viewer", "ae": "WS1", "key": "query.limit", "uid": "1.2.3.1",
             "number": "1"}  # fmt: skip
    target = re.sub(r"\{(\w+)\}", lambda found: names[found[1]], path)
    people = ["name", "password", "old", "user", "full_name", "department", "role", "status"]
    known = [*people, "note", "must_change", "ae", "host", "port", "description", "rights"]
    good = {"name": "new.one", "ae": "NEW", "host": "127.0.0.1", "port": 5, "accession": "A"}
    before = api.lab.archive.nodes.all()
    for key in [*known, "value", "accession"]:
        for value in NONSENSE:
            whole = {**good, key: value}
            for body in [whole] if key in good else [whole, {key: value}]:
                answer = api.call("pacs_admin", method, target, body)
                assert answer.status_code < 500, (body, answer.text)
                assert answer.status_code == 200 or is_error(answer)
    for node in api.lab.archive.nodes.all():
        if node not in before:
            api.lab.archive.nodes.remove(node.ae)


@pytest.mark.parametrize("limit", ["²", "-1", "1e3", "9" * 40, " "])
def test_a_limit_that_is_none(api: Api, limit: str) -> None:
    for path in ("/api/studies", "/api/audit"):
        answer = api.call("pacs_admin", "GET", path, params={"limit": limit})
        assert answer.status_code == 400 and is_error(answer), answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/studies?colour=red", 400),
        ("GET", "/api/studies/1.2.9", 404),
        ("POST", "/api/studies/1.2.9/link", 404),
        ("GET", "/api/instances/..%2F..%2Fetc%2Fpasswd/file", 404),
        ("GET", "/api/nodes/NOPE", 404),
        ("GET", "/api/users/nope", 404),
        ("PUT", "/api/settings/no.such", 400),
        ("GET", "/api/nothing", 404),
        ("DELETE", "/api/settings", 405),
    ],
)
def test_errors_have_one_shape(api: Api, method: str, path: str, status: int) -> None:
    answer = api.call("pacs_admin", method, path)
    assert answer.status_code == status, answer.text
    assert is_error(answer)


def test_status_counts_and_says_nothing_about_anybody(api: Api) -> None:
    said = api.call("nobody", "GET", "/api/status").json()
    assert (said["ae"], said["baseline"]) == ("PACSLAB", True)
    assert set(said) == {
        "ae", "associations", "baseline", "patients", "studies", "series", "instances",
        "unmatched",
    }  # fmt: skip


def test_only_the_instructor_resets(api: Api) -> None:
    api.lab.store(*study(9))
    assert api.call("pacs_admin", "POST", "/api/reset").status_code == 403
    assert api.call(INSTRUCTOR, "POST", "/api/reset").json() == {"ok": True}
    assert api.call(INSTRUCTOR, "GET", "/api/studies/1.2.3.9").status_code == 404
    assert api.call("pacs_admin", "GET", "/api/users").status_code == 401  # as it was: no session
    for role in ROLES:
        api.lab.archive.users.add({"name": account(role), "role": role}, PASSWORD, "test")
        api.tokens[role] = api.lab.archive.users.login(account(role), PASSWORD)
