"""Searching the trail, and who has seen a patient's record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select

from simulator.archive import tables as t
from simulator.archive.attributes import text, unpack
from simulator.archive.audit.codes import EVENTS
from simulator.archive.audit.trail import Trail, records
from simulator.database import Database
from simulator.errors import UsageError

COLUMNS = ("number", "hospital", "event", "type", "action", "outcome", "user", "host", "patient_id",
           "study_uid", "text", "entries")  # fmt: skip
_EXACT = ("user", "host", "event", "action", "type")
FILTERS = (*_EXACT, "patient_id", "study_uid", "since", "until", "outcome", "text")
_SEEN = ("DICOM Instances Accessed", "DICOM Instances Transferred", "DICOM Study Deleted", "Export",
         "Query")  # fmt: skip


def search(trail: Trail, filters: Mapping[str, str], limit: int) -> list[dict[str, Any]]:
    """Return the newest records that fit, the oldest of them first."""
    if unknown := sorted(set(filters) - {*FILTERS, "limit", "format"}):
        raise UsageError(f"There is no filter '{unknown[0]}'.", f"Use {', '.join(FILTERS)}.")
    c = records.c
    where = [c[key] == filters[key] for key in _EXACT if filters.get(key)]
    event = filters.get("event")
    if event and event not in EVENTS.values():
        raise UsageError(
            f"There is no event '{event[:64]}'.", f"There are: {', '.join(EVENTS.values())}."
        )
    for key in ("patient_id", "study_uid"):
        if filters.get(key):
            where.append(_holds(c[key], filters[key]))
    if filters.get("since"):
        where.append(c.hospital >= filters["since"])
    if filters.get("until"):
        where.append(c.hospital <= filters["until"])
    if outcome := filters.get("outcome"):
        where.append(c.outcome == 0 if outcome == "success" else c.outcome > 0)
    if words := filters.get("text"):
        where += [c.text.icontains(word, autoescape=True) for word in words.split()]
    columns = [c[name] for name in COLUMNS]
    wanted = select(*columns).where(*where).order_by(c.number.desc()).limit(limit)
    with trail.database.read() as db:
        return [dict(row._mapping) for row in db.execute(wanted)][::-1]


def _holds(column: Any, value: str) -> Any:
    """Compare with a column that may hold several values with spaces between them."""
    return or_(
        column == value,
        column.startswith(f"{value} ", autoescape=True),
        column.endswith(f" {value}", autoescape=True),
        column.contains(f" {value} ", autoescape=True),
    )


class AccessReport:
    """Who has seen a record, and what speaks for it."""

    def __init__(
        self,
        trail: Trail,
        index: Database,
        accounts: Callable[[], Sequence[dict[str, Any]]],
        emergencies: Callable[[], Sequence[dict[str, Any]]],
    ) -> None:
        """Look into the trail, the index, the accounts and the emergencies."""
        self.trail, self.index = trail, index
        self.accounts, self.emergencies = accounts, emergencies

    def of(self, patient_id: str) -> list[dict[str, Any]]:
        """Return every access to a patient's record by a person or node, oldest first."""
        c = records.c
        wanted = (
            select(*(c[name] for name in COLUMNS))
            .where(_holds(c.patient_id, patient_id), c.event.in_(_SEEN))
            .order_by(c.number)
        )
        with self.trail.database.read() as db:
            rows = [dict(row._mapping) for row in db.execute(wanted)]
        relations = self._relations(patient_id)
        accounts = {row["name"]: row for row in self.accounts()}
        return [
            {
                **row,
                "person": accounts.get(row["user"], {}).get("full_name", ""),
                "department": accounts.get(row["user"], {}).get("department", ""),
                "relation": self._relation(row["user"], accounts, relations),
            }
            for row in rows
        ]

    def colleagues(self) -> list[dict[str, Any]]:
        """Return the patients who are called like somebody with an account, with their accesses."""
        people = {_name(row["full_name"]): row for row in self.accounts() if row["full_name"]}
        with self.index.read() as db:
            rows = db.execute(select(t.patients.c.patient_id, t.patients.c.attributes)).all()
        found = []
        for row in rows:
            account = people.get(_name(text(unpack(row.attributes), "PatientName")))
            if account is not None:
                name = account["full_name"]
                found += [{"patient": row.patient_id, "colleague": name, **access}
                          for access in self.of(row.patient_id)]  # fmt: skip
        return found

    def _relations(self, patient_id: str) -> dict[str, str]:
        """Return who has to do with a patient, by user name or person's name, and why."""
        found = {}
        with self.index.read() as db:
            orders = db.execute(select(t.orders.c.facts).where(t.orders.c.patient_id == patient_id))
            facts = [row.facts for row in orders]
            accessions = [str(order.get("accession", "")) for order in facts]
            reports = db.execute(select(t.reports.c.author, t.reports.c.accession)).all()
        for order in facts:
            if order.get("referring"):
                found[_name(str(order["referring"]))] = f"ordered {order.get('accession', '')}"
        for report in reports:
            if report.accession in accessions:
                found[_name(report.author)] = f"reported {report.accession}"
        for event in self.emergencies():
            if event["patient_id"] == patient_id:
                finding = event["finding"] or "not reviewed yet"
                found[event["user"]] = f"emergency access {event['number']}: {finding}"
        return found

    def _relation(
        self, user: str, accounts: dict[str, dict[str, Any]], relations: dict[str, str]
    ) -> str:
        account = accounts.get(user)
        if account is None:
            return "a node or process"
        known = relations.get(user) or relations.get(_name(account["full_name"]))
        return known or "none known: ask"


def _name(name: str) -> str:
    """Return a person's name so that ^Anna^Muster and Anna Muster compare equal."""
    parts = name.replace("^", " ").replace(",", " ").replace("Dr.", " ").casefold().split()
    return " ".join(sorted(parts))
