"""`morning_check()`: one page: what is fine, what to look at, what to act on."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.console import look

_COLUMNS = {"sign": "", "name": "what", "value": "now", "reason": "why", "remedy": "what to do"}


def morning_check(seat: Client | None = None) -> look.Widget:
    """Show the morning check of the archive, and the trace of a node."""
    return _Panel(look.client(seat)).widget


class _Panel:
    def __init__(self, seat: Client) -> None:
        self.seat, self.message = seat, look.Message()
        self.table, self.lines = look.mark(w.HTML(), "findings"), look.mark(w.HTML(), "trace")
        self.echo = look.mark(w.Checkbox(description="call every node", indent=False), "echo")
        self.node = look.text("node", "node", width="200px", hint="e.g. CT1")
        self.widget = self._laid_out()
        self.message.guard(self.check)

    def _laid_out(self) -> look.Widget:
        make, message = look.button, self.message
        top = look.row(self.echo, make("Check", self.check, message, "check", style="primary"))
        trace = w.VBox([
            look.row(self.node, make("Trace this node", self.start, message, "trace-on"),
                     make("Show", self.show, message, "trace-show"),
                     make("Trace nobody", self.stop, message, "trace-off")),
            self.lines,
        ])  # fmt: skip
        fold = look.mark(w.Accordion([trace], titles=("DICOM trace of a node",)), "fold")
        return look.panel(
            "Morning check", message, top, self.table, fold, name="morning-check",
            hint="✔ fine, ! look at it, ✘ act on it. Thresholds are settings: alarm.…",
        )  # fmt: skip

    def check(self) -> str:
        """Go through everything now."""
        page = self.seat.monitor.morning(echo=self.echo.value)
        rows = [_shown(row) for row in page["findings"]]
        self.table.value = look.scroll(look.table(rows, _COLUMNS))
        return f"{look.moment(page['at'])}: {page['sign']}"

    def start(self) -> str:
        """Trace the node in the field."""
        made = self.seat.archive.set("log.trace", self.node.value.strip() or "none")
        return f"Traced from now on: {look.shown(made)}."

    def stop(self) -> str:
        """Trace nobody."""
        self.seat.archive.set("log.trace", "none")
        return "Nobody is traced any more."

    def show(self) -> str:
        """Show the last lines of the trace."""
        lines = self.seat.monitor.trace(self.node.value.strip())
        text = "<br>".join(escape(look.shown(line, 400)) for line in lines)
        self.lines.value = look.scroll(f"<code>{text}</code>")
        return look.count(len(lines), "line")


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "remedy": row["remedy"] if row["level"] != "green" else ""}
