"""Counts that reconcile: what rules matched, what was sent, waits, died, and what is refused.

Every number is counted from the rows of what was matched, against the jobs that are in the queue;
a row that waits for no job is lost, and shows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydicom.dataset import Dataset
from pydicom.uid import UID
from sqlalchemy import func, select

from simulator.archive import tables as t
from simulator.archive.owed import Report
from simulator.archive.routing.jobs import CANCELLED, GONE, REFUSED, SENT, WAITING
from simulator.archive.routing.tables import paused, routed
from simulator.errors import NetworkError
from simulator.network import scu

if TYPE_CHECKING:
    from simulator.archive.archive import Archive

DEAD, LOST = "dead", "lost"
STATES = (SENT, WAITING, DEAD, REFUSED, GONE, CANCELLED, LOST)


class Counts:
    """Counts of a queue and its destinations."""

    def __init__(self, archive: Archive) -> None:
        """Count what `archive` sends."""
        self.archive = archive

    # --- the board --------------------------------------------------------------------------------

    def destinations(self) -> list[dict[str, Any]]:
        """Return one row a destination: everybody that is owed, was sent, or is paused."""
        owed = self.archive.owed
        reports: dict[str, list[Report]] = defaultdict(list)
        for report in owed.all():
            reports[report.ae].append(report)
        sums: dict[str, Counter[str]] = defaultdict(Counter)
        with self.archive.database.read() as db:
            stops = {row.ae: row for row in db.execute(select(paused))}
            grouped = select(routed.c.ae, routed.c.state, func.count().label("n"))
            for row in db.execute(grouped.group_by(routed.c.ae, routed.c.state)):
                sums[row.ae][row.state] += row.n
        busy = owed.working()
        names = sorted({*reports, *sums, *stops, *self._targets()})
        return [
            {
                "ae": ae, **self._jobs(reports[ae]), "sent": sums[ae][SENT],
                "refused": sums[ae][REFUSED], "working_now": ae in busy, "paused": ae in stops,
                "paused_by": stops[ae].by if ae in stops else "",
                "paused_at": stops[ae].at if ae in stops else "",
                "reason": stops[ae].reason if ae in stops else "",
            }
            for ae in names
        ]  # fmt: skip

    def _targets(self) -> set[str]:
        return {ae for rule in self.archive.routing.rules.all() for ae in (*rule.to, rule.source)
                if ae}  # fmt: skip

    def _jobs(self, reports: list[Report]) -> dict[str, Any]:
        now, dead = self.archive.clock.now(), [r for r in reports if r.state == DEAD]
        alive = [r for r in reports if r.state != DEAD]
        ages = [(now - datetime.fromisoformat(r.created)).total_seconds() / 60 for r in alive]
        notes = [r.note for r in reports if r.note]
        return {
            "waiting": sum(r.state == WAITING for r in alive),
            "working": sum(r.state == "working" for r in alive),
            "failed": sum(r.attempts > 0 for r in alive), "dead": len(dead),
            "oldest_minutes": round(max([0.0, *ages]), 1), "note": notes[0] if notes else "",
        }  # fmt: skip

    # --- reconciling ------------------------------------------------------------------------------

    def reconcile(self, *, ask: bool = False) -> list[dict[str, Any]]:
        """Return one row for each rule and destination; with `ask` the destinations are queried."""
        found: dict[tuple[str, str], list[Any]] = defaultdict(list)
        statement = select(routed, t.owed.c.state.label("job_state")).outerjoin(
            t.owed, t.owed.c.pk == routed.c.job
        )
        with self.archive.database.read() as db:
            for row in db.execute(statement.order_by(routed.c.rule, routed.c.ae)):
                found[row.rule, row.ae].append(row)
        present = {ae: self._present(ae) for ae in {ae for _, ae in found}} if ask else {}
        return [
            _line(rule, ae, rows, present.get(ae)) for (rule, ae), rows in found.items()
        ]  # fmt: skip

    def _present(self, ae: str) -> dict[str, int] | str:
        """Ask a node how many instances it has of each study; or return why it does not say."""
        with self.archive.database.read() as db:
            mine = routed.c.ae == ae, routed.c.state == SENT
            uids = list(db.execute(select(routed.c.study_uid).where(*mine).distinct()).scalars())
        try:
            node = self.archive.calling.node(ae)
            caller = self.archive.calling.caller(node, dimse_timeout=10)
            return {uid: _counted(scu.find(node.peer, _question(uid), caller)) for uid in uids}
        except NetworkError as error:
            return error.sentence


def _line(rule: str, ae: str, rows: list[Any], present: dict[str, int] | str | None) -> Any:
    counts = Counter(_state(row) for row in rows)
    why = Counter((row.sop_class, row.reason) for row in rows if row.state == REFUSED)
    line = {
        "rule": rule, "ae": ae, "matched": len(rows), **{name: counts[name] for name in STATES},
        "refusals": [f"{n} × {UID(c).name}: {reason}" for (c, reason), n in why.most_common()],
        "reconciled": not counts[LOST] and not counts[DEAD] and not counts[REFUSED],
    }  # fmt: skip
    if isinstance(present, str):
        line |= {"present": None, "present_note": present}
    elif present is not None:
        by_study = Counter(row.study_uid for row in rows if row.state == SENT)
        there = sum(min(count, present.get(uid, 0)) for uid, count in by_study.items())
        line |= {"present": there, "present_note": ""}
        line["reconciled"] = line["reconciled"] and there == counts[SENT]
    return line


def _state(row: Any) -> str:
    if row.state != WAITING:
        return str(row.state)
    return LOST if row.job_state is None else DEAD if row.job_state == DEAD else WAITING


def _question(study_uid: str) -> Dataset:
    query = Dataset()
    query.QueryRetrieveLevel, query.StudyInstanceUID = "STUDY", study_uid
    query.NumberOfStudyRelatedInstances = ""
    return query


def _counted(answers: Any) -> int:
    return sum(int(ds.get("NumberOfStudyRelatedInstances") or 0) for ds in answers)
