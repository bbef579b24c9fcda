"""The lines of an acceptance's checklist, and how they are put into few words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydicom import uid

from simulator.network.association import Context

GREEN, AMBER, RED = "green", "amber", "red"
LEVELS = (GREEN, AMBER, RED)
_MOST_SAID = 4


@dataclass(frozen=True, kw_only=True)
class Step:
    """One line of the checklist: what was tried, and how it went."""

    name: str
    level: str
    what: str


def refused_of(wanted: Sequence[Any], taken: Sequence[Context]) -> tuple[list[str], list[str]]:
    """Return what was refused in some syntax, and the classes that were refused altogether."""
    have = {(cx.abstract_syntax, cx.transfer_syntax) for cx in taken}
    classes = {cx.abstract_syntax for cx in taken}
    some = [f"{uid.UID(str(cx.abstract_syntax)).name} in {uid.UID(str(cx.transfer_syntax[0])).name}"
            for cx in wanted if len(cx.transfer_syntax) == 1
            and (str(cx.abstract_syntax), str(cx.transfer_syntax[0])) not in have]  # fmt: skip
    none = [uid.UID(str(cx.abstract_syntax)).name for cx in wanted
            if str(cx.abstract_syntax) not in classes]  # fmt: skip
    return some, list(dict.fromkeys(none))


def few(problems: Sequence[str]) -> str:
    """Say each problem once, and no more than a few of them."""
    each = list(dict.fromkeys(problems))
    more = f"; and {len(each) - _MOST_SAID} more" if len(each) > _MOST_SAID else ""
    return "; ".join(each[:_MOST_SAID]) + more


def report(facts: dict[str, Any]) -> str:
    """Return an acceptance's facts as a page (Markdown)."""
    signs = {GREEN: "✔", AMBER: "●", RED: "✘"}
    lines = [
        f"# Acceptance of {facts['device']}: {facts['level']}", "", f"Done {facts['at']}.", "",
        "| | step | result |", "| --- | --- | --- |",
    ]  # fmt: skip
    for step in facts["steps"]:
        what = step["what"].replace("|", "/").replace("\n", " ")
        lines.append(f"| {signs[step['level']]} | {step['name']} | {what} |")
    return "\n".join(lines) + "\n"
