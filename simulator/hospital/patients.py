"""The RIS's patients: registered, updated and merged by ADT messages.

A merged identifier stays on record, so that a message for it can be answered with where the
patient is now. Whatever changes, the patient's orders change with it, each with its history.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select, update

from simulator.hospital.book import OrderBook
from simulator.hospital.orders import Order
from simulator.hospital.tables import patients, performed
from simulator.network.hl7 import DUPLICATE_KEY, UNKNOWN_KEY, Hl7Error
from simulator.network.hl7_orders import Identity, Merge, columns
from simulator.people import ISSUER, Person

_DEMOGRAPHICS = ("patient_name", "birth_date", "sex")


class Patients:
    """Who is known here."""

    def __init__(self, book: OrderBook) -> None:
        """Keep patients beside the orders of `book`, and register whoever gets an order."""
        self.book, self.database, self.journal = book, book.database, book.journal
        book.watchers.append(self._register)

    def all(self, **equal: str) -> list[dict[str, Any]]:
        """Return patients; `equal` names facts that must be so."""
        query = select(patients).order_by(patients.c.patient_id)
        for key in ("patient_id", "issuer", "merged_into"):
            if key in equal:
                query = query.where(patients.c[key] == equal[key])
        with self.database.write() as db:
            return [dict(row._mapping) for row in db.execute(query)]

    def find(self, patient_id: str, issuer: str = "") -> dict[str, Any] | None:
        """Return a patient, or None."""
        found = self.all(patient_id=patient_id, issuer=issuer or ISSUER)
        return found[0] if found else None

    def visit(self, who: Person) -> tuple[str, str]:
        """Return a patient's visit number and location, as a worklist may hold them."""
        known = self.find(who.mrn, who.issuer) or {"visit": "", "location": ""}
        visit, location = (str(known[key]).replace("\\", " ") for key in ("visit", "location"))
        return visit, location

    def in_use(self, who: Identity) -> dict[str, Any] | None:
        """Return a patient whom a message may name; Hl7Error 204 for a merged identifier."""
        known = self.find(who.patient_id, who.issuer)
        if known and known["merged_into"]:
            raise Hl7Error(
                UNKNOWN_KEY, "PID-3",
                f"{who.patient_id} was merged into {known['merged_into']} at "
                f"{known['updated'][:16]}: use that identifier",
            )  # fmt: skip
        return known

    def person(self, who: Identity) -> Person:
        """Return the patient of an order; somebody known keeps the registered demographics."""
        known = self.in_use(who)
        said = columns(who)
        if known:
            differing = [key for key, value in said.items() if known[key] != value]
            if differing:
                self.journal.write(
                    "patient.differs",
                    f"an order for {who.patient_id} says another {', '.join(differing)} than "
                    f"registered ({known['patient_name']}); the registered one was used",
                    patient_id=who.patient_id, keys=differing, rule="the registered one is used",
                )  # fmt: skip
            said = {key: known[key] for key in _DEMOGRAPHICS}
        return Person(
            mrn=who.patient_id, name=said.get("patient_name", ""), sex=said.get("sex", ""),
            birth_date=said.get("birth_date", ""), issuer=who.issuer or ISSUER,
        )  # fmt: skip

    # --- changing -----------------------------------------------------------------------------

    def update(self, who: Identity, actor: str, **visit: str) -> dict[str, tuple[str, str]]:
        """Register a patient, or change what is said of one; returns demographic changes."""
        known = self.in_use(who)
        said = {**columns(who), **{key: value for key, value in visit.items() if value}}
        with self.database.write() as db:
            if known is None:
                _insert(db, who.patient_id, who.issuer or ISSUER, said, self._now())
                return {}
            same = _same(who.patient_id, who.issuer)
            db.execute(update(patients).where(same).values(**said, updated=self._now()))
            changes = {
                key: (known[key], said[key])
                for key in _DEMOGRAPHICS
                if key in said and known[key] != said[key]
            }
            if changes:
                self._change_orders(known, {key: new for key, (_, new) in changes.items()}, actor)
        for key, (old, new) in changes.items():
            self.journal.write(
                "patient.changed",
                f"patient {who.patient_id}: {key} was '{old}' and is '{new}' ({actor})",
                patient_id=who.patient_id, key=key, old=old, new=new, actor=actor,
            )  # fmt: skip
        return changes

    def merge(self, found: Merge, actor: str) -> int:
        """Make two identifiers one patient (A40); returns how many orders moved."""
        who = found.survivor
        self.in_use(who)
        retired = self._to_retire(found)
        self.update(who, actor)
        survivor = self.find(who.patient_id, who.issuer)
        assert survivor is not None
        identity = {key: survivor[key] for key in ("patient_id", "issuer", *_DEMOGRAPHICS)}
        with self.database.write() as db:
            count = self._change_orders(retired, identity, actor)
            db.execute(
                update(performed)
                .where(performed.c.patient_id == found.retired_id)
                .values(patient_id=who.patient_id, patient_name=survivor["patient_name"])
            )
            db.execute(
                update(patients)
                .where(_same(found.retired_id, found.retired_issuer))
                .values(merged_into=who.patient_id, updated=self._now())
            )
        self.journal.write(
            "patient.merged",
            f"{found.retired_id} was merged into {who.patient_id}: {count} orders moved ({actor})",
            patient_id=who.patient_id, retired=found.retired_id, orders=count, actor=actor,
        )  # fmt: skip
        return count

    def rename(self, found: Merge, actor: str) -> int:
        """Give a patient another identifier (A47); returns how many orders moved."""
        who = found.survivor
        if self.find(who.patient_id, who.issuer):
            raise Hl7Error(
                DUPLICATE_KEY, "PID-3", f"{who.patient_id} is somebody's already: use A40 to merge"
            )
        old = self._to_retire(found)
        said = {key: old[key] for key in _DEMOGRAPHICS} | columns(who)
        with self.database.write() as db:
            _insert(db, who.patient_id, who.issuer or ISSUER, said, self._now())
        return self.merge(found, actor)

    def _to_retire(self, found: Merge) -> dict[str, Any]:
        retired = self.find(found.retired_id, found.retired_issuer)
        if retired is None:
            raise Hl7Error(UNKNOWN_KEY, "MRG-1", f"no patient {found.retired_id} is known here")
        if retired["merged_into"] not in ("", found.survivor.patient_id):
            raise Hl7Error(
                UNKNOWN_KEY, "MRG-1",
                f"{found.retired_id} was merged into {retired['merged_into']} before",
            )  # fmt: skip
        return retired

    def _change_orders(self, who: dict[str, Any], changes: dict[str, str], actor: str) -> int:
        theirs = [
            order
            for order in self.book.find(patient_id=who["patient_id"])
            if order.patient.issuer == who["issuer"]
        ]
        for order in theirs:
            self.book.edit(order.accession, changes, actor)
        return len(theirs)

    def _register(self, order: Order, event: str) -> None:
        """Register the patient of a new order."""
        who = order.patient
        if event == "placed" and self.find(who.mrn, who.issuer) is None:
            said = {"patient_name": who.name, "birth_date": who.birth_date, "sex": who.sex}
            with self.database.write() as db:
                _insert(db, who.mrn, who.issuer, said, self._now())

    def _now(self) -> str:
        return self.book.clock.now().isoformat(timespec="seconds")


def _same(patient_id: str, issuer: str) -> Any:
    return (patients.c.patient_id == patient_id) & (patients.c.issuer == (issuer or ISSUER))


def _insert(db: Connection, patient_id: str, issuer: str, said: dict[str, Any], at: str) -> None:
    blank = dict.fromkeys((*_DEMOGRAPHICS, "visit", "location", "merged_into"), "")
    row = {**blank, **said, "patient_id": patient_id, "issuer": issuer, "updated": at}
    db.execute(insert(patients).values(**row))
