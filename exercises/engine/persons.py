"""Acting as somebody who has an account: how checks see what a person can do, from outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from simulator.client import Client, attempt
from simulator.errors import RefusedError
from simulator.network import scu
from simulator.network.associate import Caller
from simulator.results import Outcome
from simulator.system import loopback


@contextmanager
def logged_in(seat: Client, name: str, password: str) -> Iterator[Client]:
    """Act as an account and log out afterwards; AssertionError where it is not let in."""
    try:
        archive = seat.users.login(name, password)
    except RefusedError as error:
        raise AssertionError(
            f"{name} logged in with the right password. The archive said: {error.sentence}"
        ) from error
    person = Client(seat.seat)
    person.take(archive)
    try:
        yield person
    finally:
        archive.call("POST", "/logout", {})


def why_refused(seat: Client, name: str, password: str) -> str:
    """Return what the archive says when it does not let an account in; empty if it does."""
    try:
        seat.users.login(name, password).call("POST", "/logout", {})
    except RefusedError as error:
        return error.sentence
    return ""


def web_status(seat: Client, name: str, password: str, path: str) -> int:
    """Return the HTTP status of a DICOMweb request with a user name and a password."""
    url = seat.archive.dicomweb_url + path
    return httpx.get(url, auth=(name, password), timeout=10, trust_env=False).status_code


def call_as(seat: Client, title: str, number: int) -> Outcome:
    """C-ECHO the archive with this AE title, from an address where no device is."""
    caller = Caller(ae=title, host=loopback(number))
    return attempt(f"C-ECHO as {title} from {caller.host}", scu.echo, seat.archive.peer, caller)


def rights_of(person: Client) -> set[str]:
    """Return what the archive says that somebody who is logged in may do."""
    return set(person.archive.call("GET", "/me")["rights"])


def may(person: Client, method: str, path: str) -> bool:
    """Return whether somebody may make a call; `path` names a thing that there is not."""
    try:
        person.archive.call(method, path, {} if method != "GET" else None)
    except RefusedError as error:
        return error.http_status != 403
    return True
