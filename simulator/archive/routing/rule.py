"""A rule: what it is about, where it sends, and when. What makes no sense is refused whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any

from pydicom._uid_dict import UID_dictionary
from pydicom.uid import UID

from simulator.archive.routing import hours
from simulator.archive.routing.conditions import SOURCE, Condition
from simulator.errors import UsageError

ARRIVAL, COMPLETED, ORDER = "arrival", "completed", "order"
TRIGGERS = (ARRIVAL, COMPLETED, ORDER)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")
_LISTS = ("when", "to", "classes", "modalities")
_CHOICES = ("relevant", "same", "any")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Routing: what arrives and fulfils `when` goes to each of `to`. Prefetch: its priors do."""

    name: str
    kind: str = "route"  # route | prefetch
    enabled: bool = True
    trigger: str = ARRIVAL  # arrival: nothing more came for a while | completed: by MPPS | order
    when: tuple[str, ...] = ()  # all must hold
    hours: str = ""  # it holds for what arrives in these hours
    to: tuple[str, ...] = ()
    window: str = ""  # hours in which it may be sent
    delay_seconds: int = 0
    priority: int = 1  # 0: before others
    classes: tuple[str, ...] = ()  # only these SOP classes, by UID; empty: all
    exclude_source: bool = True
    # of a prefetch only
    source: str = ""  # fetch from this node; empty: from this archive
    modalities: tuple[str, ...] = ("relevant",)  # of the priors: relevant, same, any, or a list
    regions: str = "relevant"  # parts of the body: relevant, same, any
    max_age_days: int = 1826
    max_studies: int = 3
    check_presence: bool = True  # what is there already is not moved again

    def __post_init__(self) -> None:
        """Refuse what can be no rule, whatever nodes there are."""
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise UsageError(f"'{str(self.name)[:64]}' is not a rule's name.", "Use a few words.")
        for key in ("enabled", "exclude_source", "check_presence"):
            if type(getattr(self, key)) is not bool:
                raise UsageError(f"{key} is neither true nor false.", "Use true or false.")
        for key, high in _NUMBERS.items():
            if type(getattr(self, key)) is not int or not 0 <= getattr(self, key) <= high:
                raise UsageError(f"{getattr(self, key)!r} is no {key}.", f"Use 0 to {high}.")
        _one_of(self.kind, "kind", ("route", "prefetch"))
        _one_of(self.trigger, "trigger", TRIGGERS)
        _one_of(self.regions, "regions", _CHOICES)
        if self.kind == "route" and self.trigger == ORDER:
            raise UsageError("At an order there is nothing to route yet.", "Use kind=prefetch.")
        self._check_places()

    def _check_places(self) -> None:
        if self.source and self.to:
            what = f"What comes from {self.source} comes to this archive, not to {self.to[0]}."
            raise UsageError(what, "Leave 'to' out, and let a second rule send it on.")
        if not self.to and not self.source:
            raise UsageError(f"The rule {self.name} has no destination.", "Give 'to': AE titles.")
        if self.source and self.kind == "route":
            raise UsageError("Only a prefetch has a 'source'.", f"Use the condition {SOURCE}=….")

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """What must hold."""
        return tuple(Condition.parse(text) for text in self.when)

    def facts(self) -> dict[str, Any]:
        """The rule as JSON holds it."""
        return {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(self).items()}

    def sends_home(self, ae: str) -> bool:
        """Return whether all it matches may have come from this destination."""
        about = [one for one in self.conditions if one.keyword == SOURCE]
        return not self.exclude_source and all(one.matches([ae]) for one in about)


_NUMBERS = {
    "delay_seconds": 7 * 86400, "priority": 9, "max_age_days": 36525, "max_studies": 1000,
}  # fmt: skip


def _one_of(value: Any, key: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise UsageError(f"'{str(value)[:40]}' is no {key}.", f"Use {', '.join(allowed)}.")


def make(facts: Mapping[str, Any]) -> Rule:
    """Make a rule of JSON; raises UsageError for what it cannot be."""
    known = {item.name for item in fields(Rule)}
    for key in facts:
        if key not in known:
            raise UsageError(f"A rule has no '{key[:64]}'.", f"It has: {', '.join(sorted(known))}.")
    values = {**facts, **{key: _texts(facts[key], key) for key in _LISTS if key in facts}}
    for key in ("hours", "window"):
        values[key] = hours.checked(facts.get(key, ""))
    if not isinstance(values.get("source", ""), str):
        raise UsageError(f"{values['source']!r} is no AE title.", "Give a node's AE title.")
    values["when"] = tuple(str(Condition.parse(text)) for text in values.get("when", ()))
    values["classes"] = tuple(_class_uid(name) for name in values.get("classes", ()))
    return Rule(**values)


def check_nodes(rule: Rule, exists: Callable[[str], bool], own: str) -> None:
    """Refuse destinations there are not, ourselves, and what only sends back what came."""
    for ae in (*rule.to, *filter(None, [rule.source])):
        if ae == own:
            raise UsageError(f"{ae} is this archive itself.", "Choose another node.")
        if not exists(ae):
            raise UsageError(f"There is no node '{ae[:64]}'.", "Register it, or correct the name.")
    for ae in rule.to if rule.kind == "route" else ():
        only = [one for one in rule.conditions if one.keyword != SOURCE]
        if not only and rule.sends_home(ae):
            raise UsageError(
                f"The rule {rule.name} would send to {ae} everything that came from {ae}.",
                f"Keep exclude_source, or add a condition such as {SOURCE}!={ae}.",
            )


def _texts(value: Any, key: str) -> tuple[str, ...]:
    many = value.split(",") if isinstance(value, str) and key != "when" else value
    many = [many] if isinstance(many, str) else many
    if not isinstance(many, list | tuple) or not all(isinstance(one, str) for one in many):
        raise UsageError(f"{key} is no list of texts.", 'Give ["one", "two"].')
    return tuple(dict.fromkeys(text for one in many if (text := one.strip())))


def _class_uid(name: str) -> str:
    """Return a SOP class's UID by UID or keyword, e.g. CTImageStorage."""
    if name in UID_dictionary and UID(name).type == "SOP Class":
        return name
    found = [uid for uid, row in UID_dictionary.items() if row[4] == name]
    if not found or UID(found[0]).type != "SOP Class":
        raise UsageError(f"'{name[:64]}' is no SOP class.", "Write it as CTImageStorage, or a UID.")
    return found[0]
