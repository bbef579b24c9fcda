"""Rights, the roles that every archive begins with, and the matrix of both that can be edited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from simulator.archive import tables as t
from simulator.database import Database
from simulator.errors import RefusedError, UsageError
from simulator.journal import Journal

RIGHTS = {
    "study.read": "see studies",
    "study.store": "send studies",
    "study.edit": "correct studies: link them to orders",
    "study.reject": "reject studies and restore them",
    "study.delete": "delete studies",
    "label.edit": "label studies: which department's they are, which are restricted",
    "node.read": "see the node table",
    "node.edit": "change the node table",
    "rule.read": "see rules of routing and prefetch",
    "rule.edit": "change rules of routing and prefetch, try and apply them",
    "user.read": "see accounts, roles and sessions",
    "user.edit": "change accounts, end sessions",
    "role.edit": "change roles, and what the directory's groups mean",
    "setting.read": "see settings",
    "setting.edit": "change settings",
    "audit.read": "read the audit trail",
    "access.emergency": "break the glass: open one patient's record that is closed to one",
    "access.review": "review emergency access",
    "monitor.read": "see alarms and the morning check",
    "storage.read": "see volumes, where studies are, retention rules and holds",
    "storage.edit": "change volumes, move studies between tiers, compress",
    "retention.edit": "change retention rules, and delete what has expired",
    "hold.edit": "put studies on legal hold, and release them",
    "backup.run": "make and verify backups",
    "backup.restore": "restore backups, rebuild the index, delete backups",
    "media.import": "import CDs: studies of other hospitals",
    "media.export": "write studies onto media",
    "study.export": "export studies without the patients' identities, and see the map",
    "downtime.run": "announce and end downtimes",
    "migration.run": "migrate studies from and to other archives",
}
ADMIN = "pacs_admin"  # always has every right, so that the archive can always be run
ROLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "viewer": ("Looks at studies.", ("study.read",)),
    "technologist": (
        "Acquires and checks studies.",
        ("study.read", "study.store", "node.read", "access.emergency"),
    ),
    "radiologist": ("Reads studies.", ("study.read", "access.emergency")),
    "qc": ("Corrects studies.", ("study.read", "study.edit", "study.reject", "node.read")),
    "service": ("A device's own account.", ("study.read", "study.store")),
    "auditor": ("Reviews access.", ("audit.read", "user.read", "access.review")),
    "none": ("May do nothing yet: the directory knows the person, no group was mapped.", ()),
    ADMIN: ("Runs the archive.", tuple(RIGHTS)),
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")


def rights_of(role: str, stored: Sequence[str]) -> frozenset[str]:
    """Return what a role may do; rights that came with a newer version are the administrator's."""
    return frozenset(RIGHTS if role == ADMIN else stored)


class Roles:
    """The roles of an archive."""

    def __init__(self, database: Database, journal: Journal) -> None:
        """Work on `database`; what changes is told to `journal`."""
        self.database, self.journal = database, journal

    def prepare(self) -> None:
        """Enter the roles every archive begins with."""
        with self.database.write() as db:
            for name, (description, rights) in ROLES.items():
                _put(db, name, description, list(rights))

    def all(self) -> list[dict[str, Any]]:
        """Return every role with its rights."""
        with self.database.read() as db:
            rows = db.execute(select(t.roles)).all()
        return [
            {
                "name": row.name,
                "description": row.description,
                "rights": [right for right in RIGHTS if right in rights_of(row.name, row.rights)],
            }
            for row in rows
        ]

    def names(self) -> list[str]:
        """Return the names of all roles."""
        return [role["name"] for role in self.all()]

    def put(self, name: str, changes: dict[str, Any], actor: str) -> dict[str, Any]:
        """Make a role, or change it; raises UsageError for a right there is not."""
        old = next((role for role in self.all() if role["name"] == name), None)
        if not _NAME.fullmatch(name):
            raise UsageError(f"'{name}' is not a role's name.", "Use small letters, digits and _.")
        description, rights = _checked(changes, old or {"description": "", "rights": []})
        if name == ADMIN and set(rights) != set(RIGHTS):
            raise RefusedError(
                f"The role {ADMIN} always has every right.", "Make a role of its own.", 409
            )
        with self.database.write() as db:
            _put(db, name, description, rights)
        self._tell_of(name, old, rights, actor)
        return {"name": name, "description": description, "rights": rights}

    def remove(self, name: str, actor: str) -> None:
        """Delete a role that nobody has."""
        if name not in self.names():
            raise RefusedError(f"There is no role '{name}'.", "List the roles.", 404)
        with self.database.write() as db:
            used = db.execute(select(func.count()).where(t.users.c.role == name)).scalar_one()
            if used or name in (ADMIN, "none"):
                raise RefusedError(
                    f"The role {name} is in use: {used} accounts have it.",
                    "Give them another role first.",
                    409,
                )
            db.execute(delete(t.roles).where(t.roles.c.name == name))
        self.journal.write("role.removed", f"{actor} removed the role {name}", role=name, by=actor)

    def _tell_of(
        self, name: str, old: dict[str, Any] | None, rights: Sequence[str], actor: str
    ) -> None:
        if old is None:
            kind, text = "role.added", f"{actor} made the role {name}: {', '.join(rights) or '-'}"
        else:
            gained = [f"+{right}" for right in rights if right not in old["rights"]]
            lost = [f"-{right}" for right in old["rights"] if right not in rights]
            said = ", ".join(gained + lost) or "the same rights"
            kind, text = "role.changed", f"{actor} changed the role {name}: {said}"
        self.journal.write(kind, text, role=name, by=actor)


def _put(db: Connection, name: str, description: str, rights: Sequence[str]) -> None:
    values = {"description": description, "rights": list(rights)}
    if not db.execute(update(t.roles).where(t.roles.c.name == name).values(**values)).rowcount:
        db.execute(insert(t.roles).values(name=name, **values))


def _checked(changes: dict[str, Any], old: dict[str, Any]) -> tuple[str, list[str]]:
    if unknown := sorted(set(changes) - {"description", "rights", "name"}):
        raise UsageError(f"'{unknown[0]}' cannot be set of a role.", "Set: description, rights.")
    description = changes.get("description", old["description"])
    rights = changes.get("rights", old["rights"])
    if not isinstance(description, str) or len(description) > 200:
        raise UsageError("That is no description.", "Give one sentence.")
    if not isinstance(rights, list) or not all(isinstance(right, str) for right in rights):
        raise UsageError("The rights are no list of texts.", "Give a list of rights.")
    for right in rights:
        if right not in RIGHTS:
            raise UsageError(
                f"There is no right '{right[:64]}'.", f"There are: {', '.join(RIGHTS)}."
            )
    return description, [right for right in RIGHTS if right in rights]
