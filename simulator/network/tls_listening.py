"""A listener's TLS as a live setting: off, on or mutual, on the same port, for the next callers.

The certificate is read again when its file changes. How long it is still good for is said when
TLS is switched on: an expired one is among the commonest reasons why a hospital stands still.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography import x509

from simulator.clock import real_now
from simulator.network.tls import VERSIONS, Contexts, Renewed, Tls, server_context

__all__ = ["MODES", "VERSIONS", "Guard", "days_left", "is_spoken"]

MODES = ("off", "on", "mutual")


class Guard:
    """The TLS contexts of one listener, for each mode."""

    def __init__(self, tls: Tls, least: Callable[[], str] = lambda: "1.2") -> None:
        """Use the files of `tls`; `least` says the oldest TLS version that is taken."""
        self.tls = tls
        self._on = Renewed(lambda: server_context(tls, least=least()), tls, least)
        self._mutual = Renewed(lambda: server_context(tls, mutual=True, least=least()), tls, least)

    def contexts(self, mode: str) -> Contexts | None:
        """Return what shakes hands in this mode; None where the port is plain."""
        return {"off": None, "on": self._on, "mutual": self._mutual}[mode]

    def facts(self, mode: str) -> dict[str, Any]:
        """Return the mode, and how many days the certificate is still good for."""
        return {"mode": mode, "days_left": days_left(self.tls.certificate)}

    def words(self, mode: str) -> str:
        """Say how the port speaks now."""
        if mode == "off":
            return "its port speaks plain DICOM"
        left = days_left(self.tls.certificate)
        asks = ", and asks every caller for a certificate" if mode == "mutual" else ""
        if left is None:
            return f"its port speaks TLS{asks}, but there is no certificate: 'pacslab tls issue'"
        good = f"is good for {left:.0f} days" if left > 0 else f"expired {-left:.0f} days ago"
        return f"its port speaks TLS{asks}; its certificate {good}"


def days_left(certificate: Path | None) -> float | None:
    """Return the days until a certificate expires, negative afterwards; None without one."""
    try:
        assert certificate is not None
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (AssertionError, OSError, ValueError):
        return None
    return round((found.not_valid_after_utc - real_now().astimezone()) / timedelta(days=1), 2)


def is_spoken(host: str, port: int, seconds: float = 2.0) -> bool:
    """Return whether TLS is spoken there; nobody's certificate is checked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), seconds) as plain,
            context.wrap_socket(plain),
        ):
            return True
    except ssl.SSLError as error:
        return "ALERT" in str(error.reason)  # it objects, in TLS
    except OSError:
        return False
