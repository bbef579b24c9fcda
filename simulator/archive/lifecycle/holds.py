"""Legal hold: a study, or all of a patient's, is kept whatever the rules say, until released."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update

from simulator.archive import tables as t
from simulator.archive.lifecycle.tables import holds
from simulator.database import Database
from simulator.errors import RefusedError, UsageError

_IN_FORCE = holds.c.released_by == ""


class Holds:
    """The holds of an archive."""

    def __init__(self, database: Database, now: Callable[[], str]) -> None:
        """Work on `database`; `now` is hospital time."""
        self.database, self.now = database, now

    def all(self, *, released: bool = True) -> list[dict[str, Any]]:
        """Return the holds, the newest first; without `released` those in force."""
        statement = select(holds).order_by(holds.c.number.desc())
        with self.database.read() as db:
            rows = db.execute(statement if released else statement.where(_IN_FORCE)).all()
        return [dict(row._mapping) for row in rows]

    def put(
        self, reason: Any, by: str, *, study_uid: Any = "", patient_id: Any = "", issuer: Any = ""
    ) -> dict[str, Any]:
        """Hold a study or a patient's record; raises RefusedError where there is none such."""
        values = {"study_uid": study_uid, "patient_id": patient_id, "issuer": issuer}
        _check(values, reason)
        with self.database.write() as db:
            if not db.execute(_known(values)).scalar_one():
                what = f"study {study_uid}" if study_uid else f"patient {patient_id}"
                raise RefusedError(
                    f"There is no {what[:90]} in the archive.", "List the studies.", 404
                )
            same = [holds.c[key] == value for key, value in values.items()]
            if db.execute(select(holds.c.number).where(*same, _IN_FORCE)).first():
                raise RefusedError("It is on hold already.", "List the holds.", 409)
            row = {
                **values, "reason": reason.strip(), "by": by, "at": self.now(),
                "released_by": "", "released_at": "", "release_reason": "",
            }  # fmt: skip
            key = db.execute(insert(holds).values(row)).inserted_primary_key
        assert key is not None
        return {"number": int(key[0]), **row}

    def release(self, number: int, reason: Any, by: str) -> dict[str, Any]:
        """End a hold; it stays in the list, with who ended it and why."""
        _reason(reason)
        found = next((row for row in self.all() if row["number"] == number), None)
        if found is None:
            raise RefusedError(f"There is no hold {number}.", "List the holds.", 404)
        values = {"released_by": by, "released_at": self.now(), "release_reason": reason.strip()}
        with self.database.write() as db:
            here = holds.c.number == number, _IN_FORCE
            if not db.execute(update(holds).where(*here).values(**values)).rowcount:
                raise RefusedError(f"Hold {number} was released already.", "", 409)
        return {**found, **values}

    def held(self) -> dict[str, str]:
        """Return why each held study is held, by Study Instance UID."""
        statement = (
            select(t.studies.c.study_uid, func.min(holds.c.reason))
            .select_from(t.studies.join(t.patients).join(holds, _covers()))
            .where(_IN_FORCE)
            .group_by(t.studies.c.study_uid)
        )
        with self.database.read() as db:
            return {row[0]: row[1] for row in db.execute(statement)}

    def why(self, study_uid: str) -> str:
        """Return why a study is held, '' if it is not."""
        statement = (
            select(holds.c.number, holds.c.reason)
            .select_from(t.studies.join(t.patients).join(holds, _covers()))
            .where(_IN_FORCE, t.studies.c.study_uid == study_uid)
        )
        with self.database.read() as db:
            row = db.execute(statement).first()
        return f"on hold (number {row.number}): {row.reason}" if row else ""


def _covers() -> ColumnElement[bool]:
    """Return the condition that a hold speaks of a study."""
    of_patient = and_(
        holds.c.study_uid == "",
        holds.c.patient_id == t.patients.c.patient_id,
        or_(holds.c.issuer == "", holds.c.issuer == t.patients.c.issuer),
    )
    return or_(holds.c.study_uid == t.studies.c.study_uid, of_patient)


def _known(values: dict[str, str]) -> Any:
    if values["study_uid"]:
        return select(func.count()).where(t.studies.c.study_uid == values["study_uid"])
    found = select(func.count()).where(t.patients.c.patient_id == values["patient_id"])
    return found.where(t.patients.c.issuer == values["issuer"]) if values["issuer"] else found


def _check(values: dict[str, Any], reason: Any) -> None:
    if not all(isinstance(v, str) and len(v) <= 64 and "\0" not in v for v in values.values()):
        raise UsageError("That is no identifier.", "Send study_uid or patient_id as text.")
    if bool(values["study_uid"]) == bool(values["patient_id"]):
        raise UsageError("What is to be held?", "Send study_uid or patient_id, one of them.")
    if values["study_uid"] and values["issuer"]:
        raise UsageError("A study's hold has no issuer.", "Send the study_uid alone.")
    _reason(reason)


def _reason(reason: Any) -> None:
    if not isinstance(reason, str) or not 0 < len(reason.strip()) <= 200 or "\0" in reason:
        raise UsageError("Why? A hold and its release need a reason.", "Send one sentence.")
