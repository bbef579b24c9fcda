"""Row-level rights: which studies an account sees.

A label is a named set of studies: those it was put on by hand, and those its rules find (a
modality, a sending node, a patient). An account with labels sees only their studies. A restricted
label hides its studies from every account that does not have it: records of staff, for instance.
Emergency access opens one patient's studies for a while.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import and_, not_, or_, select

from simulator.archive import tables as t
from simulator.archive.emergency import Emergencies
from simulator.archive.labels import carries
from simulator.archive.user_tables import labels
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
            own = db.execute(select(t.users.c.labels).where(t.users.c.name == user)).scalar()
            closed = list(db.execute(select(labels.c.name).where(labels.c.restricted)).scalars())
        found = _conditions(own or (), [label for label in closed if label not in (own or ())])
        if not found:
            return []
        opened = self.emergencies.patients(user)
        condition = or_(and_(*found), _of_patients(opened)) if opened else and_(*found)
        return [_at_patient(condition)] if level == "PATIENT" else [condition]


def _conditions(own: Collection[str], closed: Collection[str]) -> list[Any]:
    return [*([carries(own)] if own else []), *([not_(carries(closed))] if closed else [])]


def _of_patients(patient_ids: Collection[str]) -> Any:
    found = select(t.patients.c.pk).where(t.patients.c.patient_id.in_(patient_ids))
    return t.studies.c.patient_pk.in_(found)


def _at_patient(condition: Any) -> Any:
    """Return the condition for patients: one of their studies may be seen."""
    return t.patients.c.pk.in_(select(t.studies.c.patient_pk).where(condition))
