"""Modality Performed Procedure Step SCP (PS3.4 Annex F): what a device says it does.

    N-CREATE → IN PROGRESS ─N-SET→ COMPLETED | DISCONTINUED

A final state is final. Every message is committed before its status goes back, and moves the
status of the orders it refers to, if it refers to any.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian
from sqlalchemy import Connection, insert, select, update

from simulator.errors import RefusedError
from simulator.hospital.book import OrderBook
from simulator.hospital.tables import performed
from simulator.network import dimse
from simulator.network.dimse import DimseError, Reply, Request
from simulator.network.mpps_rules import (
    COMPLETED,
    DISCONTINUED,
    IN_PROGRESS,
    check_new,
    next_status,
)

EVENTS = {IN_PROGRESS: "start", COMPLETED: "complete", DISCONTINUED: "discontinue"}


class PerformedSteps:
    """Keeps performed procedure steps and moves the orders they belong to."""

    def __init__(
        self, book: OrderBook, pass_on: Callable[[str, str, bytes], None] = lambda *_: None
    ) -> None:
        """Keep them in the database of `book`; `pass_on` gets verb, UID and data set of each."""
        self.book, self.database, self.pass_on = book, book.database, pass_on
        self.journal, self.clock = book.journal, book.clock

    def create(self, request: Request) -> int:
        """Begin a step (N-CREATE, PS3.4 F.7.2.1)."""
        uid, ds = request.sop_instance, request.identifier
        check_new(uid, ds)
        with self.database.write() as connection:
            if connection.execute(select(performed.c.uid).where(performed.c.uid == uid)).first():
                raise DimseError(dimse.DUPLICATE_INSTANCE, f"the step {uid} exists already")
            accessions = self._orders_of(ds)
            row = self._row(uid, ds, accessions)
            connection.execute(insert(performed).values(**row))
            self.pass_on("create", uid, row["attributes"])
            self._tell("mpps.created", row, accessions)
            self._move_orders(accessions, IN_PROGRESS, row["station_ae"])
        return dimse.SUCCESS

    def set(self, request: Request) -> int | Reply:
        """Go on with a step, or end it (N-SET, PS3.4 F.7.2.2)."""
        uid, changes = request.sop_instance, request.identifier
        with self.database.write() as connection:
            found = connection.execute(select(performed).where(performed.c.uid == uid)).first()
            if found is None:
                raise DimseError(dimse.NO_SUCH_INSTANCE, f"no step {uid} was created here")
            row = dict(found._mapping)
            status = next_status(row["status"], changes)
            if isinstance(status, Reply):
                return status
            self._go_on(connection, row, status, changes)
        return dimse.SUCCESS

    def _row(self, uid: str, ds: Dataset, accessions: list[str]) -> dict[str, Any]:
        return {
            "uid": uid,
            "status": IN_PROGRESS,
            "station_ae": str(ds.PerformedStationAETitle),
            "accessions": "\\".join(accessions),
            "patient_id": str(ds.get("PatientID") or ""),
            "patient_name": str(ds.get("PatientName") or ""),
            "created": self._now(),
            "updated": self._now(),
            "attributes": dimse.encode_dataset(ds, ExplicitVRLittleEndian),
        }

    def _go_on(
        self, connection: Connection, row: dict[str, Any], status: str, changes: Dataset
    ) -> None:
        whole = dimse.decode_dataset(row["attributes"], ExplicitVRLittleEndian)
        whole.update(changes)
        values = {
            "status": status,
            "updated": self._now(),
            "attributes": dimse.encode_dataset(whole, ExplicitVRLittleEndian),
        }
        connection.execute(update(performed).where(performed.c.uid == row["uid"]).values(**values))
        self.pass_on("set", row["uid"], dimse.encode_dataset(changes, ExplicitVRLittleEndian))
        accessions = [part for part in row["accessions"].split("\\") if part]
        self._tell("mpps.updated", {**row, "status": status}, accessions)
        if status != IN_PROGRESS:
            self._move_orders(accessions, status, row["station_ae"])

    def all(self) -> list[dict[str, Any]]:
        """Return every step as facts, the oldest first."""
        with self.database.write() as connection:
            rows = connection.execute(select(performed).order_by(performed.c.created)).all()
        return [_facts(dict(row._mapping)) for row in rows]

    def _orders_of(self, ds: Dataset) -> list[str]:
        """Return the accession numbers of the orders the step refers to."""
        found = []
        for item in ds.ScheduledStepAttributesSequence:
            for keyword, key in (
                ("AccessionNumber", "accession"),
                ("ScheduledProcedureStepID", "step_id"),
                ("StudyInstanceUID", "study_uid"),
            ):
                value = str(item.get(keyword) or "").strip()
                orders = self.book.find(**{key: value}) if value else []
                if orders:
                    found += [order.accession for order in orders]
                    break
        return list(dict.fromkeys(found))

    def _move_orders(self, accessions: list[str], status: str, actor: str) -> None:
        for accession in accessions:
            try:
                self.book.move(accession, EVENTS[status], actor)
            except RefusedError as error:  # e.g. a second step for an order that is done
                self.journal.write(
                    "mpps.order-not-moved",
                    f"{actor} reports {status} for order {accession}: {error.sentence}",
                    accession=accession, actor=actor,
                )  # fmt: skip

    def _tell(self, kind: str, row: dict[str, Any], accessions: list[str]) -> None:
        about = f"order {', '.join(accessions)}" if accessions else "no order known here"
        self.journal.write(
            kind,
            f"{row['station_ae']} reports {row['status']} for {about} "
            f"({row['patient_name']}, {row['patient_id']})",
            uid=row["uid"], status=row["status"], station_ae=row["station_ae"],
            accessions=accessions, linked=bool(accessions),
        )  # fmt: skip

    def _now(self) -> str:
        return self.clock.now().isoformat(timespec="seconds")


def _facts(row: dict[str, Any]) -> dict[str, Any]:
    ds = dimse.decode_dataset(row.pop("attributes"), ExplicitVRLittleEndian)
    series = ds.get("PerformedSeriesSequence") or []
    return {
        **row,
        "accessions": [part for part in row["accessions"].split("\\") if part],
        "pps_id": str(ds.get("PerformedProcedureStepID") or ""),
        "modality": str(ds.get("Modality") or ""),
        "study_uids": [
            str(item.get("StudyInstanceUID") or "") for item in ds.ScheduledStepAttributesSequence
        ],
        "instances": sum(len(item.get("ReferencedImageSequence") or []) for item in series),
        "started": f"{ds.PerformedProcedureStepStartDate} {ds.PerformedProcedureStepStartTime}",
        "ended": f"{ds.get('PerformedProcedureStepEndDate') or ''} "
        f"{ds.get('PerformedProcedureStepEndTime') or ''}".strip(),
    }
