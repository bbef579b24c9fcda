"""What checks of identity ask of a patient's record: seen by C-FIND, as every reader sees it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.client import Client


def accessions_of(seat: Client, patient_id: str) -> list[str]:
    """Return the accession numbers of the studies that a C-FIND for a patient's ID finds."""
    keys: dict[str, Any] = {"AccessionNumber": None, "StudyInstanceUID": None}
    found = seat.archive.find(PatientID=patient_id, **keys)
    return sorted(str(study.AccessionNumber) for study in found)


def expect_record(seat: Client, patient_id: str, accessions: Sequence[str]) -> None:
    """Assert that a patient has exactly the studies of these orders, each of them matched."""
    found, wanted = accessions_of(seat, patient_id), sorted(accessions)
    assert found == wanted, (
        f"A C-FIND for patient {patient_id} found the studies {_said(found)}. "
        f"Expected: {_said(wanted)}."
    )
    for study in seat.archive.studies(patient_id=patient_id):
        assert study["order_state"] == "matched", (
            f"The study {study['accession']} of patient {patient_id} is {study['order_state']}: "
            f"{study['order_note']}."
        )


def expect_nobody(seat: Client, patient_id: str) -> None:
    """Assert that the archive has no patient with this identifier any more."""
    found = [row for row in seat.patients.list(patient_id) if row["patient_id"] == patient_id]
    assert not found, (
        f"The archive still has a patient {patient_id} with {found[0]['studies']} study(ies)."
    )


def merges_of(seat: Client, identifier: str) -> list[str]:
    """Return the merges and changes of identifiers in force that speak of this one."""
    kinds = ("merge", "change-id")
    return [
        change["text"]
        for change in seat.changes.list()
        if change["kind"] in kinds
        and not change["undone_by"]
        and f"({identifier}" in change["text"]
    ]


def _said(accessions: Sequence[str]) -> str:
    return ", ".join(accession or "(without accession)" for accession in accessions) or "none"
