"""Faults of what somebody may do (catalogue group H): roles, and who has which."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.client import Client


@dataclass(frozen=True, kw_only=True)
class RoleRights:
    """A role gains or loses rights (H5)."""

    role: str
    by: str
    gains: tuple[str, ...] = field(default_factory=tuple)
    loses: tuple[str, ...] = field(default_factory=tuple)

    def apply(self, seat: Client) -> None:
        """Change the matrix."""
        self._put(seat, self.gains, self.loses)

    def lift(self, seat: Client) -> None:
        """Change it back."""
        self._put(seat, self.loses, self.gains)

    def _put(self, seat: Client, more: tuple[str, ...], less: tuple[str, ...]) -> None:
        roles = seat.as_staff(self.by).roles
        held = roles.list().one(name=self.role)["rights"]
        rights = [*(right for right in held if right not in less), *more]
        if set(rights) != set(held):
            roles.put(self.role, rights=rights)


@dataclass(frozen=True, kw_only=True)
class AccountChange:
    """Somebody's account gets another role, department or note, without anybody looking (H6)."""

    name: str
    by: str
    changes: dict[str, str] = field(default_factory=dict)
    usual: dict[str, str] = field(default_factory=dict)

    def apply(self, seat: Client) -> None:
        """Change the account."""
        seat.as_staff(self.by).users.change(self.name, **self.changes)

    def lift(self, seat: Client) -> None:
        """Change it back."""
        seat.as_staff(self.by).users.change(self.name, **self.usual)
