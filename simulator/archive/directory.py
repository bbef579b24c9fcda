"""The directory as the archive sees it: whose password is right there, and what groups mean here.

The directory says who somebody is, its groups and claims; what these may do is decided here, by a
map. So access can fail on either side: the person is missing or closed there, or a group has no
role here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from simulator.archive.roles import RIGHTS
from simulator.archive.user_tables import directory_map
from simulator.archive.users import Users
from simulator.errors import CannotError, RefusedError, UsageError
from simulator.http import request
from simulator.journal import Journal

KINDS = ("group", "claim")
_KEPT = ("full_name", "department", "contact", "number")


class Directory:
    """Log-ins and accounts that come from the directory."""

    def __init__(self, users: Users, journal: Journal) -> None:
        """Keep the accounts of `users` in step with the directory that the settings name."""
        self.users, self.journal = users, journal
        users.ask_directory = self.authenticate

    @property
    def url(self) -> str:
        """Where the directory is; raises UsageError if there is none."""
        url = str(self.users.settings["directory.url"])
        if url == "none":
            raise UsageError(
                "The archive has no directory.", "Start it with 'pacslab directory start'."
            )
        return url

    # --- the map ------------------------------------------------------------------------------

    def map(self) -> list[dict[str, str]]:
        """Return what each group and claim means here."""
        with self.users.database.read() as db:
            return [dict(row._mapping) for row in db.execute(select(directory_map))]

    def assign(self, kind: str, name: str, value: str, actor: str) -> dict[str, str]:
        """Let a group mean a role, or a claim mean a right."""
        known = self.users.role_table.names() if kind == "group" else list(RIGHTS)
        if not 0 < len(name) <= 100 or not name.isprintable():
            raise UsageError(f"'{name[:40]}' is not the name of a {kind}.", "Name one.")
        if value not in known:
            what = "role" if kind == "group" else "right"
            raise UsageError(
                f"There is no {what} '{value[:64]}'.", f"There are: {', '.join(known)}."
            )
        with self.users.database.write() as db:
            db.execute(delete(directory_map).filter_by(kind=kind, name=name))
            db.execute(insert(directory_map).values(kind=kind, name=name, value=value))
        text = f"{actor} mapped the directory's {kind} {name} to {value}"
        self.journal.write("directory.mapped", text, by=actor, what=name, value=value)
        return {"kind": kind, "name": name, "value": value}

    def forget(self, kind: str, name: str, actor: str) -> None:
        """Forget what a group or claim means."""
        with self.users.database.write() as db:
            gone = db.execute(delete(directory_map).filter_by(kind=kind, name=name)).rowcount
        if not gone:
            raise RefusedError(f"The {kind} '{name[:40]}' is not mapped.", "See the map.", 404)
        text = f"{actor} removed the mapping of the directory's {kind} {name}"
        self.journal.write("directory.mapped", text, by=actor, what=name, value="")

    # --- logging in ---------------------------------------------------------------------------

    def authenticate(self, name: str, password: str) -> bool:
        """Return whether the directory knows this password; the account follows its claims."""
        account = self.users.find(name)
        try:
            said = request(
                "POST", f"{self.url}/authenticate", {"user": name, "password": password},
                service="directory",
            )  # fmt: skip
        except (RefusedError, UsageError):
            return False
        except CannotError as error:
            text = f"{name} could not be checked: {error.sentence}"
            self.journal.write("directory.unreachable", text, user=name)
            if account is None:
                return False
            raise CannotError(
                "The directory does not answer, so nobody of it can log in.",
                "Local accounts still work. See 'pacslab directory status'.",
            ) from error
        self._follow(name, _person(said))
        return True

    def _follow(self, name: str, person: dict[str, Any]) -> str:
        """Make the account what the directory says; returns what was done."""
        values = self._values(person)
        account = self.users.find(name)
        if account is None:
            made = self.users.new({"name": name, **{key: person[key] for key in _KEPT}})
            with self.users.database.write() as db:
                self.users.enter(db, {**made, **values, "origin": "directory"})
            self.users.tell_added({**made, **values}, "directory")
            return f"opened as {values['role']}"
        old = {key: getattr(account, key) for key in values}
        changed = {key: value for key, value in values.items() if old[key] != value}
        if changed:
            with self.users.guarded() as db:
                self.users.write(db, name, changed)
            self.users.tell_changed(name, old, changed, "directory")
        return ", ".join(f"{key} {old[key]} → {value}" for key, value in changed.items())

    def _values(self, person: dict[str, Any]) -> dict[str, Any]:
        role, _ = self.role_of(person["groups"])
        claims = {row["name"]: row["value"] for row in self.map() if row["kind"] == "claim"}
        grants = sorted({claims[claim] for claim in person["claims"] if claim in claims})
        return {**{key: person[key] for key in _KEPT}, "role": role, "grants": grants}

    def role_of(self, groups: Sequence[str]) -> tuple[str, str]:
        """Return the role of somebody with these groups, and why it is that one."""
        roles = {row["name"]: len(row["rights"]) for row in self.users.roles()}
        mapped = {row["name"]: row["value"] for row in self.map() if row["kind"] == "group"}
        meant = {mapped[group]: group for group in groups if mapped.get(group) in roles}
        if not meant:
            default = str(self.users.settings["directory.default_role"])
            chosen = default if default in roles else "none"
            return chosen, "no group is mapped: the default role"
        best = max(meant, key=lambda role: (roles[role], role))
        return best, f"group {meant[best]}" + (" of several that are mapped" * (len(meant) > 1))

    # --- sync ---------------------------------------------------------------------------------

    def sync(self, actor: str, *, dry_run: bool) -> dict[str, Any]:
        """Compare the directory's people with its accounts here, and let them follow."""
        people = [_person(row) for row in request("GET", f"{self.url}/people", service="directory")]
        if not people:
            raise RefusedError(
                "The directory has no people, so nothing was done.", "Look at the directory.", 409
            )
        report = [self._synced(person, dry_run) for person in people]
        report += self._orphans(frozenset(x["user"] for x in people), dry_run)
        if not dry_run:
            changed = sum(bool(row["changed"]) for row in report)
            text = f"{actor} synchronised with the directory: {changed} accounts changed"
            self.journal.write("directory.synced", text, by=actor, changed=changed)
        return {"applied": not dry_run, "lines": report}

    def _synced(self, person: dict[str, Any], dry_run: bool) -> dict[str, Any]:
        name, account = person["user"], self.users.find(person["user"])
        role, why = self.role_of(person["groups"])
        row = {"user": name, "role": role, "why": why, "changed": "", "problem": ""}
        if account is not None and account.origin != "directory":
            return {**row, "problem": "a local account has this name: it stays local"}
        if not person["enabled"]:
            closed = account is not None and account.status == "active"
            if closed and not dry_run:
                self.users.change(name, {"status": "disabled", "note": "closed in the directory"},
                                  "directory")  # fmt: skip
            return {**row, "changed": "disabled" if closed else "", "problem": "closed there"}
        if role == "none":
            row["problem"] = "no group is mapped: may log in, and do nothing"
        if account is not None and account.status != "active":
            row["problem"] = f"open there, {account.status} here"
        try:
            row["changed"] = self._would(person) if dry_run else self._follow(name, person)
            return row
        except (UsageError, RefusedError) as error:
            return {**row, "problem": error.sentence}

    def _would(self, person: dict[str, Any]) -> str:
        account, values = self.users.find(person["user"]), self._values(person)
        if account is None:
            return f"would be opened as {values['role']}"
        old = {key: getattr(account, key) for key in values}
        return ", ".join(f"{k} {old[k]} → {v}" for k, v in values.items() if old[k] != v)

    def _orphans(self, known: frozenset[str], dry_run: bool) -> list[dict[str, Any]]:
        """Disable the accounts whose people the directory no longer has."""
        found = []
        for row in self.users.all():
            if row["origin"] != "directory" or row["name"] in known or row["status"] != "active":
                continue
            if not dry_run:
                changes = {"status": "disabled", "note": "no longer in the directory"}
                self.users.change(row["name"], changes, "directory")
            gone = {"why": "", "changed": "disabled", "problem": "no longer in the directory"}
            found.append({"user": row["name"], "role": row["role"], **gone})
        return found


def _person(said: Any) -> dict[str, Any]:
    """Return what the directory says of a person, each part in the type it must have."""
    if not isinstance(said, dict):
        raise CannotError("The directory's answer cannot be read.")
    texts = {key: str(said.get(key, ""))[:200] for key in ("user", *_KEPT)}
    lists = {key: [str(item)[:100] for item in said.get(key, ())] for key in ("groups", "claims")}
    return {**texts, **lists, "enabled": bool(said.get("enabled", True))}
