"""Who comes in, and how: log-ins with right and wrong passwords, at the web and at devices."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from pydicom.dataset import Dataset

from simulator.client import Client
from simulator.clock import real_seconds
from simulator.errors import NetworkError, RefusedError
from simulator.network import scu
from simulator.network.associate import Caller
from simulator.network.negotiation import Identity


@dataclass(frozen=True, kw_only=True)
class WrongPassword:
    """Somebody types a wrong password, some times in a row (H1)."""

    name: str
    times: int
    by: str  # who looks after the account: lifting it unlocks

    def apply(self, seat: Client) -> None:
        """Try in vain."""
        for n in range(self.times):
            with suppress(RefusedError):
                seat.users.login(self.name, f"not the password {n}")

    def lift(self, seat: Client) -> None:
        """Unlock the account."""
        seat.as_staff(self.by).users.unlock(self.name)


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """Somebody logs in and looks at some studies; the session stays open."""

    name: str
    password: str
    studies: tuple[str, ...] = field(default_factory=tuple)
    lists: bool = False  # whether the list of studies is asked for, even if in vain

    def apply(self, seat: Client) -> None:
        """Log in, look."""
        own = seat.users.login(self.name, self.password)
        if self.lists:
            with suppress(RefusedError):
                own.call("GET", "/studies", query={"limit": "20"})
        for uid in self.studies:
            own.call("GET", f"/studies/{uid}", query=fresh())

    def lift(self, seat: Client) -> None:
        """End what is open."""
        seat.users.end_sessions(self.name)


@dataclass(frozen=True, kw_only=True)
class DeviceLogIn:
    """Somebody at a device gives name and passcode and searches the archive."""

    device: str
    name: str
    passcode: str
    times: int = 1

    def apply(self, seat: Client) -> None:
        """Search from that device's address; what the archive says to it, stands in its journal."""
        device = seat.fleet.device(self.device)
        caller = Caller(
            ae=device.settings["ae_title"],
            host=device.facts["host"],
            identity=Identity(user=self.name, passcode=self.passcode),
        )
        query = Dataset()
        query.QueryRetrieveLevel, query.PatientID, query.StudyInstanceUID = "STUDY", "M0000000", ""
        for _ in range(self.times):
            with suppress(NetworkError):
                list(scu.find(seat.archive.peer, query, caller))

    def lift(self, seat: Client) -> None:
        """Nothing stays behind."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """A workstation searches the archive, some times; what came back stands in the journal."""

    workstation: str
    by: str
    times: int = 1

    def apply(self, seat: Client) -> None:
        """Ask."""
        for _ in range(self.times):
            with suppress(RefusedError):
                seat.as_staff(self.by).workstation(self.workstation).find(PatientID="M0000000")

    def lift(self, seat: Client) -> None:
        """Nothing stays behind."""


@dataclass(frozen=True, kw_only=True)
class Verify:
    """A technologist verifies the line of a device; the archive sees with which account."""

    device: str
    by: str

    def apply(self, seat: Client) -> None:
        """C-ECHO the archive."""
        seat.as_staff(self.by).fleet.device(self.device).echo()

    def lift(self, seat: Client) -> None:
        """Nothing stays behind."""


def fresh() -> dict[str, str]:
    """Return what browsers add to an address to get past caches: no two looks are the same."""
    return {"_": str(round(1000 * real_seconds()))}
