"""`order_timeline()`: an order's way as a picture: who told whom, when, and IHE's name for it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.clients.timeline import ACTORS, COLUMNS
from simulator.console import look

Row = dict[str, Any]
_NAMES = {
    "HIS": "HIS\norder placer",
    "RIS": "RIS\norder filler",
    "modality": "modality",
    "archive": "archive\nimage manager",
    "radiologist": "radiologist\nreport creator",
}
_COLOURS = {"SWF": "#1f5fa8", "PIR": "#a8451f"}
_WORDS = {"SWF": "Scheduled Workflow (SWF)", "PIR": "Patient Information Reconciliation (PIR)"}
_MOST = 40  # rows in one picture
_LINE = 60  # characters of a sentence under an arrow


def order_timeline(seat: Client | None = None, accession: str = "") -> look.Widget:
    """Show what happened to an order, as a picture and as a table."""
    return _Panel(look.client(seat), accession).widget


def figure(rows: Sequence[Row], title: str) -> bytes:
    """Return the picture as PNG: a lane for each actor, an arrow for each transaction."""
    from matplotlib.figure import Figure

    shown = list(rows)[-_MOST:]
    height = 1.5 + 0.46 * max(len(shown), 1)
    drawing = Figure(figsize=(11.2, height), dpi=100, facecolor="white")
    axes = drawing.add_axes((0.005, 0.005, 0.99, 0.99))
    axes.set_axis_off()
    axes.set_xlim(-1.15, len(ACTORS) - 0.45)
    axes.set_ylim(len(shown) + 0.7, -2.35)
    axes.text(-1.1, -1.95, _plain(title), fontsize=12, weight="bold", va="center")
    _legend(axes)
    for at, actor in enumerate(ACTORS):
        axes.plot([at, at], [-0.75, len(shown) + 0.2], color="#c9c9c9", lw=1.2, zorder=1)
        axes.text(at, -1.12, _NAMES[actor], ha="center", va="center", fontsize=9, weight="bold")
    for y, row in enumerate(shown):
        _draw(axes, y, row, shown[y - 1] if y else None)
    out = io.BytesIO()
    drawing.savefig(out, format="png", pil_kwargs={"compress_level": 1})
    return out.getvalue()


def _legend(axes: Any) -> None:
    for at, (profile, words) in enumerate(_WORDS.items()):
        x = len(ACTORS) - 0.5
        axes.text(x, -2.1 + 0.42 * at, words, color=_COLOURS[profile], fontsize=9, ha="right",
                  va="center")  # fmt: skip


def _draw(axes: Any, y: int, row: Row, before: Row | None) -> None:
    """Draw one row: its time, its arrow, the transaction above it and what happened below."""
    colour = _COLOURS[row["profile"]]
    start, end = ACTORS.index(row["from"]), ACTORS.index(row["to"])
    day, clock = row["at"][:10], row["at"][11:]
    if before is None or before["at"][:10] != day:
        axes.text(-1.1, y - 0.36, day, fontsize=8, color="#555", va="center")
    axes.text(-1.1, y, clock, fontsize=9, va="center", family="monospace")
    if start == end:
        axes.plot([start], [y], "o", color=colour, ms=6, zorder=3)
    else:
        axes.annotate("", xy=(end, y), xytext=(start, y), zorder=2,
                      arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.6})  # fmt: skip
    _label(axes, y, row, min(start, end), colour)


def _label(axes: Any, y: int, row: Row, left: int, colour: str) -> None:
    name, _, words = str(row["ihe"]).partition(" ")
    what = _plain(row["what"])
    what = what if len(what) <= _LINE else what[: _LINE - 1] + "…"
    who = f" ({_plain(row['who'])})" if row["who"] else ""
    x, align = (left + 0.06, "left") if left < 3 else (3 - 0.06, "right")
    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85}
    if name:
        axes.text(x, y - 0.2, f"{name} {words}", fontsize=8.5, color=colour, weight="bold",
                  ha=align, va="center", bbox=box, zorder=4)  # fmt: skip
    axes.text(x, y + 0.2 if name else y, what + who, fontsize=8, color="#333", ha=align,
              va="center", bbox=box, zorder=4)  # fmt: skip


def _plain(text: str) -> str:
    """Return a text in which matplotlib finds no mathematics."""
    return look.shown(text, 160).replace("$", "\\$")


class _Panel:
    def __init__(self, seat: Client, accession: str) -> None:
        self.seat, self.message, self.is_filling = seat, look.Message(), False
        self.accession = look.choice("order", "order", [], width="430px")
        self.image = look.mark(w.Image(format="png"), "picture")
        self.table = look.mark(w.HTML(), "table")
        self.widget = self._laid_out()
        look.watch(self.accession, self.draw, self.message)
        self.message.guard(lambda: self.refresh(accession))

    def _laid_out(self) -> look.Widget:
        self.image.layout.max_width = "100%"
        again = look.button("Refresh", self.refresh, self.message, "refresh")
        fold = w.Accordion([self.table], titles=("The same as a table",))
        return look.panel(
            "Timeline of an order", self.message, look.row(self.accession, again), self.image,
            look.mark(fold, "fold"), name="order-timeline",
            hint="Each arrow is one transaction: who told whom, and what IHE calls it.",
        )  # fmt: skip

    def refresh(self, accession: str = "") -> None:
        """Ask for the orders again; show `accession`, or the one chosen before."""
        orders = sorted(self.seat.ris.orders(), key=lambda order: order["scheduled"], reverse=True)
        self.is_filling = True  # the choice changes more than once, and is drawn once
        try:
            look.offer(self.accession, [(_line(order), order["accession"]) for order in orders])
            if accession:
                self.accession.value = accession
        finally:
            self.is_filling = False
        self.draw({order["accession"]: order for order in orders})

    def draw(self, known: Mapping[str, Row] | None = None) -> None:
        """Draw the chosen order; it is asked for if it is not among those `known`."""
        if self.is_filling or not self.accession.value:
            return
        number = str(self.accession.value)
        order = (known or {}).get(number) or self.seat.ris.order(number)
        rows = self.seat.timeline(number)
        title = (
            f"Order {number} · {order['description']} · {order['patient_name']} · {order['status']}"
        )
        self.image.value = figure(rows, title)
        headings = {"at": "hospital time", "from": "from", "to": "to", "what": "what happened",
                    "ihe": "IHE transaction", "profile": "profile", "who": "by"}  # fmt: skip
        self.table.value = look.table(rows, {key: headings[key] for key in COLUMNS})


def _line(order: Row) -> str:
    return look.shown(f"{order['accession']} · {order['patient_name']} · {order['status']}")
