"""An order's timeline: what happened to it, where, and what IHE calls that transaction.

Put together from what RIS and archive tell anybody: the order's history, the study, the reports.
"""

from __future__ import annotations

from typing import Any

from simulator.clients.archive import ArchiveClient
from simulator.clients.hospital import RisClient
from simulator.results import Rows

# IHE RAD TF-1: Scheduled Workflow (SWF) and Patient Information Reconciliation (PIR)
_STATUS = {
    "ordered": "RAD-2 Placer Order Management",
    "scheduled": "RAD-4 Procedure Scheduled",
    "arrived": "RAD-1 Patient Registration",
    "in progress": "RAD-6 Modality Procedure Step In Progress",
    "completed": "RAD-7 Modality Procedure Step Completed",
    "discontinued": "RAD-7 Modality Procedure Step Completed",
    "cancelled": "RAD-13 Procedure Update",
    "reported": "RAD-28 Structured Report Export",
}
_PATIENT = ("patient_id", "patient_name", "birth_date", "sex", "issuer")
COLUMNS = ("at", "where", "what", "ihe", "who")


def timeline(ris: RisClient, archive: ArchiveClient, accession: str) -> Rows:
    """Return what happened to an order, the oldest first; RefusedError if there is none."""
    rows = [_of_history(row) for row in ris.history(accession)]
    for study in archive.studies(accession=accession):
        what = f"study stored, {study['instances']} instances; order {study['order_state']}"
        rows.append(_row(study["received"], "archive", what, "RAD-8 Images Stored",
                         study["source"]))  # fmt: skip
    for report in archive.reports(accession):
        what = "report kept" if report["status"] != "P" else "preliminary report kept"
        rows.append(_row(report["at"], "archive", what, _STATUS["reported"], report["author"]))
    return Rows(sorted(rows, key=lambda row: row["at"][:19]), COLUMNS)


def _of_history(row: dict[str, Any]) -> dict[str, str]:
    if row["what"] == "placed":
        what, ihe = f"order placed, {row['new']}", "RAD-2 Placer Order Management"
    elif row["what"] == "status":
        what, ihe = f"{row['old']} → {row['new']}", _STATUS.get(row["new"], "")
    else:
        what = f"{row['what']}: '{row['old']}' → '{row['new']}'"
        is_patient = row["what"] in _PATIENT
        ihe = "RAD-12 Patient Update" if is_patient else "RAD-13 Procedure Update"
    return _row(row["at"], "RIS", what, ihe, row["actor"])


def _row(at: str, where: str, what: str, ihe: str, who: str) -> dict[str, str]:
    return {"at": at[:19], "where": where, "what": what, "ihe": ihe, "who": who}
