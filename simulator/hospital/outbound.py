"""What the RIS tells the archive: every order and its status, as HL7 in the archive's channel."""

from __future__ import annotations

from simulator.hospital.orders import Order
from simulator.network import hl7_writing as write
from simulator.network.outbox import Outbox

ARCHIVE = "PACS"  # the name of the channel
_CONTROLS = {"placed": "NW", "changed": "XO", "status": "SC"}


class Outbound:
    """Watches the order book."""

    def __init__(self, outbox: Outbox) -> None:
        """Queue messages in `outbox`, in the transaction of the change they tell of."""
        self.outbox = outbox

    def post(self, kind: str, body: list[str]) -> int:
        """Queue a message for the archive."""
        return self.outbox.post(ARCHIVE, kind, body)

    def tell(self, order: Order, event: str) -> None:
        """Tell of an order that was placed, changed or moved."""
        control = {"cancelled": "CA", "discontinued": "DC"}.get(order.status, "")
        if event != "status" or not control:
            control = _CONTROLS[event]
        self.post("ORM^O01", order_body(order, control))


def order_body(order: Order, control: str) -> list[str]:
    """Return the segments of an order message with everything the RIS knows."""
    facts = order.facts()
    return [write.pid(facts), write.orc(control, facts), write.obr(facts), write.zds(facts)]
