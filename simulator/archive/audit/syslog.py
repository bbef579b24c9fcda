"""Sending audit messages to a repository: RFC 5424 over UDP (RFC 5426) or TLS (RFC 5425).

The place of the last message that went out is kept with the trail: what could not be sent waits,
also over a restart. UDP never says whether anybody listens; TLS does.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from simulator.archive.audit.trail import Trail
from simulator.archive.settings import Settings
from simulator.errors import NetworkError
from simulator.journal import Journal

_PRIORITY = 10 * 8 + 5  # facility security, severity notice (PS3.15 A.6)
_MESSAGE_ID = "DICOM+RFC3881"
_LONGEST = 60_000  # bytes of a datagram
_CHUNK = 100
_AWAY = re.compile(r"(udp|tls)://([A-Za-z0-9.-]+):(\d{1,5})")


class Syslog:
    """Sends what the trail gains, on a thread of its own."""

    def __init__(
        self,
        trail: Trail,
        settings: Settings,
        journal: Journal,
        context: Callable[[], ssl.SSLContext],
    ) -> None:
        """Send `trail`'s records where `audit.syslog` says; `context` is our side of TLS."""
        self.trail, self.settings, self.journal, self.context = trail, settings, journal, context
        self.trouble = ""
        self._stopped, self._wake = False, threading.Event()
        self._socket: socket.socket | None = None
        self._to = ""
        self._thread = threading.Thread(target=self._run, name="syslog", daemon=True)
        settings.watchers.append(self.wake)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; what has not gone out goes after the next start."""
        self._stopped = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(5)
        self._hang_up()

    def wake(self) -> None:
        """Say that there is something new."""
        self._wake.set()

    def waiting(self) -> int:
        """Return how many records have not gone out."""
        if self.settings["audit.syslog"] == "none":
            return 0
        return int(self.trail.remembered("head", [0, ""])[0]) - self._sent()

    def _sent(self) -> int:
        return int(self.trail.remembered("sent", 0) or 0)

    def _run(self) -> None:
        pause = 1.0
        while not self._stopped:
            self._wake.wait(pause)
            self._wake.clear()
            try:
                pause = 1.0 if self._send_all() else 5.0
                if self.trouble:
                    self.trouble = ""
                    self.journal.write("audit.syslog", f"audit messages reach {self._to} again")
            except (OSError, NetworkError) as error:
                self._hang_up()
                if not self.trouble:
                    text = f"audit messages do not reach {self._to}: {error}"
                    self.journal.write("audit.syslog", text)
                self.trouble, pause = str(error), min(60.0, 2 * pause)
            except Exception as error:
                self._hang_up()
                logging.getLogger("audit").exception("syslog")
                self.journal.write("bug", f"syslog: {type(error).__name__}: {error}")
                pause = 30.0

    def _send_all(self) -> bool:
        """Send what waits; returns whether there is anywhere to send to."""
        to = str(self.settings["audit.syslog"])
        if to != self._to:
            self._hang_up()
            self._to = to
            if to != "none" and self.trail.remembered("sent", None) is None:
                head = int(self.trail.remembered("head", [0, ""])[0])
                self.trail.append([], sent=head)  # a new repository gets what happens from now on
        if to == "none":
            if self.trail.remembered("sent", None) is not None:
                self.trail.append([], sent=None)
            return False
        while rows := self.trail.after(self._sent(), _CHUNK):
            for row in rows:
                self._send(line(row, str(self.settings["dicom.ae_title"])))
            self.trail.append([], sent=rows[-1]["number"])
        return True

    def _send(self, message: bytes) -> None:
        found = _AWAY.fullmatch(self._to)
        assert found is not None  # the setting's own pattern
        kind, host, port = found[1], found[2], int(found[3])
        if self._socket is None:
            self._socket = self._connected(kind, host, port)
        if kind == "udp":
            self._socket.send(message[:_LONGEST])
        else:
            self._socket.sendall(b"%d " % len(message) + message)  # RFC 5425 4.3

    def _connected(self, kind: str, host: str, port: int) -> socket.socket:
        if kind == "udp":
            made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            made.connect((host, port))
            return made
        plain = socket.create_connection((host, port), 5)
        try:
            return self.context().wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise

    def _hang_up(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None


def line(row: dict[str, Any], name: str) -> bytes:
    """Return a record as a syslog message (RFC 5424 6)."""
    at = datetime.fromisoformat(row["real"]).astimezone().isoformat(timespec="milliseconds")
    header = f"<{_PRIORITY}>1 {at} {_header(socket.gethostname())} {_header(name)} {os.getpid()}"
    return f"{header} {_MESSAGE_ID} - \ufeff{row['message']}".encode()


def _header(text: str) -> str:
    """Return a header field: printable ASCII without spaces, '-' if nothing is left."""
    return re.sub(r"[^!-~]", "", text)[:48] or "-"
