"""Nonsense in every key of a body: whatever is sent, the answer is a sentence, never a failure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from simulator.archive.admin import Admin
from simulator.web import WebServer, build_app
from tests.archive.support import Lab

NONSENSE: list[Any] = [None, True, -1, 1e99, "", "x" * 300, ["x"], {"a": {}}, "\u00e4\x00"]
Call = Callable[..., httpx.Response]


@contextmanager
def served(lab: Lab, actor: str = "") -> Iterator[Call]:
    """Serve a lab's API; yields a function of method, path and body, asked as the instructor."""
    admin = Admin(lab.archive, lab.reader, "token")
    app = build_app("archive", admin.routes(), admin.authenticate)
    web = WebServer(app, "127.0.0.1", 0, "test").start()
    headers = {"Authorization": "Bearer token", **({"X-PACSLAB-Actor": actor} if actor else {})}
    url = f"http://127.0.0.1:{web.port}"
    with httpx.Client(base_url=url, trust_env=False, timeout=60, headers=headers) as client:
        yield lambda method, path, body=None: client.request(method, path, json=body)
    web.stop()


def send_nonsense(call: Call, route: str, good: dict[str, Any], names: dict[str, str]) -> None:
    """Send `good` with nonsense in one key after the other; `names` fill the path's braces."""
    method, path = route.split()
    target = re.sub(r"\{(\w+)\}", lambda found: names[found[1]], path)
    for key in good:
        for value in NONSENSE:
            answer = call(method, target, {**good, key: value})
            assert answer.status_code < 500, (key, value, answer.text)
            said = answer.json()
            assert answer.status_code == 200 or (said["error"] and "remedy" in said)
