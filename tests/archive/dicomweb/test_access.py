"""Who may do what over DICOMweb; bad addresses; deletion; other origins; the journal."""

from __future__ import annotations

import base64

import httpx
import pytest

from simulator.archive.dicomweb.app import PATH, services
from simulator.archive.users import ROLES
from simulator.errors import UsageError
from simulator.viewer_pass import Passes
from tests.archive.dicomweb.support import INSTANCE, PASSES, WebLab, part10, place
from tests.archive.support import ADMIN, image, study

PATHS = [
    *("/studies", "/series", "/instances", "/studies/1.2.3.1", "/studies/1.2.3.1/metadata"),
    *(INSTANCE, f"{INSTANCE}/frames/1", f"{INSTANCE}/rendered", f"{INSTANCE}/bulkdata/7FE00010"),
    *(f"{INSTANCE}/thumbnail", "/wado?requestType=WADO"),
]


def basic(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


@pytest.mark.parametrize("path", PATHS)
def test_nobody_gets_in_without_an_account(shelf: WebLab, path: str) -> None:
    answer = httpx.get(shelf.url + path, trust_env=False)
    assert answer.status_code == 401 and set(answer.json()) >= {"error", "remedy"}
    assert answer.headers["www-authenticate"].startswith("Basic realm=")


@pytest.mark.parametrize(
    "headers",
    [
        basic("pacsadmin:wrong"),
        basic("nobody:x"),
        basic("no colon"),
        {"Authorization": "Basic %%%"},
        {"Authorization": "Basic " + "A" * 5000},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Negotiate x"},
    ],
)
def test_wrong_credentials_are_401(web: WebLab, headers: dict[str, str]) -> None:
    answer = httpx.get(f"{web.url}/studies", headers=headers, trust_env=False)
    assert answer.status_code == 401


def passed(text: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}", **more}


def test_a_viewers_pass_is_for_looking_only(web: WebLab) -> None:
    web.lab.store(*study(1))
    with httpx.Client(base_url=web.url, trust_env=False) as viewer:
        viewer.headers.update(passed(PASSES.write(ADMIN[0])))
        assert viewer.get("/studies").status_code == 200
        assert viewer.get(f"{INSTANCE}/frames/1").status_code == 200
        assert viewer.delete("/studies/1.2.3.1").status_code == 403
        body = part10(image())
        kind = {"Content-Type": "application/dicom"}
        assert viewer.post("/studies", content=body, headers=kind).status_code == 403
        assert viewer.get(f"{web.root}/api/users").status_code == 401  # no key to the admin API
    assert web.told("search")[-1].facts["by"] == ADMIN[0]


def test_a_pass_grants_no_more_than_the_account_has(web: WebLab) -> None:
    web.add_user("rita", "viewer")
    web.add_user("otto", "auditor")
    asked = {
        name: httpx.get(
            f"{web.url}/studies", headers=passed(PASSES.write(name)), trust_env=False
        ).status_code
        for name in ("rita", "otto", "nobody")
    }
    assert asked == {"rita": 200, "otto": 403, "nobody": 403}
    web.archive.users.change("rita", {"status": "disabled"}, "test")
    headers = passed(PASSES.write("rita"))
    assert httpx.get(f"{web.url}/studies", headers=headers, trust_env=False).status_code == 403


def test_forged_and_old_passes_open_nothing(web: WebLab) -> None:
    good = PASSES.write(ADMIN[0])
    said, _, signature = good.rpartition(".")
    mark, name, ends = said.split(".")
    for bad in (
        PASSES.write(ADMIN[0], minutes=-1),
        Passes("another secret").write(ADMIN[0]),
        f"{mark}.{name}.{int(ends) + 9999}.{signature}",
        f"{said}.", "viewer.....", "....", "viewer.x.y.z",
    ):  # fmt: skip
        answer = httpx.get(f"{web.url}/studies", headers=passed(bad), trust_env=False)
        assert answer.status_code == 401, bad


def test_only_a_pass_may_say_where_we_are_seen(shelf: WebLab) -> None:
    seen = {"X-PACSLab-Base": "http://lab.example/user/a/pacslab/dicom-web"}
    token = shelf.archive.users.login(*ADMIN)
    for headers, base in (
        (passed(PASSES.write(ADMIN[0]), **seen), seen["X-PACSLab-Base"]),
        (passed(token, **seen), shelf.url),
    ):
        (row,) = httpx.get(f"{shelf.url}/studies", headers=headers, trust_env=False).json()
        assert row["00081190"]["Value"] == [f"{base}/studies/1.2.3.1"]


def test_the_api_pages_list_dicomweb(shelf: WebLab) -> None:
    described = httpx.get(f"{shelf.root}/openapi.json", trust_env=False).json()
    rows = [(path, method) for path, ways in described["paths"].items() for method in ways]
    for row in services():
        assert (f"{PATH}{row.path}".replace(":path}", "}"), row.method.lower()) in rows
    frames = described["paths"]["/dicom-web/studies/{study}"]["delete"]
    assert frames["x-right"] == "study.delete" and {"password": []} in frames["security"]
    assert "/dicom-web/wado" in httpx.get(f"{shelf.root}/docs", trust_env=False).text


def test_a_token_of_the_admin_api_opens(shelf: WebLab) -> None:
    token = shelf.archive.users.login(*ADMIN)
    headers = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{shelf.url}/studies", headers=headers, trust_env=False).status_code == 200


def test_a_password_is_one_log_in(web: WebLab) -> None:
    for _ in range(3):
        assert web.get("/studies").status_code == 200
    assert len(web.lab.told("login")) == 1


def test_a_session_ends_with_the_account(web: WebLab) -> None:
    account = web.add_user("rita", "viewer")
    with httpx.Client(base_url=web.url, auth=account, trust_env=False) as rita:
        assert rita.get("/studies").status_code == 200
        web.archive.users.set_password("rita", "another long password", "test")
        assert rita.get("/studies").status_code == 401
        web.archive.users.set_password("rita", account[1], "test")
        web.archive.users.change("rita", {"status": "disabled"}, "test")
        assert rita.get("/studies").status_code == 403


@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_role_may_what_it_may(web: WebLab, role: str) -> None:
    rights = ROLES[role][1]
    web.lab.store(*study(1))
    with httpx.Client(base_url=web.url, auth=web.add_user("eve", role), trust_env=False) as eve:
        asked = {
            "study.read": eve.get("/studies"),
            "study.store": eve.post("/studies", content=part10(image()), headers={
                "Content-Type": "application/dicom"}),
            "study.delete": eve.delete("/studies/1.2.3.1"),
        }  # fmt: skip
    for right, answer in asked.items():
        assert (answer.status_code < 300) == (right in rights), right
        assert answer.status_code in (200, 204) or right in answer.json()["error"]


# --- bad addresses ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/studies/1.2.99", 404),
        ("/studies/1.2.99/metadata", 404),
        ("/studies/1.2.3.1/series/1.9", 404),
        ("/studies/1.9/series/1.2.3.1.1", 404),
        (f"{INSTANCE}9", 404),
        ("/studies/1.2.x", 400),
        ("/studies/1..2", 400),
        ("/studies/" + "1" * 65, 400),
        ("/studies/%2e%2e%2fetc%2fpasswd", 404),
        ("/studies/1.2.3.1%00", 400),
        ("/studies/' OR 1=1", 400),
        ("/studies/*/series", 400),
        ("/nothing", 404),
        ("/", 404),
        (f"{INSTANCE}/nothing", 404),
    ],
)
def test_bad_addresses(shelf: WebLab, path: str, status: int) -> None:
    answer = shelf.get(path)
    assert answer.status_code == status
    assert set(answer.json()) >= {"error", "remedy"}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/series", "GET, HEAD, OPTIONS"),
        ("PUT", "/studies", "GET, POST, HEAD, OPTIONS"),
        ("PATCH", "/studies/1.2.3.1", "GET, POST, DELETE, HEAD, OPTIONS"),
    ],
)
def test_methods_there_are_not(shelf: WebLab, method: str, path: str, allowed: str) -> None:
    answer = shelf.http.request(method, path)
    assert answer.status_code == 405 and answer.headers["allow"] == allowed
    assert shelf.http.options(path).headers["allow"] == allowed


