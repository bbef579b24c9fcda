"""A device's own log: on its disk, the last lines in memory, and every line in the journal."""

from __future__ import annotations

import threading
from collections import deque
from pathlib import Path
from typing import Any

from simulator.fleet.lines import append_line, read_lines
from simulator.journal import Journal

LINES = 500


class Logbook:
    """Writes what happens on one device."""

    def __init__(self, path: Path, name: str, journal: Journal) -> None:
        """Go on after what stands at `path`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.name, self.journal = path, name, journal
        self._lock = threading.Lock()
        self._lines: deque[dict[str, Any]] = deque(read_lines(path), maxlen=LINES)

    def tell(self, kind: str, text: str, **facts: Any) -> str:
        """Write one line; returns the journal entry's id. The signature is Journal.write's."""
        identity = self.journal.write(kind, text, **{"device": self.name, **facts})
        now = self.journal.clock.now().isoformat(timespec="seconds")
        line = {"id": identity, "hospital": now, "kind": kind, "text": text, "facts": facts}
        with self._lock:
            self._lines.append(line)
            append_line(self.path, line)
        return identity

    def lines(self, count: int = LINES) -> list[dict[str, Any]]:
        """Return the last lines, the oldest first."""
        with self._lock:
            return list(self._lines)[-count:]
