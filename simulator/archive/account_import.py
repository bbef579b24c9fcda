"""Opening many accounts from a list: each line is checked first, then all are opened or none."""

from __future__ import annotations

from typing import Any

from simulator.archive.csv_lines import Line, read_lines
from simulator.archive.users import Users
from simulator.errors import PacsLabError

REQUIRED = ("name", "full_name", "role")
OPTIONAL = ("department", "contact", "number", "kind", "expires", "reason", "labels", "note")


def import_accounts(users: Users, text: str, actor: str, *, dry_run: bool) -> dict[str, Any]:
    """Open the accounts of a list, or say of each line what would become of it."""
    known = {row["name"] for row in users.all()}
    report, values = [], []
    for line in read_lines(text, REQUIRED, OPTIONAL):
        made, sentence = _checked(users, line, known)
        report.append({"line": line.number, "user": line.values.get("name", ""),
                       "ok": made is not None, "what": sentence})  # fmt: skip
        if made is not None:
            known.add(made["name"])
            values.append(made)
    bad = sum(not row["ok"] for row in report)
    applied = not dry_run and not bad and bool(values)
    if applied:
        with users.database.write() as db:
            for made in values:
                users.enter(db, made)
        for made in values:
            users.tell_added(made, actor)
    return {"applied": applied, "good": len(values), "bad": bad, "lines": report}


def _checked(users: Users, line: Line, known: set[str]) -> tuple[dict[str, Any] | None, str]:
    if line.problem:
        return None, line.problem
    facts: dict[str, Any] = {key: value for key, value in line.values.items() if value}
    facts["labels"] = [label for label in facts.get("labels", "").split("|") if label]
    try:
        made = users.new(facts)
    except PacsLabError as error:
        return None, f"{error.sentence} {error.remedy}"
    if made["name"] in known:
        return None, f"there is a user '{made['name']}' already, or twice in the list"
    return made, f"opened as {made['role']}, without a password yet"
