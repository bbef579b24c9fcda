"""MPPS at the archive: the RIS, as PPS manager, passes on what devices report (PS3.4 Annex F)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian
from pynetdicom.presentation import PresentationContext
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    ModalityPerformedProcedureStep,
)
from sqlalchemy import insert, select, update

from simulator.archive.attributes import text
from simulator.archive.nodes import Nodes
from simulator.archive.tables import performed
from simulator.clock import Clock
from simulator.database import Database
from simulator.journal import Journal
from simulator.network import command as cmd
from simulator.network import dimse
from simulator.network.associate import plain_context
from simulator.network.dimse import DimseError, Handlers, Reply, Request
from simulator.network.mpps_rules import IN_PROGRESS, check_new, next_status
from simulator.network.negotiation import Proposal

RIGHT = "mpps"


class PerformedSteps:
    """What was performed, as the RIS tells it."""

    def __init__(self, database: Database, nodes: Nodes, clock: Clock, journal: Journal) -> None:
        """Keep steps in `database`; only `nodes` with the right may report."""
        self.database, self.nodes, self.clock, self.journal = database, nodes, clock, journal
        self.on_change: Callable[[str, Dataset], None] = lambda uid, step: None

    def contexts(self, said: Proposal | None = None) -> list[PresentationContext]:
        """Return what the listener offers for this."""
        return [plain_context(ModalityPerformedProcedureStep)]

    def handlers(self) -> Handlers:
        """Return what answers which message."""
        return {cmd.N_CREATE: self.create, cmd.N_SET: self.set}

    def create(self, request: Request) -> int:
        """Begin a step (N-CREATE, PS3.4 F.7.2.1)."""
        self._need(request)
        uid, ds = request.sop_instance, request.identifier
        check_new(uid, ds)
        row = self._row(uid, ds)
        with self.database.write() as db:
            if db.execute(select(performed.c.uid).where(performed.c.uid == uid)).first():
                raise DimseError(dimse.DUPLICATE_INSTANCE, f"the step {uid} exists already")
            db.execute(insert(performed).values(**row))
        self._tell("mpps.created", row, request.calling)
        return dimse.SUCCESS

    def set(self, request: Request) -> int | Reply:
        """Go on with a step, or end it (N-SET, PS3.4 F.7.2.2)."""
        self._need(request)
        uid, changes = request.sop_instance, request.identifier
        with self.database.write() as db:
            found = db.execute(select(performed).where(performed.c.uid == uid)).first()
            if found is None:
                raise DimseError(dimse.NO_SUCH_INSTANCE, f"no step {uid} was created here")
            status = next_status(found.status, changes)
            if isinstance(status, Reply):
                return status
            whole = dimse.decode_dataset(found.attributes, ExplicitVRLittleEndian)
            whole.update(changes)
            values = {
                "status": status,
                "updated": self._now(),
                "attributes": dimse.encode_dataset(whole, ExplicitVRLittleEndian),
            }
            db.execute(update(performed).where(performed.c.uid == uid).values(**values))
        self._tell("mpps.updated", {**found._mapping, **values}, request.calling)
        self.on_change(uid, whole)
        return dimse.SUCCESS

    def all(self, accession: str = "") -> list[dict[str, Any]]:
        """Return every step as facts, the oldest first."""
        with self.database.read() as db:
            rows = db.execute(select(performed).order_by(performed.c.created)).all()
        found = [_facts(dict(row._mapping)) for row in rows]
        return [row for row in found if accession in ("", *row["accessions"])]

    def _row(self, uid: str, ds: Dataset) -> dict[str, Any]:
        items = list(ds.ScheduledStepAttributesSequence)
        accessions = dict.fromkeys(filter(None, (text(x, "AccessionNumber") for x in items)))
        return {
            "uid": uid,
            "status": IN_PROGRESS,
            "station_ae": text(ds, "PerformedStationAETitle"),
            "accessions": "\\".join(accessions),
            "patient_id": text(ds, "PatientID"),
            "patient_name": text(ds, "PatientName"),
            "created": self._now(),
            "updated": self._now(),
            "attributes": dimse.encode_dataset(ds, ExplicitVRLittleEndian),
        }

    def _need(self, request: Request) -> None:
        node = self.nodes.find(request.calling)
        if node is not None and RIGHT not in node.rights:
            raise DimseError(dimse.NOT_AUTHORISED, f"{node.ae} has no right to {RIGHT} here")

    def _tell(self, kind: str, row: dict[str, Any], calling: str) -> None:
        self.journal.write(
            kind,
            f"{calling} passes on: {row['station_ae']} reports {row['status']} for "
            f"{row['accessions'] or 'no order'} ({row['patient_name']}, {row['patient_id']})",
            uid=row["uid"], status=row["status"], station_ae=row["station_ae"], calling=calling,
            accessions=row["accessions"],
        )  # fmt: skip

    def _now(self) -> str:
        return self.clock.now().isoformat(timespec="seconds")


def _facts(row: dict[str, Any]) -> dict[str, Any]:
    ds = dimse.decode_dataset(row.pop("attributes"), ExplicitVRLittleEndian)
    series = ds.get("PerformedSeriesSequence") or []
    return {
        **row,
        "accessions": [part for part in row["accessions"].split("\\") if part],
        "modality": text(ds, "Modality"),
        "instances": sum(len(item.get("ReferencedImageSequence") or []) for item in series),
    }
