"""Innocent changes of a working day, so that a fault is one change among several.

Which ones, follows from `seed`; what is listed in `spare` is left alone. None of them breaks
anything, and lifting them means putting back what was there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from simulator.client import Client

_NODE_NOTES = ("moved to room 2", "service contract renewed", "new cable", "checked after service")
_DEVICE_NOTES = ("contract renewed", "serviced", "phone on the door", "checked", "new monitor")
_TIMEOUTS = {"timeouts.connect": (4.0, 6.0, 8.0), "timeouts.acse": (8.0, 12.0, 15.0)}
_RULE_NOTES = ("request 4411", "request 4423, until further notice", "reviewed", "interface test")
_USER_NOTES = ("phone 4417", "phone 4420", "works on weekends", "badge renewed", "part time")


@dataclass(frozen=True, kw_only=True)
class _Few:
    """Some of many things are brought up to date: which ones and how, the seed says."""

    count: int
    seed: int
    by: tuple[str, ...]
    spare: tuple[str, ...] = field(default_factory=tuple)

    def lift(self, seat: Client) -> None:
        """Nothing needs to be put back: what was changed is true, or works as well."""

    def _staff(self, seat: Client, chance: Random) -> Client:
        return seat.as_staff(chance.choice(self.by))


@dataclass(frozen=True, kw_only=True)
class Nodes(_Few):
    """Descriptions in the archive's node table are brought up to date."""

    def apply(self, seat: Client) -> None:
        """Add a remark to some nodes' descriptions."""
        chance = Random(self.seed)
        able = [n for n in seat.archive.nodes() if n["port"] and n["ae"] not in self.spare]
        for node in _some(able, self.count, chance):
            staff = self._staff(seat, chance)
            words = f"{node['description']}, {chance.choice(_NODE_NOTES)}"
            staff.archive.change_node(node["ae"], description=words)


@dataclass(frozen=True, kw_only=True)
class RisDevices(_Few):
    """Descriptions of devices at the RIS are brought up to date."""

    def apply(self, seat: Client) -> None:
        """Write a remark to some rows."""
        chance = Random(self.seed)
        able = [row for row in seat.ris.devices() if row["ae"] not in self.spare]
        for row in _some(able, self.count, chance):
            staff = self._staff(seat, chance)
            staff.ris.device(row["ae"], description=chance.choice(_DEVICE_NOTES))


@dataclass(frozen=True, kw_only=True)
class Devices(_Few):
    """Timeouts of some devices are tuned, within what works."""

    def apply(self, seat: Client) -> None:
        """Change one timeout of each."""
        chance = Random(self.seed)
        able = [d for d in seat.fleet.devices() if d["name"] not in self.spare]
        for device in _some(able, self.count, chance):
            key = chance.choice(list(_TIMEOUTS))
            staff = self._staff(seat, chance)
            staff.fleet.device(device["name"]).set(key, chance.choice(_TIMEOUTS[key]))


@dataclass(frozen=True, kw_only=True)
class Rules(_Few):
    """The firewall gets rules that allow what was allowed before."""

    def apply(self, seat: Client) -> None:
        """Let some nodes speak to the RIS by a rule of their own."""
        chance = Random(self.seed)
        for port in self._picked(seat, chance):
            staff = self._staff(seat, chance)
            facts = {"source": port["node"], "target": "ris", "note": chance.choice(_RULE_NOTES)}
            staff.network.set_rule(_rule_name(port["node"]), action="allow", **facts)

    def lift(self, seat: Client) -> None:
        """Take them out again."""
        there = {rule["name"] for rule in seat.network.rules()}
        for port in self._picked(seat, Random(self.seed)):
            if _rule_name(port["node"]) in there:
                seat.as_staff(self.by[0]).network.remove_rule(_rule_name(port["node"]))

    def _picked(self, seat: Client, chance: Random) -> list[dict[str, Any]]:
        able = [row for row in seat.network.ports() if row["node"] not in self.spare]
        return chance.sample(able, min(self.count, len(able)))


def _rule_name(node: str) -> str:
    return f"{node.lower()}-ris"


@dataclass(frozen=True, kw_only=True)
class Accounts(_Few):
    """Remarks about some accounts are brought up to date."""

    def apply(self, seat: Client) -> None:
        """Write a remark to some accounts."""
        chance = Random(self.seed)
        able = [u for u in seat.users.list(status="active") if u["name"] not in self.spare]
        for user in _some(able, self.count, chance):
            staff = self._staff(seat, chance)
            staff.users.change(user["name"], note=chance.choice(_USER_NOTES))


def _some(able: Iterable[dict[str, Any]], count: int, chance: Random) -> list[dict[str, Any]]:
    """Return some of these, the same for the same chance."""
    ordered = sorted(able, key=lambda item: str(item.get("ae") or item["name"]))
    return chance.sample(ordered, min(count, len(ordered)))
