"""The archive's listeners: the plain port, and the TLS port while the settings want one."""

from __future__ import annotations

import ssl
import threading
from typing import Any

from simulator.archive.settings import Settings
from simulator.network.serve import Server
from simulator.network.tls import Tls
from simulator.network.tls_listening import Guard


class Listeners:
    """Two servers that share associations and limits; the second follows `dicom.tls`."""

    def __init__(self, settings: Settings, tls: Tls, tls_port: int, **options: Any) -> None:
        """Bind the plain port at once; `options` are those of Server, for both."""
        self.settings, self.tls_port = settings, tls_port
        self.plain = Server(name="archive", **options)
        self._options = {**options, "port": 0}
        self._guard = Guard(tls, lambda: str(settings["dicom.tls_least"]))
        self._safe: Server | None = None
        self._lock, self._running = threading.Lock(), False
        settings.watchers.append(self.follow)

    def start(self) -> None:
        """Begin to answer."""
        self._running = True
        self.plain.start()
        self.follow()

    def stop(self) -> None:
        """Stop both."""
        self._running = False
        self.follow()
        self.plain.stop()

    def follow(self) -> None:
        """Open or close the TLS port as the settings say now."""
        with self._lock:
            wanted = self._running and self.settings["dicom.tls"] != "off"
            if wanted and self._safe is None:
                self._safe = self._open().start()
                self.tls_port = self._safe.port  # kept, so that it comes back where it was
                self._say()
            elif not wanted and self._safe is not None:
                self._safe.stop()
                self._safe = None

    def _open(self) -> Server:
        options = {**self._options, "port": self.tls_port}
        return Server(name="archive-tls", tls=self._context, beside=self.plain, **options)

    def _context(self) -> ssl.SSLContext | None:
        contexts = self._guard.contexts(self.settings["dicom.tls"])
        return contexts() if contexts else None

    def _say(self) -> None:
        mode = self.settings["dicom.tls"]
        self._options["tell"](
            "tls.opened",
            f"archive-tls listens at port {self.tls_port}: {self._guard.words(mode)}",
            server="archive-tls", port=self.tls_port, **self._guard.facts(mode),
        )  # fmt: skip
