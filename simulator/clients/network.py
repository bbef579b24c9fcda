"""The hospital's network as a client sees it: switch ports and firewall rules."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from simulator.clients.hospital import HospitalClient
from simulator.results import Rows

_PORT = ("node", "port", "address", "planned", "vlan", "vlan_name", "duplex", "node_duplex",
         "connections", "cut", "late_collisions", "crc_errors", "duplicate_address")  # fmt: skip
_RULE = ("name", "source", "target", "action", "after", "silent", "note")


class NetworkClient(HospitalClient):
    """Switch and firewall: what is read on their own screens, and what may be changed there."""

    def ports(self) -> Rows:
        """Return the switch's report: a row for each port."""
        return Rows(self.call("GET", "/network/ports"), _PORT)

    def port(self, node: str) -> dict[str, Any]:
        """Return the port that a node hangs on; raises StopIteration if there is none."""
        return next(dict(row) for row in self.ports() if row["node"] == node)

    def set(self, node: str, **changes: Any) -> dict[str, Any]:
        """Change a port: vlan, duplex, node_duplex, address."""
        answer: dict[str, Any] = self.call("PATCH", f"/network/ports/{quote(node)}", changes)
        return answer

    def rules(self) -> Rows:
        """Return the firewall's rules; the first one that fits decides."""
        return Rows(self.call("GET", "/network/rules"), _RULE)

    def set_rule(self, name: str, **facts: Any) -> dict[str, Any]:
        """Add a rule, or replace it: source, target, action, after, silent, note."""
        path = f"/network/rules/{quote(name, safe='')}"
        answer: dict[str, Any] = self.call("PUT", path, facts)
        return answer

    def remove_rule(self, name: str) -> None:
        """Take a rule out."""
        self.call("DELETE", f"/network/rules/{quote(name, safe='')}")
