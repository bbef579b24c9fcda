"""`message_viewer()`: the HL7 messages of RIS or archive: segments, fields, differences, queues."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.console import look

Row = dict[str, Any]
RIS, ARCHIVE = "RIS", "archive"
ANY = "any"
_STATES = (ANY, "accepted", "rejected", "queued", "sent", "parked", "dropped")
_MESSAGES = {"number": "no.", "at": "at", "way": "from or to", "kind": "type",
             "accession": "accession", "state": "state", "code": "met",
             "reason": "what the receiver said"}  # fmt: skip
_CHANNELS = {"name": "channel", "host": "host", "port": "port", "paused": "paused",
             "queued": "queued", "sent": "sent", "parked": "parked", "dropped": "dropped",
             "on_error": "AE meets", "on_reject": "AR meets",
             "on_silence": "silence meets"}  # fmt: skip
_FIELDS = {"path": "field", "name": "name", "value": "value"}
_DIFFERENCES = {"path": "field", "name": "name", "one": "this message", "other": "the other"}
_MOST = 60  # messages in the list


def message_viewer(seat: Client | None = None, whose: str = RIS) -> look.Widget:
    """Show the messages of `whose` log, RIS or archive; choose one to see its fields."""
    return _Viewer(look.client(seat), whose).widget


class _Viewer:
    def __init__(self, seat: Client, whose: str) -> None:
        self.seat, self.message = seat, look.Message()
        self.rows: dict[int, Row] = {}
        self.whose = look.choice("log of", "whose", (RIS, ARCHIVE), width="150px")
        self.whose.value = whose
        self.kind = look.choice("type", "filter-kind", [ANY], width="160px")
        self.state = look.choice("state", "filter-state", _STATES, width="160px")
        self.accession = look.text("accession", "filter-accession", width="200px")
        self.table = look.mark(w.HTML(), "messages")
        self.chosen = look.choice("message", "chosen", [], width="330px")
        self.other = look.choice("compare with", "other", [], width="330px")
        self.fields = look.mark(w.HTML(), "fields")
        self.text = look.mark(w.Textarea(layout=w.Layout(width="100%", height="120px")), "text")
        self.channels = look.mark(w.HTML(), "channels")
        self.channel = look.choice("channel", "channel", [], width="190px")
        self.widget = self._laid_out()
        for field in (self.whose, self.kind, self.state, self.accession):
            look.watch(field, self._changed, self.message)
        for field in (self.chosen, self.other):
            look.watch(field, self.show, self.message)
        self.message.guard(self.draw)

    def _laid_out(self) -> look.Widget:
        make, message = look.button, self.message
        act = look.row(
            make("Process it again", self.replay, message, "replay",
                 tip="For what came in: do once more what it says."),
            make("Send it again as below", self.resend, message, "resend",
                 tip="For what goes out: send the text below, corrected or not."),
        )  # fmt: skip
        queues = w.VBox([
            self.channels,
            look.row(self.channel, make("Pause", self.pause, message, "pause"),
                     make("Let it go on", self.resume, message, "resume")),
        ])  # fmt: skip
        titles = ("Act: process or send it again", "Channels of the RIS")
        fold = w.Accordion([w.VBox([act, self.text]), queues], titles=titles)
        return look.panel(
            "HL7 messages", message,
            look.row(self.whose, self.kind, self.state, self.accession,
                     make("Refresh", self.draw, message, "refresh", style="primary")),
            self.table, look.row(self.chosen, self.other), self.fields, look.mark(fold, "fold"),
            name="message-viewer",
            hint="AA: done. AE: the content is wrong, correct it. AR: refused, maybe for now only.",
        )  # fmt: skip

    @property
    def log(self) -> Any:
        """The client whose messages are shown."""
        return self.seat.ris if self.whose.value == RIS else self.seat.archive

    def _changed(self) -> None:
        if None not in (self.whose.value, self.kind.value, self.state.value):
            self.draw()

    def draw(self) -> None:
        """Ask again."""
        newest = reversed(self.log.messages(limit=_MOST, **self._filters()))
        self.rows = {row["number"]: row for row in newest}
        kinds = sorted({row["kind"] for row in self.log.messages(limit=500) if row["kind"]})
        look.offer(self.kind, [ANY, *kinds])
        rows = [{**row, "at": row["at"][11:19], "way": _way(row)} for row in self.rows.values()]
        table = look.table(rows, _MESSAGES, empty="no such message")
        self.table.value = look.scroll(table)
        lines = [(_line(row), number) for number, row in self.rows.items()]
        look.offer(self.chosen, lines)
        look.offer(self.other, [("nothing", 0), *lines])
        self._draw_channels()
        self.show()

    def _filters(self) -> dict[str, str]:
        wanted = {"kind": self.kind.value, "state": self.state.value,
                  "accession": self.accession.value.strip()}  # fmt: skip
        return {key: value for key, value in wanted.items() if value not in ("", ANY, None)}

    def _draw_channels(self) -> None:
        found = list(self.seat.ris.channels())
        self.channels.value = look.table(found, _CHANNELS)
        look.offer(self.channel, [row["name"] for row in found])

    def show(self) -> None:
        """Show the chosen message, or how it differs from another."""
        number, other = self.chosen.value, self.other.value
        if not number:
            self.fields.value, self.text.value = "", ""
            return
        found = self.log.message(number)
        self.text.value = found["text"]
        if other and other != number:
            rows = self.log.compare(number, other)
            self.fields.value = look.scroll(look.table(rows, _DIFFERENCES, empty="no difference"))
            return
        self.fields.value = (
            _trouble(found) + f"<div class='pl-scroll pl-tall'>{_segments(found)}</div>"
        )

    # --- acting -----------------------------------------------------------------------------------

    def replay(self) -> str:
        """Process the chosen message once more."""
        if not self._is_chosen("in", "It went out: send it again instead."):
            return ""
        done = self.log.replay(self.chosen.value)
        self.draw()
        return f"Processed again: {done}."

    def resend(self) -> str:
        """Send the chosen message again, as the text says now."""
        if not self._is_chosen("out", "It came in: process it again instead."):
            return ""
        if self.whose.value != RIS:
            self.message.say("The archive sends no messages.", "bad")
            return ""
        made = self.seat.ris.resend(self.chosen.value, self.text.value)
        self.draw()
        return f"Message {made['number']} is {made['state']}. {made['reason']}".strip()

    def _is_chosen(self, direction: str, why_not: str) -> bool:
        row = self.rows.get(self.chosen.value or 0)
        if row is None or row["direction"] != direction:
            self.message.say(why_not if row else "Choose a message first.", "bad")
            return False
        return True

    def pause(self) -> str:
        """Let the chosen channel stand still."""
        self.seat.ris.pause(self.channel.value)
        self._draw_channels()
        return f"Channel {self.channel.value} stands still; what is for it waits in order."

    def resume(self) -> str:
        """Let the chosen channel go on."""
        self.seat.ris.resume(self.channel.value)
        self._draw_channels()
        return f"Channel {self.channel.value} goes on."


def _line(row: Row) -> str:
    return look.shown(f"{row['number']} · {row['kind']} · {row['control_id']} · {row['state']}")


def _way(row: Row) -> str:
    return f"to {row['channel']}" if row["direction"] == "out" else f"from {row['sender']}"


def _trouble(found: Row) -> str:
    return look.saying(found["trouble"], "bad") if found["trouble"] else ""


def _segments(found: Row) -> str:
    """Return every segment with its fields and their names."""
    parts: dict[str, list[Row]] = {}
    for field in found["fields"]:
        parts.setdefault(field["path"].rpartition("-")[0], []).append(field)
    return "".join(
        f"<p><b>{escape(name)}</b></p>{look.table(fields, _FIELDS)}"
        for name, fields in parts.items()
    )
