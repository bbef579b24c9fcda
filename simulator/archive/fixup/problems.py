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
_BATCH = 500  # values of one SQL list


def problems(archive: Archive, conditions: Sequence[Any], limit: int = 0) -> dict[str, Any]:
    """Return the oldest problems with their ages, and how many there are of each kind."""
    now = archive.clock.now()
    rows = [*_studies(archive, conditions), *_quarantined(archive)]
    rows.sort(key=lambda row: str(row["since"]))
    count = Counter(row["kind"] for row in rows)
    oldest = {row["kind"]: _hours(row["since"], now) for row in reversed(rows)}
    counts = [{"kind": k, "count": count[k], "oldest_hours": oldest.get(k, 0.0)} for k in KINDS]
    shown = rows[: limit or None]
    for row in shown:
        row["age_hours"] = _hours(row["since"], now)
    return {"counts": counts, "rows": _named(archive, shown)}


def _studies(archive: Archive, conditions: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the studies with a problem, without the patients' names: there may be many."""
    s, p = t.studies.c, t.patients.c
    twice = (
        select(s.accession).where(s.accession != "").group_by(s.accession)
        .having(func.count() > 1)
    )  # fmt: skip
    found = (
        select(s.study_uid, s.accession, s.received, s.order_note, p.patient_id)
        .select_from(t.studies.join(t.patients)).where(*conditions).order_by(s.pk)
    )  # fmt: skip
    with archive.database.read() as db:
        waiting = db.execute(found.where(s.order_state == "unmatched")).all()
        doubles = db.execute(found.where(s.accession.in_(twice))).all()
    patients = {order["accession"]: order["patient_id"] for order in archive.orders.all()}
    rows = []
    for study in waiting:
        theirs = patients.get(study.accession, study.patient_id)
        kind = "unmatched" if theirs == study.patient_id else "conflict"
        rows.append(_row(kind, study, study.order_note))
    for study in doubles:
        rows.append(_row("duplicate", study, f"accession {study.accession} in several studies"))
    return rows


def _row(kind: str, study: Any, why: str) -> dict[str, Any]:
    return {"kind": kind, "what": study.study_uid, "patient": "", "accession": study.accession,
            "since": study.received, "why": why}  # fmt: skip


def _named(archive: Archive, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Write into the rows of studies whose they are."""
    of_study = [row for row in rows if not row["patient"]]
    uids = sorted({row["what"] for row in of_study})
    names: dict[str, str] = {}
    for at in range(0, len(uids), _BATCH):
        some = t.studies.c.study_uid.in_(uids[at : at + _BATCH])
        names |= {study["study_uid"]: who(study) for study in archive.index.studies([some])}
    for row in of_study:
        row["patient"] = names.get(row["what"], "")
    return rows


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
