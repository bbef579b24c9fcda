"""Where real archives differ, ours has a setting: one typed table, changeable while running."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, insert, select

from simulator.archive import tables as t
from simulator.archive.setting import Setting, Value
from simulator.archive.setting_table import SETTINGS
from simulator.database import Database
from simulator.errors import UsageError

__all__ = ["SETTINGS", "Setting", "Settings", "Value", "find"]


class Settings:
    """The live values; defaults where nothing was set."""

    def __init__(self, database: Database) -> None:
        """Read what was set before."""
        self.database = database
        self._lock = threading.Lock()
        self._values: dict[str, Value] = {}
        self.watchers: list[Callable[[], None]] = []  # called after every change
        self.reload()

    def reload(self) -> None:
        """Read the table again, as after a reset."""
        with self.database.read() as db:
            rows = db.execute(select(t.settings)).all()
        with self._lock:
            self._values = {row.key: row.value for row in rows if row.key in SETTINGS}
        self._changed()

    def __getitem__(self, key: str) -> Any:
        """Return the present value of a setting."""
        return self._values.get(key, find(key).default)

    def set(self, key: str, value: Any) -> tuple[Value, Value]:
        """Change a setting; returns the old and the new value."""
        made = find(key).convert(value)
        old = self[key]
        with self.database.write() as db:
            db.execute(delete(t.settings).where(t.settings.c.key == key))
            db.execute(insert(t.settings).values(key=key, value=made))
        with self._lock:
            self._values[key] = made
        self._changed()
        return old, made

    def _changed(self) -> None:
        for watcher in self.watchers:
            watcher()

    def all(self) -> list[dict[str, Any]]:
        """Return every setting with value, default, range and meaning."""
        return [
            {
                "key": key,
                "value": self[key],
                "default": setting.default,
                "allowed": setting.allowed,
                "what": setting.what,
                "rule": setting.rule,
                "breaks": setting.breaks,
            }
            for key, setting in SETTINGS.items()
        ]


def find(key: str) -> Setting:
    """Return a setting; raises UsageError for a key there is not."""
    if key not in SETTINGS:
        near = [known for known in SETTINGS if key.split(".")[0] in known]
        raise UsageError(
            f"There is no setting '{key}'.", f"There are: {', '.join(near or SETTINGS)}."
        )
    return SETTINGS[key]
