"""The rules of an archive, in memory: every study that arrives asks them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, insert, select, update

from simulator.archive.routing.rule import Rule, check_nodes, make
from simulator.archive.routing.tables import rules as table
from simulator.database import Database
from simulator.errors import RefusedError, UsageError


class RuleTable:
    """The rules, by name."""

    def __init__(
        self, database: Database, knows: Callable[[str], bool], own: Callable[[], str]
    ) -> None:
        """Keep them in `database`; `knows` says if there is such a node, `own` our AE title."""
        self.database, self.knows, self.own = database, knows, own
        self._rules: dict[str, Rule] = {}
        self.reload()

    def reload(self) -> None:
        """Read the table again, as after a reset."""
        with self.database.read() as db:
            rows = db.execute(select(table).order_by(table.c.name)).all()
        self._rules = {row.name: make({**row.facts, "enabled": row.enabled}) for row in rows}

    def all(self) -> list[Rule]:
        """Return every rule, by name."""
        return list(self._rules.values())

    def active(self, trigger: str, kind: str = "") -> list[Rule]:
        """Return the enabled rules of a trigger."""
        found = [rule for rule in self.all() if rule.enabled and rule.trigger == trigger]
        return [rule for rule in found if kind in ("", rule.kind)]

    def find(self, name: str) -> Rule | None:
        """Return a rule, None if there is none (any more)."""
        return self._rules.get(name)

    def get(self, name: str) -> Rule:
        """Return a rule; raises RefusedError if there is none."""
        if name not in self._rules:
            raise RefusedError(f"There is no rule '{name[:64]}'.", "List the rules.", 404)
        return self._rules[name]

    def check(self, facts: dict[str, Any]) -> Rule:
        """Make a rule that could be entered; raises UsageError for what cannot."""
        rule = make(facts)
        check_nodes(rule, self.knows, self.own())
        return rule

    def add(self, facts: dict[str, Any]) -> Rule:
        """Enter a new rule; raises RefusedError if its name is taken."""
        if not facts.get("name"):
            raise UsageError("'name' is missing.", "Send it in the body.")
        rule = self.check(facts)
        if rule.name in self._rules:
            raise RefusedError(f"There is a rule '{rule.name}' already.", "Change that one.", 409)
        with self.database.write() as db:
            db.execute(insert(table).values(name=rule.name, **_row(rule)))
        self.reload()
        return rule

    def change(self, name: str, changes: dict[str, Any]) -> tuple[Rule, Rule]:
        """Change a rule; returns it as it was and as it is. Its name stays: counts hang on it."""
        old = self.get(name)
        if changes.get("name", name) != name:
            raise UsageError("A rule keeps its name.", "Make another one, and remove this.")
        rule = self.check({**old.facts(), **changes})
        with self.database.write() as db:
            db.execute(update(table).where(table.c.name == name).values(**_row(rule)))
        self.reload()
        return old, rule

    def remove(self, name: str) -> Rule:
        """Remove a rule; what it has queued goes out all the same."""
        rule = self.get(name)
        with self.database.write() as db:
            db.execute(delete(table).where(table.c.name == name))
        self.reload()
        return rule


def _row(rule: Rule) -> dict[str, Any]:
    facts = rule.facts()
    return {"enabled": facts.pop("enabled"), "facts": facts}
