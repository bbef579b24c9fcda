"""Faults of query and retrieve (catalogue group D)."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.client import Client

_RIGHTS = ["echo", "find", "move"]


@dataclass(frozen=True, kw_only=True)
class NoDestination:
    """A workstation got a new title that may ask the archive, but cannot be sent to (D1)."""

    workstation: str
    title: str
    by: str

    def apply(self, seat: Client) -> None:
        """Rename the workstation; register the new title without a port to send to."""
        staff = seat.as_staff(self.by)
        host = staff.workstation(self.workstation).facts["host"]
        staff.archive.add_node(
            self.title, host, 0, description="Reading workstation", rights=_RIGHTS
        )
        staff.workstation(self.workstation).set("ae_title", self.title)

    def lift(self, seat: Client) -> None:
        """Take both back."""
        staff = seat.as_staff(self.by)
        staff.workstation(self.workstation).set("ae_title", self.workstation)
        if any(node["ae"] == self.title for node in staff.archive.nodes()):
            staff.archive.remove_node(self.title)
