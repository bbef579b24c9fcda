"""Corrections follow the copies: who has received a study, and sending what changed once more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, or_, select

from simulator.archive import tables as t
from simulator.archive.routing.candidates import Candidate, of_study
from simulator.archive.routing.jobs import CHUNK, Jobs
from simulator.archive.routing.rule import Rule
from simulator.archive.routing.tables import routed
from simulator.archive.rows import all_levels

if TYPE_CHECKING:
    from simulator.archive.archive import Archive

NAME = "correction"  # under which such copies are counted


class Corrections:
    """Looks after the copies that were sent away."""

    def __init__(self, archive: Archive, jobs: Jobs) -> None:
        """Compare `archive` with what its rules have sent."""
        self.archive, self.jobs = archive, jobs

    def destinations_of(self, study_uid: str) -> list[dict[str, Any]]:
        """Return who has received a study, also under an earlier Study Instance UID."""
        mine = select(t.instances.c.sop_uid).select_from(all_levels())
        mine = mine.where(t.studies.c.study_uid == study_uid)
        about = or_(routed.c.study_uid == study_uid, routed.c.sop_uid.in_(mine))
        count = func.count(routed.c.sop_uid.distinct()).label("instances")
        statement = (
            select(routed.c.ae, count, func.max(routed.c.at).label("at"))
            .where(about, routed.c.sends > 0)
            .group_by(routed.c.ae)
            .order_by(routed.c.ae)
        )
        with self.archive.database.read() as db:
            return [dict(row._mapping) for row in db.execute(statement)]

    def resend(self, study_uid: str) -> dict[str, int]:
        """Queue the instances whose file has changed since they went out; returns them by AE."""
        nodes = [row["ae"] for row in self.destinations_of(study_uid)]
        with self.archive.database.read() as db:
            those = of_study(db, study_uid)
            stale = {ae: self._stale(db, ae, those) for ae in nodes}
        queued = {
            ae: self.jobs.enter(Rule(name=NAME, to=(ae,), priority=0), ae, study_uid, changed)
            for ae, changed in stale.items()
        }
        return {ae: count for ae, count in queued.items() if count}  # else it is on its way

    def send_again(
        self, study_uid: str, sop_uids: Sequence[str], *, but: Sequence[str] = ()
    ) -> dict[str, int]:
        """Queue instances for those who have had them, changed or not; returns them by AE.

        Nodes in `but` are left out: they have not been told that they should be without.
        """
        nodes = [row["ae"] for row in self.destinations_of(study_uid) if row["ae"] not in but]
        with self.archive.database.read() as db:
            those = [one for one in of_study(db, study_uid) if one.sop_uid in set(sop_uids)]
            sent = {ae: self._sent(db, ae, those) for ae in nodes}
        queued = {
            ae: self.jobs.enter(
                Rule(name=NAME, to=(ae,), priority=0), ae, study_uid,
                [one for one in those if one.sop_uid in known], again=True,
            )
            for ae, known in sent.items()
        }  # fmt: skip
        return {ae: count for ae, count in queued.items() if count}

    def _stale(self, db: Connection, ae: str, those: Sequence[Candidate]) -> list[Candidate]:
        """Return the instances a node has in another version than ours."""
        digests = self._sent(db, ae, those)
        return [one for one in those if one.digest not in digests.get(one.sop_uid, {one.digest})]

    def _sent(self, db: Connection, ae: str, those: Sequence[Candidate]) -> dict[str, set[str]]:
        """Return which of these instances a node was sent, and in which versions."""
        digests: dict[str, set[str]] = {}
        uids = [one.sop_uid for one in those]
        for at in range(0, len(uids), CHUNK):
            mine = routed.c.sop_uid.in_(uids[at : at + CHUNK]), routed.c.ae == ae
            statement = select(routed.c.sop_uid, routed.c.digest).where(*mine, routed.c.sends > 0)
            for row in db.execute(statement):
                digests.setdefault(row.sop_uid, set()).add(row.digest)
        return digests
