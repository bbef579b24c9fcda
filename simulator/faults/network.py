"""Faults of the network between the nodes (catalogue group A)."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.client import Client


@dataclass(frozen=True, kw_only=True)
class Firewall:
    """The firewall begins to inspect, and cuts what a device sends after some bytes (A7)."""

    device: str
    after: int
    by: str
    silent: bool = False
    name: str = "ips-default"
    target: str = "archive"
    note: str = ""

    def apply(self, seat: Client) -> None:
        """Add the rule."""
        seat.as_staff(self.by).network.set_rule(
            self.name,
            source=self.device,
            target=self.target,
            action="inspect",
            after=self.after,
            silent=self.silent,
            note=self.note,
        )

    def lift(self, seat: Client) -> None:
        """Take the rule out again, if it is still there."""
        if any(rule["name"] == self.name for rule in seat.network.rules()):
            seat.as_staff(self.by).network.remove_rule(self.name)


@dataclass(frozen=True, kw_only=True)
class Duplex:
    """One side of a switch port is set to half duplex while the other stays at full (A12)."""

    device: str
    by: str
    side: str = "duplex"  # the switch's; node_duplex is the device's

    def apply(self, seat: Client) -> None:
        """Set that side."""
        seat.as_staff(self.by).network.set(self.device, **{self.side: "half"})

    def lift(self, seat: Client) -> None:
        """Set it back."""
        seat.as_staff(self.by).network.set(self.device, **{self.side: "full"})


@dataclass(frozen=True, kw_only=True)
class Vlan:
    """A device is plugged into another VLAN: one server answers, the other does not (A13)."""

    device: str
    by: str
    vlan: int = 20

    def apply(self, seat: Client) -> None:
        """Change the port."""
        seat.as_staff(self.by).network.set(self.device, vlan=self.vlan)

    def lift(self, seat: Client) -> None:
        """Change it back to the clinical VLAN."""
        seat.as_staff(self.by).network.set(self.device, vlan=10)


@dataclass(frozen=True, kw_only=True)
class SameAddress:
    """A device is given the address another one has already (A6)."""

    device: str
    other: str
    by: str

    def apply(self, seat: Client) -> None:
        """Type the other one's address."""
        taken = seat.network.port(self.other)["address"]
        seat.as_staff(self.by).network.set(self.device, address=taken)

    def lift(self, seat: Client) -> None:
        """Type its own again."""
        own = seat.network.port(self.device)["planned"]
        seat.as_staff(self.by).network.set(self.device, address=own)


@dataclass(frozen=True, kw_only=True)
class WrongPort:
    """A device calls a port where nobody listens (A4)."""

    device: str
    port: int
    by: str

    def apply(self, seat: Client) -> None:
        """Type the port at the device's console."""
        seat.as_staff(self.by).fleet.device(self.device).set("archive.port", self.port)

    def lift(self, seat: Client) -> None:
        """Type the archive's own port again."""
        own = seat.seat.facts["dicom"]["archive"]["port"]
        seat.as_staff(self.by).fleet.device(self.device).set("archive.port", own)


@dataclass(frozen=True, kw_only=True)
class PortTaken:
    """While the archive's listener was off, a maker's service agent took its port (A15)."""

    device: str
    by: str
    fitter: str = "service"

    def apply(self, seat: Client) -> None:
        """Stop the listener, start the agent, start the listener: it finds its port taken."""
        archive = seat.as_staff(self.by).archive
        archive.set("dicom.listening", False)
        self._agent(seat, seat.seat.facts["dicom"]["archive"]["port"])
        archive.set("dicom.listening", True)

    def lift(self, seat: Client) -> None:
        """Stop the agent, start the listener."""
        self._agent(seat, 0)
        seat.as_staff(self.by).archive.set("dicom.listening", True)

    def _agent(self, seat: Client, port: int) -> None:
        seat.as_staff(self.fitter).fleet.device(self.device).set("agent.port", port)
