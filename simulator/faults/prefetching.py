"""Faults of routing and prefetch (catalogue group I): a rule, and a destination that is paused."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from simulator.client import Client
from simulator.errors import RefusedError


@dataclass(frozen=True, kw_only=True)
class RuleEntered:
    """A rule is entered: a fault, or how this house works."""

    name: str
    by: str
    facts: dict[str, Any] = field(default_factory=dict)

    def apply(self, seat: Client) -> None:
        """Enter it."""
        seat.as_staff(self.by).archive.rules.add(self.name, **self.facts)

    def lift(self, seat: Client) -> None:
        """Take it out again."""
        with suppress(RefusedError):
            seat.as_staff(self.by).archive.rules.remove(self.name)


@dataclass(frozen=True, kw_only=True)
class RuleChanged:
    """Somebody changes a rule; lifting it brings `usual` back."""

    name: str
    by: str
    changes: dict[str, Any] = field(default_factory=dict)
    usual: dict[str, Any] = field(default_factory=dict)

    def apply(self, seat: Client) -> None:
        """Change it."""
        seat.as_staff(self.by).archive.rules.change(self.name, **self.changes)

    def lift(self, seat: Client) -> None:
        """Change it back."""
        seat.as_staff(self.by).archive.rules.change(self.name, **self.usual)


@dataclass(frozen=True, kw_only=True)
class Paused:
    """The archive is told to send a node nothing for the time being, which was over long ago."""

    node: str
    by: str
    reason: str = ""
    resumed: bool = False  # whether somebody thought of letting it go on

    def apply(self, seat: Client) -> None:
        """Pause it."""
        queue = seat.as_staff(self.by).archive.queue
        queue.pause(self.node, self.reason)
        if self.resumed:
            queue.resume(self.node)

    def lift(self, seat: Client) -> None:
        """Let it go on."""
        seat.as_staff(self.by).archive.queue.resume(self.node)
