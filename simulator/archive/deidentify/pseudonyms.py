"""Other names for patients and UIDs: the same in every export of a project, and nowhere else.

They are made with a key that never leaves the archive, so that nothing needs to be remembered and
nobody can find the original by trying. The map is written out for those who may see it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import uuid
from datetime import datetime, timedelta
from pathlib import Path

_KEY_BYTES, _MOST_DAYS = 32, 3650


def project_key(file: Path, project: str) -> bytes:
    """Return a project's key; `file` holds the archive's own and is made (0600) at first use."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as key:
            key.write(secrets.token_bytes(_KEY_BYTES))
    return hmac.digest(file.read_bytes(), project.encode(), hashlib.sha256)


class Pseudonyms:
    """The other names of one project, and those used so far."""

    def __init__(self, key: bytes) -> None:
        """Make them with a project's key."""
        self._key = key
        self.uids: dict[str, str] = {}
        self.patients: dict[str, str] = {}

    def uid(self, original: str) -> str:
        """Return the UID that stands for another one, made of a UUID (PS3.5 B.2)."""
        if original not in self.uids:
            number = uuid.UUID(bytes=self._digest("uid", original)[:16], version=4).int
            self.uids[original] = f"2.25.{number}"
        return self.uids[original]

    def patient(self, patient_id: str, issuer: str) -> str:
        """Return the identifier, and name, that stands for a patient."""
        original = f"{patient_id}^{issuer}" if issuer else patient_id
        if original not in self.patients:
            letters = base64.b32encode(self._digest("patient", original)[:8]).decode("ascii")
            self.patients[original] = f"P{letters.rstrip('=')}"
        return self.patients[original]

    def days(self, patient_id: str, issuer: str) -> int:
        """Return by how many days a patient's dates go back: 1 to 3650."""
        digest = self._digest("days", f"{patient_id}^{issuer}")
        return int.from_bytes(digest[:4], "big") % _MOST_DAYS + 1

    def _digest(self, what: str, text: str) -> bytes:
        return hmac.digest(self._key, f"{what}\0{text}".encode(), hashlib.sha256)


def shifted(value: str, days: int) -> str:
    """Return a DA or DT value so many days earlier, its time untouched; empty if it is none."""
    try:
        day = datetime.strptime(value[:8], "%Y%m%d") - timedelta(days=days)
    except (ValueError, OverflowError):
        return ""
    return f"{day.year:04d}{day.month:02d}{day.day:02d}{value[8:]}"
