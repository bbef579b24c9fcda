"""Retention rules: how long which studies are kept, and what becomes of them then."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy import delete, insert, select

from simulator.archive.lifecycle.amounts import day_of, later, period_of, period_text
from simulator.archive.lifecycle.modalities import modality_of
from simulator.archive.lifecycle.tables import retention_rules
from simulator.database import Database
from simulator.errors import RefusedError, UsageError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,47}")
PATIENTS = ("all", "adults", "minors")
ACTIONS = ("delete", "reject")
MAJORITY = "18y"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How long studies of one kind are kept."""

    name: str
    keep: str
    modality: str = ""
    description: str = ""
    patients: str = "all"
    after_majority: str = ""
    action: str = "delete"
    enabled: bool = True

    def matches(self, study: Mapping[str, Any], *, minor: bool | None) -> bool:
        """Return whether it speaks of a study; a patient of unknown age may be a minor."""
        if self.modality and self.modality not in study["modalities"]:
            return False
        said = str(study["description"]).upper()
        if self.description and not fnmatchcase(said, self.description.upper()):
            return False
        return {"all": True, "minors": minor is not False, "adults": not minor}[self.patients]

    def until(self, done: date, born: date | None, *, minor: bool | None) -> tuple[date, str]:
        """Return the first day a study need not be kept, and why; date.max: not known."""
        end, why = later(done, self.keep), f"{period_text(self.keep)} after the study"
        if not self.after_majority or minor is False:
            return end, why
        if born is None:
            return date.max, "the birth date is unknown: it may be a minor's"
        grown = later(later(born, MAJORITY), self.after_majority)
        said = f"a minor: {period_text(self.after_majority)} after the 18th birthday"
        return (grown, said) if grown > end else (end, why)


def is_minor(born: date | None, done: date) -> bool | None:
    """Return whether somebody was a minor on a day; None where the birth date is unknown."""
    return None if born is None else later(born, MAJORITY) > done


@dataclass(frozen=True, kw_only=True)
class Term:
    """What the rules say of one study: kept until when (date.max: for ever), by which."""

    rule: Rule | None
    until: date
    why: str

    def expired(self, today: date) -> bool:
        """Return whether the study need not be kept any more."""
        return self.rule is not None and self.until <= today


def term_of(study: Mapping[str, Any], rules: list[Rule]) -> Term:
    """Return how long a study is kept: of the rules that match, the longest counts."""
    born = day_of(study["birth_date"])
    done = day_of(study["date"]) or day_of(study["received"]) or date.max
    minor = is_minor(born, done)
    found = [
        Term(rule=rule, until=until, why=f"{rule.name}: {why}")
        for rule in rules
        if rule.enabled and rule.matches(study, minor=minor)
        for until, why in [rule.until(done, born, minor=minor)]
    ]
    nothing = Term(rule=None, until=date.max, why="no rule speaks of it: kept for ever")
    return max(found, key=lambda term: term.until, default=nothing)


class Rules:
    """The retention rules of an archive."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self.database = database

    def all(self) -> list[Rule]:
        """Return every rule by name."""
        with self.database.read() as db:
            rows = db.execute(select(retention_rules).order_by(retention_rules.c.name)).all()
        return [Rule(**row._mapping) for row in rows]

    def put(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Make or change a rule; raises UsageError for what makes no sense."""
        old = next((asdict(rule) for rule in self.all() if rule.name == name), {})
        rule = checked(name, {**old, **given})
        with self.database.write() as db:
            db.execute(delete(retention_rules).where(retention_rules.c.name == name))
            db.execute(insert(retention_rules).values(asdict(rule)))
        return asdict(rule)

    def remove(self, name: str) -> None:
        """Delete a rule: what only it spoke of is kept for ever."""
        with self.database.write() as db:
            here = retention_rules.c.name == name
            if not db.execute(delete(retention_rules).where(here)).rowcount:
                raise RefusedError(f"There is no rule '{name[:48]}'.", "List the rules.", 404)


def checked(name: str, given: Mapping[str, Any]) -> Rule:
    """Return a rule of these values; raises UsageError saying what is wrong."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"'{name[:48]}' is no name of a rule.", "Use letters and digits.")
    known = {"name", *Rule.__dataclass_fields__}
    if unknown := sorted(map(str, set(given) - known)):
        raise UsageError(f"'{unknown[0][:40]}' cannot be set of a rule.", "See /docs.")
    if "keep" not in given:
        raise UsageError("How long are they kept?", "Send 'keep': 10y, 6m or 30d.")
    values = {**given, "name": name, "keep": period_of(given["keep"], "keep")}
    values["modality"] = modality_of(given.get("modality", ""))
    values["after_majority"] = _majority(given.get("after_majority", ""))
    for key, choices in (("patients", PATIENTS), ("action", ACTIONS)):
        if values.get(key, choices[0]) not in choices:
            raise UsageError(
                f"'{str(values[key])[:40]}' is no value for {key}.", f"Use {', '.join(choices)}."
            )
    words = values.get("description", "")
    if not isinstance(words, str) or len(words) > 64 or "\0" in words:
        raise UsageError("That is no description.", "Send a text; * and ? stand for any.")
    if not isinstance(values.get("enabled", True), bool):
        raise UsageError("'enabled' is neither true nor false.", "Send true or false.")
    if values.get("patients") == "adults" and values["after_majority"]:
        raise UsageError(
            "A rule for adults cannot count from their majority.", "Leave after_majority out."
        )
    return Rule(**values)


def _majority(value: Any) -> str:
    return "" if value in ("", None) else period_of(value, "after_majority")
