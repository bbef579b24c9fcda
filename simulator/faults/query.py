"""Faults of query and retrieve (catalogue group D)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simulator.client import Client
from simulator.errors import RefusedError, StatusError

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


@dataclass(frozen=True, kw_only=True)
class StaleEntry:
    """The node table has a workstation where it used to be: another address or port (D2)."""

    workstation: str
    by: str
    host: str = ""  # empty: the one it has
    port: int = 0  # 0: the one it has

    def apply(self, seat: Client) -> None:
        """Type what is old in the node table."""
        old = {"host": self.host, "port": self.port}
        self._change(seat, {key: value for key, value in old.items() if value})

    def lift(self, seat: Client) -> None:
        """Type where the workstation is."""
        facts = seat.workstation(self.workstation).facts
        self._change(seat, {"host": facts["host"], "port": facts["port"]})

    def _change(self, seat: Client, place: dict[str, Any]) -> None:
        seat.as_staff(self.by).archive.change_node(self.workstation, **place)


@dataclass(frozen=True, kw_only=True)
class DeskSearch:
    """Somebody searches the archive at a workstation; what came back stands in the journal."""

    workstation: str
    by: str
    keys: dict[str, Any] = field(default_factory=dict)
    small_letters: bool = False  # types everything in small letters, as many do

    def apply(self, seat: Client) -> None:
        """Search once; that the archive refuses is an answer, too."""
        typed = {
            key: value.lower() if self.small_letters else value for key, value in self.keys.items()
        }
        try:
            seat.as_staff(self.by).workstation(self.workstation).find(**typed)
        except RefusedError:
            return

    def lift(self, seat: Client) -> None:
        """Nothing stays behind."""


@dataclass(frozen=True, kw_only=True)
class Clone:
    """A workstation was set up as a copy of another, title and all; the archive has it there (D3).

    What is fetched by the first one is delivered to the copy.
    """

    workstation: str
    copy: str
    by: str

    def apply(self, seat: Client) -> None:
        """Give the copy the title of the first, and the title the copy's address."""
        self._set(seat, self.workstation, self.copy)

    def lift(self, seat: Client) -> None:
        """Give each its own again."""
        self._set(seat, self.copy, self.workstation)

    def _set(self, seat: Client, title: str, place: str) -> None:
        staff = seat.as_staff(self.by)
        facts = staff.workstation(place).facts
        staff.workstation(self.copy).set("ae_title", title)
        address = {"host": facts["host"], "port": facts["port"]}
        staff.archive.change_node(self.workstation, **address)


@dataclass(frozen=True, kw_only=True)
class PatientSearch:
    """A program that knows the Patient Root model alone looks for a patient (D6)."""

    patient_id: str
    by: str

    def apply(self, seat: Client) -> None:
        """Search once; that the model is refused stands in the journal."""
        archive = seat.as_staff(self.by).archive
        try:
            archive.find("PATIENT", model="patient", PatientID=self.patient_id)
        except StatusError:
            return

    def lift(self, seat: Client) -> None:
        """Nothing stays behind."""
