"""How a performed procedure step finds its orders: one rule after the other, as the settings say.

The rules look at the Scheduled Step Attributes Sequence of the N-CREATE, which is the only message
that carries it; `patient` looks at whom the step is about instead, and decides only where there is
no choice.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydicom.dataset import Dataset

from simulator.hospital.book import OrderBook
from simulator.hospital.orders import Order

_KEYS = {
    "accession": ("AccessionNumber", "accession"),
    "step": ("ScheduledProcedureStepID", "step_id"),
    "study": ("StudyInstanceUID", "study_uid"),
}
_WAITING = ("scheduled", "arrived")


def orders_of(book: OrderBook, step: Dataset, rules: list[str]) -> dict[str, str]:
    """Return the accession numbers of a step's orders, each with the rule that found it."""
    found: dict[str, str] = {}
    for item in step.get("ScheduledStepAttributesSequence") or []:
        for rule in rules:
            orders = _by_key(book, item, rule)
            for order in orders:
                found.setdefault(order.accession, rule)
            if orders:
                break
    if not found and "patient" in rules:
        found = dict(_by_patient(book, step))
    return found


def _by_key(book: OrderBook, item: Dataset, rule: str) -> list[Order]:
    if rule not in _KEYS:
        return []
    keyword, column = _KEYS[rule]
    value = str(item.get(keyword) or "").strip()
    return book.find(**{column: value}) if value else []


def _by_patient(book: OrderBook, step: Dataset) -> Iterator[tuple[str, str]]:
    """Yield the patient's only waiting order on that station and day, if there is just one."""
    patient_id, station = str(step.get("PatientID") or ""), str(step.PerformedStationAETitle)
    day = str(step.get("PerformedProcedureStepStartDate") or "")
    waiting = [
        order
        for order in book.find(_WAITING, patient_id=patient_id, station_ae=station)
        if f"{order.scheduled:%Y%m%d}" == day
    ]
    if patient_id and len(waiting) == 1:
        yield waiting[0].accession, "patient"
