"""Rules of routing and prefetch, as a client sees them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from simulator.clients.queue import Calls
from simulator.results import Outcome, Rows

_COLUMNS = ("name", "kind", "enabled", "trigger", "when", "to", "source", "hours", "window")
_PREVIEW = ("matches", "accession", "patient_name", "modalities", "description", "source",
            "matched", "to", "why_not")  # fmt: skip


class RulesClient:
    """Which studies go to which nodes by themselves."""

    def __init__(self, archive: Calls) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def list(self) -> Rows:
        """Return the rules, by name."""
        return Rows(self._archive.call("GET", "/rules"), _COLUMNS)

    def show(self, name: str) -> dict[str, Any]:
        """Return a rule."""
        return dict(self._archive.call("GET", _path(name)))

    def add(self, name: str, **facts: Any) -> dict[str, Any]:
        """Enter a rule: when (conditions), to (AE titles), kind, trigger, hours, window, …"""
        return dict(self._archive.call("POST", "/rules", {"name": name, **facts}))

    def change(self, name: str, /, **changes: Any) -> dict[str, Any]:
        """Change a rule."""
        return dict(self._archive.call("PATCH", _path(name), changes))

    def remove(self, name: str) -> None:
        """Remove a rule; what it has queued goes out all the same."""
        self._archive.call("DELETE", _path(name))

    def preview(self, name: str = "", day: str = "yesterday", **facts: Any) -> Rows:
        """Return what of a day a rule would match, and why not the rest; or a rule not entered."""
        if facts:
            body = {"day": day, "rule": {**facts, **({"name": name} if name else {})}}
            return Rows(self._archive.call("POST", "/rules/preview", body), _PREVIEW)
        rows = self._archive.call("POST", f"{_path(name)}/preview", {"day": day})
        return Rows(rows, [column for column in _PREVIEW if not rows or column in rows[0]])

    def apply(
        self, name: str, day: str = "yesterday", *, study_uid: str = "", again: bool = False
    ) -> Outcome:
        """Apply a rule to a day's studies, or to one: what it missed goes out now."""
        body = {"study_uid": study_uid} if study_uid else {"day": day}
        answer = self._archive.call("POST", f"{_path(name)}/apply", {**body, "again": again})
        what = f"{answer['studies']} studies queued, {answer['queued']} instances"
        return Outcome.of(f"rule {name} applied: {what}", answer)


def _path(name: str) -> str:
    return f"/rules/{quote(name, safe='')}"
