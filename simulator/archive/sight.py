"""Row-level rights: which studies an account sees, and what is told of them.

A label is a named set of studies: those it was put on by hand, and those its rules find (a
modality, a sending node, a patient). An account with labels sees only their studies. A restricted
label hides its studies from every account that does not have it: records of staff, for instance.
Emergency access opens one patient's studies for a while.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, and_, not_, or_, select

from simulator.archive import tables as t
from simulator.archive.emergency import Emergencies
from simulator.archive.labels import carries
from simulator.archive.user_tables import label_rules, labels
from simulator.database import Database
from simulator.web import Principal


class Sight:
    """What an account may see of the archive."""

    def __init__(self, database: Database, emergencies: Emergencies) -> None:
        """Look up labels in `database`, and whose glass is broken."""
        self.database, self.emergencies = database, emergencies

    def of(self, who: Principal) -> list[Any]:
        """Return conditions on studies for one who calls; none for the lab's own token."""
        return [] if "*" in who.rights else self.conditions(who.name)

    def conditions(self, user: str, level: str = "STUDY") -> list[Any]:
        """Return SQL conditions on studies (or patients) that hold for all a user may see."""
        if not user:
            return []  # a node without a user: its own rights decide
        with self.database.read() as db:
            found = _conditions(*self._labels(db, user))
        if not found:
            return []
        opened = self.emergencies.patients(user)
        condition = or_(and_(*found), _of_patients(opened)) if opened else and_(*found)
        return [_at_patient(condition)] if level == "PATIENT" else [condition]

    def shown(self, who: Principal, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the orders, messages, steps or reports an account may see.

        What belongs to a study out of its sight is left out, and all that is told of a patient
        of whom it may see no study.
        """
        if not (limits := self.of(who)):
            return list(rows)
        studies, patients = t.studies.c, t.patients.c
        query = select(studies.accession, patients.patient_id).join_from(t.studies, t.patients)
        with self.database.read() as db:
            hidden = db.execute(query.where(not_(and_(*limits)))).all()
            people = {row.patient_id for row in hidden}
            some = query.where(*limits, patients.patient_id.in_(people))
            people -= {row.patient_id for row in db.execute(some)}
            people |= set(db.execute(_named(self._labels(db, who.name)[1])).scalars())
        people -= set(self.emergencies.patients(who.name))
        accessions = {row.accession for row in hidden if row.accession}
        return [row for row in rows if not _is_about(row, accessions, people)]

    def _labels(self, db: Connection, user: str) -> tuple[list[str], list[str]]:
        """Return a user's labels, and the restricted ones that are not among them."""
        own = db.execute(select(t.users.c.labels).where(t.users.c.name == user)).scalar() or ()
        closed = db.execute(select(labels.c.name).where(labels.c.restricted)).scalars()
        return list(own), [label for label in closed if label not in own]


def _conditions(own: Collection[str], closed: Collection[str]) -> list[Any]:
    return [*([carries(own)] if own else []), *([not_(carries(closed))] if closed else [])]


def _of_patients(patient_ids: Collection[str]) -> Any:
    found = select(t.patients.c.pk).where(t.patients.c.patient_id.in_(patient_ids))
    return t.studies.c.patient_pk.in_(found)


def _at_patient(condition: Any) -> Any:
    """Return the condition for patients: one of their studies may be seen."""
    return t.patients.c.pk.in_(select(t.studies.c.patient_pk).where(condition))


def _named(closed: Collection[str]) -> Any:
    """Return the patients whose whole record these labels close."""
    c = label_rules.c
    return select(c.value).where(c.label.in_(closed), c.key == "patient_id")


def _is_about(row: dict[str, Any], accessions: Collection[str], people: Collection[str]) -> bool:
    said = row.get("accessions") or [row.get("accession", "")]
    return row.get("patient_id", "") in people or any(one in accessions for one in said)
