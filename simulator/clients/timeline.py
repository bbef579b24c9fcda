"""An order's timeline: what happened to it, between whom, and what IHE calls that transaction.

Put together from what RIS and archive tell anybody: the order's history, the study, the reports,
and the journal for what leaves no row behind (commitment, matching, corrections of identity).
Profiles: SWF is Scheduled Workflow, PIR is Patient Information Reconciliation (IHE RAD TF-1).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from simulator.clients.archive import ArchiveClient
from simulator.clients.hospital import RisClient
from simulator.results import Rows

if TYPE_CHECKING:
    from simulator.client import JournalClient
    from simulator.journal import Entry

ACTORS = ("HIS", "RIS", "modality", "archive", "radiologist")  # as they stand in a picture
COLUMNS = ("at", "from", "to", "what", "ihe", "profile", "who")
# status: transaction, who tells whom
_STATUS = {
    "ordered": ("RAD-2 Placer Order Management", "HIS", "RIS"),
    "scheduled": ("RAD-4 Procedure Scheduled", "RIS", "archive"),
    "arrived": ("RAD-1 Patient Registration", "HIS", "RIS"),
    "in progress": ("RAD-6 Modality Procedure Step In Progress", "modality", "RIS"),
    "completed": ("RAD-7 Modality Procedure Step Completed", "modality", "RIS"),
    "discontinued": ("RAD-7 Modality Procedure Step Completed", "modality", "RIS"),
    "cancelled": ("RAD-13 Procedure Update", "RIS", "archive"),
    "reported": ("RAD-24 Report Submission", "radiologist", "RIS"),
}
_PATIENT = ("patient_id", "patient_name", "birth_date", "sex", "issuer")
# kind of a journal entry: what it says before its sentence, transaction, who tells whom, profile
_JOURNAL = {
    "study.matched": ("matched: ", "", "archive", "archive", "SWF"),
    "study.unmatched": ("unmatched: ", "", "archive", "archive", "PIR"),
    "study.linked": ("", "", "archive", "archive", "PIR"),
    "study.readdressed": ("", "RAD-12 Patient Update", "RIS", "archive", "PIR"),
    "mpps.linked": ("", "", "RIS", "RIS", "PIR"),
    "device.commitment.asked": ("", "RAD-10 Storage Commitment", "modality", "archive", "SWF"),
    "report.exported": ("", "RAD-26 Report Storage", "RIS", "archive", "SWF"),
}


def timeline(
    ris: RisClient, archive: ArchiveClient, accession: str, journal: JournalClient | None = None
) -> Rows:
    """Return what happened to an order, the oldest first; RefusedError if there is none."""
    rows = [_of_history(row) for row in ris.history(accession)]
    for study in archive.studies(accession=accession):
        what = f"study stored, {study['instances']} instances; order {study['order_state']}"
        rows.append(_row(study["received"], ("modality", "archive"), what,
                         "RAD-8 Modality Images Stored", study["source"]))  # fmt: skip
    for report in archive.reports(accession):
        what = "report kept" if report["status"] != "P" else "preliminary report kept"
        rows.append(_row(report["at"], ("RIS", "archive"), what,
                         "RAD-28 Structured Report Export", report["author"]))  # fmt: skip
    if journal is not None:
        rows += _of_journal(present(journal.entries()), accession)
    return Rows(sorted(rows, key=lambda row: row["at"]), COLUMNS)


def present(entries: list[Entry]) -> list[Entry]:
    """Return the entries that count: after a reset, what the hospital forgot has not happened."""
    resets = [entry for entry in entries if entry.kind == "hospital.reset"]
    if not resets:
        return entries
    last = resets[-1]
    return [e for e in entries if e.real > last.real or e.hospital <= last.hospital]


def _of_history(row: dict[str, Any]) -> dict[str, str]:
    actor = row["actor"]
    if row["what"] == "placed":
        return _row(row["at"], ("HIS", "RIS"), f"order placed, {row['new']}",
                    "RAD-2 Placer Order Management", actor)  # fmt: skip
    if row["what"] == "status":
        ihe, *way = _STATUS.get(row["new"], ("", "RIS", "RIS"))
        return _row(row["at"], (way[0], way[1]), f"{row['old']} → {row['new']}", ihe, actor)
    what = f"{row['what']}: '{row['old']}' → '{row['new']}'"
    if row["what"] in _PATIENT:
        return _row(row["at"], ("HIS", "RIS"), what, "RAD-12 Patient Update", actor, "PIR")
    return _row(row["at"], ("RIS", "archive"), what, "RAD-13 Procedure Update", actor)


def _of_journal(entries: list[Entry], accession: str) -> Iterator[dict[str, str]]:
    """Yield what only the journal tells, and the archive's word on commitment."""
    asked: Entry | None = None
    for entry in entries:
        facts = entry.facts
        mine = accession in (facts.get("accession"), *(facts.get("accessions") or ()))
        if entry.kind in _JOURNAL and mine:
            before, ihe, source, target, profile = _JOURNAL[entry.kind]
            who = facts.get("by") or facts.get("device") or facts.get("source") or ""
            mark = " now " if entry.kind == "study.readdressed" else ": "
            what = before + (entry.text.partition(mark)[2] or entry.text)
            yield _row(entry.hospital, (source, target), what, ihe, str(who), profile)
            asked = entry if entry.kind == "device.commitment.asked" else asked
        elif asked is not None and _answers(entry, asked):
            what = f"{facts.get('committed', 0)} instances committed"
            ihe = "RAD-10 Storage Commitment"
            yield _row(entry.hospital, ("archive", "modality"), what, ihe, "PACSLAB")
            asked = None


def _answers(entry: Entry, asked: Entry) -> bool:
    """Return whether an entry tells of the result a device had asked for."""
    same = entry.facts.get("device") == asked.facts.get("device")
    return same and entry.kind == "device.commitment.result"


def _row(
    at: str, way: tuple[str, str], what: str, ihe: str, who: str, profile: str = "SWF"
) -> dict[str, str]:
    return {"at": at[:19], "from": way[0], "to": way[1], "what": what, "ihe": ihe,
            "profile": profile, "who": who}  # fmt: skip
