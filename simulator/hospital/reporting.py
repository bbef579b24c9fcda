"""The radiologist: reads what is completed and has its images, dictates, sends an ORU^R01.

One study after the other, the most urgent and then the longest waiting first, so that a reading
list has a length. Who reads, what is found and how long it takes follow from the seed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import delete, insert, select

from simulator.hospital import history
from simulator.hospital.book import OrderBook
from simulator.hospital.orders import PRIORITIES, Order
from simulator.hospital.tables import counters
from simulator.imaging.uids import digest
from simulator.network import hl7_writing as write
from simulator.network.hl7 import stamp
from simulator.network.outbox import Outbox

CHANNEL = "REPORTS"  # the name of the channel to the RIS
_MEAN_MINUTES = 4.0
_STREAM = "reading"  # in the table of counters: when the reader is free, seconds since 1970
_ASK_AGAIN = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1)
_FINDINGS = (
    "No acute abnormality.",
    "Findings unchanged from the previous examination.",
    "Mild degenerative changes, otherwise unremarkable.",
    "A small finding of uncertain significance; follow-up in twelve months is suggested.",
    "Findings in keeping with the clinical question; discussed with the referring physician.",
)


class Reporting:
    """The reporting desk of the hospital."""

    def __init__(self, book: OrderBook, outbox: Outbox, has_images: Callable[[str], bool]) -> None:
        """Read what `book` has completed; `has_images` asks the archive about a study UID."""
        self.book, self.outbox, self.has_images = book, outbox, has_images
        self._missing: dict[str, datetime] = {}  # study UID: when to ask for its images again

    def tick(self, now: datetime) -> int:
        """Send every report that is dictated by `now`; returns how many."""
        count = 0
        while (order := self._next(now)) is not None:
            begun = max(self._free_at(now), self._completed(order))
            over = begun + self._takes(order)
            if over > now:
                break
            self._send(order, over)
            self._save(over)
            count += 1
        return count

    def forget(self) -> None:
        """Forget which images were missing, as after a reset."""
        self._missing.clear()

    def candidates(self) -> list[Order]:
        """Return what waits to be read, in reading order."""
        since = history.reached(self.book.database, "completed")
        return sorted(
            self.book.find(("completed",)),
            key=lambda o: (PRIORITIES.index(o.priority), since.get(o.accession, ""), o.accession),
        )

    def _next(self, now: datetime) -> Order | None:
        dictated = {row["accession"] for row in self.outbox.log.find(channel=CHANNEL)}
        for order in self.candidates():
            uid = order.study_uid
            if order.accession in dictated or self._missing.get(uid, now) > now:
                continue  # the report is on its way; its images were not there a moment ago
            try:
                if self.has_images(uid):
                    return order
                self._missing[uid] = now + _ASK_AGAIN
            except Exception as error:  # the archive is down: nobody can read
                logging.getLogger("reporting").info("the archive cannot be asked: %s", error)
                return None
        return None

    def _send(self, order: Order, at: datetime) -> None:
        chance = Random(digest("report", self.book.seed, order.accession))
        facts = order.facts()
        obr = write.obr(facts, f22=stamp(at), f25="F")
        lines = (
            f"{order.procedure.description}", f"Indication: {order.indication}",
            f"Findings: {chance.choice(_FINDINGS)}",
        )  # fmt: skip
        body = [write.pid(facts), write.orc("RE", facts), obr]
        body += [write.obx(n, line, "F") for n, line in enumerate(lines, 1)]
        self.outbox.post(CHANNEL, "ORU^R01", body)

    def _free_at(self, now: datetime) -> datetime:
        """Return when the reader is free; who has just come begins now."""
        query = select(counters.c.count).where(counters.c.stream == _STREAM)
        with self.book.database.write() as db:
            seconds = db.execute(query).scalar()
        if seconds is None:
            return self._save(now.replace(microsecond=0))
        return _EPOCH + timedelta(seconds=seconds)

    def _completed(self, order: Order) -> datetime:
        since = history.reached(self.book.database, "completed").get(order.accession)
        return datetime.fromisoformat(since) if since else _EPOCH

    def _takes(self, order: Order) -> timedelta:
        chance = Random(digest("reading", self.book.seed, order.accession))
        return timedelta(seconds=round(chance.uniform(0.5, 1.5) * _MEAN_MINUTES * 60))

    def _save(self, moment: datetime) -> datetime:
        seconds = int((moment - _EPOCH).total_seconds())
        with self.book.database.write() as db:
            db.execute(delete(counters).where(counters.c.stream == _STREAM))
            db.execute(insert(counters).values(stream=_STREAM, count=seconds))
        return moment
