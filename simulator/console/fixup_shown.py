"""What the fix-up desk shows: counts, studies, an order beside a study, previews, changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.console import look

_COUNTS = {"kind": "problem", "count": "how many", "oldest_hours": "oldest, hours"}
_COMPARED = {"sign": "", "what": "what", "study": "the images say", "order": "the order says"}
_CHANGED = {"attribute": "attribute", "before": "before", "after": "after", "objects": "objects"}
_CHANGES = {"number": "no.", "at": "when", "by": "who", "kind": "what", "state": "state",
            "text": "said"}  # fmt: skip
_UIDS = {"SOPInstanceUID before": "object before", "SOPInstanceUID after": "object after"}
_MOST = 12


def counts(rows: Sequence[dict[str, Any]]) -> str:
    """Return how many problems of each kind there are."""
    return look.table(rows, _COUNTS)


def problem_options(rows: Sequence[dict[str, Any]], kinds: Sequence[str]) -> list[tuple[str, str]]:
    """Return the studies with a problem as options, each once."""
    found: dict[str, str] = {}
    for row in rows:
        if row["kind"] in kinds:
            line = f"{row['kind']} · {row['age_hours']:g} h · {row['patient']} · "
            line += row["accession"] or "-"
            found.setdefault(row["what"], look.shown(line, 100))
    return [(line, uid) for uid, line in found.items()]


def study_line(study: dict[str, Any]) -> str:
    """Return a study as a line of a list."""
    parts = (study["patient_name"], study["patient_id"], "/".join(study["modalities"]),
             study["date"], study["description"], study["accession"] or "-")  # fmt: skip
    return look.shown(" · ".join(parts), 100)


def series_line(series: dict[str, Any]) -> str:
    """Return a series as a line of a list."""
    words = f"{series['number']} · {series['modality']} · {series['description']}"
    return look.shown(f"{words} · {look.count(len(series['instances']), 'object')}", 80)


def patient_line(patient: dict[str, Any]) -> str:
    """Return a patient as a line of a list."""
    words = f"{patient['patient_name']} · {patient['patient_id']} · {patient['birth_date']}"
    return look.shown(f"{words} · {look.count(patient['studies'], 'study')}", 80)


def study(found: dict[str, Any]) -> str:
    """Return what is said of the chosen study."""
    if not found:
        return "<p class='pl-soft'>No study waits.</p>"
    note = f"{found['order_state']}: {found['order_note'] or '-'}"
    rejected = len(found.get("rejected", ()))
    more = f" · {look.count(rejected, 'object')} rejected" if rejected else ""
    uid = look.shown_html(found["study_uid"])
    return f"<p>{look.shown_html(note)}{more}</p><p class='pl-soft'>{uid}</p>"


def side_by_side(order: dict[str, Any] | None) -> str:
    """Return a study and an order value by value; a sign and a word mark what differs."""
    if order is None:
        return "<p class='pl-soft'>No order resembles this study.</p>"
    rows = [
        {**row, "sign": "= same" if row["same"] else "≠ differs"}
        for row in order["compared"]
        if row["study"] or row["order"]
    ]
    return look.table(rows, _COMPARED)


def preview(shown: dict[str, Any] | list[dict[str, Any]]) -> str:
    """Return what would happen."""
    if isinstance(shown, list):
        return "".join(map(preview, shown))
    parts = [look.saying(f"{shown['text']}. {look.count(shown['objects'], 'object')}.")]
    if shown["changes"]:
        parts.append(look.scroll(look.table(shown["changes"], _CHANGED)))
    if shown["new_uids"]:
        parts.append(f"<p>New UIDs for {look.count(len(shown['new_uids']), 'object')}:</p>")
        parts.append(look.scroll(look.table(shown["new_uids"][:_MOST], _UIDS)))
    for row in shown["references"]:
        parts.append(look.saying(f"{row['object']} {row['what']}"))
    for uid, nodes in shown["destinations"].items():
        where = ", ".join(nodes)
        parts.append(look.saying(f"{where} has study {uid}, too: the correction goes there"))
    parts += [look.saying(f"mind: {warning}", "bad") for warning in shown["warnings"]]
    return "".join(parts)


def changes(rows: Sequence[dict[str, Any]]) -> str:
    """Return the newest changes."""
    shown = [{**row, "at": look.moment(row["at"])} for row in rows[:_MOST]]
    return look.scroll(look.table(shown, _CHANGES, empty="nothing was corrected"))
