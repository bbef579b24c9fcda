"""What rules want sent: entered with its job in one transaction, and guarded against loops.

The guard: nothing goes back to the node it came from, and nothing goes to a node twice by the
same rule unless it has changed meanwhile. It can be switched off, as some products do without.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from simulator.archive.owed import Owed, Report
from simulator.archive.routing.candidates import Candidate
from simulator.archive.routing.rule import Rule
from simulator.archive.routing.tables import routed
from simulator.archive.settings import Settings

ROUTE, PREFETCH = "route", "prefetch"
WAITING, SENT, REFUSED, GONE, CANCELLED = "waiting", "sent", "refused", "gone", "cancelled"
CHUNK = 500  # values in one statement


class Jobs:
    """The memory of what goes and went where."""

    def __init__(self, owed: Owed, settings: Settings) -> None:
        """Enter jobs into the queue `owed`."""
        self.owed, self.settings, self.database = owed, settings, owed.database
        owed.dropped = self.dropped

    @property
    def guarded(self) -> bool:
        """Whether the loop guard is on."""
        return bool(self.settings["route.loop_guard"])

    def enter(
        self,
        rule: Rule,
        ae: str,
        study_uid: str,
        those: Sequence[Candidate],
        *,
        again: bool = False,
    ) -> int:
        """Queue instances for a destination; returns how many.

        With `again`, what was refused, cancelled or sent before goes once more.
        """
        with self.database.write() as db:
            chosen = self._chosen(db, rule, ae, those, again)
            if not chosen:
                return 0
            job = self.owed.enter(
                db, rule.kind, ae, study_uid, {"rule": rule.name, "instances": len(chosen)},
                rule.delay_seconds, priority=rule.priority, window=rule.window,
            )  # fmt: skip
            self._write(db, job, rule.name, ae, study_uid, chosen)
        self.owed.wake()
        return len(chosen)

    def _chosen(
        self, db: Connection, rule: Rule, ae: str, those: Sequence[Candidate], again: bool
    ) -> list[Candidate]:
        home = rule.kind == ROUTE and (rule.exclude_source or self.guarded)
        away = [one for one in those if not (home and one.source == ae)]
        known = {row.sop_uid: row for row in self.rows(db, rule.name, ae, away)}
        return [
            one
            for one in away
            if (row := known.get(one.sop_uid)) is None or self._once_more(rule, row, one, again)
        ]

    def _once_more(self, rule: Rule, row: Any, one: Candidate, again: bool) -> bool:
        """Return whether what was matched before goes again."""
        if row.state == WAITING:
            return False
        free = not (rule.check_presence if rule.kind == PREFETCH else self.guarded)
        return again or free or row.digest != one.digest or row.state == GONE

    def rows(self, db: Connection, rule: str, ae: str, those: Iterable[Candidate]) -> list[Any]:
        """Return what is known of these instances at a destination, by one rule."""
        mine = routed.c.rule == rule, routed.c.ae == ae
        uids = [one.sop_uid for one in those]
        return [
            row
            for at in range(0, len(uids), CHUNK)
            for row in db.execute(
                select(routed).where(*mine, routed.c.sop_uid.in_(uids[at : at + CHUNK]))
            )
        ]

    def _write(
        self, db: Connection, job: int, rule: str, ae: str, study_uid: str,
        those: Sequence[Candidate],
    ) -> None:  # fmt: skip
        now = self.owed.clock.now().isoformat(timespec="seconds")
        sends = {row.sop_uid: row.sends for row in self.rows(db, rule, ae, those)}
        mine, uids = (routed.c.rule == rule, routed.c.ae == ae), list(sends)
        for at in range(0, len(uids), CHUNK):
            db.execute(delete(routed).where(*mine, routed.c.sop_uid.in_(uids[at : at + CHUNK])))
        db.execute(insert(routed), [
            {
                "rule": rule, "ae": ae, "sop_uid": one.sop_uid, "sop_class": one.sop_class,
                "study_uid": study_uid, "digest": one.digest, "job": job, "state": WAITING,
                "reason": "", "sends": sends.get(one.sop_uid, 0), "at": now,
            }
            for one in those
        ])  # fmt: skip

    def waiting(self, job: int) -> list[Any]:
        """Return the rows of a job that are not through."""
        mine = routed.c.job == job, routed.c.state == WAITING
        with self.database.read() as db:
            return list(db.execute(select(routed).where(*mine).order_by(routed.c.pk)))

    def through(self, ended: Sequence[tuple[Any, str, str, str]]) -> None:
        """Note how rows ended: each with its state, the reason, and the digest that went out."""
        now = self.owed.clock.now().isoformat(timespec="seconds")
        with self.database.write() as db:
            for row, state, reason, digest in ended:
                values = {"state": state, "reason": reason, "job": 0, "at": now, "digest": digest}
                if state == SENT:
                    values["sends"] = row.sends + 1
                    same = routed.c.ae == row.ae, routed.c.sop_uid == row.sop_uid
                    mine = (*same, routed.c.state == SENT)  # what another rule has sent there
                    db.execute(update(routed).where(*mine).values(digest=digest))
                db.execute(update(routed).where(routed.c.pk == row.pk).values(**values))

    def dropped(self, db: Connection, report: Report) -> None:
        """Note that a job was given up by hand."""
        mine = routed.c.job == report.pk, routed.c.state == WAITING
        values = {"state": CANCELLED, "job": 0, "reason": "given up by hand"}
        db.execute(update(routed).where(*mine).values(**values))
