"""Journals who reads patients' data and the audit trail through the admin API.

What is changed is told by the handlers themselves; reading changes nothing, so it is told here.
The lab's own token is not a person: what it reads is not told. A panel that asks the same again
and again is told once a minute.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from simulator.clock import real_seconds
from simulator.journal import Journal
from simulator.web import NOBODY, Call, Principal, Route

_QUIET_SECONDS = 60.0
_TOLD = {"study.read": "api.read", "audit.read": "api.read.audit"}
_KINDS = {
    "/api/studies": "api.read.list",
    "/api/reading-list": "api.read.list",
    "/api/orders": "api.read.list",
    "/api/instances/{uid}/file": "api.read.file",
}


class Reading:
    """Wraps handlers so that reading leaves a trace."""

    def __init__(self, journal: Journal) -> None:
        """Tell `journal`."""
        self.journal = journal
        self._last: dict[str, float] = {}
        self._lock = threading.Lock()

    def watched(self, route: Route) -> Route:
        """Return a route that tells who read something, and who was refused."""
        handler = self._telling(route) if route.method == "GET" and route.right in _TOLD else None
        refused = self._refused(route)
        return replace(route, handler=handler or route.handler, on_refusal=refused)

    def _telling(self, route: Route) -> Callable[[Call], Any]:
        kind = _KINDS.get(route.path, _TOLD[route.right])

        def handler(call: Call) -> Any:
            answer = route.handler(call)
            if "*" not in call.who.rights and self._is_new(route.path, call):
                self._tell(kind, route, call)
            return answer

        return handler

    def _tell(self, kind: str, route: Route, call: Call) -> None:
        path = route.path
        for name, value in call.path.items():
            path = path.replace(f"{{{name}}}", value)
        query = "&".join(f"{key}={value}" for key, value in sorted(call.query.items()))
        facts = {"instance" if "/instances/" in path else "study": call.path["uid"]} if (
            "uid" in call.path) else {}  # fmt: skip
        shown = (path + f"?{query}" * bool(query))[:200]
        self.journal.write(
            kind, f"{call.who.name} read {shown}", by=call.who.name, host=call.host, path=path,
            query=query[:500], patient_id=call.query.get("patient_id", ""), **facts,
        )  # fmt: skip

    def _is_new(self, path: str, call: Call) -> bool:
        key = repr((path, call.who.name, call.host, sorted(call.path.items()),
                    sorted(call.query.items())))  # fmt: skip
        now = real_seconds()
        with self._lock:
            fresh = now - self._last.get(key, 0.0) > _QUIET_SECONDS
            if fresh:
                kept = {k: at for k, at in self._last.items() if now - at < _QUIET_SECONDS}
                self._last = {**kept, key: now}
        return fresh

    def _refused(self, route: Route) -> Callable[[Principal, str], None]:
        def told(who: Principal, host: str) -> None:
            if who is not NOBODY:
                text = f"{who.name} was refused {route.method} {route.path}: no right {route.right}"
                self.journal.write(
                    "api.refused", text, by=who.name, host=host, what=route.path, right=route.right
                )

        return told
