"""Who calls: the admin API's bearer tokens, HTTP Basic with an account (RFC 7617), viewer passes.

A password is verified once: it is exchanged for a session like any log-in, and the session is
remembered. It ends as every session does: after its time, with a new password, with a lock.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict

from simulator.archive.users import Users
from simulator.errors import RefusedError
from simulator.viewer_pass import RIGHTS, Passes
from simulator.web import NOBODY, Authenticate, Principal

_REMEMBERED = 256  # sessions
CHALLENGE = 'Basic realm="PACS Lab archive", charset="UTF-8"'


class Access:
    """Authentication of DICOMweb requests."""

    def __init__(self, users: Users, bearer: Authenticate, passes: Passes | None = None) -> None:
        """Know the accounts of `users`, the tokens that `bearer` knows, and the passes."""
        self.users, self._bearer, self._passes = users, bearer, passes
        self._key = secrets.token_bytes(32)  # what is remembered is no use outside this process
        self._tokens: OrderedDict[bytes, str] = OrderedDict()
        self._lock = threading.Lock()

    def principal(self, headers: dict[str, str], host: str) -> Principal:
        """Return who calls; raises RefusedError where a name and password are wrong."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if account := self.viewer_of(headers):
            return Principal(name=account, rights=self.users.rights(account) & RIGHTS)
        if scheme.lower() != "basic":
            return self._bearer(headers)
        name, password = _credentials(given)
        return self._session(name, password, host)

    def viewer_of(self, headers: dict[str, str]) -> str:
        """Return the account on whose behalf JupyterLab's viewer asks, '' if it does not."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        return self._passes.read(given) if self._passes and scheme.lower() == "bearer" else ""

    def _session(self, name: str, password: str, host: str) -> Principal:
        key = hmac.digest(self._key, f"{name}:{password}".encode(), hashlib.sha256)
        known = self.users.principal(self._tokens.get(key, ""))
        if known is not NOBODY:
            return known
        with self._lock:  # a viewer asks ten times at once: one log-in is enough
            known = self.users.principal(self._tokens.get(key, ""))
            if known is NOBODY:
                token = self.users.login(name, password, host)
                self._remember(key, token)
                known = self.users.principal(token)
        return known

    def _remember(self, key: bytes, token: str) -> None:
        self._tokens[key] = token
        while len(self._tokens) > _REMEMBERED:
            self._tokens.popitem(last=False)


def _credentials(given: str) -> tuple[str, str]:
    """Return name and password; raises RefusedError where they cannot be read."""
    try:
        name, colon, password = (
            base64.b64decode(given, validate=True).decode("utf-8").partition(":")
        )
    except ValueError:
        name, colon, password = "", "", ""
    if not colon:
        raise RefusedError(
            "The Authorization header cannot be read.", "Send base64 of 'user:password'.", 401
        )
    return name, password
