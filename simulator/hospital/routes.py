"""The RIS over HTTP: orders, worklist, performed steps and the mapping table."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydicom.dataset import Dataset

from simulator.errors import UsageError
from simulator.hospital.book import OrderBook
from simulator.hospital.mpps import PerformedSteps
from simulator.hospital.worklist import Worklist
from simulator.people import Person
from simulator.web import Call, Route, table

RIGHT = "hospital"
_FILTERS = ("status", "accession", "patient_id", "station_ae", "modality", "study_uid")
_NEW = ("code", "scheduled", "station_ae", "priority", "indication", "referring", "accession",
        "status", "patient", "actor")  # fmt: skip


def routes(book: OrderBook, worklist: Worklist, steps: PerformedSteps) -> list[Route]:
    """Return the table."""
    desk = _Desk(book, worklist, steps)
    rows = (
        ("GET", "/api/orders", desk.orders, "orders, filtered by status, accession, patient_id …"),
        ("POST", "/api/orders", desk.place, "place an order: code, and what else is known"),
        ("GET", "/api/orders/{accession}", desk.order, "one order"),
        ("PATCH", "/api/orders/{accession}", desk.edit, "change an order, or move it by 'event'"),
        ("POST", "/api/orders/{accession}/cancel", desk.cancel, "cancel an order"),
        ("GET", "/api/worklist", desk.entries, "the worklist as a device with these keys sees it"),
        ("GET", "/api/mpps", desk.performed, "performed procedure steps"),
        ("GET", "/api/mapping", desk.mapping, "where each procedure is scheduled"),
        ("PATCH", "/api/mapping/{code}", desk.remap, "schedule a procedure elsewhere from now on"),
    )
    return table(RIGHT, rows)


class _Desk:
    """The handlers: read the call, ask the book, return facts."""

    def __init__(self, book: OrderBook, worklist: Worklist, steps: PerformedSteps) -> None:
        self.book, self.worklist, self.steps = book, worklist, steps

    def orders(self, call: Call) -> Any:
        filters = {key: call.query[key] for key in _FILTERS if key in call.query}
        return [order.facts() for order in self.book.find(**filters)]

    def order(self, call: Call) -> Any:
        return self.book.get(call.path["accession"]).facts()

    def place(self, call: Call) -> Any:
        (code,) = call.need("code")
        for key in call.body:
            if key not in _NEW:
                raise UsageError(f"An order has no '{key}'.", f"Send {', '.join(_NEW)}.")
        given = {key: str(call.body[key]) for key in ("station_ae", "priority", "indication",
                 "referring", "accession", "status") if key in call.body}  # fmt: skip
        order = self.book.place(
            code=str(code),
            person=_person(call.body.get("patient")),
            scheduled=_moment(call.body.get("scheduled")),
            actor=call.actor,
            **given,
        )
        return order.facts()

    def edit(self, call: Call) -> Any:
        accession, actor = call.path["accession"], call.actor
        changes = {key: value for key, value in call.body.items() if key not in ("actor", "event")}
        if changes:
            self.book.edit(accession, changes, actor)
        if "event" in call.body:
            self.book.move(accession, str(call.body["event"]), actor)
        return self.book.get(accession).facts()

    def cancel(self, call: Call) -> Any:
        return self.book.cancel(call.path["accession"], call.actor).facts()

    def entries(self, call: Call) -> Any:
        query, step = Dataset(), Dataset()
        step.ScheduledStationAETitle = call.query.get("station_ae", "")
        step.Modality = call.query.get("modality", "")
        step.ScheduledProcedureStepStartDate = call.query.get("date", "")
        query.ScheduledProcedureStepSequence = [step]
        query.AccessionNumber = call.query.get("accession", "")
        found = [str(entry.AccessionNumber) for entry in self.worklist.entries(query)]
        return [self.book.get(accession).facts() for accession in found]

    def performed(self, call: Call) -> Any:
        accession = call.query.get("accession")
        return [row for row in self.steps.all() if accession in (None, *row["accessions"])]

    def mapping(self, call: Call) -> Any:
        return [asdict(procedure) for procedure in self.book.table.all()]

    def remap(self, call: Call) -> Any:
        own = ("actor", "pending")
        changes = {key: value for key, value in call.body.items() if key not in own}
        pending = bool(call.body.get("pending"))
        table, code = self.book.table, call.path["code"]
        return asdict(table.change(code, changes, call.actor, pending=pending))


def _person(table: Any) -> Person | None:
    """Read a patient typed by hand."""
    if table is None:
        return None
    names = {"patient_id", "patient_name", "birth_date", "sex"}
    if not isinstance(table, dict) or not {"patient_id", "patient_name"} <= set(table) <= names:
        raise UsageError("That is no patient.", f"Send {', '.join(sorted(names))}.")
    return Person(
        mrn=str(table["patient_id"]),
        name=str(table["patient_name"]),
        birth_date=str(table.get("birth_date", "")),
        sex=str(table.get("sex", "")),
    )


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError:
        raise UsageError(f"'{value}' is no time.", "Write it like 2026-03-02T09:30.") from None
