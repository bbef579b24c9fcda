"""A trainee at work in the browser: reads the ticket, cites a line of the log, hands things in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import expect

from tests.notebooks.browser import Lab, Panel

_NUMBER = re.compile(r"(?:archive|hospital)-\d+")
_PREVENTION = "We look at this after every change, and keep a list of how it has to be."


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """An exercise that has begun."""

    panel: Panel
    text: str

    @classmethod
    def started(cls, lab: Lab, number: int = 0) -> Ticket:
        """Press 'Start' on a ticket of the notebook and read it."""
        panel = lab.panel("ticket", number)
        assert "The exercise has begun" in panel.press("start")
        expect(panel.part("diagnose")).to_be_visible()
        return cls(panel=panel, text=panel.reads("sheet"))

    def find(self, pattern: str) -> str:
        """Return what the ticket says where the pattern has its group."""
        found = re.search(pattern, self.text)
        assert found, f"The ticket does not say {pattern!r}:\n{self.text}"
        return found[1]

    def diagnose(self, cause: str, evidence: str) -> None:
        """Hand in the cause that has these words; it must be accepted."""
        self.panel.choose("cause", cause)
        self.panel.fill("evidence", evidence)
        self.panel.press("diagnose")
        expect(self.panel.part("said-diagnosis").locator(".pl-good")).to_be_visible()

    def finish(self, *, what: str, why: str) -> None:
        """Write the note, have it checked for full marks, and end it: the debriefing is shown."""
        panel = self.panel
        for name, words in {"what": what, "why": why, "prevention": _PREVENTION}.items():
            panel.fill(f"note-{name}", words)
        panel.press("hand-in")
        expect(panel.part("said-note").locator(".pl-good")).to_be_visible()
        panel.press("check")
        expect(panel.part("result")).to_contain_text("100 of 100 points")
        panel.press("finish")
        expect(panel.part("message")).to_contain_text("Finished")
        assert len(panel.reads("debrief")) > 200
        expect(panel.part("timeline")).to_contain_text("points")


def cited(log: Panel, end: str, *words: str, kind: str, node: str = "") -> str:
    """Filter the log pane, and return the number of the first line with these words."""
    log.fill("filter-node", node)
    log.fill("filter-kind", kind)
    log.press("refresh")
    lines = log.part(f"log-{end}").locator("details summary").all_inner_texts()
    line = next((line for line in lines if all(word in line for word in words)), "")
    found = _NUMBER.search(line)
    assert found, f"No line of {end} has {words}: {lines}"
    return found[0]


def rows(panel: Panel, table: str) -> list[list[str]]:
    """Return a table of a panel as it is read, cell by cell, without its heading."""
    read = "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))"
    found: list[list[str]] = panel.part(table).locator("tbody tr").evaluate_all(read)
    return found
