"""The first studies of a seat: orders of the hours before, performed by all devices at once."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from simulator.errors import LocalError, PacsLabError
from simulator.fleet.placing import PlacedOrder, PlaceOrder
from simulator.fleet.requests import WorklistItem
from simulator.fleet.volumes import quotas
from simulator.imaging.uids import digest

if TYPE_CHECKING:
    from simulator.fleet.fleet import Fleet
    from simulator.fleet.modality import Modality

_HOURS = 20.0
_LAST = 0.75  # hours before the start at which the last exam begins: it is over by then


class Baseline:
    """Fills a new hospital; the counters may be read meanwhile."""

    def __init__(self, fleet: Fleet) -> None:
        """Use the devices of `fleet`."""
        self.fleet = fleet
        self.of = self.done = self.failed = 0
        self._lock = threading.Lock()

    def run(self, n: int, place_order: PlaceOrder, before: datetime) -> dict[str, Any]:
        """Place `n` orders before `before` and perform them; returns counts and seconds."""
        began = time.monotonic()
        self.of, self.done, self.failed = n, 0, 0
        orders = self._place(n, place_order, before.replace(second=0, microsecond=0))
        names = [name for name in orders if orders[name]]
        with ThreadPoolExecutor(max(1, len(names)), thread_name_prefix="baseline") as pool:
            errors = [error for found in pool.map(self._perform, names, map(orders.get, names))
                      for error in found]  # fmt: skip
        seconds = round(time.monotonic() - began, 2)
        return {"orders": n, "failed": self.failed, "seconds": seconds, "errors": errors[:5]}

    def _place(
        self, n: int, place_order: PlaceOrder, before: datetime
    ) -> dict[str, list[PlacedOrder]]:
        """Place the orders one after the other, so that each number means the same order.

        Devices get them by the volumes of a real day, every device at least one if there is room.
        """
        profiles = {name: device.profile for name, device in self.fleet.modalities.items()}
        names = quotas(n, profiles)
        orders: dict[str, list[PlacedOrder]] = {name: [] for name in profiles}
        for i in range(n):
            chance = Random(digest("baseline", self.fleet.seed, i))
            hours = _HOURS - (_HOURS - _LAST) * (i + chance.random()) / n
            at = before - timedelta(minutes=int(hours * 60))
            name = names[i]
            station = profiles[name].ae_title
            orders[name].append(place_order(scheduled=at, station_ae=station))
        return orders

    def _perform(self, name: str, orders: list[PlacedOrder] | None) -> list[str]:
        """Have one device do its share; a failure is counted and does not stop the next."""
        device, errors = self.fleet.modalities[name], []
        try:
            shown = {item.accession: item for item in device.query_worklist(date="")}
        except PacsLabError as error:
            shown, errors = {}, [str(error)]
        for order in orders or []:
            failed = self._one(device, shown.get(order.accession), order)
            errors += [f"{name}, {order.accession}: {failed}"] if failed else []
            with self._lock:
                self.done += 1
                self.failed += bool(failed)
        return errors

    def _one(
        self, device: Modality, item: WorklistItem | None, order: PlacedOrder
    ) -> Exception | None:
        if item is None:
            return LocalError("it is not on the worklist.")
        try:
            return device.perform(item, at=order.scheduled).error
        except (PacsLabError, OSError) as error:
            return error
