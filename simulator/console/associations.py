"""`association_list()`: who is connected to the archive at this moment, and a way to end it."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.console import look
from simulator.errors import UsageError

_COLUMNS = {"number": "number", "calling": "who calls", "host": "from", "user": "user",
            "tls": "TLS", "seconds": "open for (s)", "contexts": "contexts"}  # fmt: skip


def association_list(seat: Client | None = None) -> look.Widget:
    """Show the associations that are open at the archive; one can be aborted."""
    return _List(look.client(seat)).widget


class _List:
    def __init__(self, seat: Client) -> None:
        self.seat, self.message = seat, look.Message()
        self.table = look.mark(w.HTML(), "associations")
        self.chosen = look.choice("association", "association", [])
        make = look.button
        self.widget = look.panel(
            "Open associations", self.message, self.table,
            look.row(make("Refresh", self.draw, self.message, "refresh"), self.chosen,
                     make("Abort it", self.abort, self.message, "abort", style="warning")),
            name="association-list",
            hint="Who is connected to the archive now. An abort loses what was under way.",
        )  # fmt: skip
        self.message.guard(self.draw)

    def draw(self) -> None:
        """Ask the archive again."""
        rows = self.seat.associations.list()
        self.table.value = look.table(rows, _COLUMNS)
        look.offer(self.chosen, [row["number"] for row in rows])

    def abort(self) -> Any:
        """End the chosen association."""
        number = self.chosen.value
        if number is None:
            raise UsageError("No association is chosen.", "Refresh the list and choose one.")
        self.seat.associations.abort(int(number))
        self.draw()
        return f"Association {number} was aborted: its peer got an A-ABORT."
