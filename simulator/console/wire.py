"""`wire()`: who said what to whom on the wire, as a sequence diagram; click an arrow to read it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.clock import real_now
from simulator.console import look, wire_drawing
from simulator.console.wire_rows import Line, lines
from simulator.errors import RefusedError, UsageError
from simulator.network.wire_decoding import MEANING

EVERYBODY, BOTH, ALL = "everybody", "both", ""
_TIMES = {"everything": 0, "last minute": 1, "last 5 minutes": 5, "last half hour": 30}
_ENDS = {"both (once each)": "", "the archive": "archive", "the hospital": "hospital"}
_MOST = 60  # rows in the picture
_LISTED = 60  # connections to choose from
_SECONDS, _LONGEST = 1.5, 400  # of the refresh by itself: how often, and how many times
_STYLE = f"""<style>
.pl-panel .pl-wire-scroll {{max-height:540px; overflow:auto; flex-direction:column-reverse;
  border:1px solid var(--jp-border-color2,#ccc); background:var(--jp-layout-color0,#fff)}}
.pl-wire-scroll .pl-wire-head {{position:sticky; top:0; z-index:3; margin:0; height:auto;
  background:var(--jp-layout-color0,#fff)}}
.pl-wire-scroll .widget-box {{overflow:visible; flex-shrink:0}}
.pl-wire-scroll .widget-html {{margin:0; height:auto; flex-shrink:0; overflow:visible}}
.pl-wire-scroll .widget-html-content {{overflow:visible; line-height:0}}
.pl-wire-stage {{position:relative}}
.pl-wire-stage .pl-wire-rows {{position:absolute; inset:0; margin:0; width:100%; height:100%}}
.pl-wire-rows > div {{width:100%}}
.pl-wire-rows .widget-toggle-button {{display:block; width:100%; height:{wire_drawing.ROW}px;
  margin:0; padding:0; border:0; color:transparent; background:transparent; box-shadow:none;
  font-size:1px; overflow:hidden; cursor:pointer}}
.pl-wire-rows .widget-toggle-button:hover {{background:rgba(127,127,127,.14)}}
.pl-wire-rows .widget-toggle-button:focus-visible {{outline-offset:-2px;
  outline:2px solid var(--jp-brand-color1,#1976d2)}}
.pl-wire-rows .widget-toggle-button.mod-active {{background:rgba(120,144,255,.22);
  box-shadow:inset 4px 0 0 var(--jp-brand-color1,#1976d2)}}
.pl-panel.pl-wire-view .pl-details table.pl-table td {{min-width:0; overflow-wrap:anywhere}}
.pl-panel.pl-wire-view .pl-details table.pl-table td:first-child {{width:42%}}
</style>"""


def wire(seat: Client | None = None, ae: str = "") -> look.Widget:
    """Show what went over the wire, of everybody or of one AE title."""
    return _Panel(look.client(seat), ae).widget


class _Panel:
    def __init__(self, seat: Client, ae: str) -> None:
        self.seat, self.message = seat, look.Message()
        self._kept: dict[str, tuple[Any, dict[str, Any]]] = {}  # what a connection said, by its id
        self._lines: dict[tuple[str, int], Line] = {}
        self._names: set[str] = set()
        self._quiet, self._stop, self._busy = False, threading.Event(), threading.RLock()
        self._make_controls(ae)
        self.widget = self._laid_out()
        for field in (self.ae, self.protocol, self.time, self.end, self.newest, self.connection):
            look.watch(field, self._changed, self.message)
        look.watch(self.rows, self.show, self.message)
        look.watch(self.which, self._show_one, self.message)
        look.watch(self.live, self._switch, self.message)
        self.message.guard(self.draw)

    def _make_controls(self, ae: str) -> None:
        self.ae = look.choice("who", "who", [EVERYBODY, *([ae] if ae else [])], width="190px")
        self.ae.value = ae or EVERYBODY
        self.protocol = look.choice("protocol", "protocol", (BOTH, "DICOM", "HL7"), width="160px")
        self.time = look.choice("time", "time", list(_TIMES), width="190px")
        self.end = look.choice("recorded by", "end", list(_ENDS.items()), width="240px")
        self.newest = look.choice("newest", "newest", (6, 12, 30), width="120px")
        self.connection = look.choice(
            "connection", "connection", [("the newest ones", ALL)], width="470px"
        )
        self.live = look.mark(w.Checkbox(description="live", indent=False), "live")
        self.live.layout.width = "70px"
        self.head, self.picture = look.mark(w.HTML(), "wire-head"), look.mark(w.HTML(), "picture")
        self.rows = look.mark(w.ToggleButtons(options=[], layout=w.Layout()), "wire-rows")
        self.note = look.mark(w.HTML(), "note")
        self.which = look.choice("which of them", "which", [1], width="220px")
        self.which.layout.display = "none"
        self.details = look.mark(w.HTML(_hint()), "details")

    def _laid_out(self) -> look.Widget:
        stage = look.mark(w.Box([self.picture, self.rows]), "wire-stage")
        diagram = look.mark(w.VBox([w.VBox([self.head, stage])]), "wire-scroll")
        make = look.button
        acts = look.row(
            make("Refresh", self.draw, self.message, "refresh", style="primary"), self.live,
            make("Save for Wireshark", self.save, self.message, "save",
                 tip="Write the connections that are shown as a pcapng file."),
        )  # fmt: skip
        return look.panel(
            "Wire view", self.message, w.HTML(_STYLE),
            look.row(self.ae, self.protocol, self.time, self.newest),
            look.row(self.connection, self.end), acts,
            look.columns((w.VBox([self.note, diagram]), "490px"),
                         (w.VBox([self.which, self.details]), "300px")),
            name="wire-view",
            hint="Time runs downwards. A solid arrow asks, a dashed one answers; a cross ✕ is what "
            "was refused, failed or broke off, a triangle ▲ a warning; ×34 stands for 34 alike. "
            "Click an arrow to read what was said.",
        )  # fmt: skip

    # --- drawing --------------------------------------------------------------------------------

    def _changed(self) -> None:
        """Draw again; while lists are being filled, a field has no value for a moment."""
        fields = (self.ae, self.protocol, self.time, self.end, self.newest, self.connection)
        if not self._quiet and None not in [field.value for field in fields]:
            self.draw()

    def draw(self) -> None:
        """Ask both ends again; what has not changed is neither asked for nor drawn anew."""
        with self._busy:
            found = self._listed()
            wanted = self.connection.value
            chosen = [row for row in found if row["id"] == wanted] or found[-self.newest.value :]
            every = lines(self._read(row) for row in chosen)
            shown = every[-_MOST:]
            self._draw(shown, captions(self.seat, shown, chosen))
            left = f" The {len(every) - len(shown)} rows before are left out." if (
                len(every) > len(shown)) else ""  # fmt: skip
            note = (
                f"{look.count(len(chosen), 'connection')}, {look.count(len(shown), 'row')}.{left}"
            )
            _put(self.note, f"<span class='pl-soft'>{escape(note)}</span>")

    def _listed(self) -> list[dict[str, Any]]:
        """Return the connections that fit, and offer them and their names."""
        minutes = _TIMES[self.time.value]
        filters = {
            "ae": "" if self.ae.value == EVERYBODY else self.ae.value,
            "protocol": "" if self.protocol.value == BOTH else self.protocol.value,
            "since": (real_now() - timedelta(minutes=minutes)).isoformat() if minutes else "",
        }
        found = self.seat.wire.list(self.end.value, without=look.CHECK, limit=_LISTED, **filters)
        for row in found:
            self._names |= {row["caller"], row["called"]}
        self._quiet = True
        try:
            look.offer(self.ae, [EVERYBODY, *sorted(self._names)])
            offered = [("the newest ones", ALL), *((_line(row), row["id"]) for row in found[::-1])]
            look.offer(self.connection, offered)
        finally:
            self._quiet = False
        return list(found)

    def _read(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return what a connection said; asked for again only when something was added."""
        stamp = (row["bytes"], row["ended"])
        known = self._kept.get(row["id"])
        if known is None or known[0] != stamp:
            try:
                known = (stamp, self.seat.wire.show(row["id"]))
            except RefusedError:  # it has just left the ring
                known = (stamp, {**row, "messages": []})
            self._kept[row["id"]] = known
        return known[1]

    def _draw(self, shown: list[Line], captions: dict[str, str]) -> None:
        who = wire_drawing.names(shown)
        wide = f"{wire_drawing.width(len(who))}px"
        _put(self.head, wire_drawing.head(who, captions) if shown else "")
        _put(self.picture, wire_drawing.picture(shown, who) if shown else _nothing())
        self._lines = {line.key: line for line in shown}
        before, options = self.rows.value, [(line.sentence, line.key) for line in shown]
        if [tuple(option) for option in self.rows.options] == options:
            return
        self._quiet = True
        try:
            self.rows.layout.width = wide
            self.rows.options = options
            self.rows.tooltips = [sentence for sentence, _ in options]
            self.rows.value = before if before in self._lines else None
        finally:
            self._quiet = False

    # --- reading one ----------------------------------------------------------------------------

    def show(self) -> None:
        """Show the chosen arrow's message; of many alike, the first."""
        line = self._lines.get(self.rows.value) if self.rows.value else None
        if self._quiet or line is None:
            return
        many = len(line.messages)
        self._quiet = True
        try:
            self.which.options = [(f"{n} of {many}", n) for n in range(1, many + 1)]
            self.which.value = 1
        finally:
            self._quiet = False
        self.which.layout.display = None if many > 1 else "none"
        self._show_one()

    def _show_one(self) -> None:
        line = self._lines.get(self.rows.value) if self.rows.value else None
        if self._quiet or line is None or not self.which.value:
            return
        chosen = line.messages[min(self.which.value, len(line.messages)) - 1]
        self.details.value = _details(
            line, self.seat.wire.message(line.connection, chosen["number"])
        )

    # --- acting ---------------------------------------------------------------------------------

    def save(self) -> str:
        """Write what is shown as a capture into the seat."""
        ids = sorted({line.connection for line in self._lines.values()})
        if not ids:
            raise UsageError("Nothing is shown that could be saved.", "Widen the choice above.")
        folder = Path(self.seat.seat.folder) / "captures"
        folder.mkdir(exist_ok=True)
        path = folder / f"wire-{real_now():%Y%m%d-%H%M%S}.pcapng"
        made = self.seat.wire.save(path, ids)
        count = look.count(made["connections"], "connection")
        return f"Saved {count} to {path}: open it with Wireshark."

    def _switch(self) -> None:
        self._stop.set()
        if self.live.value:
            self._stop = threading.Event()
            threading.Thread(target=self._turn, args=(self._stop,), daemon=True).start()

    def _turn(self, stop: threading.Event) -> None:
        """Refresh until told to stop; a thread, because a callback would block the kernel."""
        for _ in range(_LONGEST):
            self.message.guard(self.draw)
            if stop.wait(_SECONDS):
                return
        self.live.value = False


def captions(seat: Client, shown: list[Line], rows: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Return what stands below each name: whose it is, or what kind of name."""
    found: dict[str, str] = {}
    for line in shown:
        kind = "AE title" if line.protocol == "DICOM" else "HL7 application"
        for name in (line.first["source"], line.first["target"]):
            found.setdefault(name, kind)
    for peer, words in ((seat.archive.peer, "the archive"), (seat.ris.peer, "the RIS")):
        for row in rows:
            if row["called_address"] == f"{peer.host}:{peer.port}" and row["called"] in found:
                found[row["called"]] = words if row["called"] == peer.ae else f"at {words}"
        if peer.ae in found:
            found[peer.ae] = words
    return found


def _put(widget: look.Widget, html: str) -> None:
    """Set HTML where it has changed: what stays the same must not flicker."""
    if widget.value != html:
        widget.value = html


def _line(row: dict[str, Any]) -> str:
    at = str(row["hospital"] or row["began"])[11:19]
    way = f"{row['caller']} → {row['called']}"
    return look.shown(f"{row['id']} · {at} · {way} · {row['protocol']} · {row['outcome']}", 90)


def _details(line: Line, found: dict[str, Any]) -> str:
    title = f"{found['name']}: {found['source']} → {found['target']}"
    moment = look.moment(found["hospital"]) or found["at"]
    safe = " It came by TLS and is shown as after decryption." if line.tls else ""
    where = f"{line.connection}, message {found['number']}, {moment}.{safe}"
    parts = [f"<b>{escape(look.shown(title))}</b>", f"<p class='pl-soft'>{escape(where)}</p>"]
    if found["verdict"]:
        parts.append(look.saying(f"{found['verdict']}: {found['says']}", "bad"))
    for section in found["sections"]:
        if found["verdict"] and section["title"] == MEANING:
            continue  # it has been said
        rows = "".join(_cells(*row) for row in section["rows"])
        title = escape(look.shown(section["title"]))
        parts.append(f"<p><b>{title}</b></p><table class='pl-table'>{rows}</table>")
    return f"<div class='pl-scroll' style='max-height:540px'>{''.join(parts)}</div>"


def _cells(mark: str, name: str, value: str) -> str:
    soft = f"<span class='pl-soft'>{escape(look.shown(mark))}</span> " if mark else ""
    return f"<tr><td>{soft}{escape(look.shown(name))}</td><td>{look.shown_html(value)}</td></tr>"


def _hint() -> str:
    return look.saying("Click an arrow: what was said stands here.", "note")


def _nothing() -> str:
    words = "Nothing was said, as far as this choice goes."
    return f"<p class='pl-soft' style='padding:12px;line-height:1.4'><i>{words}</i></p>"
