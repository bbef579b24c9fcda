"""The archive's listeners: the plain port and the TLS port, each while the settings want it."""

from __future__ import annotations

import ssl
import threading
from typing import Any

from simulator.archive.settings import Settings
from simulator.errors import CannotError
from simulator.network.serve import Server
from simulator.network.tls import Tls
from simulator.network.tls_listening import Guard


class Listeners:
    """Two servers that share associations and limits, by `dicom.listening` and `dicom.tls`."""

    def __init__(self, settings: Settings, tls: Tls, tls_port: int, **options: Any) -> None:
        """Bind the plain port at once; `options` are those of Server, for both."""
        self.settings, self.tls_port = settings, tls_port
        self.plain = Server(name="archive", **options)
        self._options = {**options, "port": 0}
        self._is_bound, self._answers = True, False  # the plain one
        self._guard = Guard(tls, lambda: str(settings["dicom.tls_least"]))
        self._safe: Server | None = None
        self._lock, self._running = threading.Lock(), False

    def start(self) -> None:
        """Begin to answer."""
        self._running = True
        self.follow()
        self.settings.watchers.append(self.follow)

    def stop(self) -> None:
        """Stop both."""
        self._running = False
        self.follow()

    def follow(self) -> None:
        """Open or close both ports as the settings say now."""
        with self._lock:
            self._follow_plain()
            wanted = self._running and self.settings["dicom.tls"] != "off"
            if wanted and self._safe is None:
                self._safe = self._open().start()
                self.tls_port = self._safe.port  # kept, so that it comes back where it was
                self._say()
            elif not wanted and self._safe is not None:
                self._safe.stop()
                self._safe = None

    def _follow_plain(self) -> None:
        """Open or close the plain port; that somebody else has it now is told, not raised."""
        wanted = self._running and bool(self.settings["dicom.listening"])
        try:
            if wanted and not self._answers:
                self._answer()
            elif not wanted and self._is_bound:
                self.plain.stop()
                self._is_bound = self._answers = False
                self._tell("listener.closed", f"archive left {self.plain.host}:{self.plain.port}")
        except CannotError as error:
            self._tell("listener.failed", error.sentence)

    def _answer(self) -> None:
        if not self._is_bound:
            options = {**self._options, "port": self.plain.port}
            self.plain = Server(name="archive", beside=self.plain, **options)
        self.plain.start()
        self._is_bound = self._answers = True

    def _tell(self, kind: str, text: str) -> None:
        self._options["tell"](kind, text, server="archive", port=self.plain.port)

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
