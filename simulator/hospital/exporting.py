"""Reports go into the archive as DICOM objects: a durable queue, sent by C-STORE as RISLAB."""

from __future__ import annotations

import threading
from typing import Any

from sqlalchemy import insert, select, update

from simulator.errors import NetworkError, PacsLabError, StatusError, UsageError
from simulator.hospital.book import OrderBook
from simulator.hospital.calling import Calling
from simulator.hospital.mpps import facts_of
from simulator.hospital.report_objects import CLASSES, made
from simulator.hospital.reports import Reports
from simulator.hospital.sender import Sender
from simulator.hospital.tables import exports, performed
from simulator.imaging.uids import make_uid
from simulator.network.associate import associate, context_for, encoded, plain_context, send_store

_FORMS = {"none": (), "sr": ("sr",), "pdf": ("pdf",), "both": ("sr", "pdf")}


class Exporting(Sender):
    """A queue of report objects to one archive."""

    def __init__(self, book: OrderBook, reports: Reports, calling: Calling) -> None:
        """Export what `reports` files, as the settings say."""
        super().__init__(book.database, exports, "report-export", calling)
        self.book, self.reports, self.settings = book, reports, calling.settings
        reports.on_filed = self.filed

    def filed(self, report: int, accession: str, status: str) -> None:
        """Queue a report that was just filed, in the same transaction."""
        if status != "P":
            for form in _FORMS[str(self.settings["reports.export"])]:
                self.queue(report, accession, form)

    def queue(self, report: int, accession: str, form: str) -> int:
        """Queue a report as an object of this form; returns the number in the queue."""
        if form not in CLASSES:
            raise UsageError(f"A report cannot become '{form}'.", f"Use {' or '.join(CLASSES)}.")
        values = {
            "report": report, "accession": accession, "form": form, "state": "queued",
            "reason": "", "sop_uid": make_uid("report", self.book.seed, accession, report, form),
        }  # fmt: skip
        with self.database.write() as db:
            key = db.execute(insert(exports).values(**values)).inserted_primary_key
        self._news.set()
        assert key is not None
        return int(key[0])

    def of(self, accession: str = "") -> list[dict[str, Any]]:
        """Return what was exported, or waits."""
        query = select(exports).order_by(exports.c.number)
        if accession:
            query = query.where(exports.c.accession == accession)
        with self.database.write() as db:
            return [dict(row._mapping) for row in db.execute(query)]

    def wait(self, number: int, seconds: float) -> dict[str, Any]:
        """Wait until an object is no longer queued; returns its row."""
        for _ in range(max(1, int(seconds / 0.05))):
            row = next(row for row in self.of() if row["number"] == number)
            if row["state"] != "queued":
                break
            threading.Event().wait(0.05)
        return row

    def attempt(self, row: dict[str, Any]) -> str:
        """Send one; a refusal is final, silence is not. Returns its state."""
        state, reason = "stored", ""
        try:
            self._send(row)
        except StatusError as error:
            state, reason = "parked", error.sentence
        except (NetworkError, OSError) as error:
            state, reason = "queued", str(error)
        except PacsLabError as error:
            state, reason = "parked", error.sentence
        if (state, reason) != (row["state"], row["reason"]):
            same = exports.c.number == row["number"]
            with self.database.write() as db:
                db.execute(update(exports).where(same).values(state=state, reason=reason))
            self._tell(row, state, reason)
        return state

    def _send(self, row: dict[str, Any]) -> None:
        assert self.peer is not None
        report = next(r for r in self.reports.of(row["accession"]) if r["number"] == row["report"])
        order = self.book.get(row["accession"])
        begun = self._begun(row["accession"])
        ds = made(row["form"], order, report, begun=begun, sop_uid=row["sop_uid"])
        sop_class = CLASSES[row["form"]]
        with associate(self.peer, [plain_context(sop_class)], self.caller) as association:
            context = context_for(association, sop_class)
            send_store(
                association,
                sop_class=sop_class,
                sop_instance=row["sop_uid"],
                transfer_syntax=context.transfer_syntax,
                data=encoded(ds, context),
            )

    def _begun(self, accession: str) -> str:
        """Return when the first step of an order began, as DA and TM."""
        query = select(performed).where(performed.c.accessions.contains(accession, autoescape=True))
        with self.database.write() as db:
            row = db.execute(query.order_by(performed.c.created)).first()
        return str(facts_of(dict(row._mapping))["started"]) if row else ""

    def _tell(self, row: dict[str, Any], state: str, reason: str) -> None:
        what = {"stored": "is in the archive", "parked": "was refused", "queued": "waits"}[state]
        because = f": {reason}" if reason else ""
        self.book.journal.write(
            "report.exported" if state == "stored" else "report.export-failed",
            f"the report of order {row['accession']} as {row['form']} {what}{because}",
            accession=row["accession"], form=row["form"], sop_instance=row["sop_uid"], state=state,
        )  # fmt: skip
