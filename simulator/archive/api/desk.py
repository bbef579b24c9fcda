"""What every desk of the admin API has: the archive, the journal, and a way to tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.archive.archive import Archive
from simulator.journal import JournalReader
from simulator.web import Call

INSTRUCTOR = "instructor"  # a right that only the lab's own token has

Row = tuple[str, str, str, Callable[[Call], Any], str]  # method, path, right, handler, summary


class Desk:
    """Handlers for one kind of thing."""

    def __init__(self, archive: Archive, journal: JournalReader) -> None:
        """Administer `archive`; `journal` is searched for the audit."""
        self.archive, self.journal = archive, journal

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        raise NotImplementedError

    def tell(self, kind: str, text: str, call: Call, what: str) -> None:
        """Write down who did what to which thing."""
        self.archive.journal.write(kind, text, by=call.who.name, what=what, host=call.host)


def yes_in(query: dict[str, str], name: str) -> bool:
    """Return whether a query says yes to something."""
    return query.get(name, "").lower() in ("1", "true", "yes")
