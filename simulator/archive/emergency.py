"""Breaking the glass: one patient's record, opened for a while, with a reason and a review.

Whoever needs a record that is closed to the account gets in at once; the price is a reason, an
entry in the journal, and somebody else's finding afterwards.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update

from simulator.archive.settings import Settings
from simulator.archive.user_tables import emergencies
from simulator.clock import Clock, real_seconds
from simulator.database import Database
from simulator.errors import RefusedError, UsageError
from simulator.journal import Journal

FINDINGS = ("justified", "not justified", "unclear")
_SHORTEST = 10  # characters of a reason


class Emergencies:
    """Every time somebody broke the glass."""

    def __init__(
        self, database: Database, settings: Settings, clock: Clock, journal: Journal
    ) -> None:
        """Keep them in `database`; each is told to `journal`."""
        self.database, self.settings = database, settings
        self.clock, self.journal = clock, journal

    def open(self, user: str, patient_id: str, reason: str, host: str) -> dict[str, Any]:
        """Open a patient's record to a user; raises UsageError without a reason."""
        reason, patient_id = reason.strip(), patient_id.strip()
        if len(reason) < _SHORTEST:
            raise UsageError("That is no reason.", "Say in a sentence why it cannot wait.")
        if not patient_id or len(patient_id) > 64:
            raise UsageError("Whose record?", "Give the Patient ID.")
        minutes = int(self.settings["access.emergency_minutes"])
        values = {
            "user": user, "at": self._now(), "until": real_seconds() + 60 * minutes,
            "patient_id": patient_id, "reason": reason[:500], "host": host,
            "finding": "", "reviewed_by": "", "reviewed_at": "", "comment": "",
        }  # fmt: skip
        with self.database.write() as db:
            made = db.execute(insert(emergencies).values(**values)).inserted_primary_key
        number = int(made[0]) if made else 0
        text = f"{user} broke the glass for patient {patient_id}, {minutes} min: {reason[:200]}"
        self.journal.write(
            "access.emergency", text, user=user, by=user, patient_id=patient_id, number=number,
            reason=reason[:500], host=host,
        )  # fmt: skip
        return self.get(number)

    def patients(self, user: str) -> list[str]:
        """Return whose records are open to a user now because of an emergency."""
        c = emergencies.c
        statement = select(c.patient_id).where(c.user == user, c.until > real_seconds())
        with self.database.read() as db:
            return list(db.execute(statement.distinct()).scalars())

    def all(self, *, waiting: bool = False) -> list[dict[str, Any]]:
        """Return every one, or those that nobody has reviewed."""
        statement = select(emergencies).order_by(emergencies.c.number)
        with self.database.read() as db:
            rows = db.execute(statement).all()
        return [_facts(row) for row in rows if not (waiting and row.finding)]

    def get(self, number: int) -> dict[str, Any]:
        """Return one; raises RefusedError if there is none."""
        found = next((row for row in self.all() if row["number"] == number), None)
        if found is None:
            raise RefusedError(f"There is no emergency access {number}.", "List them.", 404)
        return found

    def review(self, number: int, finding: str, comment: str, by: str) -> dict[str, Any]:
        """Write down what a reviewer found; nobody reviews an access of one's own."""
        found = self.get(number)
        if finding not in FINDINGS:
            raise UsageError(f"'{finding[:40]}' is no finding.", f"Use {', '.join(FINDINGS)}.")
        if found["user"] == by:
            raise RefusedError("Nobody reviews an access of one's own.", "Ask somebody else.")
        if found["finding"]:
            raise RefusedError(
                f"Access {number} was reviewed by {found['reviewed_by']} already.", "", 409
            )
        values = {"finding": finding, "comment": comment[:1000]}
        with self.database.write() as db:
            db.execute(
                update(emergencies)
                .where(emergencies.c.number == number)
                .values(**values, reviewed_by=by, reviewed_at=self._now())
            )
        text = f"{by} found the emergency access {number} of {found['user']} {finding}"
        self.journal.write(
            "access.reviewed", text, user=found["user"], by=by, number=number, finding=finding,
            patient_id=found["patient_id"],
        )  # fmt: skip
        return self.get(number)

    def _now(self) -> str:
        return self.clock.now().isoformat(timespec="seconds")


def _facts(row: Any) -> dict[str, Any]:
    facts = dict(row._mapping)
    left = facts.pop("until") - real_seconds()
    return {**facts, "minutes_left": max(0, round(left / 60))}
