"""Rules of routing and prefetch: edit them, try them on a day, and apply them to what is there."""

from __future__ import annotations

from typing import Any

from simulator.archive.api.desk import Desk, Row
from simulator.archive.routing.rule import ORDER, Rule
from simulator.errors import RefusedError, UsageError
from simulator.web import Call

_ALL, _ONE = "/api/rules", "/api/rules/{name}"


class Rules(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        return [
            ("GET", _ALL, "rule.read", self.all, "rules of routing and prefetch"),
            ("POST", _ALL, "rule.edit", self.add, "enter a rule"),
            ("POST", "/api/rules/preview", "rule.edit", self.preview_new, "try a rule not entered"),
            ("GET", _ONE, "rule.read", self.show, "show a rule"),
            ("PATCH", _ONE, "rule.edit", self.change, "change a rule"),
            ("DELETE", _ONE, "rule.edit", self.remove, "remove a rule"),
            ("POST", f"{_ONE}/preview", "rule.edit", self.preview, "what of a day would match"),
            ("POST", f"{_ONE}/apply", "rule.edit", self.apply, "apply it to what is here"),
        ]

    def all(self, call: Call) -> Any:
        """List rules, by name."""
        return [rule.facts() for rule in self.archive.routing.rules.all()]

    def show(self, call: Call) -> Any:
        """Show a rule."""
        return self._rule(call).facts()

    def add(self, call: Call) -> Any:
        """Enter a rule."""
        rule = self.archive.routing.rules.add(call.body)
        self.tell("rule.added", f"{call.who.name} entered the rule {_said(rule)}", call, rule.name)
        return rule.facts()

    def change(self, call: Call) -> Any:
        """Change a rule."""
        old, new = self.archive.routing.change(call.path["name"], call.body)
        before = old.facts()
        for key, value in new.facts().items():
            if value != before[key]:
                text = (
                    f"{call.who.name} changed {key} of rule {new.name} "
                    f"from {before[key]!r} to {value!r}"
                )
                self.tell("rule.changed", text, call, new.name)
        return new.facts()

    def remove(self, call: Call) -> Any:
        """Remove a rule."""
        rule = self.archive.routing.rules.remove(call.path["name"])
        text = f"{call.who.name} removed the rule {_said(rule)}"
        self.tell("rule.removed", text, call, rule.name)
        return {"ok": True}

    def preview_new(self, call: Call) -> Any:
        """Try a rule that is not entered; the body holds it as 'rule', and 'day'."""
        facts = call.body.get("rule")
        if not isinstance(facts, dict):
            raise UsageError("'rule' is missing.", "Send the rule as an object.")
        rule = self.archive.routing.rules.check({"name": "not entered", **facts})
        return self._previewed(call, rule)

    def preview(self, call: Call) -> Any:
        """Try a rule on the studies, or orders, of a day; nothing is sent."""
        return self._previewed(call, self._rule(call))

    def apply(self, call: Call) -> Any:
        """Apply a rule to the studies of a day, or to one; `again` sends what went before, too."""
        rule, again = self._rule(call), call.yes("again")
        if rule.trigger == ORDER:
            raise RefusedError("That rule is about orders, not studies.", "Order again.", 409)
        routing = self.archive.routing
        counts = [routing.apply(rule, uid, again=again) for uid in self._studies(call)]
        sent = {"studies": sum(count > 0 for count in counts), "queued": sum(counts)}
        text = f"{call.who.name} applied the rule {rule.name}: {sent['studies']} studies queued"
        self.tell("rule.applied", text, call, rule.name)
        return {"ok": True, **sent}

    def _studies(self, call: Call) -> list[str]:
        uid, sight = call.body.get("study_uid"), tuple(self.archive.sight.of(call.who))
        if uid is None:
            rows = self.archive.routing.preview.studies(_day(call), sight)
            return [str(row["study_uid"]) for row in rows]
        if not isinstance(uid, str) or self.archive.index.study(uid) is None:
            raise RefusedError(f"There is no study '{str(uid)[:64]}'.", "List the studies.", 404)
        return [uid]

    def _previewed(self, call: Call, rule: Rule) -> Any:
        sight = tuple(self.archive.sight.of(call.who))
        rows = self.archive.routing.preview.rows(rule, _day(call), sight)
        count = sum(row["matches"] for row in rows)
        text = f"{call.who.name} tried the rule {rule.name}: {count} of {len(rows)} match"
        self.tell("rule.previewed", text, call, rule.name)
        return rows

    def _rule(self, call: Call) -> Rule:
        return self.archive.routing.rules.get(call.path["name"])


def _day(call: Call) -> str:
    day = call.body.get("day", "yesterday")
    if not isinstance(day, str):
        raise UsageError(f"{day!r} is no day.", "Give yesterday, today, all, or 2026-03-02.")
    return day


def _said(rule: Rule) -> str:
    where = f"from {rule.source}" if rule.source else f"to {', '.join(rule.to)}"
    return f"{rule.name}: {' and '.join(rule.when) or 'everything'} {where}"
