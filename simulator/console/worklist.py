"""`worklist_board()`: the RIS's own screen of orders: what is scheduled where, and since when."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.console import look

_ORDERS = {
    "scheduled": "scheduled", "accession": "accession", "patient_name": "patient",
    "patient_id": "patient ID", "description": "procedure", "modality": "modality",
    "station_ae": "station", "status": "status",
}  # fmt: skip
_MAPPING = {"code": "procedure code", "description": "procedure", "modality": "modality",
            "station_ae": "goes to station"}  # fmt: skip
_HISTORY = {"at": "hospital time", "actor": "by", "what": "what", "old": "was", "new": "is"}
ANY = "any"
_OPEN = "open (on the worklist)"
_STATUSES = (_OPEN, ANY, "ordered", "scheduled", "arrived", "in progress", "completed", "reported",
             "cancelled", "discontinued")  # fmt: skip


def worklist_board(seat: Client | None = None) -> look.Widget:
    """Show orders and worklist as the RIS sees them, and where procedures are scheduled."""
    return _Board(look.client(seat)).widget


class _Board:
    def __init__(self, seat: Client) -> None:
        self.seat, self.message = seat, look.Message()
        self.status = look.choice("status", "filter-status", _STATUSES, width="250px")
        self.station = look.choice("station", "filter-station", [ANY], width="150px")
        self.orders = look.mark(w.HTML(), "orders")
        self.code = look.choice("procedure", "code", [], width="230px")
        self.order = look.choice("order", "order", [], width="330px")
        self.target = look.choice("to station", "target", [], width="170px")
        self.mapping = look.mark(w.HTML(), "mapping")
        self.history = look.mark(w.HTML(), "history")
        self.event = look.choice("what happens", "event", [], width="300px")
        self.widget = self._laid_out()
        look.watch(self.status, self.draw, self.message)
        look.watch(self.station, self._changed, self.message)
        look.watch(self.order, self._show, self.message)
        self.message.guard(self.draw)

    def _laid_out(self) -> look.Widget:
        make, message = look.button, self.message
        change = w.VBox([
            look.row(
                self.order, self.target, make("Move this order", self.move, message, "move-order")
            ),
            look.row(
                self.code,
                make("Order it", self.place, message, "place"),
                make("Send it there from now on", self.map, message, "map"),
            ),
            self.mapping,
        ])  # fmt: skip
        way = w.VBox([
            look.row(self.event, make("Let it happen", self.happen, message, "happen")),
            self.history,
        ])  # fmt: skip
        titles = ("Change: orders, and where procedures go", "The chosen order: its way so far")
        fold = w.Accordion([change, way], titles=titles)
        return look.panel(
            "Worklist board of the RIS", message,
            look.row(self.status, self.station, make("Refresh", self.draw, message, "refresh",
                                                     style="primary")),
            self.orders, look.mark(fold, "fold"), name="worklist-board",
            hint="The RIS decides which station does an exam; each device asks for its own.",
        )  # fmt: skip

    def draw(self) -> None:
        """Ask the RIS again."""
        found, mapping = self._found(), self.seat.ris.mapping()
        stations = sorted({line["station_ae"] for line in [*found, *mapping] if line["station_ae"]})
        look.offer(self.station, [ANY, *stations])
        devices = self.seat.fleet.devices()
        look.offer(self.target, [x["name"] for x in devices if x["kind"] != "workstation"])
        look.offer(self.code, [(f"{x['code']} ({x['station_ae']})", x["code"]) for x in mapping])
        kept = [line for line in found if self.station.value in (ANY, line["station_ae"])]
        look.offer(self.order, [(_line(x), x["accession"]) for x in kept])
        self.orders.value = look.scroll(
            look.table(map(_shown, kept), _ORDERS, empty="no such order")
        )
        self.mapping.value = look.table(mapping, _MAPPING)
        self._show()

    def _show(self) -> None:
        """Show what happened to the chosen order, and what may happen next."""
        accession = self.order.value
        if not accession:
            self.history.value = ""
            return
        rows = [{**r, "at": look.moment(r["at"])} for r in self.seat.ris.history(accession)]
        self.history.value = look.scroll(look.table(rows, _HISTORY))
        status = self.seat.ris.order(accession)["status"]
        moves = [row for row in self.seat.ris.states() if row["state"] == status]
        look.offer(self.event, [(f"{row['event']} → {row['leads to']}", row["event"])
                                for row in moves if row["leads to"]])  # fmt: skip

    def happen(self) -> str:
        """Move the chosen order along its state machine."""
        if not (self.order.value and self.event.value):
            self.message.say("Nothing can happen to it: its status is final.")
            return ""
        made = self.seat.ris.change(self.order.value, event=self.event.value)
        self.draw()
        return f"Order {made['accession']} is {made['status']}."

    def _changed(self) -> None:
        if self.station.value:
            self.draw()

    def _found(self) -> list[dict[str, Any]]:
        if self.status.value == _OPEN:
            return list(self.seat.ris.worklist())
        chosen = {} if self.status.value == ANY else {"status": self.status.value}
        return list(self.seat.ris.orders(**chosen))

    def place(self) -> str:
        """Order a procedure for the next patient."""
        made = self.seat.ris.place(code=self.code.value)
        self.draw()
        return (
            f"Ordered: {made['description']}, accession {made['accession']}, {made['station_ae']}."
        )

    def move(self) -> str:
        """Schedule one order on another station."""
        if not self.order.value:
            self.message.say("Choose an order first.")
            return ""
        made = self.seat.ris.change(self.order.value, station_ae=self.target.value)
        self.draw()
        return f"Order {made['accession']} is now scheduled on {made['station_ae']}."

    def map(self) -> str:
        """Schedule a procedure on another station from now on."""
        made = self.seat.ris.map(self.code.value, station_ae=self.target.value)
        self.draw()
        return f"{made['code']} goes to {made['station_ae']} from now on; placed orders stay."


def _shown(order: dict[str, Any]) -> dict[str, Any]:
    return {**order, "scheduled": look.moment(order["scheduled"])}


def _line(order: dict[str, Any]) -> str:
    return look.shown(f"{order['accession']} · {order['patient_name']} · {order['station_ae']}")
