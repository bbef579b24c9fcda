"""Whether an object's Patient ID is missing, or belongs to somebody else here already.

Two persons are taken for different if their names differ by their letters (case, accents, spaces
and carets do not count) AND their birth dates differ. Where one of these is empty nothing is
known, and there is no conflict.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from pydicom.dataset import Dataset
from sqlalchemy import select

from simulator.archive import tables as t
from simulator.archive.attributes import text, unpack
from simulator.archive.settings import Settings
from simulator.database import Database
from simulator.network import dimse
from simulator.network.dimse import DimseError


class PatientPolicyError(DimseError):
    """The policy of missing or conflicting Patient IDs refuses an object."""

    def __init__(self, status: int, comment: str, *, quarantine: bool) -> None:
        """Refuse with `status`; `quarantine` says whether the object is kept aside."""
        super().__init__(status, comment, 0x00100020)
        self.quarantine = quarantine


class PatientCheck:
    """The two policies on Patient IDs."""

    def __init__(self, database: Database, settings: Settings) -> None:
        """Compare with the patients of `database`, by `settings`."""
        self.database, self.settings = database, settings

    def check(self, header: Dataset) -> None:
        """Raise PatientPolicyError where a policy refuses the object."""
        missing, conflict = self.settings["patient.missing_id"], self.settings["patient.conflict"]
        patient_id = text(header, "PatientID")
        if not patient_id and missing != "accept":
            raise PatientPolicyError(
                dimse.PATIENT_ID_MISSING, "it has no Patient ID", quarantine=missing == "quarantine"
            )
        if patient_id and conflict != "accept" and self.conflicts(header):
            raise PatientPolicyError(
                dimse.PATIENT_CONFLICT,
                "this Patient ID is another person's here",
                quarantine=conflict == "quarantine",
            )

    def conflicts(self, header: Dataset) -> bool:
        """Return whether the same identifier belongs to another person here."""
        ours = known_patients(
            self.database, text(header, "PatientID"), text(header, "IssuerOfPatientID")
        )
        return any(is_another(header, patient) for patient in ours)


def known_patients(
    database: Database, patient_id: str, issuer: str, *, any_issuer: bool = False
) -> list[Dataset]:
    """Return what the archive knows of an identifier: one entry, or one for each issuer."""
    wanted: list[Any] = [t.patients.c.patient_id == patient_id]
    if not any_issuer:
        wanted.append(t.patients.c.issuer == issuer)
    with database.read() as db:
        rows = db.execute(select(t.patients.c.attributes).where(*wanted)).scalars().all()
    return [unpack(row) for row in rows]


def is_another(one: Dataset, other: Dataset) -> bool:
    """Return whether two data sets speak of different persons: by name and birth date."""
    pairs = [
        (letters(text(ds, "PatientName")), text(ds, "PatientBirthDate")) for ds in (one, other)
    ]
    return all(a and b and a != b for a, b in zip(*pairs, strict=True))


def letters(name: str) -> str:
    """Return the letters of a name's first group that has any, without case and accents."""
    for group in name.split("="):
        plain = unicodedata.normalize("NFKD", group).casefold()
        if found := "".join(c for c in plain if c.isalpha()):
            return found
    return ""
