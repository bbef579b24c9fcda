"""Labels, which limit what accounts see, and emergency access, which lifts the limit."""

from __future__ import annotations

from typing import Any

from simulator.clients.archive import ArchiveClient
from simulator.results import Rows


class LabelsClient:
    """Named sets of studies."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def list(self) -> Rows:
        """List labels, their rules, and whether they are restricted."""
        columns = ("name", "description", "restricted", "rules", "by_hand")
        return Rows(self._archive.call("GET", "/labels"), columns)

    def put(self, name: str, **facts: Any) -> dict[str, Any]:
        """Make or change a label: description, restricted, rules (["modality=XA"])."""
        answer: dict[str, Any] = self._archive.call("PUT", f"/labels/{name}", facts)
        return answer

    def remove(self, name: str) -> None:
        """Delete a label."""
        self._archive.call("DELETE", f"/labels/{name}")

    def give(self, name: str, study_uid: str) -> tuple[str, ...]:
        """Put a label on a study; returns the labels it carries now."""
        answer = self._archive.call("PUT", f"/labels/{name}/studies/{study_uid}", {})
        return tuple(map(str, answer["labels"]))

    def take(self, name: str, study_uid: str) -> tuple[str, ...]:
        """Take a label off a study; returns the labels it carries now."""
        answer = self._archive.call("DELETE", f"/labels/{name}/studies/{study_uid}")
        return tuple(map(str, answer["labels"]))


class EmergenciesClient:
    """Breaking the glass."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def open(self, patient_id: str, reason: str) -> dict[str, Any]:
        """Open a patient's record that is closed to you, for a while."""
        body = {"patient_id": patient_id, "reason": reason}
        answer: dict[str, Any] = self._archive.call("POST", "/emergencies", body)
        return answer

    def list(self, *, waiting: bool = False) -> Rows:
        """List who broke the glass, and what a reviewer found."""
        query = {"waiting": "true"} if waiting else {}
        columns = ("number", "at", "user", "patient_id", "reason", "finding", "reviewed_by")
        return Rows(self._archive.call("GET", "/emergencies", query=query), columns)

    def review(self, number: int, finding: str, comment: str = "") -> dict[str, Any]:
        """Find an emergency access justified, not justified or unclear."""
        body = {"finding": finding, "comment": comment}
        answer: dict[str, Any] = self._archive.call("POST", f"/emergencies/{number}/review", body)
        return answer
