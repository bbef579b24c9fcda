"""Passes for a viewer inside JupyterLab: short-lived, for looking only, never shown to a browser.

JupyterLab's server has checked its own token; it writes a pass for each request it hands on to
the archive's DICOMweb, so that the trainee types nothing. A pass names an account and an end; the
archive grants no more than `study.read`, and only if that account has it at that moment. The key
comes from the seat's secrets, which both sides can read and nobody else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from simulator.clock import real_seconds

MINUTES = 5.0
RIGHTS = frozenset({"study.read"})
BASE_HEADER = "x-pacslab-base"  # where the browser sees DICOMweb, from the holder of a pass
_MARK = "viewer"


class Passes:
    """Writes passes and reads them."""

    def __init__(self, secret: str) -> None:
        """Derive the key from a secret of the seat."""
        self._key = hmac.digest(secret.encode(), b"viewer pass", hashlib.sha256)

    def write(self, account: str, minutes: float = MINUTES) -> str:
        """Return a pass for looking on behalf of an account."""
        name = base64.urlsafe_b64encode(account.encode()).decode().rstrip("=")
        said = f"{_MARK}.{name}.{int(real_seconds() + minutes * 60)}"
        return f"{said}.{self._sign(said)}"

    def read(self, token: str) -> str:
        """Return the account a valid pass names, else ''."""
        said, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(said).encode()):
            return ""
        mark, name, ends = said.split(".")
        if mark != _MARK or int(ends) < real_seconds():
            return ""
        return base64.urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode()

    def _sign(self, said: str) -> str:
        return hmac.digest(self._key, said.encode(), hashlib.sha256).hex()
