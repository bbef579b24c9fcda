"""Innocent traces: wrong for a moment and put right, so that more than one cause is likely.

What is changed here is put back within the same fault; only the journal still tells of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator.client import Client


@dataclass(frozen=True, kw_only=True)
class SettingPutBack:
    """A setting of the archive is changed, and put back."""

    key: str
    value: Any
    by: str

    def apply(self, seat: Client) -> None:
        """Set it, then what it was before."""
        archive = seat.as_staff(self.by).archive
        before = archive.setting(self.key)
        archive.set(self.key, self.value)
        archive.set(self.key, before)

    def lift(self, seat: Client) -> None:
        """Nothing stays behind."""


@dataclass(frozen=True, kw_only=True)
class DevicePutBack:
    """A setting of a device is changed, tried, and put back; the archive may have said no."""

    device: str
    key: str
    value: Any
    by: str

    def apply(self, seat: Client) -> None:
        """Set it, verify, set it back, verify."""
        device = seat.as_staff(self.by).fleet.device(self.device)
        before = device.settings[self.key]
        for value in (self.value, before):
            device.set(self.key, value)
            device.echo()

    def lift(self, seat: Client) -> None:
        """Nothing stays behind."""


@dataclass(frozen=True, kw_only=True)
class NodePutBack:
    """A node of the archive is given another title, and its own again."""

    node: str
    title: str
    by: str

    def apply(self, seat: Client) -> None:
        """Rename it, then rename it back."""
        archive = seat.as_staff(self.by).archive
        archive.change_node(self.node, ae=self.title)
        archive.change_node(self.title, ae=self.node)

    def lift(self, seat: Client) -> None:
        """Nothing stays behind."""
