"""`log_pane()`: the journal of both ends side by side. Half of every diagnosis is to read both."""

from __future__ import annotations

import json
import threading
from html import escape
from itertools import islice

import ipywidgets as w

from simulator.client import Client
from simulator.console import look
from simulator.journal import Entry

_KINDS = ("", "association", "c-", "device", "login", "user", "node", "setting", "study", "hl7")
_ENDS = {"archive": "the archive's end", "hospital": "the hospital's end (devices and RIS)"}
_SECONDS = 3.0
_LONGEST = 200  # turns after which the automatic refresh ends, so that no forgotten tab runs on


def log_pane(seat: Client | None = None, *, node: str = "", kind: str = "") -> look.Widget:
    """Show what both ends wrote down; filter by the kind of entry and by a node."""
    return _Pane(look.client(seat), node, kind).widget


class _Pane:
    def __init__(self, seat: Client, node: str, kind: str) -> None:
        self.seat, self.message = seat, look.Message()
        self.kind = look.mark(
            w.Combobox(value=kind, options=_KINDS[1:], description="kind", continuous_update=False,
                       placeholder="its beginning"),
            "filter-kind",
        )  # fmt: skip
        self.node = look.text("node", "filter-node", node, width="150px", hint="e.g. CT1")
        self.words = look.text("words", "filter-words", width="190px")
        self.count = look.choice("newest", "count", (25, 50, 200), width="130px")
        self.auto = look.mark(w.Checkbox(description="refresh by itself", indent=False), "auto")
        self.kind.layout.width, self.auto.layout.width = "210px", "150px"
        self.kind.style.description_width = "4ch"
        self.ends = {name: look.mark(w.HTML(), f"log-{name}") for name in _ENDS}
        self._stop = threading.Event()
        self.widget = self._laid_out()
        self.message.guard(self.draw)

    def _laid_out(self) -> look.Widget:
        for field in (self.kind, self.node, self.words, self.count):
            look.watch(field, self.draw, self.message)
        look.watch(self.auto, self._switch, self.message)
        refresh = look.button("Refresh", self.draw, self.message, "refresh", style="primary")
        for end in self.ends.values():
            end.layout.width = "49%"
        return look.panel(
            "Both ends' logs", self.message,
            look.row(self.kind, self.node, self.words, self.count, refresh, self.auto),
            w.HBox(list(self.ends.values())), name="log-pane",
            hint="The newest line is at the top. Open a line for its facts; "
            "the number behind the time (archive-000123) is what you cite as evidence. "
            "The status board's own checks are left out.",
        )  # fmt: skip

    def draw(self) -> None:
        """Show the newest entries of both ends."""
        for name, place in self.ends.items():
            found = self.seat.journal.newest(
                kind=self.kind.value.strip(), source=name, node=self.node.value.strip()
            )
            words = self.words.value.lower().split()
            kept = (entry for entry in found if self._wanted(entry, words))
            place.value = _end(_ENDS[name], [*islice(kept, self.count.value)])

    def _wanted(self, entry: Entry, words: list[str]) -> bool:
        """Leave out the status board's own checks, unless somebody asks for them."""
        own = entry.facts.get("calling") == look.CHECK or entry.text.startswith(look.CHECK)
        fits = all(word in entry.text.lower() for word in words)
        return fits and (not own or self.node.value.strip() == look.CHECK)

    def _switch(self) -> None:
        self._stop.set()
        if self.auto.value:
            self._stop = threading.Event()
            work = threading.Thread(target=self._turn, args=(self._stop,), daemon=True)
            work.start()

    def _turn(self, stop: threading.Event) -> None:
        """Refresh until told to stop; a thread, because a callback would block the kernel."""
        for _ in range(_LONGEST):
            if stop.wait(_SECONDS):
                return
            self.message.guard(self.draw)
        self.auto.value = False


def _end(heading: str, entries: list[Entry]) -> str:
    lines = "".join(map(_line, entries))
    empty = "<p class='pl-soft'><i>nothing like this was written down here</i></p>"
    return f"<b>{escape(heading)}</b><div class='pl-scroll pl-tall'>{lines or empty}</div>"


def _line(entry: Entry) -> str:
    facts = json.dumps(entry.facts, ensure_ascii=False, indent=1, default=str)
    head = (
        f"{look.moment(entry.hospital)} <code>{escape(entry.id)}</code> <b>{escape(entry.kind)}</b>"
    )
    text = escape(look.shown(entry.text, 400))
    style = "style='font-size:12px;line-height:1.4;margin:3px 0;white-space:normal;"
    style += "overflow-wrap:anywhere'"
    more = f"<pre style='white-space:pre-wrap;font-size:11px;margin:0'>{escape(facts)}</pre>"
    return f"<details {style}><summary>{head}<br>{text}</summary>{more}</details>"
