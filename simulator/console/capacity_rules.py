"""The rules of one kind in the capacity panel: a table of them, and a choice among them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as w

from simulator.console import look
from simulator.errors import UsageError

_NEW = "(a new rule)"


class Rules:
    """What rules there are, and which one is to be changed."""

    def __init__(
        self, read: Callable[[], Sequence[dict[str, Any]]], columns: dict[str, str], *,
        empty: str, label: str, name: str, table: str,
    ) -> None:  # fmt: skip
        """Show what `read` returns; `label` and `name` are the choice's, `table` the table's."""
        self._read, self._columns, self._empty = read, columns, empty
        self._known: dict[str, dict[str, Any]] = {}
        self.table = look.mark(w.HTML(), table)
        self.choice = look.choice(label, name, [_NEW], width="260px")

    def draw(self, choose: str = "") -> None:
        """Read the rules again, and choose one of them."""
        rows = self._read()
        self._known = {str(row["name"]): row for row in rows}
        self.table.value = look.table(rows, self._columns, empty=self._empty)
        look.offer(self.choice, [_NEW, *self._known])
        if choose:
            self.choice.value = choose

    def row(self) -> dict[str, Any]:
        """Return the chosen rule; nothing for a new one."""
        return self._known.get(self.choice.value, {})

    def chosen(self) -> str:
        """Return the chosen rule's name; raises UsageError for a new one."""
        if self.choice.value in (None, _NEW):
            raise UsageError("No rule is chosen.", "Choose one in the list, or save a new one.")
        return str(self.choice.value)
