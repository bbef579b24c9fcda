"""Somebody sets something, at the archive or at a device: a fault or a decoy, as one needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator.client import Client


@dataclass(frozen=True, kw_only=True)
class ArchiveSetting:
    """A setting of the archive is changed; lifting it brings the value it is delivered with."""

    key: str
    value: Any
    by: str

    def apply(self, seat: Client) -> None:
        """Set it."""
        seat.as_staff(self.by).archive.set(self.key, self.value)

    def lift(self, seat: Client) -> None:
        """Set it to its default."""
        usual = seat.archive.settings().one(key=self.key)["default"]
        seat.as_staff(self.by).archive.set(self.key, usual)


@dataclass(frozen=True, kw_only=True)
class DeviceSetting:
    """A setting of some devices is changed; `usual` is what lifting it brings back."""

    devices: tuple[str, ...]
    key: str
    value: Any
    usual: Any
    by: str

    def apply(self, seat: Client) -> None:
        """Set it at each device."""
        self._set(seat, self.value)

    def lift(self, seat: Client) -> None:
        """Set it back."""
        self._set(seat, self.usual)

    def _set(self, seat: Client, value: Any) -> None:
        for device in self.devices:
            seat.as_staff(self.by).fleet.device(device).set(self.key, value)
