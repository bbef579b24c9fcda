"""One setting: what it may be, and what it does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from simulator.archive.nodes import is_ae_title
from simulator.errors import UsageError

Value = bool | int | float | str


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

    def convert(self, value: Any) -> Value:
        """Return `value` in the setting's type; raises UsageError saying what is allowed."""
        try:
            made = self._typed(value)
        except (TypeError, ValueError):
            raise self._wrong(value) from None
        in_range = (
            not isinstance(made, (int, float))
            or isinstance(made, bool)
            or ((self.low is None or made >= self.low) and (self.high is None or made <= self.high))
        )
        if not in_range or (self.choices and made not in self.choices):
            raise self._wrong(value)
        return made

    def _typed(self, value: Any) -> Value:
        if isinstance(self.default, bool):
            words = {
                "true": True,
                "on": True,
                "yes": True,
                "false": False,
                "off": False,
                "no": False,
            }
            if isinstance(value, bool):
                return value
            if str(value).lower() not in words:
                raise ValueError
            return words[str(value).lower()]
        if isinstance(value, bool):
            raise ValueError
        if isinstance(self.default, str):
            if not isinstance(value, str) or not self._fits(value.strip()):
                raise ValueError
            return value.strip()
        return type(self.default)(str(value))

    def _fits(self, text: str) -> bool:
        """Return whether a text has the form it must have; choices are AE titles by their form."""
        return bool(re.fullmatch(self.pattern, text)) if self.pattern else is_ae_title(text)

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
