"""Studies and previews as text: a tree, and tables of before and after."""

from __future__ import annotations

from typing import Any

from simulator.results import Rows

_STATES = {"matched": "✔ matched", "unmatched": "✘ unmatched"}


def tree(study: dict[str, Any]) -> str:
    """Return a study with its series and instances as lines."""
    lines = [
        f"{study['patient_name']} ({study['patient_id']}"
        f"{', ' + study['issuer'] if study['issuer'] else ''}), {study['sex'] or '-'}, "
        f"born {study['birth_date'] or '-'}",
        f"study {study['study_uid']}",
        f"  {study['date']} {study['time']}  {'/'.join(study['modalities'])}  "
        f"{study['description'] or '-'}  accession {study['accession'] or '-'}",
        f"  {_STATES.get(study['order_state'], study['order_state'])}: "
        f"{study['order_note'] or '-'}",
    ]
    for series in study.get("tree", []):
        lines.append(
            f"  ├─ series {series['number'] or '-'}  {series['modality']}  "
            f"{series['description'] or '-'}  {len(series['instances'])} objects"
        )
        lines.append(f"  │    {series['series_uid']}")
        lines += [
            f"  │  ├─ {one['number'] or '-'}  {one['sop_uid']}  {one['size'] // 1024} KB"
            f"{_frames(one)}  from {one['source'] or 'this archive'}"
            for one in series["instances"]
        ]
    lines += [f"  report {r['status']} of {r['at']} by {r['author']}" for r in study["reports"]]
    rejected: dict[str, int] = {}
    for row in study.get("rejected", []):
        rejected[row["code"]] = rejected.get(row["code"], 0) + 1
    lines += [f"  rejected ({code}): {count} objects" for code, count in rejected.items()]
    return _printable("\n".join(lines))


def preview(shown: dict[str, Any] | list[dict[str, Any]]) -> str:
    """Return what would happen as text."""
    if isinstance(shown, list):
        return "\n\n".join(map(preview, shown))
    parts = [f"Would happen: {shown['text']}.", f"{shown['objects']} objects."]
    if shown["changes"]:
        parts.append(
            str(Rows(shown["changes"], ("attribute", "before", "after", "objects", "study")))
        )
    if shown["new_uids"]:
        parts.append(f"{len(shown['new_uids'])} objects get new UIDs:")
        parts.append(
            str(Rows(shown["new_uids"], ("SOPInstanceUID before", "SOPInstanceUID after")))
        )
    parts += [f"{row['object']} ({row['instance']}) {row['what']}" for row in shown["references"]]
    parts += [f"{uid} is at {', '.join(aes)}, too" for uid, aes in shown["destinations"].items()]
    parts += [f"Mind: {warning}" for warning in shown["warnings"]]
    return _printable("\n".join(parts))


def _frames(one: dict[str, Any]) -> str:
    return f"  {one['frames']} frames" if one["frames"] not in ("", "1") else ""


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in text)
