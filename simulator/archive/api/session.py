"""Who calls, and whether the archive runs."""

from __future__ import annotations

from typing import Any

from simulator.archive.api.desk import Desk, Row
from simulator.errors import RefusedError
from simulator.web import ANYONE, NOBODY, Call


class Session(Desk):
    """Handlers of the admin API."""

    def rows(self) -> list[Row]:
        """Return the part of the table that stands here."""
        return [
            ("GET", "/health/live", ANYONE, self.live, "whether the process runs"),
            ("GET", "/health/ready", ANYONE, self.live, "whether requests are answered"),
            ("POST", "/api/login", ANYONE, self.login, "exchange user and password for a token"),
            ("POST", "/api/logout", ANYONE, self.logout, "end this session"),
            ("GET", "/api/me", ANYONE, self.me, "who I am and what I may do"),
            ("POST", "/api/users/{name}/password", ANYONE, self.password, "set a password"),
            ("GET", "/api/status", ANYONE, self.status, "counts and state"),
        ]

    def live(self, call: Call) -> Any:
        """Say that the archive answers."""
        return {"ok": True}

    def status(self, call: Call) -> Any:
        """Return counts; nothing about any patient."""
        return {
            "ae": self.archive.settings["dicom.ae_title"],
            "associations": len(self.archive.server.live),
            "baseline": self.archive.baseline.exists(),
            **self.archive.index.counts(),
        }

    def login(self, call: Call) -> Any:
        """Log in."""
        user, password = call.need("user", "password")
        token = self.archive.users.login(str(user), str(password), call.host)
        facts = self.archive.users.get(str(user))
        return {
            "token": token,
            "user": user,
            "role": facts["role"],
            "must_change": facts["must_change"],
        }

    def logout(self, call: Call) -> Any:
        """Log out."""
        self.archive.users.logout(call.who.token)
        return {"ok": True}

    def me(self, call: Call) -> Any:
        """Say who calls."""
        return {"user": call.who.name, "rights": sorted(call.who.rights)}

    def password(self, call: Call) -> Any:
        """Set a password: one's own with the old one, another's with the right to."""
        name = call.path["name"]
        (new,) = call.need("password")
        if call.who.name == name and not call.who.may("user.edit"):
            self.archive.users.login(name, str(call.body.get("old", "")), call.host)
        elif not call.who.may("user.edit"):
            status = 401 if call.who is NOBODY else 403
            raise RefusedError(
                f"{call.who.name} may not set the password of {name}.", "Log in first.", status
            )
        self.archive.users.set_password(name, str(new), call.who.name)
        return {"ok": True}
