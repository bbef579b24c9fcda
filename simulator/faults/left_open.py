"""What stays open when an account is closed: sessions and tokens (H3)."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from simulator.client import Client
from simulator.errors import CannotError
from simulator.faults.log_ins import fresh
from simulator.http import request


@dataclass(frozen=True, kw_only=True)
class Token:
    """An API token is issued for an account and used for one look at a study."""

    name: str
    purpose: str
    study: str
    by: str

    def apply(self, seat: Client) -> None:
        """Issue it, use it once."""
        token = seat.as_staff(self.by).users.token(self.name, self.purpose)
        _look(seat, token, self.study)

    def lift(self, seat: Client) -> None:
        """Revoke the tokens of this purpose."""
        for row in seat.users.sessions(self.name):
            if row["purpose"] == self.purpose:
                seat.as_staff(self.by).users.end_session(row["number"])


@dataclass(frozen=True, kw_only=True)
class LeftOpen:
    """An account is disabled while a web session and a token of it are open, and one is used."""

    name: str
    password: str
    purpose: str  # of the token
    way: str  # which of them is used afterwards: session | token
    seen: str  # a study before the account was closed
    later: str  # and one afterwards
    note: str
    by: str

    def apply(self, seat: Client) -> None:
        """Open both, look, disable the account, look again."""
        staff = seat.as_staff(self.by)
        token = staff.users.token(self.name, self.purpose)
        self._browse(seat, self.seen)
        staff.users.disable(self.name, note=self.note)
        if self.way == "session":
            self._browse(seat, self.later)
        else:
            _look(seat, token, self.later)

    def lift(self, seat: Client) -> None:
        """End what is open; the account stays closed."""
        seat.as_staff(self.by).users.end_sessions(self.name)

    def _browse(self, seat: Client, study: str) -> None:
        """Look at a study by DICOMweb, as a viewer does."""
        url = f"{seat.archive.dicomweb_url}/studies/{study}/metadata"
        answer = httpx.get(url, auth=(self.name, self.password), timeout=30, trust_env=False)
        if answer.status_code != 200:
            raise CannotError(f"{self.name} could not look at a study: {answer.status_code}.")


def _look(seat: Client, token: str, study: str) -> None:
    url = f"{seat.seat.facts['urls']['api']}/studies/{study}"
    request("GET", url, token=token, query=fresh())
