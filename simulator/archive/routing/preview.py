"""What a rule would do with a day's studies or orders, and why not with the others."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from simulator.archive import tables as t
from simulator.archive.routing.candidates import of_study, why_not
from simulator.archive.routing.jobs import ROUTE
from simulator.archive.routing.prefetch import Prefetch
from simulator.archive.routing.rule import ORDER, Rule
from simulator.errors import UsageError

if TYPE_CHECKING:
    from simulator.archive.archive import Archive

_WORDS = {"today": 0, "yesterday": 1}
ALL = "all"


class Preview:
    """Tries a rule without sending anything."""

    def __init__(self, archive: Archive, prefetch: Prefetch) -> None:
        """Try rules on what `archive` has."""
        self.archive, self.prefetch = archive, prefetch

    def day(self, text: str) -> str:
        """Return a day of hospital time as YYYY-MM-DD, empty for all; raises UsageError."""
        if text == ALL:
            return ""
        if text in _WORDS:
            return f"{self.archive.clock.now().date() - timedelta(days=_WORDS[text]):%Y-%m-%d}"
        try:
            return date.fromisoformat(text).isoformat()
        except (TypeError, ValueError):
            raise UsageError(
                f"'{str(text)[:20]}' is no day.", "Give yesterday, today, all, or 2026-03-02."
            ) from None

    def studies(self, text: str, sight: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
        """Return the studies that came on a day."""
        day = self.day(text)
        return self.archive.index.studies([t.studies.c.received.startswith(day), *sight])

    def rows(self, rule: Rule, text: str, sight: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
        """Return a day's studies, or orders, each with what the rule would do with it."""
        if rule.trigger == ORDER:
            day = self.day(text).replace("-", "")
            orders = [one for one in self.archive.orders.all() if one["date"].startswith(day)]
            return [self._order(rule, one) for one in orders]
        return [self._study(rule, study) for study in self.studies(text, sight)]

    def _study(self, rule: Rule, study: dict[str, Any]) -> dict[str, Any]:
        with self.archive.database.read() as db:
            those = of_study(db, study["study_uid"])
        reasons = [why_not(rule, one) for one in those]
        sources = [one.source for one, reason in zip(those, reasons, strict=True) if not reason]
        keep_home = rule.kind == ROUTE and rule.exclude_source
        to = {ae: sum(not (keep_home and source == ae) for source in sources) for ae in rule.to}
        why = Counter(filter(None, reasons)).most_common(1)
        keys = ("study_uid", "patient_name", "patient_id", "accession", "modalities", "description",
                "source", "received", "instances")  # fmt: skip
        return {
            **{key: study[key] for key in keys},
            "matches": bool(sources), "matched": len(sources),
            "to": [f"{ae}: {count}" for ae, count in to.items() if count],
            "why_not": "" if sources or not why else why[0][0],
        }  # fmt: skip

    def _order(self, rule: Rule, order: dict[str, Any]) -> dict[str, Any]:
        missed = self.prefetch.missed(rule, order)
        here = [] if missed or rule.source else self.prefetch.priors_here(rule, order)
        keys = ("accession", "patient_name", "patient_id", "procedure", "modality")
        return {
            **{key: order.get(key, "") for key in keys},
            "matches": missed is None, "matched": len(here),
            "to": [f"from {rule.source}"] if rule.source else list(rule.to) if here else [],
            "priors": [f"{exam.date} {exam.words.strip()}" for exam in here],
            "why_not": "" if missed is None else f"the rule wants {missed}",
        }  # fmt: skip
