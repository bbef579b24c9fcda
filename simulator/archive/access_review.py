"""The access review: who has an account, what it may do, when it was last used, and why it exists.

Beside the facts stands what a reviewer should ask about; weak passwords and shared accounts are
looked for here too.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from simulator.archive import account_facts
from simulator.archive.roles import rights_of
from simulator.archive.users import Users
from simulator.journal import Entry
from simulator.results import harmless

COLUMNS = ("name", "full_name", "number", "department", "kind", "role", "rights", "state",
           "created", "last_login", "last_used", "days_unused", "password_age_days", "expires",
           "origin", "sessions", "tokens", "reason", "note", "questions")  # fmt: skip
_DORMANT = 90  # days
_POWERFUL = {"user.edit", "role.edit", "study.delete", "setting.edit"}
_TOGETHER = 30 * 60  # seconds between log-ins from two places that look like two people


def review(users: Users) -> list[dict[str, Any]]:
    """Return one row for each account."""
    now = users.clock.now()
    roles = {role["name"]: role["rights"] for role in users.roles()}
    sessions = users.sessions.all()
    rows = []
    for row in users.rows():
        mine = [s["kind"] for s in sessions if s["user"] == row.name]
        facts = account_facts.facts(row, now)
        rights = rights_of(row.role, roles.get(row.role, ())) | set(row.grants or ())
        found = {
            **{key: facts.get(key, "") for key in COLUMNS},
            "rights": sorted(rights),
            "days_unused": _days(row.last_used or row.last_login or row.created, now),
            "password_age_days": _days(row.password_at, now) if row.password_at else None,
            "sessions": mine.count("session"),
            "tokens": mine.count("token"),
        }
        rows.append({**found, "questions": _questions(found, facts)})
    return rows


def as_csv(rows: Sequence[dict[str, Any]], columns: Sequence[str] = COLUMNS) -> str:
    """Write rows as CSV that no spreadsheet takes for formulas."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    return out.getvalue()


def weak_passwords(users: Users) -> list[dict[str, Any]]:
    """Return the accounts that a delivered or common password, or their own name, opens."""
    now = users.clock.now()
    return [
        {"name": row.name, "role": row.role, "state": account_facts.state(row, now), "why": why}
        for row in users.rows()
        if (why := users.passwords.weakness(row.name, row.password))
    ]


def shared(users: Users, log_ins: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return the accounts that look as if several people used them, and what says so."""
    found: dict[str, set[str]] = {}
    for row in users.all():
        if row["kind"] == "shared" and row["state"] == "active":
            found.setdefault(row["name"], set()).add("is kept as a shared account")
    last: dict[str, tuple[str, datetime]] = {}
    for entry in log_ins:
        if entry.kind != "login":
            continue
        user, host = str(entry.facts.get("user", "")), str(entry.facts.get("host", ""))
        at = datetime.fromisoformat(entry.real)
        before = last.get(user)
        if before and host and before[0] != host and (at - before[1]).total_seconds() < _TOGETHER:
            found.setdefault(user, set()).add(f"logged in at {before[0]} and {host} within minutes")
        if host:
            last[user] = (host, at)
    return [{"name": name, "why": sorted(why)} for name, why in sorted(found.items())]


def _questions(row: dict[str, Any], facts: dict[str, Any]) -> list[str]:
    if row["state"] == "disabled":
        return [] if row["note"] else ["disabled without a reason in its note"]
    asked = {
        "never used": not facts["last_login"] and not facts["last_used"],
        f"not used for {_DORMANT} days": (row["days_unused"] or 0) >= _DORMANT,
        "may change accounts, settings or delete": bool(_POWERFUL & set(row["rights"])),
        "rights beside its role": bool(facts["grants"]),
        "no reason is written down": not row["reason"],
        "its time is over": row["state"] == "expired",
        "locked": row["state"] == "locked",
        "a service account that never expires": row["kind"] == "service" and not row["expires"],
        "shared: nobody can say who did what": row["kind"] == "shared",
    }
    return [question for question, is_so in asked.items() if is_so]


def _days(text: str, now: datetime) -> int | None:
    return max(0, (now - datetime.fromisoformat(text)).days) if text else None


def _cell(value: Any) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value or "")
    return str(harmless(text))
