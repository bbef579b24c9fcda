"""Expiry: which studies need not be kept any more, why the others are, and taking them out.

A run needs the number of a preview, and does exactly what that said: if something has changed
since, it refuses. What is on hold stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert, or_, select

from simulator.archive import tables as t
from simulator.archive.index import Index
from simulator.archive.lifecycle.holds import Holds
from simulator.archive.lifecycle.narrowing import may_have_expired, oldest
from simulator.archive.lifecycle.rules import Rules, Term, term_of
from simulator.archive.lifecycle.tables import retention_reports
from simulator.clock import Clock
from simulator.errors import PacsLabError, RefusedError, UsageError
from simulator.journal import Journal

_KEPT_SHOWN = 200  # studies: a preview does not write down the whole archive
EXPIRED = "113039"  # Data Retention Policy Expired, PS3.16 CID 7011


class Retention:
    """Applies the retention rules."""

    def __init__(self, index: Index, holds: Holds, clock: Clock, journal: Journal) -> None:
        """Judge the studies of `index`."""
        self.index, self.holds, self.clock, self.journal = index, holds, clock, journal
        self.rules = Rules(index.database)
        # Rejects a study with a code of CID 7011 (IHE IOCM): reject(study_uid, code, by).
        self.reject: Callable[[str, str, str], object] = lambda study_uid, code, by: None

    def expired(self) -> list[dict[str, Any]]:
        """Return the studies whose time is over, those that are to go before those on hold."""
        return [row for row in self._judged([self._narrow()]) if row["expired"]]

    def _narrow(self) -> Any:
        return may_have_expired(self.rules.all(), self.clock.now().date())

    def _judged(self, conditions: Sequence[Any]) -> list[dict[str, Any]]:
        """Return studies with what the rules say of them, those that expire first on top."""
        rules, held, today = self.rules.all(), self.holds.held(), self.clock.now().date()
        found = [
            _judged(study, term_of(study, rules), held, today)
            for study in self.index.studies(conditions)
        ]
        return sorted(found, key=lambda row: (not row["expires"], row["until"] or "9999"))

    def preview(self, by: str) -> dict[str, Any]:
        """Return what a run would do now, and why it would leave the rest; kept as a report.

        Every study whose time is over is named; of those that are kept, the next to expire.
        """
        narrow = self._narrow()
        rows = self._judged([or_(narrow, oldest(_KEPT_SHOWN, without=narrow))])
        expired = [row for row in rows if row["expired"]]
        going = [row for row in expired if row["expires"]]
        kept = [row for row in rows if not row["expired"]][:_KEPT_SHOWN]
        facts = {
            "studies": [*expired, *kept], "expiring": len(going),
            "bytes": sum(row["bytes"] for row in going), "held": len(expired) - len(going),
            "kept": self.index.counts()["studies"] - len(expired),
        }  # fmt: skip
        return self._write("preview", by, facts)

    def run(self, preview: Any, by: str) -> dict[str, Any]:
        """Take out what a preview named; raises RefusedError where it is not true any more."""
        said = self._preview(preview)
        going = [row for row in self.expired() if row["expires"]]
        key = ("study_uid", "action", "instances")
        if sorted(map(_key(key), going)) != sorted(map(_key(key), said)):
            raise RefusedError(
                "What expires is not what the preview said any more.", "Make another preview.", 409
            )
        done = [self._take_out(row, by) for row in going]
        gone = [row for row in done if row["done"]]
        facts = {
            "preview": preview, "studies": done, "expiring": len(gone),
            "bytes": sum(row["bytes"] for row in gone),
        }  # fmt: skip
        return self._write("run", by, facts)

    def _take_out(self, row: dict[str, Any], by: str) -> dict[str, Any]:
        uid, who = row["study_uid"], f"{row['patient_name']} ({row['patient_id']})"
        try:
            if row["action"] == "reject":
                if why := self.holds.why(uid):
                    raise RefusedError(f"The study is {why}.", "", 409)
                self.reject(uid, EXPIRED, by)
            else:
                self.index.delete_study(uid, guard=self.holds.why)
        except PacsLabError as error:  # held since, or not online; the others go on
            return {**row, "done": False, "why": error.sentence}
        if row["action"] == "delete":  # a rejection tells of itself
            self.journal.write(
                "study.deleted",
                f"{by} deleted a study of {who}, {row['instances']} instances: its retention "
                f"period has ended ({row['rule']}, {row['until']})",
                by=by, what=uid, rule=row["rule"],
            )  # fmt: skip
        return {**row, "done": True}

    # --- reports --------------------------------------------------------------------------------

    def reports(self) -> list[dict[str, Any]]:
        """Return what was previewed and run, the newest first, without the studies."""
        with self.index.database.read() as db:
            rows = db.execute(
                select(retention_reports).order_by(retention_reports.c.number.desc())
            ).all()
        return [_short(_facts(row)) for row in rows]

    def report(self, number: int) -> dict[str, Any]:
        """Return one report whole."""
        with self.index.database.read() as db:
            here = retention_reports.c.number == number
            row = db.execute(select(retention_reports).where(here)).first()
        if row is None:
            raise RefusedError(f"There is no report {number}.", "List the reports.", 404)
        return _facts(row)

    def _preview(self, number: Any) -> list[dict[str, Any]]:
        if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**31:
            raise UsageError("A run needs the number of its preview.", "Make a preview first.")
        report = self.report(number)
        if report["kind"] != "preview":
            raise UsageError(f"Report {number} is no preview.", "Make a preview first.")
        return [row for row in report["studies"] if row["expires"]]

    def _write(self, kind: str, by: str, facts: dict[str, Any]) -> dict[str, Any]:
        row = {"kind": kind, "at": self.clock.now().isoformat(timespec="seconds"), "by": by}
        with self.index.database.write() as db:
            made = db.execute(insert(retention_reports).values(**row, facts=facts))
        assert made.inserted_primary_key is not None
        return {"number": int(made.inserted_primary_key[0]), **row, **facts}

    def guard(self, study_uid: str) -> str:
        """Return why a study must not be deleted by hand, '' if it may be."""
        study = next(iter(self.index.studies([t.studies.c.study_uid == study_uid])), None)
        if study is None:
            return ""
        term = term_of(study, self.rules.all())
        if term.rule is None or term.expired(self.clock.now().date()):
            return ""
        return f"kept until {_day(term.until) or 'further notice'} ({term.why})"


def _judged(study: dict[str, Any], term: Term, held: dict[str, str], today: date) -> dict[str, Any]:
    hold, expired = held.get(study["study_uid"], ""), term.expired(today)
    keys = ("study_uid", "patient_name", "patient_id", "date", "modalities", "description",
            "instances", "bytes")  # fmt: skip
    return {
        **{key: study[key] for key in keys},
        "rule": term.rule.name if term.rule else "", "until": _day(term.until),
        "why": f"on hold: {hold}" if hold else term.why, "held": hold, "expired": expired,
        "expires": expired and not hold, "action": term.rule.action if term.rule else "",
    }  # fmt: skip


def _key(names: tuple[str, ...]) -> Callable[[dict[str, Any]], tuple[str, ...]]:
    return lambda row: tuple(str(row[name]) for name in names)


def _day(day: date) -> str:
    return "" if day == date.max else day.isoformat()


def _facts(row: Any) -> dict[str, Any]:
    return {"number": row.number, "kind": row.kind, "at": row.at, "by": row.by, **row.facts}


def _short(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if key != "studies"}
