"""Studies, settings, messages and orders of the archive, by the names that commands have."""

from __future__ import annotations

from typing import Any

from simulator.clients.archive import ArchiveClient
from simulator.results import Outcome, Rows


class StudiesClient:
    """Stored studies."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def list(self, **filters: str) -> Rows:
        """List studies, newest first; filters: patient_id, accession, text, modality, limit …"""
        return self._archive.studies(**filters)

    def show(self, study_uid: str) -> dict[str, Any]:
        """Return one study with its series and instances."""
        return self._archive.study(study_uid)

    def file(self, sop_uid: str) -> bytes:
        """Return an instance as it is stored, a Part 10 file."""
        data: bytes = self._archive.call("GET", f"/instances/{sop_uid}/file")
        return data

    def delete(self, study_uid: str) -> Outcome:
        """Delete a study from the archive."""
        return self._archive.delete(study_uid)


class SettingsClient:
    """The archive's live settings."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def list(self) -> Rows:
        """List the settings."""
        return self._archive.settings()

    def get(self, key: str) -> Any:
        """Return one setting's value."""
        return self._archive.setting(key)

    def set(self, key: str, value: Any) -> Any:
        """Change one setting while the archive runs."""
        return self._archive.set(key, value)


class ArchiveMessagesClient:
    """HL7 messages the archive received, and what they told it."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def messages(self, **filters: Any) -> Rows:
        """List messages, newest last."""
        return self._archive.messages(**filters)

    def show(self, number: int) -> dict[str, Any]:
        """Return one message, its segments and bytes."""
        return self._archive.message(number)

    def replay(self, number: int) -> str:
        """Process a message once more."""
        return self._archive.replay(number)

    def orders(self) -> Rows:
        """List the orders the archive has learnt of."""
        return self._archive.orders()

    def mpps(self) -> Rows:
        """List the performed procedure steps the RIS passed on."""
        rows = self._archive.call("GET", "/mpps")
        return Rows(rows, ("station_ae", "status", "accessions", "patient_id", "patient_name"))
