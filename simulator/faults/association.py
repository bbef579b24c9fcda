"""Faults of the association: who calls whom by which name (catalogue group A)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator.client import Client


@dataclass(frozen=True, kw_only=True)
class CalledTitle:
    """A device calls the archive by a name it does not answer to (A1, A3)."""

    device: str
    title: str
    by: str

    def apply(self, seat: Client) -> None:
        """Type the title at the device's console."""
        seat.as_staff(self.by).fleet.device(self.device).set("archive.ae", self.title)

    def lift(self, seat: Client) -> None:
        """Type the archive's own title again."""
        own = seat.archive.setting("dicom.ae_title")
        seat.as_staff(self.by).fleet.device(self.device).set("archive.ae", own)


@dataclass(frozen=True, kw_only=True)
class OwnTitle:
    """A device calls itself something the archive has not registered (A2)."""

    device: str
    title: str
    by: str

    def apply(self, seat: Client) -> None:
        """Give the device in this room another title: as a loaner has its own."""
        seat.as_staff(self.by).fleet.device(self.device).set("ae_title", self.title)

    def lift(self, seat: Client) -> None:
        """Give the device the title of its room again."""
        seat.as_staff(self.by).fleet.device(self.device).set("ae_title", self.device)


@dataclass(frozen=True, kw_only=True)
class NodeTitle:
    """The archive's node table has a device under another title than the device uses (A3)."""

    node: str
    title: str
    by: str

    def apply(self, seat: Client) -> None:
        """Type the title in the node table."""
        seat.as_staff(self.by).archive.change_node(self.node, ae=self.title)

    def lift(self, seat: Client) -> None:
        """Type the device's own title again."""
        if any(node["ae"] == self.title for node in seat.archive.nodes()):
            seat.as_staff(self.by).archive.change_node(self.title, ae=self.node)


@dataclass(frozen=True, kw_only=True)
class NodeGone:
    """Somebody tidying up has taken a device out of the archive's node table (A2)."""

    node: str
    by: str

    def apply(self, seat: Client) -> None:
        """Remove the entry."""
        seat.as_staff(self.by).archive.remove_node(self.node)

    def lift(self, seat: Client) -> None:
        """Enter the device again where it is."""
        if all(node["ae"] != self.node for node in seat.archive.nodes()):
            rights = ["echo", "store", "find", "move", "commit"]
            place = _place(seat, self.node)
            seat.as_staff(self.by).archive.add_node(self.node, **place, rights=rights)


@dataclass(frozen=True, kw_only=True)
class NodeAddress:
    """The node table has a device at an address it does not have any more (A5)."""

    node: str
    by: str
    host: str = ""  # an address nobody has
    other: str = ""  # or that of this device

    def apply(self, seat: Client) -> None:
        """Type the address in the node table."""
        place = _place(seat, self.other) if self.other else {"host": self.host}
        seat.as_staff(self.by).archive.change_node(self.node, **place)

    def lift(self, seat: Client) -> None:
        """Type the address the device has."""
        seat.as_staff(self.by).archive.change_node(self.node, **_place(seat, self.node))


@dataclass(frozen=True, kw_only=True)
class NodePort:
    """The node table has a workstation with another port, or with none to send to (D1, D2)."""

    node: str
    port: int
    by: str

    def apply(self, seat: Client) -> None:
        """Type the port in the node table."""
        seat.as_staff(self.by).archive.change_node(self.node, port=self.port)

    def lift(self, seat: Client) -> None:
        """Type the port at which the workstation listens."""
        port = seat.workstation(self.node).facts["port"]
        seat.as_staff(self.by).archive.change_node(self.node, port=port)


@dataclass(frozen=True, kw_only=True)
class NodeRights:
    """The node table gives a device other rights than it needs (A14)."""

    node: str
    rights: tuple[str, ...]
    by: str
    usual: tuple[str, ...] = ("echo", "store", "find", "move", "commit")

    def apply(self, seat: Client) -> None:
        """Give it these."""
        seat.as_staff(self.by).archive.change_node(self.node, rights=list(self.rights))

    def lift(self, seat: Client) -> None:
        """Give it those that it was installed with."""
        seat.as_staff(self.by).archive.change_node(self.node, rights=list(self.usual))


def _place(seat: Client, device: str) -> dict[str, Any]:
    facts = seat.fleet.device(device).facts
    return {"host": facts["host"], "port": facts["port"]}
