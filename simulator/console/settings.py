"""`settings_panel()`: settings of archive or RIS: what each does, what it may be, and a form."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.console import look

_COLUMNS = {
    "key": "setting",
    "value": "now",
    "default": "usual",
    "allowed": "takes",
    "what": "what",
}


def settings_panel(
    seat: Client | None = None, words: str = "", whose: str = "archive"
) -> look.Widget:
    """Show the settings of `whose`, archive or RIS, in which `words` occur; a form changes one."""
    return _Panel(look.client(seat), words, whose).widget


class _Panel:
    def __init__(self, seat: Client, words: str, whose: str) -> None:
        self.message, self.whose = look.Message(), whose
        self.system: Any = seat.ris if whose == "RIS" else seat.archive
        self.rows: dict[str, dict[str, Any]] = {}
        self.words = look.text("find", "filter-text", words, width="200px", hint="e.g. login")
        self.table = look.mark(w.HTML(), "settings")
        self.key = look.choice("setting", "key", [], width="290px")
        self.value = look.text("value", "value", width="190px")
        self.widget = self._laid_out()
        look.watch(self.words, self.draw, self.message)
        look.watch(self.key, self._fill, self.message)
        self.message.guard(self.draw)

    def _laid_out(self) -> look.Widget:
        make, message = look.button, self.message
        top = look.row(self.words, make("Refresh", self.draw, message, "refresh"))
        change = look.row(
            self.key,
            self.value,
            make("Set", self.set, message, "set", style="primary"),
            make("Back to usual", self.restore, message, "restore"),
        )
        title = f"Settings of the {self.whose}"
        return look.panel(
            title, message, top, self.table, change, name="settings-panel",
            hint=f"Where real products differ, this {self.whose} has a setting. It counts at once.",
        )  # fmt: skip

    def draw(self) -> None:
        """Ask the archive again."""
        wanted = self.words.value.lower().split()
        rows = [row for row in self.system.settings() if _has(row, wanted)]
        self.rows = {row["key"]: row for row in rows}
        self.table.value = look.scroll(look.table(rows, _COLUMNS, empty="no such setting"))
        look.offer(self.key, list(self.rows))
        self._fill()

    def _fill(self) -> None:
        if self.key.value:
            self.value.value = look.shown(self.rows[self.key.value]["value"])

    def set(self) -> str:
        """Set the chosen one to the value in the field."""
        return self._change(self.value.value)

    def restore(self) -> str:
        """Set the chosen one back to what is usual."""
        return self._change(self.rows[self.key.value]["default"])

    def _change(self, value: Any) -> str:
        key = self.key.value
        made = self.system.set(key, value)
        self.draw()
        return f"{key} is {look.shown(made)} now."


def _has(row: dict[str, Any], words: list[str]) -> bool:
    return all(word in f"{row['key']} {row['what']}".lower() for word in words)
