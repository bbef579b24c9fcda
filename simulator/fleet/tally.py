"""The count of a day's run: what was done and sent, hour by hour and modality by modality."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

_ERRORS = 5  # as many are told


@dataclass(kw_only=True)
class Tally:
    """Counts as the run goes on; several threads add to it. Bytes are those of the data sets."""

    start: datetime
    of: int = 0
    done: int = 0
    failed: int = 0
    objects: int = 0
    bytes: int = 0
    no_shows: int = 0
    unidentified: int = 0
    waited: float = 0.0  # minutes, all patients together
    mistakes: dict[str, int] = field(default_factory=dict)
    rows: dict[str, list[int]] = field(default_factory=dict)  # modality: exams, objects, bytes
    hours: dict[str, dict[str, int]] = field(default_factory=dict)  # modality: {hour: objects}
    errors: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, modality: str, ended: datetime, objects: int, size: int, error: str = "") -> None:
        """Count one examination."""
        with self._lock:
            self.done += 1
            self.failed += bool(error)
            self.objects, self.bytes = self.objects + objects, self.bytes + size
            row = self.rows.setdefault(modality, [0, 0, 0])
            for place, value in enumerate((1, objects, size)):
                row[place] += value
            hour = str(int((ended - self.start).total_seconds() // 3600))
            at = self.hours.setdefault(modality, {})
            at[hour] = at.get(hour, 0) + objects
            if error and len(self.errors) < _ERRORS:
                self.errors.append(error)

    def met(self, *, waited: float, identified: bool, error: str) -> None:
        """Count what kind of patient that was."""
        with self._lock:
            self.waited += waited
            self.unidentified += not identified
            if error:
                self.mistakes[error] = self.mistakes.get(error, 0) + 1

    def facts(self) -> dict[str, Any]:
        """Return the counts as JSON holds them."""
        with self._lock:
            said = {k: v for k, v in vars(self).items() if not k.startswith("_")}
            mean = self.waited / self.done if self.done else 0.0
            return {**said, "start": self.start.isoformat(), "waited": round(mean, 1),
                    "rows": {k: list(v) for k, v in self.rows.items()},
                    "hours": {k: dict(v) for k, v in self.hours.items()}}  # fmt: skip
