"""Modality Performed Procedure Step SCP (PS3.4 Annex F): what a device says it does.

    N-CREATE → IN PROGRESS ─N-SET→ COMPLETED | DISCONTINUED

A final state is final. Every message is committed before its status goes back, and moves the
status of the orders it refers to, if it refers to any (linking.py, progress.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian
from sqlalchemy import Connection, insert, select, update

from simulator.errors import RefusedError
from simulator.hospital.book import OrderBook
from simulator.hospital.devices import Gate
from simulator.hospital.linking import orders_of
from simulator.hospital.progress import Progress
from simulator.hospital.tables import performed
from simulator.network import dimse
from simulator.network.dimse import DimseError, Reply, Request
from simulator.network.mpps_rules import (
    IN_PROGRESS,
    check_new,
    next_status,
)

_BLANK = ("PerformedStationAETitle", "PerformedProcedureStepStartDate",
          "PerformedProcedureStepStartTime")  # fmt: skip
REFERENCE = ("AccessionNumber", "RequestedProcedureID", "ScheduledProcedureStepID",
             "StudyInstanceUID")  # fmt: skip
_OBJECTS = ("ReferencedImageSequence", "ReferencedNonImageCompositeSOPInstanceSequence")


class PerformedSteps:
    """Keeps performed procedure steps and moves the orders they belong to."""

    def __init__(
        self,
        book: OrderBook,
        gate: Gate,
        pass_on: Callable[[str, str, bytes], None] = lambda *_: None,
    ) -> None:
        """Keep them in the database of `book`; `pass_on` gets verb, UID and data set of each."""
        self.book, self.database, self.gate = book, book.database, gate
        self.settings, self._pass_on = gate.settings, pass_on
        self.progress = Progress(book, gate.settings)
        self.journal, self.clock = book.journal, book.clock

    def create(self, request: Request) -> int:
        """Begin a step (N-CREATE, PS3.4 F.7.2.1)."""
        self.gate.need(request.calling, "mpps")
        uid, ds = request.sop_instance, request.identifier
        check_new(uid, ds, strict=bool(self.settings["mpps.strict"]))
        for keyword in _BLANK:
            ds.setdefault(keyword, "")
        with self.database.write() as connection:
            if connection.execute(select(performed.c.uid).where(performed.c.uid == uid)).first():
                raise DimseError(dimse.DUPLICATE_INSTANCE, f"the step {uid} exists already")
            rules = [] if (by := self.settings["mpps.link_by"]) == "none" else str(by).split()
            found = orders_of(self.book, ds, rules)
            row = self._row(uid, ds, list(found))
            connection.execute(insert(performed).values(**row))
            self.pass_on("create", uid, row["attributes"])
            rule = ", ".join(sorted({*found.values()}))
            self._tell("mpps.created", row, list(found), rule=rule, said=_said(ds))
            self.progress.begun(list(found), row["station_ae"])
        return dimse.SUCCESS

    def set(self, request: Request) -> int | Reply:
        """Go on with a step, or end it (N-SET, PS3.4 F.7.2.2)."""
        self.gate.need(request.calling, "mpps")
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

    def pass_on(self, verb: str, uid: str, attributes: bytes) -> None:
        """Have a message passed on to the archive, unless that is switched off."""
        if self.settings["mpps.forward"]:
            self._pass_on(verb, uid, attributes)

    def link(self, uid: str, accession: str, actor: str) -> dict[str, Any]:
        """Say by hand to which order a step belongs; the order's status follows."""
        order = self.book.get(accession)
        with self.database.write() as connection:
            found = connection.execute(select(performed).where(performed.c.uid == uid)).first()
            if found is None:
                raise RefusedError(f"There is no performed step {uid}.", "List the steps.", 404)
            linked = _parts(found.accessions)
            if accession in linked:
                raise RefusedError(f"The step belongs to order {accession} already.", "", 409)
            values = {"accessions": "\\".join([*linked, order.accession])}
            connection.execute(update(performed).where(performed.c.uid == uid).values(**values))
            row = {**found._mapping, **values}
            self._tell("mpps.linked", row, [accession], rule=f"by hand ({actor})")
            self.progress.begun([accession], actor)
            if found.status != IN_PROGRESS:
                self.progress.ended([accession], found.status, actor)
        return facts_of(dict(row))

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
        accessions = _parts(row["accessions"])
        self._tell("mpps.updated", {**row, "status": status}, accessions)
        if status != IN_PROGRESS:
            self.progress.ended(accessions, status, row["station_ae"])

    def all(self) -> list[dict[str, Any]]:
        """Return every step as facts, the oldest first."""
        with self.database.write() as connection:
            rows = connection.execute(select(performed).order_by(performed.c.created)).all()
        return [facts_of(dict(row._mapping)) for row in rows]

    def _tell(
        self, kind: str, row: dict[str, Any], accessions: list[str], rule: str = "",
        said: list[dict[str, str]] | None = None,
    ) -> None:  # fmt: skip
        about = f"order {', '.join(accessions)}" if accessions else "no order known here"
        found = f", found by {rule}" if rule else ""
        refers = {} if said is None else {"refers_to": said}
        self.journal.write(
            kind,
            f"{row['station_ae']} reports {row['status']} for {about}{found} "
            f"({row['patient_name']}, {row['patient_id']})",
            uid=row["uid"], status=row["status"], station_ae=row["station_ae"],
            accessions=accessions, linked=bool(accessions), rule=rule, **refers,
        )  # fmt: skip

    def _now(self) -> str:
        return self.clock.now().isoformat(timespec="seconds")


def _parts(accessions: str) -> list[str]:
    return [part for part in accessions.split("\\") if part]


def _said(ds: Dataset) -> list[dict[str, str]]:
    """Return what a step says of the scheduled steps it was performed for."""
    items = ds.get("ScheduledStepAttributesSequence") or []
    return [{key: str(item.get(key) or "") for key in REFERENCE} for item in items]


def facts_of(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of the table of steps as facts."""
    ds = dimse.decode_dataset(row.pop("attributes"), ExplicitVRLittleEndian)
    series = ds.get("PerformedSeriesSequence") or []
    reason = ds.get("PerformedProcedureStepDiscontinuationReasonCodeSequence") or []
    said = _said(ds)
    return {
        **row,
        "accessions": _parts(row["accessions"]),
        "pps_id": str(ds.get("PerformedProcedureStepID") or ""),
        "modality": str(ds.get("Modality") or ""),
        "study_uids": [item["StudyInstanceUID"] for item in said],
        "refers_to": said,
        "instances": sum(len(item.get(keyword) or []) for item in series for keyword in _OBJECTS),
        "started": f"{ds.PerformedProcedureStepStartDate} {ds.PerformedProcedureStepStartTime}",
        "ended": f"{ds.get('PerformedProcedureStepEndDate') or ''} "
        f"{ds.get('PerformedProcedureStepEndTime') or ''}".strip(),
        "reason": str(reason[0].get("CodeMeaning") or "") if reason else "",
    }
