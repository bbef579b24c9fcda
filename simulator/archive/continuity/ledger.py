"""What is written down of migrations: one row each, and one for each study of it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import func, insert, select, update

from simulator.archive.continuity.remote import Listed
from simulator.archive.continuity.tables import migrated_studies, migrations
from simulator.database import Database
from simulator.errors import RefusedError

_s, _m = migrated_studies.c, migrations.c
LISTED = 1000  # UIDs of a study that are written down


class Ledger:
    """The migrations of an archive."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self.database = database

    def open(self, facts: dict[str, Any]) -> int:
        """Write a new migration down and return its number."""
        with self.database.write() as db:
            last = db.execute(select(func.max(_m.number))).scalar() or 0
            db.execute(insert(migrations).values(number=last + 1, **facts))
        return int(last) + 1

    def close(self, number: int, state: str, note: str, ended: str) -> None:
        """Write down how a migration ended, or that it goes on."""
        values = {"state": state, "note": note[:500], "ended": ended}
        with self.database.write() as db:
            db.execute(update(migrations).where(_m.number == number).values(**values))

    def all(self) -> list[dict[str, Any]]:
        """Return every migration with its counts, the oldest first."""
        with self.database.read() as db:
            rows = db.execute(select(migrations).order_by(_m.number)).all()
            query = select(_s.migration, _s.state, func.count()).group_by(_s.migration, _s.state)
            counts = db.execute(query).all()
        return [
            {**row._mapping, "studies": {n[1]: n[2] for n in counts if n[0] == row.number}}
            for row in rows
        ]

    def get(self, number: int) -> dict[str, Any]:
        """Return one migration; raises RefusedError where there is none."""
        found = next((row for row in self.all() if row["number"] == number), None)
        if found is None:
            raise RefusedError(f"There is no migration {number}.", "List them.", 404)
        return found

    def list_studies(self, number: int, found: list[Listed]) -> None:
        """Note the studies that were found; those that are known keep their state."""
        known = {row["study_uid"] for row in self.studies(number)}
        times = Counter(one.study_uid for one in found)
        new = {one.study_uid: one for one in reversed(found) if one.study_uid not in known}
        with self.database.write() as db:
            for one in new.values():
                note = "listed twice" if times[one.study_uid] > 1 else ""
                db.execute(
                    insert(migrated_studies).values(
                        migration=number, **vars(one), state="waiting", source=0, target=0,
                        missing=[], extra=[], note=note,
                    )
                )  # fmt: skip

    def studies(self, number: int, *, open_only: bool = False) -> list[dict[str, Any]]:
        """Return a migration's studies, by date; `open_only`: those that are not equal yet."""
        query = select(migrated_studies).where(_s.migration == number)
        if open_only:
            query = query.where(_s.state != "equal")
        with self.database.read() as db:
            rows = db.execute(query.order_by(_s.study_date, _s.study_uid)).all()
        return [dict(row._mapping) for row in rows]

    def compared(
        self, number: int, study_uid: str, source: set[str], target: set[str], note: str
    ) -> str:
        """Write down what a comparison of two sets of instances says; returns the state."""
        missing, extra = sorted(source - target), sorted(target - source)
        state = "missing" if missing else "extra" if extra else "equal"
        self.note(
            number, study_uid, state=state, source=len(source), target=len(target),
            missing=missing[:LISTED], extra=extra[:LISTED], note=note,
        )  # fmt: skip
        return state

    def note(self, number: int, study_uid: str, **values: Any) -> None:
        """Change what is written down of a study."""
        of = (_s.migration == number) & (_s.study_uid == study_uid)
        with self.database.write() as db:
            db.execute(update(migrated_studies).where(of).values(**values))
