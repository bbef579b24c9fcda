from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from simulator.errors import (
    CannotError,
    NoAnswerError,
    PacsLabError,
    RefusedError,
    RejectedError,
    StatusError,
    UsageError,
)
from simulator.web import BODY_CAP, NOBODY, Call, Principal, Route, WebServer, build_app
from tests.net import no_thread_left

ERRORS: dict[str, Exception] = {
    "usage": UsageError("That makes no sense.", "Say it otherwise."),
    "cannot": CannotError("The seat is down.", "Say 'pacslab up'."),
    "refused": RefusedError("No.", "Ask.", 409),
    "rejected": RejectedError("CT1 was rejected.", "Compare.", (1, 1, 7)),
    "status": StatusError("It failed.", "See the log.", 0xA700),
    "silence": NoAnswerError("Nobody answered."),
    "plain": PacsLabError("So it is."),
    "bug": ZeroDivisionError("secret detail"),
}
PEOPLE = {
    "Bearer admin": Principal(name="pacsadmin", rights=frozenset({"*"}), token="admin"),
    "Bearer reader": Principal(name="reader", rights=frozenset({"study.read"}), token="reader"),
}


def fail(call: Call) -> None:
    raise ERRORS[call.path["kind"]]


def login(call: Call) -> dict[str, Any]:
    user, password = call.need("user", "password")
    return {"user": user, "length": len(password), "host": call.host}


ROUTES = [
    Route(method=method, path=path, right=right, handler=handler, summary=summary)
    for method, path, right, handler, summary in [
        ("POST", "/api/login", "", login, "Log in"),
        ("GET", "/api/studies", "study.read", lambda call: {"query": call.query}, "List studies"),
        ("GET", "/api/me", "study.read", lambda call: {"name": call.who.name}, "Who am I"),
        ("DELETE", "/api/studies/{uid}", "study.delete", lambda call: call.path, "Delete one"),
        ("PUT", "/api/settings/{key:path}", "setting.change", lambda call: call.body, "Change"),
        ("GET", "/api/fail/{kind}", "", fail, "Fail"),
    ]
]


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    app = build_app(
        "A test", ROUTES, lambda headers: PEOPLE.get(headers.get("authorization", ""), NOBODY)
    )
    running = WebServer(app, "127.0.0.1", 0, "test").start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def client(server: WebServer) -> Iterator[httpx.Client]:
    url = f"http://127.0.0.1:{server.port}"
    with httpx.Client(base_url=url, trust_env=False, timeout=10) as made:
        yield made


def as_(name: str) -> dict[str, str]:
    return {"authorization": f"Bearer {name}"}


def test_who_is_not_logged_in_is_told_how(client: httpx.Client) -> None:
    answer = client.get("/api/studies")
    assert answer.status_code == 401
    assert answer.json() == {
        "error": "You are not logged in.",
        "remedy": "POST /api/login first.",
    }
    assert client.get("/api/studies", headers=as_("forged")).status_code == 401


def test_each_route_needs_its_right(client: httpx.Client) -> None:
    assert client.get("/api/me", headers=as_("reader")).json() == {"name": "reader"}
    refused = client.delete("/api/studies/1.2.3", headers=as_("reader"))
    assert refused.status_code == 403
    assert "'study.delete' is missing" in refused.json()["error"]
    assert client.delete("/api/studies/1.2.3", headers=as_("admin")).json() == {"uid": "1.2.3"}


def test_query_path_and_body_reach_the_handler(client: httpx.Client) -> None:
    found = client.get("/api/studies", params={"PatientID": "A b"}, headers=as_("reader"))
    assert found.json() == {"query": {"PatientID": "A b"}}
    kept = client.put("/api/settings/a/b", json={"value": [1, "ü"]}, headers=as_("admin"))
    assert kept.json() == {"value": [1, "ü"]}


def test_a_missing_value_is_named(client: httpx.Client) -> None:
    answer = client.post("/api/login", json={"user": "x"})
    assert (answer.status_code, answer.json()["error"]) == (400, "The request lacks 'password'.")
    empty = client.post("/api/login")
    assert "'user'" in empty.json()["error"]
    good = client.post("/api/login", json={"user": "x", "password": "yz"})
    assert good.json() == {"user": "x", "length": 2, "host": "127.0.0.1"}


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        *[("usage", 400), ("cannot", 503), ("refused", 409), ("plain", 400)],
        *[("rejected", 502), ("status", 502), ("silence", 502), ("bug", 500)],
    ],
)
def test_every_error_has_one_shape(client: httpx.Client, kind: str, status: int) -> None:
    answer = client.get(f"/api/fail/{kind}")
    assert answer.status_code == status
    body = answer.json()
    error = ERRORS[kind]
    if isinstance(error, PacsLabError):
        assert (body["error"], body["remedy"]) == (error.sentence, error.remedy)
    else:
        assert "secret detail" not in answer.text
        assert body["error"] == "Internal error: ZeroDivisionError."


