"""The hospital's network over HTTP: the switch's report, and what may be changed of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from simulator.config import build
from simulator.fleet.lan import Lan, Rule
from simulator.web import Call, Route, table

RIGHT = "hospital"


def routes(lan: Lan) -> list[Route]:
    """Return the table."""
    desk = _Desk(lan)
    rows = (
        ("GET", "/api/network/ports", desk.ports, "the switch's ports and their counters"),
        ("PATCH", "/api/network/ports/{node}", desk.change, "change vlan, duplex, address"),
        ("GET", "/api/network/rules", desk.rules, "the rules of the firewall, in their order"),
        ("PUT", "/api/network/rules/{name}", desk.set_rule, "add a rule, or replace it"),
        ("DELETE", "/api/network/rules/{name}", desk.remove, "take a rule out"),
    )
    return table(RIGHT, rows)


class _Desk:
    """The handlers: read the call, ask the network, return facts."""

    def __init__(self, lan: Lan) -> None:
        self.lan = lan

    def ports(self, call: Call) -> Any:
        return self.lan.report()

    def change(self, call: Call) -> Any:
        changes = {key: value for key, value in call.body.items() if key != "actor"}
        return asdict(self.lan.set_port(call.path["node"], changes, call.actor))

    def rules(self, call: Call) -> Any:
        return [asdict(rule) for rule in self.lan.rules.values()]

    def set_rule(self, call: Call) -> Any:
        facts = {key: value for key, value in call.body.items() if key != "actor"}
        rule = build(Rule, {**facts, "name": call.path["name"]}, "the rule")
        return asdict(self.lan.add_rule(rule, call.actor))

    def remove(self, call: Call) -> Any:
        self.lan.remove_rule(call.path["name"], call.actor)
        return {"ok": True}