def test_a_foreign_host_name_is_not_answered(shelf: WebLab) -> None:
    answer = shelf.http.get("/studies", headers={"Host": "pacs.evil.example"})
    assert answer.status_code == 421


# --- deletion -----------------------------------------------------------------------------------


def test_a_study_is_deleted(web: WebLab) -> None:
    web.lab.store(*study(1, 2), *study(2))
    client = web.client()
    client.delete_study("1.2.3.1")
    assert [row["0020000D"]["Value"] for row in client.search_for_studies()] == [["1.2.3.2"]]
    assert web.http.delete("/studies/1.2.3.1").status_code == 404
    (entry,) = web.lab.told("study.deleted")
    assert entry.facts["by"] == "pacsadmin" and entry.facts["what"] == "1.2.3.1"


@pytest.mark.parametrize("path", ["/studies/1.2.3.1/series/1.2.3.1.1", INSTANCE])
def test_less_than_a_study_is_not_deleted(shelf: WebLab, path: str) -> None:
    answer = shelf.http.delete(path)
    assert answer.status_code == 405 and answer.json()["remedy"]
    assert shelf.archive.index.has("1.2.3.1.1.1")


# --- other origins ------------------------------------------------------------------------------


def test_other_origins_are_let_in_by_a_setting(web: WebLab) -> None:
    headers = {"Origin": "http://127.0.0.1:3000"}
    assert "access-control-allow-origin" not in web.http.get("/studies", headers=headers).headers
    web.lab.set("web.cors_origins", "http://127.0.0.1:3000 https://viewer.example")
    answer = web.http.get("/studies", headers=headers)
    assert answer.headers["access-control-allow-origin"] == "http://127.0.0.1:3000"
    asked = httpx.options(f"{web.url}/studies", headers=headers, trust_env=False)  # before a log-in
    assert asked.status_code == 204
    assert "POST" in asked.headers["access-control-allow-methods"]
    other = web.http.get("/studies", headers={"Origin": "http://evil.example"})
    assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize(
    "value", ["viewer.example", "http://a/path", "ftp://a", "http://a;b", "*x"]
)
def test_what_is_no_origin_is_refused(shelf: WebLab, value: str) -> None:
    with pytest.raises(UsageError, match="is no value for"):
        shelf.lab.set("web.cors_origins", value)


# --- the journal --------------------------------------------------------------------------------


def test_every_call_is_journalled_once(web: WebLab) -> None:
    ds = image()
    web.lab.store(ds)
    web.get(place(ds), "application/dicom")
    web.get(f"{place(ds)}/frames/1")
    web.get(f"{place(ds)}/rendered")
    web.get("/studies/1.9/metadata")
    httpx.get(f"{web.url}/studies", trust_env=False)
    told = [
        (e.kind, e.facts["by"], e.facts["status"]) for e in web.lab.told() if "dicomweb" in e.kind
    ]
    assert told == [
        ("dicomweb.retrieve", "pacsadmin", 200),
        ("dicomweb.frames", "pacsadmin", 200),
        ("dicomweb.rendered", "pacsadmin", 200),
        ("dicomweb.metadata", "pacsadmin", 404),
        ("dicomweb.search", "anonymous", 401),
    ]