def test_an_error_of_the_network_says_who_erred(client: httpx.Client) -> None:
    rejected = client.get("/api/fail/rejected").json()
    assert (rejected["class"], rejected["triple"]) == ("RejectedError", [1, 1, 7])
    assert client.get("/api/fail/status").json()["status"] == 0xA700
    assert client.get("/api/fail/silence").json()["kind"] == "nobody answered"


@pytest.mark.parametrize("path", ["/nothing", "/api", "/api/studies/1/2/3"])
def test_what_is_not_there_is_said_in_the_same_shape(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert set(answer.json()) == {"error", "remedy"}
    assert client.patch("/api/studies").status_code == 405


@pytest.mark.parametrize(
    "host",
    [
        *["evil.example", "evil.example:8112", "127.0.0.1.evil.example", "127.evil.example:80"],
        *["localhost.evil.example", "10.0.0.1", "", "[::2]:80"],
    ],
)
def test_a_foreign_host_name_is_not_answered(client: httpx.Client, host: str) -> None:
    """A web page elsewhere may let its own name point at us (DNS rebinding)."""
    answer = client.get("/api/me", headers={**as_("admin"), "host": host})
    assert answer.status_code == 421


@pytest.mark.parametrize("host", ["localhost", "localhost:9", "127.0.0.1", "[::1]", "[::1]:80"])
def test_our_own_names_are_answered(client: httpx.Client, host: str) -> None:
    assert client.get("/api/me", headers={**as_("admin"), "host": host}).status_code == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "text/plain; x=json", "application/x-www-form-urlencoded", "", "json"]
)
def test_a_body_a_web_page_could_send_unasked_is_refused(client: httpx.Client, kind: str) -> None:
    answer = client.post("/api/login", content=b'{"user": 1}', headers={"content-type": kind})
    assert answer.status_code == 415


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff", b"[" * 100_000, b'"x"'])
def test_a_body_that_is_no_json_object_is_refused(client: httpx.Client, body: bytes) -> None:
    headers = {"content-type": "application/json; charset=utf-8"}
    answer = client.post("/api/login", content=body, headers=headers)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "remedy"}


def test_a_body_without_end_is_refused(client: httpx.Client) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(BODY_CAP // 65536 + 2):
            yield b" " * 65536

    headers = {"content-type": "application/json"}
    assert client.post("/api/login", content=endless(), headers=headers).status_code == 413


def test_the_openapi_page_lists_every_route(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    told = {
        (method.upper(), path): row
        for path, methods in document["paths"].items()
        for method, row in methods.items()
    }
    assert len(told) == len(ROUTES)
    for route in ROUTES:
        row = told[route.method, route.path.replace(":path", "")]
        assert (row["summary"], row["x-right"]) == (route.summary, route.right)
        assert bool(row["security"]) == bool(route.right)
        assert [p["name"] for p in row["parameters"]] == (
            [route.path.partition("{")[2].partition("}")[0].partition(":")[0]]
            if "{" in route.path
            else []
        )
    page = client.get("/docs").text
    assert all(route.path in page for route in ROUTES)


def test_a_taken_port_is_a_sentence(server: WebServer) -> None:
    with pytest.raises(CannotError, match=f"archive cannot listen at 127.0.0.1:{server.port}"):
        WebServer(build_app("x", [], lambda _: NOBODY), "127.0.0.1", server.port, "archive")


def test_stopping_leaves_no_thread_and_frees_the_port() -> None:
    app = build_app("x", ROUTES, lambda _: NOBODY)
    with no_thread_left():
        running = WebServer(app, "127.0.0.1", 0, "x").start()
        httpx.post(f"http://127.0.0.1:{running.port}/api/login", trust_env=False)
        running.stop()
    again = WebServer(app, "127.0.0.1", running.port, "x")
    again.stop()  # one that never started can be stopped, too


def test_an_open_connection_does_not_keep_it_from_stopping() -> None:
    with no_thread_left():
        running = WebServer(build_app("x", ROUTES, lambda _: NOBODY), "127.0.0.1", 0, "x").start()
        with socket.create_connection(("127.0.0.1", running.port)) as idle:
            idle.sendall(b"GET /api/me HTTP/1.1\r\nHost: localhost\r\n")
            running.stop()
