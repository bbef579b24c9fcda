"""What was corrected: each change with its objects before and after, so that it can be undone.

Files never change, so the objects before a change are still there: they are kept from the sweep
for as long as the change can be undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from simulator.archive.fixup.plan import Plan, Stored
from simulator.archive.fixup.tables import changed_objects, changes
from simulator.archive.index import Location
from simulator.database import Database
from simulator.errors import RefusedError

_SHOWN = ("number", "kind", "at", "by", "text", "study_uid", "patient_id", "state", "undone_by",
          "undone_at")  # fmt: skip


class Record:
    """The changes of an archive."""

    def __init__(self, database: Database) -> None:
        """Write down in `database`."""
        self.database = database

    def all(self, *, study_uid: str = "") -> list[dict[str, Any]]:
        """Return the changes, the newest first; of one study, if it is named."""
        query = select(*(changes.c[name] for name in _SHOWN)).order_by(changes.c.number.desc())
        if study_uid:
            query = query.where(changes.c.study_uid == study_uid)
        with self.database.read() as db:
            return [dict(row._mapping) for row in db.execute(query)]

    def get(self, number: int) -> dict[str, Any]:
        """Return one change; raises RefusedError if there is none."""
        with self.database.read() as db:
            row = db.execute(select(changes).where(changes.c.number == number)).first()
        if row is None:
            raise RefusedError(f"There is no change {number}.", "List the changes.", 404)
        return dict(row._mapping)

    def objects(self, number: int) -> list[dict[str, Any]]:
        """Return what became of each object in a change."""
        c = changed_objects.c
        with self.database.read() as db:
            rows = db.execute(select(changed_objects).where(c.change == number).order_by(c.pk))
            return [dict(row._mapping) for row in rows]

    def add(
        self,
        db: Connection,
        plan: Plan,
        pairs: Sequence[tuple[Stored | None, Stored | None, bool]],
        by: str,
        at: str,
    ) -> int:
        """Write a change down within its own transaction; returns its number."""
        row = {
            "kind": plan.kind, "at": at, "by": by, "text": plan.text, "study_uid": plan.study_uid,
            "patient_id": plan.patient_id, "state": "done", "undone_by": "", "undone_at": "",
            "before": plan.before,
        }  # fmt: skip
        key = db.execute(insert(changes).values(row)).inserted_primary_key
        assert key is not None
        number = int(key[0])
        rows = [
            {"change": number, **_half("before", before), **_half("after", after, hidden=hidden)}
            for before, after, hidden in pairs
        ]
        if rows:
            db.execute(insert(changed_objects), rows)
        return number

    def close(self, db: Connection, number: int, by: str, at: str, state: str = "undone") -> None:
        """Write down that a change was undone, or (final) cannot be undone any more."""
        values = {"state": state, "undone_by": by, "undone_at": at}
        db.execute(update(changes).where(changes.c.number == number).values(values))

    def kept(self) -> set[str]:
        """Return the digests of the files without which some change could not be undone."""
        c = changed_objects.c
        query = (
            select(c.before_digest, c.after_digest)
            .join(changes, changes.c.number == c.change)
            .where(changes.c.state == "done")
        )
        with self.database.read() as db:
            return {digest for row in db.execute(query) for digest in row if digest}

    def keeps(self, sop_uid: str) -> bool:
        """Return whether an object is kept that was rejected, or has another UID by now."""
        c = changed_objects.c
        taken_out = (c.before_uid == sop_uid) & (c.before_digest != "") & (c.after_uid != sop_uid)
        query = (
            select(c.pk)
            .join(changes, changes.c.number == c.change)
            .where(changes.c.state == "done", taken_out)
        )
        with self.database.read() as db:
            return db.execute(query).first() is not None

    def later(self, number: int, digests: Sequence[str]) -> int:
        """Return the first change after this one that replaced one of these files, or 0."""
        c = changed_objects.c
        query = (
            select(changes.c.number)
            .join(changed_objects, changes.c.number == c.change)
            .where(changes.c.number > number, changes.c.state == "done")
            .where(c.before_digest.in_(digests))
            .order_by(changes.c.number)
        )
        with self.database.read() as db:
            return int(db.execute(query).scalar() or 0)

    def of_objects(self, sop_uids: Sequence[str]) -> list[int]:
        """Return the changes that can be undone and had these objects."""
        c = changed_objects.c
        had = or_(c.before_uid.in_(sop_uids), c.after_uid.in_(sop_uids))
        query = (
            select(changes.c.number)
            .join(changed_objects, changes.c.number == c.change)
            .where(changes.c.state == "done", had)
            .distinct()
        )
        with self.database.read() as db:
            return sorted(db.execute(query).scalars())


def erase(db: Connection, sop_uids: Sequence[str]) -> set[str]:
    """Forget the files of objects that are deleted for good; returns their digests."""
    c, gone = changed_objects.c, set[str]()
    for side in ("before", "after"):
        same = c[f"{side}_uid"].in_(sop_uids)
        gone |= set(db.execute(select(c[f"{side}_digest"]).where(same)).scalars())
        values = {f"{side}_digest": "", side: {}}
        db.execute(update(changed_objects).where(same).values(values))
    return gone - {""}


def _half(side: str, one: Stored | None, *, hidden: bool = False) -> dict[str, Any]:
    if one is None:
        return {f"{side}_uid": "", f"{side}_digest": "", side: {}}
    facts = {**asdict(one.location), "source": one.source, "received": one.received}
    facts |= {"hidden": True} if hidden else {}
    return {f"{side}_uid": one.location.sop_uid, f"{side}_digest": one.location.digest, side: facts}


def row_of(facts: dict[str, Any]) -> Stored:
    """Return an object's row as it was written down."""
    beside = ("source", "received", "hidden")
    place = {key: value for key, value in facts.items() if key not in beside}
    return Stored(location=Location(**place), source=facts["source"], received=facts["received"])
