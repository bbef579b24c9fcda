"""Who calls, and what the archive holds."""

from __future__ import annotations

from typing import Any

from simulator.archive.api.desk import Desk, Row
from simulator.web import ANYONE, Call


class Session(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        return [
            ("POST", "/api/login", ANYONE, self.login, "exchange user and password for a token"),
            ("POST", "/api/logout", ANYONE, self.logout, "end this session"),
            ("GET", "/api/me", ANYONE, self.me, "who I am and what I may do"),
            ("GET", "/api/status", ANYONE, self.status, "counts and state"),
        ]

    def status(self, call: Call) -> Any:
        """Return counts; nothing about any patient."""
        return {
            "ae": self.archive.settings["dicom.ae_title"],
            "associations": len(self.archive.server.live),
            "baseline": self.archive.baseline.exists(),
            **self.archive.index.counts(),
            "unmatched": self.archive.monitor.facts.unmatched(),
        }

    def login(self, call: Call) -> Any:
        """Log in."""
        user, password = call.need("user", "password")
        token = self.archive.users.login(str(user), str(password), call.host)
        row = self.archive.users.find(str(user))
        must_change = self.archive.users.must_change(row)
        return {"token": token, "user": user, "role": row.role, "must_change": must_change}

    def logout(self, call: Call) -> Any:
        """Log out."""
        self.archive.users.logout(call.who.token)
        if call.who.token:
            name = call.who.name
            self.archive.users.tell("logout", f"{name} logged out", name, name, host=call.host)
        return {"ok": True}

    def me(self, call: Call) -> Any:
        """Say who calls."""
        found: dict[str, Any] = {"user": call.who.name, "rights": sorted(call.who.rights)}
        row = self.archive.users.find(call.who.name)
        if row is not None and self.archive.users.must_change(row):
            found["must_change"] = True
        return found
