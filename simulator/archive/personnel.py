"""The personnel office's list against the accounts: joiners, movers, leavers.

People are told apart by personnel number, else by user name; never by their name alone. Only
accounts of persons are compared. What is found can be applied: all of it or nothing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from simulator.archive.csv_lines import Line, read_lines
from simulator.archive.users import Users
from simulator.errors import PacsLabError, UsageError

REQUIRED = ("number", "name", "full_name", "department")
OPTIONAL = ("role", "contact", "start", "end")
_COMPARED = ("full_name", "department", "role", "contact", "number")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One difference, and what applying it does to the account."""

    what: str  # joiner | mover | leaver | returner | unknown | namesake
    user: str
    detail: str
    line: int = 0
    changes: dict[str, Any] = field(default_factory=dict)  # empty: for people to decide


def compare(users: Users, text: str) -> dict[str, Any]:
    """Return every difference between a list and the accounts, and every line that is bad."""
    findings, bad = _compared(users, text)
    return {"applied": False, "bad": bad, "findings": [asdict(finding) for finding in findings]}


def apply(users: Users, text: str, actor: str) -> dict[str, Any]:
    """Open, change and disable accounts as the list says; nothing if one of its lines is bad."""
    findings, bad = _compared(users, text)
    work = [finding for finding in findings if finding.changes]
    if bad:
        work = []
    before = {row["name"]: row for row in users.all()}
    with users.guarded() as db:
        for finding in work:
            if finding.what == "joiner":
                users.enter(db, finding.changes)
            else:
                users.write(db, finding.user, finding.changes)
    for finding in work:
        if finding.what == "joiner":
            users.tell_added(finding.changes, actor)
        else:
            users.tell_changed(finding.user, before[finding.user], finding.changes, actor)
    return {"applied": not bad, "bad": bad, "findings": [asdict(found) for found in findings]}


def _compared(users: Users, text: str) -> tuple[list[Finding], list[dict[str, Any]]]:
    accounts = [row for row in users.all() if row["kind"] == "person"]
    today = users.clock.now().date()
    people, bad = _people(users, text)
    findings: list[Finding] = []
    met: set[str] = set()
    for line in people:
        account = _account(line.values, accounts)
        if account is not None:
            met.add(account["name"])
        findings += _of_person(users, line, account, today)
    strangers = [row for row in accounts if row["name"] not in met and row["state"] == "active"]
    findings += [
        Finding(what="unknown", user=row["name"], detail="active, but not on the list")
        for row in strangers
        if row["role"] != "pacs_admin" or row["number"]
    ]
    return findings + _namesakes(people), bad


def _people(users: Users, text: str) -> tuple[list[Line], list[dict[str, Any]]]:
    good, bad, seen = [], [], set[str]()
    for line in read_lines(text, REQUIRED, OPTIONAL):
        problem = line.problem or _problem(users, line.values, seen)
        if problem:
            bad.append({"line": line.number, "problem": problem})
        else:
            seen |= {line.values["number"], line.values["name"]}
            good.append(line)
    return good, bad


def _problem(users: Users, values: dict[str, str], seen: set[str]) -> str:
    if values["number"] in seen or values["name"] in seen:
        return "the number or the user name is on the list twice"
    try:
        users.new({key: values[key] for key in ("name", "full_name", *_given(values, "role"))})
        for key in _given(values, "start", "end"):
            _date(values[key])
    except PacsLabError as error:
        return f"{error.sentence} {error.remedy}"
    return ""


def _of_person(
    users: Users, line: Line, account: dict[str, Any] | None, today: date
) -> list[Finding]:
    values = line.values
    gone = bool(values.get("end")) and _date(values["end"]) < today
    begun = not values.get("start") or _date(values["start"]) <= today
    if account is None:
        return [] if gone or not begun else [_joiner(users, line)]
    user, changes = str(account["name"]), dict[str, Any]()
    if gone:
        if account["status"] == "disabled":
            return []
        note = f"left {values['end']}, list of the personnel office of {today}"
        changes = {"status": "disabled", "note": note}
        detail = f"left {values['end']}, the account is {account['state']}"
        return [Finding(what="leaver", user=user, line=line.number, detail=detail, changes=changes)]
    if account["status"] == "disabled":
        detail = "works here, the account is disabled: enable it once it is clear why"
        return [Finding(what="returner", user=user, line=line.number, detail=detail)]
    changes = {k: values[k] for k in _given(values, *_COMPARED) if values[k] != account[k]}
    if not changes:
        return []
    detail = "; ".join(f"{k}: '{account[k]}' here, '{v}' on the list" for k, v in changes.items())
    return [Finding(what="mover", user=user, line=line.number, detail=detail, changes=changes)]


def _joiner(users: Users, line: Line) -> Finding:
    keys = _given(line.values, "name", *_COMPARED)
    changes = users.new({key: line.values[key] for key in keys})
    detail = f"has no account; one would be opened as {changes['role']}"
    return Finding(
        what="joiner", user=changes["name"], detail=detail, line=line.number, changes=changes
    )


def _account(values: dict[str, str], accounts: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return a person's account: by number; by user name only if that account has no number."""
    by_number = [row for row in accounts if row["number"] == values["number"]]
    by_name = [row for row in accounts if row["name"] == values["name"] and not row["number"]]
    return next(iter(by_number + by_name), None)


def _namesakes(people: list[Line]) -> list[Finding]:
    names: dict[str, list[Line]] = {}
    for line in people:
        names.setdefault(line.values["full_name"].casefold(), []).append(line)
    return [
        Finding(
            what="namesake", user=", ".join(line.values["name"] for line in same),
            line=same[0].number,
            detail=f"{len(same)} people are called {same[0].values['full_name']}",
        )
        for same in names.values() if len(same) > 1
    ]  # fmt: skip


def _given(values: dict[str, str], *keys: str) -> list[str]:
    return [key for key in keys if values.get(key)]


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text[:20]}' is not a date.", "Write 2026-03-31.") from None
