"""Settings that can be changed while a system runs: what one may be, and a table of live values."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Column, MetaData, String, Table, delete, insert, select

from simulator.database import Database
from simulator.errors import UsageError

Value = bool | int | float | str
_WORDS = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}
AE_TITLE = r"[!-\[\]-~]([ -\[\]-~]{0,14}[!-\[\]-~])?"  # PS3.5 6.2


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting: its default, what it may be, and what it does."""

    key: str
    default: Value
    what: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    pattern: str = ""  # of a text; without one it is an AE title
    form: str = ""  # the pattern in words
    rule: str = ""  # what the standard says, with its section
    breaks: str = ""  # what goes wrong in a hospital when it is changed

    def convert(self, value: Any) -> Value:
        """Return `value` in the setting's type; raises UsageError saying what is allowed."""
        try:
            made = self._typed(value)
        except (TypeError, ValueError):
            raise self._wrong(value) from None
        if not self._in_range(made) or (self.choices and made not in self.choices):
            raise self._wrong(value)
        return made

    def _in_range(self, made: Value) -> bool:
        if isinstance(made, (bool, str)):
            return True
        return (self.low is None or made >= self.low) and (self.high is None or made <= self.high)

    def _typed(self, value: Any) -> Value:
        if isinstance(self.default, bool):
            if isinstance(value, bool):
                return value
            if str(value).lower() not in _WORDS:
                raise ValueError
            return _WORDS[str(value).lower()]
        if isinstance(value, bool):
            raise ValueError
        if isinstance(self.default, str):
            if not isinstance(value, str) or not self._fits(value.strip()):
                raise ValueError
            return value.strip()
        return type(self.default)(str(value))

    def _fits(self, text: str) -> bool:
        """Return whether a text has the form it must have."""
        return bool(self.choices) or bool(re.fullmatch(self.pattern or AE_TITLE, text))

    def _wrong(self, value: Any) -> UsageError:
        return UsageError(f"'{value}' is no value for {self.key}.", f"It takes {self.allowed}.")

    @property
    def allowed(self) -> str:
        """What the setting takes, in words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if isinstance(self.default, bool):
            return "true or false"
        kind = "a whole number" if isinstance(self.default, int) else "a number"
        if isinstance(self.default, str):
            return self.form or "an AE title (1 to 16 ASCII characters)"
        return f"{kind} from {self.low:g} to {self.high:g}"


def setting_rows(metadata: MetaData) -> Table:
    """Return the table of changed values among the tables of a system."""
    return Table(
        "settings",
        metadata,
        Column("key", String, primary_key=True),
        Column("value", JSON, nullable=False),
    )


class LiveSettings:
    """The live values of a table of settings; defaults where nothing was set."""

    def __init__(self, database: Database, rows: Table, known: Mapping[str, Setting]) -> None:
        """Keep what is changed in the table `rows`; read what was set before."""
        self.database, self.rows, self.known = database, rows, known
        self._lock = threading.Lock()
        self._values: dict[str, Value] = {}
        self.reload()

    def reload(self) -> None:
        """Read the table again, as after a reset."""
        with self.database.read() as db:
            found = db.execute(select(self.rows)).all()
        with self._lock:
            self._values = {row.key: row.value for row in found if row.key in self.known}

    def __getitem__(self, key: str) -> Any:
        """Return the present value of a setting."""
        return self._values.get(key, self.find(key).default)

    def set(self, key: str, value: Any) -> tuple[Value, Value]:
        """Change a setting; returns the old and the new value."""
        made = self.find(key).convert(value)
        old = self[key]
        with self.database.write() as db:
            db.execute(delete(self.rows).where(self.rows.c.key == key))
            db.execute(insert(self.rows).values(key=key, value=made))
        with self._lock:
            self._values[key] = made
        return old, made

    def find(self, key: str) -> Setting:
        """Return a setting; raises UsageError for a key there is not."""
        if key not in self.known:
            near = [known for known in self.known if key.split(".")[0] in known]
            raise UsageError(
                f"There is no setting '{key}'.", f"There are: {', '.join(near or self.known)}."
            )
        return self.known[key]

    def all(self) -> list[dict[str, Any]]:
        """Return every setting with value, default, range and meaning."""
        return [
            {"key": key, "value": self[key], "default": setting.default,
             "allowed": setting.allowed, "what": setting.what}
            for key, setting in self.known.items()
        ]  # fmt: skip
