"""Importing a medium: each file is looked at, re-identified and filed by itself, or named as bad.

A file that is refused leaves nothing behind, and a medium that is imported twice changes nothing.
What re-identification replaces stays in each object's Original Attributes (PS3.3 C.12.1.1.9).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from simulator.archive.archived_file import read_file
from simulator.archive.attributes import text
from simulator.archive.continuity import medium, wholeness
from simulator.archive.continuity.foreign import Identifier, Person, other_id
from simulator.archive.continuity.medium import Named
from simulator.archive.filing import Filing
from simulator.archive.incoming import Incoming, checked_header, inflated, joined, split
from simulator.archive.original_attributes import write_values
from simulator.network.dimse import DimseError

SOURCE = "MEDIA"  # the AE title that imported objects come from


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """How a medium is imported."""

    mapping: dict[str, str] = field(default_factory=dict)  # foreign Patient ID: one of ours
    issuer: str = "FOREIGN"  # of numbers that come without one
    keep_accession: bool = False
    all_files: bool = False  # not what the DICOMDIR names, but every file there is
    dry_run: bool = False


@dataclass(kw_only=True)
class Imported:
    """What came of an import."""

    dry_run: bool
    rows: list[dict[str, Any]] = field(default_factory=list)  # one a file
    patients: dict[str, dict[str, Any]] = field(default_factory=dict)
    unnamed: int = 0  # files that the DICOMDIR does not name
    unused: list[str] = field(default_factory=list)  # mappings that met nobody

    def facts(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        counts = Counter(row["state"] for row in self.rows)
        return {
            "dry_run": self.dry_run, "ok": not counts["refused"], "files": len(self.rows),
            "counts": dict(counts), "unnamed": self.unnamed, "unused": self.unused,
            "patients": list(self.patients.values()),
            "studies": sorted({row["study_uid"] for row in self.rows if row["study_uid"]}),
            "rows": self.rows,
        }  # fmt: skip


def import_medium(filing: Filing, folder: Path, wishes: Wishes) -> Imported:
    """Import what is in `folder`; raises UsageError or RefusedError before anything is done."""
    identifier = Identifier(filing.index.database, wishes.mapping, wishes.issuer)
    named = medium.every_file(folder) if wishes.all_files else medium.read(folder)
    found = Imported(dry_run=wishes.dry_run)
    work = _Import(filing, identifier, wishes, found)
    for one in named:
        found.rows.append(work.file(one))
    found.unnamed = 0 if wishes.all_files else medium.unnamed(folder, named)
    found.unused = identifier.unused(work.seen)
    return found


class _Import:
    def __init__(
        self, filing: Filing, identifier: Identifier, wishes: Wishes, found: Imported
    ) -> None:
        self.filing, self.identifier, self.wishes, self.found = filing, identifier, wishes, found
        self.seen: set[str] = set()
        self.planned: dict[str, str] = {}  # study: whose it will be, for a dry run

    def file(self, one: Named) -> dict[str, Any]:
        """Import one file and say what became of it."""
        row = {"file": one.file_id, "sop_uid": "", "study_uid": "", "state": "refused", "why": ""}
        if one.path is None:
            return {**row, "why": one.why}
        try:
            incoming, header = self._read(one.path)
            row |= {"sop_uid": incoming.sop_instance, "study_uid": text(header, "StudyInstanceUID")}
            return {**row, **self._filed(incoming, header)}
        except DimseError as error:
            return {**row, "why": error.comment}
        except (OSError, ValueError) as error:
            return {**row, "why": str(error)}

    def _read(self, path: Path) -> tuple[Incoming, Dataset]:
        data = path.read_bytes()
        incoming = replace(read_file(data, "").incoming, source=SOURCE)
        incoming = inflated(incoming, self.filing.settings["store.deflated_ratio"])
        wholeness.check(b"".join(incoming.fragments), incoming.transfer_syntax)
        return incoming, checked_header(incoming)

    def _filed(self, incoming: Incoming, header: Dataset) -> dict[str, Any]:
        who = Person.of(header)
        self.seen.add(who.patient_id)
        verdict = self.identifier.verdict(who)
        self._note(who, verdict.state, verdict.person, verdict.candidates)
        if self.filing.index.has(incoming.sop_instance):
            return {"state": "there", "why": self._where(header)}
        self._need_same_patient(header, verdict.person)
        changed = self._changed(incoming, who, verdict.person, mapped=verdict.state == "mapped")
        if self.wishes.dry_run:
            return {"state": "would be imported", "why": verdict.state}
        self.filing.filed(changed)
        return {"state": "imported", "why": verdict.state}

    def _need_same_patient(self, header: Dataset, person: Person) -> None:
        """Refuse an instance of a study that stands under another patient here."""
        uid = text(header, "StudyInstanceUID")
        study = self.filing.index.study(uid)
        there = (
            (study["patient_id"], study["issuer"]) if study else (person.patient_id, person.issuer)
        )
        if there != (person.patient_id, person.issuer):
            raise ValueError(f"its study is here under the patient {'^^^'.join(there)}")

    def _where(self, header: Dataset) -> str:
        study = self.filing.index.study(text(header, "StudyInstanceUID"))
        return f"under the patient {study['patient_id']}" if study else "in another study"

    def _note(self, who: Person, state: str, person: Person, candidates: Any) -> None:
        key = f"{who.patient_id}^^^{who.issuer}^{who.name}"
        row = self.found.patients.setdefault(
            key,
            {"foreign": vars(who), "state": state, "becomes": vars(person),
             "candidates": list(candidates), "files": 0},
        )  # fmt: skip
        row["files"] += 1

    def _changed(
        self, incoming: Incoming, who: Person, person: Person, *, mapped: bool
    ) -> Incoming:
        """Return the object as it will be stored; pixel data stays byte for byte."""
        head, rest = split(incoming)
        changes: dict[str, Any] = {
            key: value for key, value in person.values().items() if text(head, key) != value
        }
        if mapped:
            others = head.get("OtherPatientIDsSequence") or []
            known = Sequence([*others, other_id(who, self.wishes.issuer)])
            changes["OtherPatientIDsSequence"] = known
        if text(head, "AccessionNumber") and not self.wishes.keep_accession:
            changes["AccessionNumber"] = ""
        if not changes:
            return incoming
        now, by = self.filing.clock.now(), "media import"
        origin = who.issuer or self.wishes.issuer
        write_values(head, changes, now, by, source=origin, reason="COERCE")
        return joined(incoming, head, rest)
