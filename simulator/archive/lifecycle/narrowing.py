"""SQL that finds the studies a rule may speak of: it may let more through, never less."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, false, func, not_, or_, select

from simulator.archive import tables as t
from simulator.archive.lifecycle.rules import Rule

_SLACK = 3  # days: the 31st of a month and the 28th may end their period on the same day


def written_day(column: Any) -> Any:
    """Return the first eight digits of a date, however a device has written it."""
    return func.substr(func.replace(column, "-", ""), 1, 8)


def may_have_expired(rules: Sequence[Rule], today: date) -> Any:
    """Return a condition on studies that holds for each whose time is over by one of the rules.

    Age and description are not looked at, and the day is that of the study or of its arrival.
    """
    return or_(false(), *(_old_enough(rule, today) for rule in rules if rule.enabled))


def oldest(count: int, *, without: Any) -> Any:
    """Return a condition on studies: the `count` oldest for which `without` does not hold."""
    chosen = (
        select(t.studies.c.pk).where(not_(without)).order_by(t.studies.c.study_date, t.studies.c.pk)
    )
    return t.studies.c.pk.in_(chosen.limit(count))


def _old_enough(rule: Rule, today: date) -> Any:
    last = last_day(today, rule.keep)
    done = written_day(t.studies.c.study_date) <= last.isoformat().replace("-", "")
    came = func.substr(t.studies.c.received, 1, 10) <= last.isoformat()
    if not rule.modality:
        return or_(done, came)
    with_it = select(t.series.c.study_pk).where(t.series.c.modality == rule.modality)
    return and_(or_(done, came), t.studies.c.pk.in_(with_it))


def last_day(today: date, period: str) -> date:
    """Return a day at or after the last whose `period` is over today."""
    number, unit = int(period[:-1]), period[-1]
    if unit == "d":
        return today - timedelta(days=number)
    months = today.year * 12 + today.month - 1 - number * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    if year < date.min.year:
        return date.min
    last = date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
    return last + timedelta(days=_SLACK)
