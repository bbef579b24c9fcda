"""What performed steps do to their orders: one order may need several, and take more later on.

An order is in progress as long as one of its steps is; it is completed when the last one has ended
and any of them was completed. A step that begins after that is the append case of IHE: the order
goes on. What has been reported stays reported.
"""

from __future__ import annotations

from sqlalchemy import select

from simulator.errors import RefusedError
from simulator.hospital.book import OrderBook
from simulator.hospital.tables import performed
from simulator.network.mpps_rules import COMPLETED, IN_PROGRESS
from simulator.setting import LiveSettings


class Progress:
    """Moves orders as their steps go on."""

    def __init__(self, book: OrderBook, settings: LiveSettings) -> None:
        """Move the orders of `book`."""
        self.book, self.settings = book, settings

    def begun(self, accessions: list[str], actor: str) -> None:
        """A step of these orders has begun."""
        for accession in accessions:
            status = self.book.get(accession).status
            if status == "in progress":
                continue  # another step of the same order
            event = {"completed": "append", "discontinued": "schedule"}.get(status, "start")
            if self._move(accession, event, actor, IN_PROGRESS) and event == "schedule":
                self._move(accession, "start", actor, IN_PROGRESS)

    def ended(self, accessions: list[str], status: str, actor: str) -> None:
        """A step of these orders has ended, one way or the other."""
        if self.settings["mpps.complete_by"] != "mpps":
            self._say(accessions, status, actor, "orders are completed by hand (mpps.complete_by)")
            return
        for accession in accessions:
            steps = self._steps(accession)
            if IN_PROGRESS in steps:
                self._say([accession], status, actor, "another step of it is still in progress")
                continue
            done = COMPLETED in steps or status == COMPLETED
            self._move(accession, "complete" if done else "discontinue", actor, status)

    def _steps(self, accession: str) -> list[str]:
        """Return the states of every step of an order."""
        with self.book.database.write() as db:
            rows = db.execute(
                select(performed.c.accessions, performed.c.status).where(
                    performed.c.accessions.contains(accession, autoescape=True)
                )
            ).all()
        return [row.status for row in rows if accession in row.accessions.split("\\")]

    def _move(self, accession: str, event: str, actor: str, status: str) -> bool:
        try:
            self.book.move(accession, event, actor)
        except RefusedError as error:  # e.g. a step for an order that was cancelled
            self._say([accession], status, actor, error.sentence)
            return False
        return True

    def _say(self, accessions: list[str], status: str, actor: str, why: str) -> None:
        for accession in accessions:
            self.book.journal.write(
                "mpps.order-not-moved",
                f"{actor} reports {status} for order {accession}: {why}",
                accession=accession, actor=actor, why=why,
            )  # fmt: skip
