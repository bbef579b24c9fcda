"""`users_panel()`: accounts and roles: joiners, movers, leavers, and who is locked out."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from simulator.client import Client
from simulator.console import look
from simulator.errors import UsageError

_COLUMNS = {"name": "user", "full_name": "person", "department": "department", "role": "role",
            "status": "status", "password": "password", "last_login": "last log-in",
            "note": "note"}  # fmt: skip
_ROLES = {"name": "role", "description": "who has it", "rights": "rights"}
_STATUS = {"active": "✔ active", "locked": "✘ locked", "disabled": "✘ disabled",
           "expired": "✘ expired"}  # fmt: skip
ANY = "any"


def users_panel(seat: Client | None = None) -> look.Widget:
    """Show the archive's accounts, with forms to open, change, lock out and try them."""
    return _Panel(look.client(seat)).widget


class _Panel:
    def __init__(self, seat: Client) -> None:
        self.seat, self.message = seat, look.Message()
        self.rows: dict[str, dict[str, Any]] = {}
        self._make()
        self.widget = self._laid_out()
        look.watch(self.status, self.draw, self.message)
        look.watch(self.words, self.draw, self.message)
        look.watch(self.user, self._fill, self.message)
        self.message.guard(self._begin)

    def _make(self) -> None:
        self.table, self.roles = look.mark(w.HTML(), "users"), look.mark(w.HTML(), "roles")
        self.words = look.text("find", "filter-text", width="200px", hint="name or department")
        self.status = look.choice("status", "filter-status", (ANY, *_STATUS), width="160px")
        self.user = look.choice("user", "user", [], width="300px")
        self.role = look.choice("role", "role", [], width="190px")
        self.note = look.text("note", "note", width="300px", hint="why, and on whose word")
        self.new = look.text("new user", "new-user", width="220px", hint="e.g. jdoe")
        self.person = look.text("person", "new-person", width="260px", hint="full name")
        self.department = look.text("department", "new-department", width="220px")
        self.secret = look.mark(w.Password(description="password"), "password")
        self.secret.layout.width, self.secret.style.description_width = "230px", "9ch"

    def _laid_out(self) -> look.Widget:
        make, message = look.button, self.message
        change = w.VBox([
            look.row(self.user, self.role, make("Change role", self.move, message, "change-role")),
            look.row(self.note, make("Disable", self.disable, message, "disable", style="warning"),
                     make("Unlock or enable", self.unlock, message, "unlock")),
            look.row(self.secret, make("Set password", self.password, message, "set-password"),
                     make("Try to log in", self.login, message, "login")),
            w.HTML("<b>a joiner</b> (the role is the one chosen above)"),
            look.row(self.new, self.person, self.department,
                     make("Open account", self.add, message, "add", style="primary")),
        ])  # fmt: skip
        roles = look.mark(w.Accordion([self.roles], titles=("Roles and their rights",)), "fold")
        top = look.row(self.words, self.status, make("Refresh", self.draw, message, "refresh"))
        return look.panel(
            "Users and roles", message, top, self.table, change, roles, name="users-panel",
            hint="An account belongs to one person. A role says what its owner may do.",
        )  # fmt: skip

    def _begin(self) -> None:
        roles = self.seat.users.roles()
        self.roles.value = look.table(roles, _ROLES)
        look.offer(self.role, [role["name"] for role in roles])
        self.draw()

    def draw(self) -> None:
        """Ask the archive again."""
        found = self.seat.users.list()
        self.rows = {row["name"]: row for row in found}
        kept = [row for row in found if self._wanted(row)]
        lines = [_shown(row) for row in kept]
        self.table.value = look.scroll(look.table(lines, _COLUMNS, empty="no such account"))
        look.offer(self.user, [(f"{x['name']} ({x['full_name']})", x["name"]) for x in kept])
        self._fill()

    def _wanted(self, row: dict[str, Any]) -> bool:
        text = f"{row['name']} {row['full_name']} {row['department']} {row['role']}".lower()
        fits = all(word in text for word in self.words.value.lower().split())
        return fits and self.status.value in (ANY, row["state"])

    def _fill(self) -> None:
        row = self.rows.get(self.user.value, {})
        if row:
            self.role.value, self.note.value = row["role"], row["note"]

    def move(self) -> str:
        """Give the chosen user another role."""
        name = self._chosen()
        self.seat.users.change(name, role=self.role.value)
        return self._done(f"{name} has the role {self.role.value} now.")

    def disable(self) -> str:
        """Disable the chosen account, and say why."""
        name = self._chosen()
        self.seat.users.disable(name, self.note.value)
        return self._done(f"{name} is disabled: nobody can use the account, its history stays.")

    def unlock(self) -> str:
        """Make the chosen account active again."""
        name = self._chosen()
        self.seat.users.unlock(name)
        return self._done(f"{name} is active again.")

    def password(self) -> str:
        """Give the chosen user the password in the field."""
        name = self._chosen()
        self.seat.users.set_password(name, self.secret.value)
        return self._done(f"{name} has a new password; open sessions have ended.")

    def login(self) -> str:
        """Try the password in the field, as the chosen user."""
        name = self._chosen()
        try:
            session = self.seat.users.login(name, self.secret.value)
        finally:
            self.draw()
        return f"{name} is logged in and may: {', '.join(session.call('GET', '/me')['rights'])}."

    def add(self) -> str:
        """Open an account for a joiner."""
        facts = {"full_name": self.person.value, "department": self.department.value}
        made = self.seat.users.add(
            self.new.value, role=self.role.value, password=self.secret.value, **facts
        )
        self.words.value, self.status.value = "", ANY
        self.draw()
        self.user.value = made["name"]
        return f"The account {made['name']} was opened with the role {made['role']}."

    def _done(self, sentence: str) -> str:
        self.draw()
        return sentence

    def _chosen(self) -> str:
        if not self.user.value:
            raise UsageError("No user is chosen.", "Choose one in the list 'user'.")
        return str(self.user.value)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "status": _STATUS.get(row["state"], row["state"]),
        "password": "set" if row.get("has_password") else "none yet",
        "last_login": look.moment(row["last_login"]) if row["last_login"] else "never",
    }
