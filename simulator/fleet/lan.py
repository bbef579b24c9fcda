"""The hospital's network as those who look after it see it: switch ports and firewall rules.

Each node hangs on one switch port; its VLAN, its speed and the rules of the firewall decide what
becomes of its connections. All of it can be changed while running, by whoever looks after it.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from simulator.errors import UsageError
from simulator.files import read_json, write_json
from simulator.network.tap import Address, Counters, Impairment, Line

VLANS = {10: "clinical", 20: "office", 30: "guests"}
DUPLEX = ("full", "half")
ACTIONS = ("allow", "drop", "reject", "inspect")
EVERYBODY = "any"
_FORMAT = 1
_COLLIDING = Impairment(rate=1_000_000, latency=0.02)  # what a duplex mismatch leaves of 1 Gbit/s
_SHARED_BYTES = 20_000  # then the other owner of the address answers, and resets the connection


@dataclass(frozen=True, kw_only=True)
class Port:
    """A port of the switch and the node that hangs on it."""

    node: str
    port: str
    address: str  # what is configured at the node; two nodes with one address disturb each other
    vlan: int = 10
    duplex: str = "full"  # the switch's side
    node_duplex: str = "full"  # the node's side

    def __post_init__(self) -> None:
        """Refuse what no switch can be set to."""
        if self.vlan not in VLANS or isinstance(self.vlan, bool):
            known = ", ".join(f"{number} ({name})" for number, name in VLANS.items())
            raise UsageError(f"There is no VLAN {self.vlan!r}.", f"There are: {known}.")
        for value in (self.duplex, self.node_duplex):
            if value not in DUPLEX:
                raise UsageError(f"Duplex cannot be {value!r}.", "Say full or half.")
        try:
            ip_address(str(self.address))
        except ValueError:
            raise UsageError(f"{self.address!r} is no IP address.", "E.g. 127.0.1.7.") from None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule of the firewall; the first one that fits decides, and without one all is allowed."""

    name: str
    source: str = EVERYBODY  # a node
    target: str = EVERYBODY  # archive, ris or a node
    action: str = "drop"
    after: int = 0  # inspect: bytes until the connection is cut
    silent: bool = False  # inspect: cut without a reset
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no rule."""
        if not self.name or len(self.name) > 40 or not self.name.isprintable():
            raise UsageError("A rule needs a name of 1 to 40 characters.")
        if self.action not in ACTIONS:
            raise UsageError(f"A rule cannot '{self.action}'.", f"It can {', '.join(ACTIONS)}.")
        if (self.action == "inspect") != (self.after > 0):
            raise UsageError("'after' (bytes, above 0) goes with 'inspect', and only with it.")

    def fits(self, source: str, target: str) -> bool:
        """Return whether the rule speaks of this way."""
        return self.source in (EVERYBODY, source) and self.target in (EVERYBODY, target)


class Lan:
    """The switch and the firewall of one hospital."""

    def __init__(
        self,
        path: Path,
        nodes: Mapping[str, str],
        servers: Mapping[Address, str],
        tell: Callable[..., Any] = lambda kind, text, **facts: None,
    ) -> None:
        """Keep changes in `path`; `nodes` is the address plan, `servers` who is at which."""
        self.path, self.servers, self._tell = path, dict(servers), tell
        self._usual = {
            name: Port(node=name, port=f"sw1/{number:02}", address=address)
            for number, (name, address) in enumerate(nodes.items(), 1)
        }
        self.ports, self.rules = dict(self._usual), dict[str, Rule]()
        self.lines = {name: self._line(name) for name in nodes}
        self._lock = threading.Lock()
        self.load()

    # --- what becomes of a connection ---------------------------------------------------------

    def trouble(self, node: str, other: Address) -> Impairment:
        """Return what is wrong on the way between a node and an address."""
        port, name = self.ports[node], self.servers.get(other, "")
        if VLANS[port.vlan] == "guests" or (VLANS[port.vlan] == "office" and name == "archive"):
            return Impairment(blocked="silent")
        rule = next((rule for rule in self.rules.values() if rule.fits(node, name)), None)
        if rule is not None and rule.action != "allow":
            return _effect(rule)
        if port.duplex != port.node_duplex:
            return _COLLIDING
        if self._shared(port) and self.lines[node].counters.connections % 2 == 0:
            return Impairment(cut_after=_SHARED_BYTES)
        return Impairment()

    def _line(self, name: str) -> Line:
        return Line(trouble=lambda address: self.trouble(name, address))

    def _shared(self, port: Port) -> bool:
        return sum(other.address == port.address for other in self.ports.values()) > 1

    # --- changing -----------------------------------------------------------------------------

    def set_port(self, node: str, changes: Mapping[str, Any], actor: str) -> Port:
        """Change a port: vlan, duplex, node_duplex, address; all of it or nothing."""
        if node not in self.ports:
            raise UsageError(
                f"No '{node}' hangs on the switch.", f"Known: {', '.join(self.ports)}."
            )
        allowed = {"vlan", "duplex", "node_duplex", "address"}
        if unknown := set(changes) - allowed:
            raise UsageError(f"A port has no '{min(unknown)}'.", f"It has {sorted(allowed)}.")
        with self._lock:
            old = self.ports[node]
            self.ports[node] = replace(old, **changes)
            self._save()
        text = f"{actor} changed {old.port} ({node}): " + ", ".join(
            f"{key} was {getattr(old, key)} and is {value}" for key, value in changes.items()
        )
        self._tell("network.port.changed", text, node=node, actor=actor, **changes)
        return self.ports[node]

    def add_rule(self, rule: Rule, actor: str) -> Rule:
        """Add a rule at the end, or replace the one of this name where it stands."""
        for end in (rule.source, rule.target):
            if end not in (EVERYBODY, *self.ports, *self.servers.values()):
                raise UsageError(f"The rule '{rule.name}' names '{end}', which is not there.")
        with self._lock:
            self.rules[rule.name] = rule
            self._save()
        way = f"{rule.source} to {rule.target}: {rule.action}"
        self._tell("network.rule.changed", f"{actor} set the rule '{rule.name}' ({way})",
                   rule=rule.name, actor=actor)  # fmt: skip
        return rule

    def remove_rule(self, name: str, actor: str) -> None:
        """Take a rule out."""
        with self._lock:
            if self.rules.pop(name, None) is None:
                raise UsageError(f"There is no rule '{name}'.", f"There are: {list(self.rules)}.")
            self._save()
        self._tell("network.rule.removed", f"{actor} removed the rule '{name}'",
                   rule=name, actor=actor)  # fmt: skip

    # --- looking ------------------------------------------------------------------------------

    def report(self) -> list[dict[str, Any]]:
        """Return the switch's own report: ports, what went through, and what went wrong there."""
        return [
            {
                **asdict(port),
                "vlan_name": VLANS[port.vlan],
                "planned": self._usual[name].address,
                **_seen(port, self.lines[name].counters),
                "duplicate_address": self._shared(port),
            }
            for name, port in self.ports.items()
        ]

    # --- keeping ------------------------------------------------------------------------------

    def snapshot(self, path: Path) -> None:
        """Write the present state to `path`."""
        with self._lock:
            self._save()
        shutil.copyfile(self.path, path)

    def restore(self, path: Path) -> None:
        """Go back to the state kept at `path`; a copy from before there was one is as installed.

        The counters begin anew.
        """
        self.path.unlink(missing_ok=True)
        if path.exists():
            shutil.copyfile(path, self.path)
        for line in self.lines.values():
            line.counters = Counters()
        self.load()

    def _save(self) -> None:
        changed = {name: asdict(p) for name, p in self.ports.items() if p != self._usual[name]}
        rules = [asdict(rule) for rule in self.rules.values()]
        write_json(self.path, {"format": _FORMAT, "ports": changed, "rules": rules})

    def load(self) -> None:
        """Take over what the file says; without one everything is as installed."""
        stored = read_json(self.path, "network file") if self.path.exists() else {}
        ports = {name: Port(**row) for name, row in stored.get("ports", {}).items()}
        self.ports = {name: ports.get(name, usual) for name, usual in self._usual.items()}
        self.rules = {row["name"]: Rule(**row) for row in stored.get("rules", [])}


def _effect(rule: Rule) -> Impairment:
    if rule.action == "inspect":
        return Impairment(cut_after=rule.after, silent=rule.silent)
    return Impairment(blocked="refused" if rule.action == "reject" else "silent")


def _seen(port: Port, counters: Counters) -> dict[str, Any]:
    """Return a port's counters; collisions are what a duplex mismatch shows."""
    collided = port.duplex != port.node_duplex
    packets = (counters.sent + counters.received) // 1460
    return {
        "connections": counters.connections,
        "cut": counters.cut,
        "late_collisions": packets // 7 if collided else 0,
        "crc_errors": packets // 31 if collided else 0,
    }
