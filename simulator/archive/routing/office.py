"""Routing as a whole: it hears of what arrives, asks the rules, and has the queue do the rest.

What arrives enters the queue as a look at the rules, so that a stop in between forgets nothing:
a study once nothing more of it has come for a while, or its procedure step is completed; an order
when it is new.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydicom.dataset import Dataset

from simulator.archive.owed import NotNow, Report
from simulator.archive.routing.candidates import of_study, wanted
from simulator.archive.routing.corrections import Corrections
from simulator.archive.routing.counts import Counts
from simulator.archive.routing.jobs import PREFETCH, ROUTE, Jobs
from simulator.archive.routing.prefetch import Prefetch
from simulator.archive.routing.preview import Preview
from simulator.archive.routing.rule import ARRIVAL, COMPLETED, ORDER, Rule
from simulator.archive.routing.rule_table import RuleTable
from simulator.archive.routing.sending import Sending
from simulator.clock import real_seconds

if TYPE_CHECKING:
    from simulator.archive.archive import Archive

LOOK = "rules"  # kind of a job: ask the rules what they want of this


class Routing:
    """The archive's router."""

    def __init__(self, archive: Archive) -> None:
        """Route what `archive` files, with its queue."""
        self.archive, self.owed, self.settings = archive, archive.owed, archive.settings
        self.rules = RuleTable(
            archive.database, lambda ae: archive.nodes.find(ae) is not None, self._own
        )
        self.jobs = Jobs(self.owed, self.settings)
        self.sending = Sending(archive, self.jobs)
        self.prefetch = Prefetch(archive, self.jobs)
        self.preview = Preview(archive, self.prefetch)
        self.counts = Counts(archive)
        self.corrections = Corrections(archive, self.jobs)
        self._last: dict[str, float] = {}  # study: when its last instance came, while it is quiet
        self._lock = threading.Lock()
        self._serve()

    def _serve(self) -> None:
        """Tell the queue what this room delivers, and by which settings."""
        owed, settings = self.owed, self.settings
        deliver = {LOOK: self.look, ROUTE: self.sending.deliver, PREFETCH: self._prefetched}
        owed.deliverers.update(deliver)
        for kind in (ROUTE, PREFETCH):
            owed.limits[kind] = lambda: int(settings["queue.max_attempts"])
        owed.runs = lambda: bool(settings["queue.enabled"])
        owed.apart = lambda: settings["queue.workers"] == "destination"
        owed.recovers = lambda: bool(settings["queue.recover"])

    def reload(self) -> None:
        """Read the rules again, and forget what was arriving, as after a reset."""
        self.rules.reload()
        with self._lock:
            self._last.clear()
        if self.owed.recovers():
            self.owed.recover()

    def _own(self) -> str:
        return str(self.settings["dicom.ae_title"])

    # --- what comes -------------------------------------------------------------------------------

    def arrived(self, study_uid: str) -> None:
        """Note that an instance of a study was filed."""
        if self.rules.active(ARRIVAL):
            self._came(study_uid, {"trigger": ARRIVAL})

    def came_again(self, study_uid: str, source: str) -> None:
        """Note that a known instance came again: without the loop guard it is routed again."""
        if not self.jobs.guarded and self.rules.active(ARRIVAL):
            self._came(study_uid, {"trigger": ARRIVAL, "from": source})

    def _came(self, study_uid: str, facts: dict[str, str]) -> None:
        with self._lock:
            is_first = study_uid not in self._last
            self._last[study_uid] = real_seconds()
        if is_first:
            self._expect(study_uid, facts)

    def step_changed(self, pps_uid: str, step: Dataset) -> None:
        """Note how a procedure step stands; only a completed one matters here."""
        if step.get("PerformedProcedureStepStatus") != "COMPLETED":
            return
        scheduled = step.get("ScheduledStepAttributesSequence") or []
        for uid in dict.fromkeys(str(item.get("StudyInstanceUID")) for item in scheduled):
            if self.rules.active(COMPLETED):
                self._expect(uid, {"trigger": COMPLETED})

    def ordered(self, order: dict[str, Any]) -> None:
        """Note a new order."""
        if self.rules.active(ORDER):
            facts = {"trigger": ORDER, "order": order}
            self.owed.add(LOOK, self._own(), str(order["accession"]), facts)

    def _expect(self, study_uid: str, facts: dict[str, str]) -> None:
        quiet = float(self.settings["route.quiet_seconds"])
        self.owed.add(LOOK, self._own(), study_uid, facts, quiet)

    # --- what is wanted ---------------------------------------------------------------------------

    def look(self, report: Report) -> None:
        """Ask the rules; raises NotNow while instances still arrive."""
        trigger = report.facts["trigger"]
        if trigger == ORDER:
            for rule in self.rules.active(ORDER):
                self.prefetch.begin(rule, report.facts["order"])
            return
        if trigger == ARRIVAL:
            self._await_quiet(report.subject)
        for rule in self.rules.active(trigger):
            home = report.facts.get("from", "") if rule.exclude_source else ""
            self.apply(rule, report.subject, home=home)

    def _await_quiet(self, study_uid: str) -> None:
        quiet = float(self.settings["route.quiet_seconds"])
        with self._lock:
            left = self._last.get(study_uid, 0.0) + quiet - real_seconds()
            if left > 0:
                raise NotNow("instances of the study still arrive", left)
            self._last.pop(study_uid, None)  # what comes now is looked at by itself

    def apply(self, rule: Rule, study_uid: str, *, again: bool = False, home: str = "") -> int:
        """Queue what a rule wants of a study; returns how many instances (jobs of a prefetch).

        Nothing goes to `home`, the node that has just sent it again.
        """
        with self.archive.database.read() as db:
            those = wanted(rule, of_study(db, study_uid))
        if not those:
            return 0
        if rule.kind == PREFETCH:
            study = self.archive.index.study(study_uid)
            return self._begin(rule, study) if study else 0
        return sum(
            self.jobs.enter(rule, ae, study_uid, those, again=again) for ae in rule.to if ae != home
        )

    def change(self, name: str, changes: dict[str, Any]) -> tuple[Rule, Rule]:
        """Change a rule, also for what waits of it; returns it as it was and as it is."""
        old, new = self.rules.change(name, changes)
        if (old.window, old.priority) != (new.window, new.priority):
            for report in self.owed.all():
                if report.facts.get("rule") == name:
                    self.owed.change(report.pk, window=new.window, priority=new.priority)
            self.owed.wake()
        return old, new

    def _begin(self, rule: Rule, study: dict[str, Any]) -> int:
        """Begin a prefetch for a study that came: what it shows stands for an order."""
        known = self.archive.orders.known(study["accession"]) or {}
        seen = {"procedure": study["description"], "modality": (study["modalities"] or [""])[0],
                "station_ae": study["source"]}  # fmt: skip
        return self.prefetch.begin(rule, {**study, **seen, **_said(known), "date": study["date"]})

    def _prefetched(self, report: Report) -> None:
        deliver = self.prefetch.fetch if "order" in report.facts else self.sending.deliver
        deliver(report)

    # --- for those who correct studies ------------------------------------------------------------

    def destinations_of(self, study_uid: str) -> list[dict[str, Any]]:
        """Return who has received a study: ae, instances, and when the last of them went out."""
        return self.corrections.destinations_of(study_uid)

    def resend_corrected(self, study_uid: str) -> dict[str, int]:
        """Queue what has changed of a study for those who have it; returns instances by AE."""
        return self.corrections.resend(study_uid)

    def send_again(
        self, study_uid: str, sop_uids: Sequence[str], *, but: Sequence[str] = ()
    ) -> dict[str, int]:
        """Queue instances for those who have had them, `but` some; returns instances by AE."""
        return self.corrections.send_again(study_uid, sop_uids, but=but)


def _said(order: dict[str, Any]) -> dict[str, Any]:
    return {key: order[key] for key in ("procedure", "modality") if order.get(key)}
