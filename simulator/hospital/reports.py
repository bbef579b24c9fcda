"""Reports: what ORU^R01 messages say of completed studies; a final one closes the order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import insert, select

from simulator.hospital.book import OrderBook
from simulator.hospital.tables import reports
from simulator.network.hl7 import LOCKED, UNKNOWN_KEY, Hl7Error
from simulator.network.hl7_orders import Report

_READABLE = ("completed", "reported")


class Reports:
    """Keeps reports beside the orders of `book`."""

    def __init__(self, book: OrderBook) -> None:
        """Keep them in the database of `book`."""
        self.book, self.database = book, book.database
        self.on_filed: Callable[[int, str, str], None] = lambda number, accession, status: None

    def file(self, report: Report, actor: str) -> None:
        """Keep a report; refuses one whose order or patient is another."""
        found = self.book.find(accession=report.accession)
        if not found:
            raise Hl7Error(UNKNOWN_KEY, "OBR-3", f"no order {report.accession} is known here")
        order = found[0]
        if order.patient.mrn != report.patient_id:
            raise Hl7Error(
                UNKNOWN_KEY, "PID-3",
                f"order {order.accession} is for {order.patient.mrn}, the report says "
                f"{report.patient_id}",
            )  # fmt: skip
        if order.status not in _READABLE:
            raise Hl7Error(
                LOCKED, "OBR-3",
                f"order {order.accession} is {order.status}: only a completed study is reported",
            )  # fmt: skip
        with self.database.write() as db:
            key = db.execute(
                insert(reports).values(
                    accession=report.accession, status=report.status, author=report.author,
                    text=report.text, at=report.at or self._now(),
                )
            ).inserted_primary_key  # fmt: skip
            if report.status != "P":
                self.book.move(report.accession, "report", actor)
            assert key is not None
            self.on_filed(int(key[0]), report.accession, report.status)

    def of(self, accession: str = "") -> list[dict[str, Any]]:
        """Return reports, the oldest first."""
        query = select(reports).order_by(reports.c.number)
        if accession:
            query = query.where(reports.c.accession == accession)
        with self.database.write() as db:
            return [dict(row._mapping) for row in db.execute(query)]

    def _now(self) -> str:
        return self.book.clock.now().isoformat(timespec="seconds")
