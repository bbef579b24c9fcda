"""Faults of what devices write into headers (catalogue group C): how a console is set up."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from simulator.client import Client


@dataclass(frozen=True, kw_only=True)
class HeaderWriting:
    """A device's console is set up so that its headers are not what they should be (C12 to C17).

    The fields are the device's own settings with their defaults; what differs is set.
    """

    device: str
    by: str
    code_page: str = "automatic"
    character_set: str = "automatic"
    names: str = "components"
    dates: str = "YYYYMMDD"
    body_part: str = "code"
    sex: str = "code"
    issuer: str = "worklist"

    def apply(self, seat: Client) -> None:
        """Set the console up; images that are sent from now on are written so."""
        self._set(seat, {key: value for key, (value, usual) in self._keys() if value != usual})

    def lift(self, seat: Client) -> None:
        """Set it up as it was delivered; what was sent meanwhile stays as it is."""
        self._set(seat, {key: usual for key, (value, usual) in self._keys() if value != usual})

    def _keys(self) -> list[tuple[str, tuple[Any, Any]]]:
        return [
            (_KEYS[item.name], (getattr(self, item.name), item.default))
            for item in fields(self)
            if item.name in _KEYS
        ]

    def _set(self, seat: Client, values: dict[str, Any]) -> None:
        device = seat.as_staff(self.by).fleet.device(self.device)
        for key, value in values.items():
            device.set(key, value)


_KEYS = {
    "code_page": "encoding.code_page",
    "character_set": "encoding.character_set",
    "names": "encoding.names",
    "dates": "encoding.dates",
    "body_part": "encoding.body_part",
    "sex": "encoding.sex",
    "issuer": "patient.issuer",
}
