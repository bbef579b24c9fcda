"""Labels: named sets of studies, by hand and by rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import Connection, delete, exists, insert, or_, select, update

from simulator.archive import tables as t
from simulator.archive.user_tables import label_rules, labels, study_labels
from simulator.database import Database
from simulator.errors import RefusedError, UsageError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")
KEYS = ("modality", "source", "patient_id")


class Labels:
    """The labels of an archive."""

    def __init__(self, database: Database, now: Callable[[], str]) -> None:
        """Work on `database`; `now` is hospital time."""
        self.database, self.now = database, now

    def all(self) -> list[dict[str, Any]]:
        """Return every label with its rules, and how many studies carry it by hand."""
        with self.database.read() as db:
            rules = db.execute(select(label_rules).order_by(label_rules.c.number)).all()
            given = list(db.execute(select(study_labels.c.label)).scalars())
            found = db.execute(select(labels).order_by(labels.c.name)).all()
        return [
            {
                **row._mapping,
                "rules": [f"{rule.key}={rule.value}" for rule in rules if rule.label == row.name],
                "by_hand": given.count(row.name),
            }
            for row in found
        ]

    def put(self, name: str, changes: dict[str, Any]) -> dict[str, Any]:
        """Make a label, or change its description, rules, and whether it is restricted."""
        if not _NAME.fullmatch(name):
            raise UsageError(f"'{name[:64]}' is not a label.", "Use letters, digits and spaces.")
        old = next((row for row in self.all() if row["name"] == name), None)
        known = old or {"description": "", "restricted": False, "rules": []}
        if unknown := sorted(set(changes) - set(known)):
            raise UsageError(f"'{unknown[0]}' cannot be set of a label.", "See /docs.")
        new = {key: changes.get(key, known[key]) for key in ("description", "restricted", "rules")}
        rules = _rules(new["rules"])
        if not isinstance(new["description"], str) or not isinstance(new["restricted"], bool):
            raise UsageError("A label has a text 'description' and a yes or no 'restricted'.")
        with self.database.write() as db:
            _put(db, name, new["description"], new["restricted"], rules)
        return {"name": name, **new}

    def remove(self, name: str) -> None:
        """Take a label away from everything; refused while an account is limited to it."""
        self.need(name)
        with self.database.read() as db:
            users = db.execute(select(t.users.c.name, t.users.c.labels)).all()
        if holders := [row.name for row in users if name in (row.labels or ())]:
            raise RefusedError(
                f"The label {name} limits what {holders[0]} sees.", "Change the account first.", 409
            )
        with self.database.write() as db:
            db.execute(delete(label_rules).where(label_rules.c.label == name))
            db.execute(delete(study_labels).where(study_labels.c.label == name))
            db.execute(delete(labels).where(labels.c.name == name))

    def give(self, study_uid: str, name: str, actor: str) -> None:
        """Put a label on a study."""
        self.need(name)
        key = {"study_uid": study_uid, "label": name}
        with self.database.write() as db:
            db.execute(delete(study_labels).filter_by(**key))
            db.execute(insert(study_labels).values(**key, by=actor, at=self.now()))

    def take(self, study_uid: str, name: str) -> None:
        """Take a label off a study; raises RefusedError if it was not there by hand."""
        with self.database.write() as db:
            gone = db.execute(delete(study_labels).filter_by(study_uid=study_uid, label=name))
        if not gone.rowcount:
            raise RefusedError(
                f"The study does not carry the label {name} by hand.", "A rule may give it.", 404
            )

    def of(self, study_uid: str) -> list[str]:
        """Return the labels a study carries, by hand or by rule."""
        with self.database.read() as db:
            return [
                name
                for name in db.execute(select(labels.c.name).order_by(labels.c.name)).scalars()
                if db.execute(
                    select(t.studies.c.pk).where(
                        t.studies.c.study_uid == study_uid, carries([name])
                    )
                ).first()
            ]

    def need(self, name: str) -> None:
        """Refuse a label there is not."""
        if name not in [row["name"] for row in self.all()]:
            raise RefusedError(f"There is no label '{name}'.", "List the labels.", 404)


def carries(names: Collection[str]) -> Any:
    """Return the condition that a study carries one of these labels."""
    given = select(study_labels.c.study_uid).where(study_labels.c.label.in_(names))
    found = [t.studies.c.study_uid.in_(given)]
    for key in KEYS:
        values = select(label_rules.c.value).where(
            label_rules.c.label.in_(names), label_rules.c.key == key
        )
        found.append(_holds(key, values))
    return or_(*found)


def _holds(key: str, values: Any) -> Any:
    """Return the condition that one of a study's series, senders or its patient is among these."""
    series, instances, patients = t.series.alias(), t.instances.alias(), t.patients.alias()
    if key == "patient_id":
        mine = patients.c.pk == t.studies.c.patient_pk
        return exists().where(mine, patients.c.patient_id.in_(values))
    mine = series.c.study_pk == t.studies.c.pk
    if key == "modality":
        return exists().where(mine, series.c.modality.in_(values))
    return exists().where(
        mine, instances.c.series_pk == series.c.pk, instances.c.source.in_(values)
    )


def _rules(rules: Any) -> list[tuple[str, str]]:
    """Return rules as key and value; raises UsageError for what is none."""
    if not isinstance(rules, list) or not all(isinstance(rule, str) for rule in rules):
        raise UsageError("The rules are no list of texts.", 'Give ["modality=XA"].')
    found = []
    for rule in rules:
        key, equals, value = rule.partition("=")
        if key not in KEYS or not equals or not 0 < len(value.strip()) <= 64:
            raise UsageError(
                f"'{rule[:64]}' is not a rule.", f"Write KEY=VALUE; keys are {', '.join(KEYS)}."
            )
        found.append((key, value.strip()))
    return found


def _put(
    db: Connection, name: str, description: str, restricted: bool, rules: list[tuple[str, str]]
) -> None:
    values = {"description": description[:200], "restricted": restricted}
    if not db.execute(update(labels).where(labels.c.name == name).values(**values)).rowcount:
        db.execute(insert(labels).values(name=name, **values))
    db.execute(delete(label_rules).where(label_rules.c.label == name))
    for key, value in rules:
        db.execute(insert(label_rules).values(label=name, key=key, value=value))
