"""Exports without identities, as a client sees them."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from simulator.clients.archive import ArchiveClient
from simulator.errors import CannotError, UsageError
from simulator.results import Rows

_COLUMNS = ("export", "project", "studies", "instances", "left_out", "options")


class ExportsClient:
    """Studies for research and teaching, without the patients' identities (PS3.15 Annex E)."""

    def __init__(self, archive: ArchiveClient) -> None:
        """Act through `archive`'s session."""
        self._archive = archive

    def list(self) -> Rows:
        """List the exports the archive keeps."""
        return Rows(self._archive.call("GET", "/exports"), _COLUMNS)

    def options(self) -> Rows:
        """List the profile's options."""
        return Rows(self._archive.call("GET", "/export-options"), ("option", "code", "what"))

    def export(
        self,
        studies: Sequence[str],
        *,
        options: Sequence[str] = (),
        profile: str = "basic",
        project: str = "default",
        leave_out: bool = False,
    ) -> dict[str, Any]:
        """Have studies exported; returns the report. In a project, names are always the same."""
        body = {
            "studies": [*studies], "options": [*options], "profile": profile, "project": project,
            "leave_out": leave_out,
        }  # fmt: skip
        answer: dict[str, Any] = self._archive.call("POST", "/exports", body)
        return answer

    def file(self, number: int) -> bytes:
        """Return an export's objects, a ZIP file."""
        data: bytes = self._archive.call("GET", f"/exports/{number}/file")
        return data

    def map(self, number: int) -> str:
        """Return who is behind which name (CSV): keep it apart from the objects."""
        data: bytes = self._archive.call("GET", f"/exports/{number}/map")
        return data.decode()

    def remove(self, number: int) -> None:
        """Delete an export at the archive."""
        self._archive.call("DELETE", f"/exports/{number}")

    def save(self, number: int, folder: Path, map_file: Path | None = None) -> int:
        """Write an export's objects into an empty folder; returns how many they are.

        The map goes to `map_file`, outside the folder and readable by its owner only, if it is
        asked for.
        """
        if map_file is not None and map_file.absolute().is_relative_to(folder.absolute()):
            raise UsageError("The map would lie beside the objects.", "Give it another folder.")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.iterdir()):
                raise UsageError(f"{folder} is not empty.", "Give an empty folder.")
            count = _unpack(self.file(number), folder)
            if map_file is not None:
                _write_private(map_file, self.map(number))
        except OSError as error:
            raise CannotError(f"The export cannot be written: {error}.") from error
        return count


def _unpack(data: bytes, folder: Path) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        names = whole.namelist()
        for name in names:
            parts = PurePosixPath(name).parts
            if not all(part.replace(".", "").isalnum() for part in parts):
                raise CannotError(f"The export names a file '{name}'.", "It is not ours.")
            place = folder.joinpath(*parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(whole.read(name))
    return len(names)


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
