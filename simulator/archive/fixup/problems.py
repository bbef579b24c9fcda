"""What waits to be put right: studies without their order, conflicts, doubles, quarantine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from simulator.archive import tables as t
from simulator.archive.fixup.editing import who
from simulator.archive.patient_check import letters

if TYPE_CHECKING:
    from simulator.archive.archive import Archive

KINDS = ("unmatched", "conflict", "duplicate", "quarantine")
_COMPARED = {  # what a person compares: a study's name for it, an order's
    "accession": "accession", "patient ID": "patient_id", "issuer": "issuer",
    "name": "patient_name", "birth date": "birth_date", "sex": "sex", "procedure": "procedure",
    "modality": "modality", "date": "date",
}  # fmt: skip
_WEIGHT = {"accession": 4, "patient ID": 4, "name": 3, "birth date": 2, "modality": 1, "date": 1}
_MOST = 20


def problems(archive: Archive, conditions: Sequence[Any]) -> dict[str, Any]:
    """Return problems with their ages, and how many there are of each kind."""
    now = archive.clock.now()
    rows = [*_studies(archive, conditions), *_quarantined(archive)]
    for row in rows:
        row["age_hours"] = _hours(row["since"], now)
    rows.sort(key=lambda row: str(row["since"]))
    count = Counter(row["kind"] for row in rows)
    oldest = {kind: max((r["age_hours"] for r in rows if r["kind"] == kind), default=0.0)
              for kind in KINDS}  # fmt: skip
    counts = [{"kind": k, "count": count[k], "oldest_hours": oldest[k]} for k in KINDS]
    return {"counts": counts, "rows": rows}


def _studies(archive: Archive, conditions: Sequence[Any]) -> list[dict[str, Any]]:
    s = t.studies.c
    twice = (
        select(s.accession).where(s.accession != "").group_by(s.accession)
        .having(func.count() > 1)
    )  # fmt: skip
    waiting = archive.index.studies([*conditions, s.order_state == "unmatched"])
    doubles = archive.index.studies([*conditions, s.accession.in_(twice)])
    patients = {order["accession"]: order["patient_id"] for order in archive.orders.all()}
    rows = []
    for study in waiting:
        theirs = patients.get(study["accession"], study["patient_id"])
        kind = "unmatched" if theirs == study["patient_id"] else "conflict"
        rows.append(_row(kind, study, study["order_note"]))
    for study in doubles:
        rows.append(_row("duplicate", study, f"accession {study['accession']} in several studies"))
    return rows


def _row(kind: str, study: dict[str, Any], why: str) -> dict[str, Any]:
    return {"kind": kind, "what": study["study_uid"], "patient": who(study),
            "accession": study["accession"], "since": study["received"], "why": why}  # fmt: skip


def _quarantined(archive: Archive) -> list[dict[str, Any]]:
    return [
        {"kind": "quarantine", "what": one["number"],
         "patient": f"{one['shown'].get('PatientName', '')} ({one['shown'].get('PatientID', '')})",
         "accession": one["shown"].get("AccessionNumber", ""), "since": one["received"],
         "why": one["reason"]}
        for one in archive.quarantine.all()
    ]  # fmt: skip


def _hours(since: str, now: datetime) -> float:
    try:
        then = datetime.fromisoformat(since)
    except ValueError:
        return 0.0
    return round(max((now - then).total_seconds(), 0.0) / 3600, 1)


def candidates(study: dict[str, Any], orders: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the orders a study may belong to, the likeliest first, compared value by value."""
    ours = {
        **study, "procedure": study["description"], "modality": "\\".join(study["modalities"]),
    }  # fmt: skip
    found = []
    for order in orders:
        rows: list[dict[str, Any]] = [
            {"what": what, "study": str(ours.get(key, "")), "order": str(order.get(key, "")),
             "same": _same(what, str(ours.get(key, "")), str(order.get(key, "")))}
            for what, key in _COMPARED.items()
        ]  # fmt: skip
        score = sum(_WEIGHT.get(row["what"], 0) for row in rows if row["same"] and row["order"])
        if score >= 3:
            found.append({
                "accession": order["accession"], "status": order.get("status", ""),
                "patient": who(order), "procedure": order.get("procedure", ""), "score": score,
                "compared": rows,
            })  # fmt: skip
    return sorted(found, key=lambda row: (-row["score"], row["accession"]))[:_MOST]


def _same(what: str, ours: str, theirs: str) -> bool:
    if what == "name":
        return letters(ours) == letters(theirs)
    return ours.strip() == theirs.strip()
