"""The directory: the hospital's identity provider, a process of its own.

It knows people, their passwords, groups and claims; what a group may do at the archive is not its
business. Started as `python -m simulator.directory SEAT`; it ends by itself once the seat is down.
Anybody on this machine may ask whether a password is right or who is there; changes need the
token in `directory/directory.json`.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from simulator.errors import RefusedError, UsageError
from simulator.files import read_json, write_json
from simulator.system import Lock
from simulator.web import ANYONE, NOBODY, Call, Principal, Route, WebServer, build_app

_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.]{0,63}")
_TEXTS = ("full_name", "department", "contact", "number")
_LISTS = ("groups", "claims")
_PATIENCE = 5  # looks, 2 s apart, at a seat that is down


class Directory:
    """People, kept in one file."""

    def __init__(self, path: Path, token: str) -> None:
        """Keep people at `path`; changes need `token`."""
        self.path, self._token = path, token
        self._lock = threading.Lock()
        self._people: dict[str, dict[str, Any]] = (
            read_json(path, "directory of people") if path.exists() else {}
        )

    def authenticate(self, headers: dict[str, str]) -> Principal:
        """Return whether the directory's administrator calls."""
        given = headers.get("authorization", "").removeprefix("Bearer ")
        if hmac.compare_digest(given.encode(), self._token.encode()):
            return Principal(name="directory", rights=frozenset({"*"}))
        return NOBODY

    def routes(self) -> list[Route]:
        """Return the table of routes."""
        one = "/people/{user}"
        rows = [
            ("POST", "/authenticate", ANYONE, self.check, "whether a password is right"),
            ("GET", "/people", ANYONE, self.people, "people, groups and claims"),
            ("PUT", one, "people.edit", self.put, "enter a person"),
            ("PATCH", one, "people.edit", self.put, "change a person"),
            ("DELETE", one, "people.edit", self.remove, "delete a person"),
        ]
        return [
            Route(method=method, path=path, right=right, handler=handler, summary=summary)
            for method, path, right, handler, summary in rows
        ]

    def check(self, call: Call) -> Any:
        """Say who somebody is who knows the password."""
        user, password = map(str, call.need("user", "password"))
        person = self._people.get(user, {})
        if not _is_right(str(person.get("password", "")), password):
            raise RefusedError("User name or password is wrong.", "Check both.", 401)
        if not person["enabled"]:
            raise RefusedError(f"{user} is closed in the directory.", "Ask who runs it.", 403)
        return _shown(user, person)

    def people(self, call: Call) -> Any:
        """List people."""
        with self._lock:
            return [_shown(user, person) for user, person in sorted(self._people.items())]

    def put(self, call: Call) -> Any:
        """Enter or change a person."""
        user, new = call.path["user"], _checked(call.body)
        if not _USER.fullmatch(user):
            raise UsageError(f"'{user[:64]}' is not a user name.", "Use letters, digits and dots.")
        with self._lock:
            empty = {**dict.fromkeys(_TEXTS, ""), "groups": [], "claims": [], "enabled": True}
            self._people[user] = {**empty, **self._people.get(user, {}), **new}
            write_json(self.path, self._people, private=True)
            return _shown(user, self._people[user])

    def remove(self, call: Call) -> Any:
        """Delete a person."""
        with self._lock:
            if self._people.pop(call.path["user"], None) is None:
                raise RefusedError(f"There is no '{call.path['user']}'.", "List the people.", 404)
            write_json(self.path, self._people, private=True)
        return {"ok": True}


def _checked(body: dict[str, Any]) -> dict[str, Any]:
    new: dict[str, Any] = {}
    for key, value in body.items():
        texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
        fits = (
            (key in (*_TEXTS, "password") and isinstance(value, str))
            or (key in _LISTS and texts)
            or (key == "enabled" and isinstance(value, bool))
        )
        if not fits:
            known = ", ".join((*_TEXTS, *_LISTS, "enabled", "password"))
            raise UsageError(f"'{key[:40]}' cannot be set like that.", f"Set: {known}.")
        new[key] = _HASHER.hash(value) if key == "password" else value
    return new


def _is_right(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def _shown(user: str, person: dict[str, Any]) -> dict[str, Any]:
    return {"user": user, **{key: value for key, value in person.items() if key != "password"}}


def main(arguments: list[str]) -> int:
    """Run the directory of a seat until it is stopped, or the seat is down."""
    seat = Path(arguments[0])
    lock = Lock(seat / "run" / "directory.lock")
    if not lock.take():
        return 1
    token = secrets.token_urlsafe(24)
    directory = Directory(seat / "directory" / "people.json", token)
    app = build_app("PACS Lab directory", directory.routes(), directory.authenticate)
    web = WebServer(app, "127.0.0.1", 0, "directory").start()
    facts = {"url": f"http://127.0.0.1:{web.port}", "pid": os.getpid(), "token": token}
    write_json(seat / "directory" / "directory.json", facts, private=True)
    _wait(seat)
    web.stop()
    lock.free()
    return 0


def _wait(seat: Path) -> None:
    """Wait for a signal, or until neither archive nor hospital has run for a while."""
    stopped = threading.Event()
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda number, frame: stopped.set())
    down = 0
    services = [Lock(seat / "run" / f"{name}.lock") for name in ("archive", "hospital")]
    while down < _PATIENCE and not stopped.wait(2.0):
        down = 0 if any(service.is_held() for service in services) else down + 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
