"""Somebody sets something at the RIS: a fault or a decoy, as one needs it (catalogue group E)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator.client import Client


@dataclass(frozen=True, kw_only=True)
class RisSetting:
    """A setting of the RIS is changed; lifting it brings the value it is delivered with."""

    key: str
    value: Any
    by: str

    def apply(self, seat: Client) -> None:
        """Set it."""
        seat.as_staff(self.by).ris.set(self.key, self.value)

    def lift(self, seat: Client) -> None:
        """Set it to its default."""
        usual = seat.ris.settings().one(key=self.key)["default"]
        seat.as_staff(self.by).ris.set(self.key, usual)


@dataclass(frozen=True, kw_only=True)
class RisDevice:
    """A device's row at the RIS says something else: a right, its stations, its letters (E6)."""

    device: str
    key: str
    value: Any
    usual: Any
    by: str

    def apply(self, seat: Client) -> None:
        """Change the row."""
        seat.as_staff(self.by).ris.device(self.device, **{self.key: self.value})

    def lift(self, seat: Client) -> None:
        """Change it back."""
        seat.as_staff(self.by).ris.device(self.device, **{self.key: self.usual})


@dataclass(frozen=True, kw_only=True)
class ProcedureRow:
    """The procedure table says something else about a procedure (E2)."""

    code: str
    key: str
    value: str
    usual: str
    by: str

    def apply(self, seat: Client) -> None:
        """Change the row: for the orders to come."""
        seat.as_staff(self.by).ris.map(self.code, **{self.key: self.value})

    def lift(self, seat: Client) -> None:
        """Change it back, for the orders that wait too."""
        seat.as_staff(self.by).ris.map(self.code, **{self.key: self.usual}, pending=True)


@dataclass(frozen=True, kw_only=True)
class WorklistTry:
    """A technologist asks for the worklist of a device that may get none."""

    device: str
    by: str

    def apply(self, seat: Client) -> None:
        """Ask once; what came back, or why nothing did, stands in the journal."""
        device = seat.as_staff(self.by).fleet.device(self.device)
        device.call("GET", f"/devices/{self.device}/worklist")

    def lift(self, seat: Client) -> None:
        """Nothing stays behind."""
