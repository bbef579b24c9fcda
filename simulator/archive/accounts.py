"""Accounts: who has one, what it may do, and how it is opened, changed and closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from simulator.archive import account_facts as a
from simulator.archive import tables as t
from simulator.archive import user_tables
from simulator.archive.passwords import Passwords
from simulator.archive.roles import ADMIN, Roles, rights_of
from simulator.archive.sessions import Sessions, end_all
from simulator.archive.settings import Settings
from simulator.clock import Clock
from simulator.database import Database
from simulator.errors import RefusedError, UsageError
from simulator.journal import Journal


class Accounts:
    """The accounts of the archive."""

    def __init__(self, database: Database, settings: Settings, clock: Clock, journal: Journal):
        """Work on `database`; what happens is told to `journal`."""
        self.database, self.settings = database, settings
        self.clock, self.journal = clock, journal
        self.passwords = Passwords(settings)
        self.sessions = Sessions(database, self.now)
        self.role_table = Roles(database, journal)
        # Asked about accounts the directory keeps; says whether the password is right there.
        self.ask_directory: Callable[[str, str], bool] = lambda name, password: False

    # --- looking ------------------------------------------------------------------------------

    def all(self) -> list[dict[str, Any]]:
        """Return every account, without its password hash."""
        now = self.clock.now()
        return [a.facts(row, now) for row in self.rows()]

    def rows(self) -> list[Any]:
        """Return every account as it is kept: for reports that look at hashes."""
        with self.database.read() as db:
            return list(db.execute(select(t.users).order_by(t.users.c.name)))

    def get(self, name: str) -> dict[str, Any]:
        """Return one account; raises RefusedError if there is none."""
        return a.facts(self.row(name), self.clock.now())

    def roles(self) -> list[dict[str, Any]]:
        """Return every role with its rights."""
        return self.role_table.all()

    def rights(self, name: str) -> frozenset[str]:
        """Return what an account may do now: nothing if it is unknown, closed or expired."""
        row = self.find(name)
        if row is None or a.state(row, self.clock.now()) != "active":
            return frozenset()
        stored = {role["name"]: role["rights"] for role in self.roles()}
        return rights_of(row.role, stored.get(row.role, ())) | set(row.grants or ())

    # --- changing -----------------------------------------------------------------------------

    def prepare(self) -> None:
        """Enter the roles every archive begins with."""
        self.role_table.prepare()

    def add(self, facts: dict[str, Any], password: str, actor: str) -> dict[str, Any]:
        """Open an account; an empty password means that nobody can log in with it yet."""
        values = self.new(facts)
        name = values["name"]
        if self.find(name):
            raise RefusedError(f"There is a user '{name}' already.", "Choose another name.", 409)
        hashed = self.passwords.hashed(password, name) if password else ""
        with self.database.write() as db:
            self.enter(db, values, hashed)
        self.tell_added(values, actor)
        return self.get(name)

    def new(self, facts: dict[str, Any]) -> dict[str, Any]:
        """Return the checked values of an account to be opened; raises UsageError."""
        name = str(facts.get("name", "")).strip()
        if not a.is_name(name):
            raise UsageError(f"'{name}' is not a user name.", "Use letters, digits and dots.")
        rest = {key: value for key, value in facts.items() if key not in ("name", "password")}
        return {"name": name, **self.checked({"role": "viewer", **rest})}

    def checked(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values as they are kept; raises UsageError for what cannot be."""
        with self.database.read() as db:
            labels = set(db.execute(select(user_tables.labels.c.name)).scalars())
        return a.checked(values, self.role_table.names(), labels)

    def enter(self, db: Connection, values: dict[str, Any], hashed: str = "") -> None:
        """Enter checked values as a new account, within a transaction."""
        now = self.now()
        facts = {**a.EMPTY, "created": now, "password_at": now if hashed else "", **values}
        db.execute(insert(t.users).values(**facts, password=hashed))
        if hashed:
            self.passwords.remember(db, values["name"], hashed, now)

    def write(self, db: Connection, name: str, values: dict[str, Any]) -> None:
        """Change checked values of an account, within a transaction."""
        if values.get("status") == "active":
            values = {**values, "failures": 0}
        db.execute(update(t.users).where(t.users.c.name == name).values(**values))
        if values.get("status", "active") != "active" and self.revokes():
            end_all(db, name)

    def change(self, name: str, changes: dict[str, Any], actor: str) -> dict[str, Any]:
        """Change an account's facts or status."""
        old = self.get(name)
        values = self.checked(changes)
        with self.guarded() as db:
            self.write(db, name, values)
        self.tell_changed(name, old, changes, actor)
        return self.get(name)

    def set_password(
        self, name: str, password: str, actor: str, *, must_change: bool = False
    ) -> None:
        """Give an account a new password; its sessions and tokens end."""
        row = self.row(name)
        if row.origin == "directory":
            raise RefusedError(
                f"The password of {name} is kept by the directory.", "Change it there.", 409
            )
        hashed = self.passwords.hashed(password, name)
        values = {"password": hashed, "must_change": must_change, "password_at": self.now()}
        with self.database.write() as db:
            if actor == name:  # who helps out does not know what was used before
                self.passwords.refuse_used(db, name, password)
            db.execute(update(t.users).where(t.users.c.name == name).values(failures=0, **values))
            self.passwords.remember(db, name, hashed, self.now())
            end_all(db, name)
        self.tell("user.password", f"{actor} set the password of {name}", name, actor)

    def remove(self, name: str, actor: str) -> None:
        """Delete an account: its history in the journal stays, its owner becomes hard to find."""
        self.row(name)
        with self.guarded() as db:
            end_all(db, name)
            history = user_tables.password_history
            db.execute(delete(history).where(history.c.user == name))
            db.execute(delete(t.users).where(t.users.c.name == name))
        self.tell("user.deleted", f"{actor} deleted the account {name}", name, actor)

    # --- inner parts --------------------------------------------------------------------------

    def revokes(self) -> bool:
        """Return whether sessions end with the account."""
        return bool(self.settings["login.revoke_on_disable"])

    @contextmanager
    def guarded(self) -> Iterator[Connection]:
        """Give a transaction that is undone if nobody is left who can run the archive."""
        with self.database.write() as db:
            before = self._administrators(db)
            yield db
            if before and not self._administrators(db):
                raise RefusedError(
                    f"{before[0]} is the last active PACS administrator who can log in.",
                    "Appoint another one first.",
                    409,
                )

    def _administrators(self, db: Connection) -> list[str]:
        c = t.users.c
        can = select(c.name).where(c.role == ADMIN, c.status == "active", c.password != "")
        lasting = (c.expires == "") | (c.expires > self.now())
        return list(db.execute(can.where(lasting).order_by(c.name)).scalars())

    def find(self, name: str) -> Any:
        """Return an account as it is kept, or None."""
        with self.database.read() as db:
            return db.execute(select(t.users).where(t.users.c.name == name)).first()

    def row(self, name: str) -> Any:
        """Return an account as it is kept; raises RefusedError if there is none."""
        row = self.find(name)
        if row is None:
            raise RefusedError(f"There is no user '{name}'.", "List the users.", 404)
        return row

    def now(self) -> str:
        """Return hospital time."""
        return self.clock.now().isoformat(timespec="seconds")

    def tell_added(self, values: dict[str, Any], actor: str) -> None:
        """Tell that an account was opened."""
        name, role = values["name"], values["role"]
        self.tell("user.added", f"{actor} opened the account {name} ({role})", name, actor)

    def tell_changed(
        self, name: str, old: dict[str, Any], changes: dict[str, Any], actor: str
    ) -> None:
        """Tell what of an account was changed."""
        for key, value in changes.items():
            text = f"{actor} changed {key} of {name} from '{old[key]}' to '{value}'"
            self.tell("user.changed", text, name, actor)

    def tell(self, kind: str, text: str, user: str, by: str, **facts: str) -> None:
        """Tell what was done to an account, and by whom."""
        self.journal.write(kind, text, user=user, by=by, **facts)
